"""Which of the workers this process is."""

import os
from dataclasses import dataclass, field

import structlog

from callcenter.config import Settings
from callcenter.errors import ConfigurationError
from callcenter.media.board import Board

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Of one media worker."""

    number: int = 0
    board: Board = field(default_factory=Board)

    @property
    def is_alone(self) -> bool:
        return self.board.workers == 1

    @property
    def name(self) -> str:
        """In logs, and of its file in the journal's spool."""
        return "media" if self.is_alone else f"media-{self.number}"


def worker_count(settings: Settings) -> int:
    """How many media workers there are to be. Raises ConfigurationError: more than one need Redis."""
    wanted = settings.media.workers
    if wanted == "auto":
        count = max(1, len(os.sched_getaffinity(0)) - 1)
        if count > 1 and not settings.redis_url:
            log.warning("one_media_worker", why="redis_url (REDIS_URL) is not set", cores_allow=count)
            return 1
        return count
    if wanted > 1 and not settings.redis_url:
        raise ConfigurationError(
            f"media.workers: {wanted} need Redis, where they find each other's calls; set redis_url (REDIS_URL), or "
            "one worker (CALLCENTER_MEDIA__WORKERS=1)"
        )
    return wanted


def share_of(settings: Settings, workers: int) -> Settings:
    """The settings of one of so many workers: the recognizers and voices of the whole are shared out among them."""
    stt, tts = settings.stt, settings.tts
    return settings.model_copy(
        update={
            "stt": stt.model_copy(update={"workers": -(-stt.workers // workers)}),
            "tts": tts.model_copy(update={"workers": -(-tts.workers // workers)}),
        }
    )
