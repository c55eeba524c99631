"""The calls that Asterisk has announced, in this process's memory."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from uuid import UUID

from callcenter import metrics
from callcenter.config import TelephonySettings
from callcenter.errors import CallRefused, RefusalReason
from callcenter.ports import CallInfo, Language, NextStep, Unserved
from callcenter.telephony.caller_limit import CallerLimit

KEPT_S = 12 * 3600.0
"""So long a call that is not with us is known: its caller, refused or handed over, may wait for an operator and talk to
one before the dialplan tells how it ended."""
MAX_KEPT = 20_000
SWEEP_S = 10.0


class _Stage(Enum):
    ANNOUNCED = auto()
    ACTIVE = auto()
    ENDED = auto()


UNSERVED: Mapping[_Stage, Unserved] = {_Stage.ANNOUNCED: "never_came", _Stage.ACTIVE: "broke_off"}


@dataclass(slots=True)
class _Call:
    info: CallInfo
    admitted_until_s: float
    """Monotonic clock."""
    forgotten_at_s: float
    """Monotonic clock; an active call never is."""
    stage: _Stage = _Stage.ANNOUNCED
    refusal: RefusalReason | None = None
    next: NextStep = "queue"
    """Fail to a human: only a session that says so ends the call."""
    handover: str = ""
    """What the operator's phone is to show."""


class InMemoryCallRegistry:
    """A `ports.CallExchange`."""

    def __init__(
        self,
        settings: TelephonySettings,
        language: Language,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """language: what we speak in calls that nobody announced."""
        self._settings = settings
        self._language = language
        self._monotonic = monotonic
        self._limit = CallerLimit(settings.calls_per_hour)
        self._calls: dict[UUID, _Call] = {}
        """Announced and active ones, and ended ones in the order in which they ended."""
        self._swept_s = 0.0
        self._draining = False

    @property
    def draining(self) -> bool:
        return self._draining

    def drain(self) -> None:
        self._draining = True
        metrics.worker_draining.set(1)

    # ---- the dialplan's side

    async def announce(self, call: CallInfo, refusal: RefusalReason | None = None) -> None:
        self._forget()
        if self._find(call.call_id) is not None:
            raise CallRefused(RefusalReason.DUPLICATE_UUID)
        known = self._calls[call.call_id] = self._new(call)
        known.refusal = RefusalReason.DRAINING if self._draining else refusal
        number = call.caller_id
        if known.refusal is None and number is not None and not self._limit.admits(number, self._monotonic()):
            known.refusal = RefusalReason.TOO_MANY_FROM_CALLER
        if known.refusal is not None:
            raise CallRefused(known.refusal)

    async def next_step(self, call_id: UUID) -> NextStep:
        call = self._find(call_id)
        return call.next if call is not None else "queue"

    async def handover(self, call_id: UUID) -> str:
        call = self._find(call_id)
        return call.handover if call is not None else ""

    async def unserved(self, call_id: UUID) -> Unserved | None:
        call = self._find(call_id)
        if call is None:
            return "unknown"
        return call.refusal or UNSERVED.get(call.stage)

    async def waiting(self, call_id: UUID) -> CallInfo | None:
        call = self._find(call_id)
        if call is None or call.stage is not _Stage.ANNOUNCED or call.refusal is not None:
            return None
        return call.info

    async def started_at(self, call_id: UUID) -> datetime | None:
        call = self._find(call_id)
        return call.info.started_at if call is not None else None

    # ---- the media server's side

    async def admit(self, call_id: UUID, peer: str) -> CallInfo:
        self._forget()
        if self._draining:
            raise CallRefused(RefusalReason.DRAINING)
        call = self._find(call_id)
        if (call is None or self._lapsed(call)) and not self._settings.accept_unknown:
            raise CallRefused(RefusalReason.UNKNOWN_UUID)
        if call is None:
            call = self._calls[call_id] = self._new(CallInfo(call_id, datetime.now(UTC), None, None, self._language))
        if call.refusal is not None:
            raise CallRefused(call.refusal)
        if call.stage is not _Stage.ANNOUNCED:
            raise CallRefused(RefusalReason.DUPLICATE_UUID)
        call.stage = _Stage.ACTIVE
        return call.info

    def decide_next(self, call_id: UUID, step: NextStep, handover: str = "") -> None:
        if (call := self._find(call_id)) is not None:
            call.next, call.handover = step, handover or call.handover

    def release(self, call_id: UUID) -> None:
        call = self._calls.pop(call_id, None)
        if call is None:
            return
        call.stage = _Stage.ENDED
        call.forgotten_at_s = self._monotonic() + KEPT_S
        self._calls[call_id] = call  # behind those that ended before it

    # ----

    def _new(self, call: CallInfo) -> _Call:
        now_s = self._monotonic()
        return _Call(call, now_s + self._settings.announced_ttl_s, now_s + KEPT_S)

    def _lapsed(self, call: _Call) -> bool:
        return call.stage is _Stage.ANNOUNCED and call.admitted_until_s <= self._monotonic()

    def _find(self, call_id: UUID) -> _Call | None:
        call = self._calls.get(call_id)
        if call is None or (call.stage is not _Stage.ACTIVE and call.forgotten_at_s <= self._monotonic()):
            return None
        return call

    def _forget(self) -> None:
        now_s = self._monotonic()
        if now_s - self._swept_s < SWEEP_S:
            return
        self._swept_s = now_s
        waiting = [(call_id, call) for call_id, call in self._calls.items() if call.stage is not _Stage.ACTIVE]
        too_many = len(waiting) - MAX_KEPT
        for n, (call_id, call) in enumerate(waiting):
            if call.forgotten_at_s <= now_s or n < too_many:
                del self._calls[call_id]
