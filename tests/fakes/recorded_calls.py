"""Records of a call, as a session writes them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from callcenter.records import (
    CallEnded,
    CallStarted,
    Change,
    ChangeOutcome,
    ChangeRecorded,
    EventRecorded,
    Found,
    HandoverBegun,
    HangupBy,
    Outcome,
    Record,
    Scenario,
    Speaker,
    ToolCallRecorded,
    TransferReason,
    TurnRecorded,
)

TIMELINE = {
    "endpoint": 380,
    "transcript": 210,
    "first_token": 395,
    "first_sentence": 410,
    "first_audio": 470,
    "heard": 2630,
}
DRAFT = {"status": "draft", "items": [{"name": "Nokian Hakka 205/55 R16", "quantity": 4}], "total": 16800.0}
FOUND = Found(
    wishes={"season": "winter", "vehicle_make": "Toyota"},
    matches=6,
    tires=("Nokian Hakka 205/55 R16, 4200 UAH", "Rosava Snowgard 205/55 R16, 2100 UAH"),
    orders=("412345: on its way",),
    articles=("How long tires last",),
    times=("2026-11-27 10:00 11:30",),
    order={"id": "7", **DRAFT, "delivery": "Lviv", "payment": "cod"},
    booking={"object": "booking:3", "station": "Kolo Podil", "date": "2026-11-27", "time": "10:00"},
    done=({"action": "booking.cancel", "object": "booking:2"}, {"action": "callback", "topic": "winter tires"}),
    refused=(
        {
            "action": "order.draft",
            "object": "order",
            "reason": "bad_arguments",
            "items": [{"name": "Nokian Hakka 205/55 R16", "quantity": "400"}],
        },
    ),
    unsure=({"action": "order.delivery", "object": "order:7", "reason": "store: timeout", "told": "Please look."},),
)
STARTED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


class RecordedCall:
    def __init__(
        self, call_id: UUID | None = None, started_at: datetime = STARTED_AT, caller_id: str | None = "+380671234567"
    ) -> None:
        self.call_id = call_id or uuid4()
        self.started_at = started_at
        self.caller_id = caller_id

    def started(self, language: str = "en") -> CallStarted:
        return CallStarted(self.call_id, self.started_at, self.caller_id, "100", language)

    def said(self, number: int, content: str, *, model: str | None = None, **more: object) -> TurnRecorded:
        """The bot has the even turns, the caller the odd ones."""
        speaker = Speaker.CUSTOMER if number % 2 else Speaker.BOT
        heard = None if number % 2 else content
        known = {"content_heard": heard, "language": "en", "model": model, **more}
        turn = TurnRecorded(self.call_id, self.started_at, number, speaker, self.at(number), content)
        return replace(turn, **known)  # type: ignore[arg-type]  # names and values of a test

    def tool(self, sequence: int = 0, result: object = None) -> ToolCallRecorded:
        arguments = {"vehicle_make": "Toyota", "season": "winter"}
        return ToolCallRecorded(
            self.call_id, self.started_at, 2, sequence, self.at(2), "search_tires", arguments, result, 40, True
        )

    def event(self, sequence: int = 0, kind: str = "barge_in", **detail: object) -> EventRecorded:
        return EventRecorded(self.call_id, self.started_at, sequence, self.at(sequence), kind, detail)

    def change(self, sequence: int = 0, **more: object) -> ChangeRecorded:
        made = replace(Change("order.draft", ChangeOutcome.DONE, "order:7", after=DRAFT), **more)  # type: ignore[arg-type]
        return ChangeRecorded(self.call_id, self.started_at, sequence, self.at(3), "agent:rules", made)

    def handover(self, **more: object) -> HandoverBegun:
        reason, scenario = TransferReason.CUSTOMER_REQUEST, Scenario.ORDER_CREATION
        told = HandoverBegun(
            *(self.call_id, self.started_at, self.at(4), reason, scenario, "en"),
            summary="Tires: winter, for Toyota Camry.",
            found=FOUND,
        )
        return replace(told, **more)  # type: ignore[arg-type]  # names and values of a test

    def ended(self, outcome: Outcome = Outcome.RESOLVED, after_s: float = 60) -> CallEnded:
        ended_at = self.started_at + timedelta(seconds=after_s)
        return CallEnded(self.call_id, self.started_at, ended_at, outcome, HangupBy.CALLER, Scenario.TIRE_SEARCH, "en")

    def at(self, seconds: float) -> datetime:
        return self.started_at + timedelta(seconds=min(abs(seconds), 3600))

    def all(self) -> Sequence[Record]:
        """A short call from end to end."""
        return [
            self.started(),
            self.said(0, "Good morning, tire shop. How can I help?"),
            self.said(1, "Winter tires for a Toyota Camry, please", stt_confidence=0.9, stt_audio_ms=3000),
            self.tool(result=[{"model": "Nokian Hakkapeliitta", "price": 4200}]),
            self.said(2, "I have", model="rules", interrupted=False, content_heard="I have"),
            self.event(),
            self.said(
                2,
                "I have Nokian for 4200",
                model="rules",
                interrupted=True,
                content_heard="I have Nokian",
                timeline=TIMELINE,
                response_latency_ms=TIMELINE["first_audio"],
                endpoint_reason="words",
                speculation="kept",
                stt_backend="pocketsphinx",
                tts_backend="espeak",
                articles=("faq/how-long-tires-last",),
            ),
            self.ended(),
        ]
