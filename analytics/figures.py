"""The figures of one call, from its turns and tool calls. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

HEARD_CHARACTERS_PER_S = 14.0
"""Of our voice, about: what was heard of a turn is known in words, not in seconds."""
LATENCIES = ("response_latency_ms", "stt_latency_ms", "llm_latency_ms", "tts_latency_ms")


@dataclass(frozen=True, slots=True)
class Turn:
    """What of a turn counts."""

    turn_number: int
    speaker: str
    content: str = ""
    content_heard: str | None = None
    interrupted: bool = False
    rejected: bool = False
    response_latency_ms: int | None = None
    stt_latency_ms: int | None = None
    llm_latency_ms: int | None = None
    tts_latency_ms: int | None = None
    model: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    tts_characters: int = 0
    stt_audio_ms: int = 0
    grammar: str | None = None
    stt_backend: str | None = None
    tts_backend: str | None = None
    wasted_tokens_in: int = 0
    wasted_tokens_out: int = 0
    wasted_tts_characters: int = 0
    wasted_stt_audio_ms: int = 0


@dataclass(frozen=True, slots=True)
class Percentiles:
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Figures:
    customer_turns: int
    bot_turns: int
    interrupted_turns: int
    rejected_turns: int
    tool_calls: int
    failed_tool_calls: int
    latencies: dict[str, Percentiles]
    """By the name of the turn's column; absent when no turn has it."""
    customer_talk_share: float | None
    """Of the call's time; None for a call without any."""
    bot_talk_share: float | None
    """Estimated from the words that were heard."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def figures(turns: Sequence[Turn], tool_successes: Sequence[bool], duration_s: float) -> Figures:
    bot = [turn for turn in turns if turn.speaker == "bot"]
    customer = [turn for turn in turns if turn.speaker == "customer"]
    latencies = {}
    for name in LATENCIES:
        if values := [value for turn in turns if (value := getattr(turn, name)) is not None]:
            latencies[name] = Percentiles(percentile(values, 0.5), percentile(values, 0.95))
    heard = sum(len(turn.content if turn.content_heard is None else turn.content_heard) for turn in bot)
    return Figures(
        customer_turns=len(customer),
        bot_turns=len(bot),
        interrupted_turns=sum(turn.interrupted for turn in turns),
        rejected_turns=sum(turn.rejected for turn in turns),
        tool_calls=len(tool_successes),
        failed_tool_calls=sum(not success for success in tool_successes),
        latencies=latencies,
        customer_talk_share=_share(sum(turn.stt_audio_ms for turn in customer) / 1000, duration_s),
        bot_talk_share=_share(heard / HEARD_CHARACTERS_PER_S, duration_s),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Linear between the two nearest values (numpy's default). `values` may not be empty."""
    ordered = sorted(values)
    position = (len(ordered) - 1) * share
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (position - low), 3)


def _share(talked_s: float, duration_s: float) -> float | None:
    return round(min(talked_s / duration_s, 1.0), 4) if duration_s > 0 else None
