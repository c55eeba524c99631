import os

import pytest

from callcenter.config import Settings
from callcenter.errors import ConfigurationError
from callcenter.media.board import Board
from callcenter.media.place import Place, share_of, worker_count

REDIS = "redis://127.0.0.1:6379/0"


def settings(workers: int | str, redis_url: str | None = REDIS) -> Settings:
    return Settings.model_validate({"media": {"workers": workers}, "redis_url": redis_url})


def test_auto_leaves_a_core_to_what_is_not_media() -> None:
    assert worker_count(settings("auto")) == max(1, len(os.sched_getaffinity(0)) - 1)
    assert worker_count(settings("auto", None)) == 1, "without Redis they could not find each other's calls"


def test_a_number_is_taken_at_its_word() -> None:
    assert [worker_count(settings(1, None)), worker_count(settings(5))] == [1, 5]
    for nothing in (None, ""):
        with pytest.raises(ConfigurationError, match=r"media\.workers: 5 need Redis.*REDIS_URL"):
            worker_count(settings(5, nothing))


@pytest.mark.parametrize(("workers", "recognizers", "voices"), [(1, 4, 1), (2, 2, 1), (3, 2, 1), (8, 1, 1)])
def test_recognizers_and_voices_are_shared_out(workers: int, recognizers: int, voices: int) -> None:
    whole = Settings.model_validate({"stt": {"workers": 4}, "tts": {"workers": 1}})
    share = share_of(whole, workers)
    assert (share.stt.workers, share.tts.workers) == (recognizers, voices)
    assert share.audiosocket == whole.audiosocket


def test_each_has_a_name_of_its_own() -> None:
    board = Board(2)
    assert [Place().name, Place(0, board).name, Place(1, board).name] == ["media", "media-0", "media-1"]
