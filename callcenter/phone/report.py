"""What is told of a call."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from callcenter.audiosocket.client import SendingFigures
from callcenter.phone.conversation import EndedBy
from callcenter.phone.hearing import Ear
from callcenter.phone.script import TurnResult


@dataclass(frozen=True, slots=True)
class Line:
    """How the audio came."""

    frames_received: int
    frames_late: int
    """Came more than 40 ms after the frame before."""
    jitter_ms_p50: float
    jitter_ms_p99: float
    jitter_ms_max: float
    own_late_ms_p99: float
    """The phone's own lateness: large against what is judged, the machine was busy and the figures say little."""


@dataclass(frozen=True, slots=True)
class CallReport:
    call_id: UUID
    announced: str
    """The media server's answer to the announcement: "ok", "full" or "refused"."""
    first_frame_ms: float | None
    """UUID sent to first frame, silent or not."""
    greeting_latency_ms: int | None
    """UUID sent to first audible sample."""
    greeting_ms: int | None
    said: tuple[str, ...]
    turns: tuple[TurnResult, ...]
    ended_by: EndedBy
    next: str
    """Where the dialplan takes the caller now: "queue" (the operators) or "bye"."""
    duration_s: float
    line: Line

    @property
    def answered(self) -> bool:
        """Everything that the caller said was answered."""
        answered = sum(turn.answer_ms is not None for turn in self.turns)
        return self.ended_by != "failure" and self.announced == "ok" and answered == len(self.said)

    def as_json(self) -> dict[str, Any]:
        turns = [{"said": self.said[turn.number], **asdict(turn)} for turn in self.turns]
        return {**asdict(self), "call_id": str(self.call_id), "turns": turns, "answered": self.answered}


def measure_line(ear: Ear, figures: SendingFigures) -> Line:
    jitter_ms = ear.jitter_ms()
    return Line(
        frames_received=len(ear.arrivals_s),
        frames_late=ear.late_frames(),
        jitter_ms_p50=_percentile(jitter_ms, 50),
        jitter_ms_p99=_percentile(jitter_ms, 99),
        jitter_ms_max=_percentile(jitter_ms, 100),
        own_late_ms_p99=_percentile(sorted(late_s * 1000 for late_s in figures.late_s), 99),
    )


def _percentile(values: list[float], percent: int) -> float:
    """Of sorted values."""
    return round(values[min(len(values) - 1, len(values) * percent // 100)], 2) if values else 0.0
