"""A call that Asterisk announced and we sent to the operators is in the journal too."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import structlog

from callcenter import metrics
from callcenter.errors import RefusalReason, RegistryError
from callcenter.ports import CallExchange, CallInfo, Journal
from callcenter.records import (
    CallEnded,
    CallStarted,
    EventRecorded,
    HandoverBegun,
    HangupBy,
    Outcome,
    Scenario,
    TransferReason,
)

log = structlog.get_logger(__name__)


class Refusals:
    def __init__(self, exchange: CallExchange, journal: Journal) -> None:
        self._exchange, self._journal = exchange, journal
        self._looking: set[asyncio.Task[None]] = set()

    def note(self, call: CallInfo, reason: RefusalReason) -> None:
        """It was refused when it was announced."""
        key = call.call_id, call.started_at
        self._journal.write(CallStarted(*key, call.caller_id, call.called_id, call.language))
        self._journal.write(EventRecorded(*key, 0, datetime.now(UTC), "refused", {"reason": reason.value}))
        # there is nothing to tell but that the caller is in the queue, and has talked to nobody
        refused = TransferReason.REFUSED
        self._journal.write(HandoverBegun(*key, datetime.now(UTC), refused, Scenario.OTHER, call.language))
        self._journal.write(
            CallEnded(
                *key,
                ended_at=datetime.now(UTC),
                outcome=Outcome.REFUSED,
                hangup_by=HangupBy.AGENT,
                scenario=Scenario.OTHER,
                language=call.language,
                transfer_reason=refused,
            )
        )
        metrics.calls_total.labels(Scenario.OTHER.value, Outcome.REFUSED.value).inc()
        metrics.transfers_total.labels(refused.value).inc()

    def note_connection(self, call_id: UUID, reason: RefusalReason) -> None:
        """Its connection was refused; who it is has still to be looked up."""
        task = asyncio.get_running_loop().create_task(self._look_up(call_id, reason))
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def _look_up(self, call_id: UUID, reason: RefusalReason) -> None:
        try:
            call = await self._exchange.waiting(call_id)
        except RegistryError:
            log.warning("refused_call_not_journaled", call_id=str(call_id), why="the call registry does not answer")
            return
        if call is not None:
            self.note(call, reason)

    async def aclose(self) -> None:
        """Everything is written."""
        if self._looking:
            await asyncio.wait(self._looking)
