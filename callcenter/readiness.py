"""What each part of the media server can do now, for /readyz: asked of the parts, not remembered from the start."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from callcenter.inference.pool import WorkerPool
from callcenter.journal.spool import SpoolJournal
from callcenter.media.place import Place
from callcenter.ports import Agent, CallExchange, Recognizer, Synthesizer
from callcenter.telephony.http import ComponentState
from callcenter.telephony.redis_registry import RedisCallRegistry
from callcenter.tts.cache import CachedSynthesizer
from store_client.client import StoreClient


@runtime_checkable
class _Pooled(Protocol):
    """A backend whose work is done in worker processes."""

    @property
    def pool(self) -> WorkerPool: ...


@dataclass(frozen=True, slots=True)
class Watched:
    """The parts, and why each backend was chosen."""

    recognizer: Recognizer
    recognizer_why: str
    synthesizer: Synthesizer
    synthesizer_why: str
    agent: Agent
    store: StoreClient
    store_url: str
    journal: SpoolJournal
    exchange: CallExchange
    place: Place


def look(at: Watched) -> Mapping[str, ComponentState]:
    """What calls cannot do without must be there; the store and PostgreSQL may come and go."""
    voice = at.synthesizer.inner if isinstance(at.synthesizer, CachedSynthesizer) else at.synthesizer
    store = "its circuit breaker is open" if at.store.breaker_open else at.store_url
    states = {
        "recognizer": _backend(at.recognizer, at.recognizer.name, at.recognizer_why),
        "voice": _backend(voice, voice.name, at.synthesizer_why),
        "agent": ComponentState(True, at.agent.name),
        "store": ComponentState(True, store),
        "journal": ComponentState(not at.journal.fault, at.journal.fault or _depth(at.journal)),
    }
    if isinstance(at.exchange, RedisCallRegistry):
        states["call_registry"] = ComponentState(not at.exchange.fault, at.exchange.fault or "Redis answers")
    if not at.place.is_alone:
        board = at.place.board
        states["media_workers"] = ComponentState(True, f"{board.present} of {board.workers} are there")
    return states


def pool_of(backend: object) -> WorkerPool | None:
    """None for a backend that works elsewhere: at a server, or not at all."""
    return backend.pool if isinstance(backend, _Pooled) else None


def _backend(backend: object, name: str, why: str) -> ComponentState:
    pool = pool_of(backend)
    if pool is None:
        return ComponentState(True, f"{name}: {why}")
    workers = f"{pool.ready_workers} of {pool.size} worker processes are ready"
    return ComponentState(pool.ready_workers > 0, f"{name}: {why}; {workers}")


def _depth(journal: SpoolJournal) -> str:
    return f"{journal.depth} records not in PostgreSQL yet"
