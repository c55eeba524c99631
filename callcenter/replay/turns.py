"""Recorded calls under several settings of turn taking: cut-offs against delay.

Nobody knows from a recording where a turn truly ended. A caller who speaks again within 1.5 s of a decided end was
probably cut off; the delay is the silence before the decision. The words are not recognized again: the settings are
compared by silence, and by the voice where they ask it.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, quantiles

from pydantic import ValidationError

from callcenter.audio import SAMPLE_BYTES
from callcenter.config import TurnSettings, VadSettings
from callcenter.ports import Activity
from callcenter.replay.endpointing import Decision, Pause, Vote, decide
from callcenter.replay.recordings import Recording, ReplayError
from callcenter.vad.silero import WINDOW_MS, SileroDetector
from callcenter.vad.smart_turn import Network

RESUMED_WITHIN_MS = 1500
VOICE_AFTER_MS = 40
"""What a vote takes."""


@dataclass(frozen=True, slots=True)
class Heard:
    recording: Recording
    activities: Sequence[Activity]


@dataclass(frozen=True, slots=True)
class Row:
    settings: str
    turns: int
    cut_off: int
    """Probably."""
    delay_p50_ms: float | None
    """None where there was no turn, or nobody noted it."""
    delay_p90_ms: float | None

    @property
    def cut_off_pct(self) -> float:
        return round(100 * self.cut_off / self.turns, 1) if self.turns else 0.0


def parse_settings(text: str, shipped: TurnSettings) -> TurnSettings:
    """ "silence_ms=500,smart_turn=off" over the shipped ones. Raises ReplayError that names the wrong key."""
    pairs = [each.partition("=") for each in text.split(",")]
    changed = {key.strip(): value.strip() for key, _, value in pairs}
    try:
        return TurnSettings.model_validate(shipped.model_dump() | changed)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise ReplayError(f"--set {text}: {fault['loc'][0]}: {fault['msg']}") from error


async def hear(recordings: Iterable[Recording]) -> list[Heard]:
    detector = SileroDetector()
    await detector.start()

    async def one(recording: Recording) -> Heard:
        return Heard(recording, await detector.open(recording.rate_hz).feed(recording.pcm))

    try:
        return list(await asyncio.gather(*map(one, recordings)))
    finally:
        await detector.aclose()


def compare(heard: Sequence[Heard], settings: dict[str, TurnSettings], vad: VadSettings) -> list[Row]:
    """A row for what was decided live, where every recording tells, and one for each of the settings."""
    replayer = _Replayer(Network())
    rows = [_row(name, [replayer.decide(each, turn, vad) for each in heard]) for name, turn in settings.items()]
    if heard and all(each.recording.ended_ms is not None for each in heard):
        finest = TurnSettings(silence_ms=200, complete_silence_ms=200, dictation_silence_ms=200, smart_turn="off")
        rows.insert(0, _row_of_live(heard, [replayer.decide(each, finest, vad) for each in heard]))
    return rows


class _Replayer:
    """What the voice says of a pause is asked once."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._votes: dict[tuple[str, Pause], float] = {}

    def decide(self, heard: Heard, turn: TurnSettings, vad: VadSettings) -> list[Decision]:
        recording = heard.recording
        bytes_a_ms = recording.rate_hz // 1000 * SAMPLE_BYTES

        def voice(pause: Pause) -> Vote:
            if (key := (recording.name, pause)) not in self._votes:
                start_ms = max(0, pause.started_ms - turn.pre_roll_ms)
                pcm = recording.pcm[start_ms * bytes_a_ms : pause.at_ms * bytes_a_ms]
                self._votes[key] = self._network.vote(pcm, recording.rate_hz)
            return Vote(VOICE_AFTER_MS, self._votes[key])

        return list(decide(heard.activities, WINDOW_MS, turn, vad, voice=voice))


def _row(settings: str, decided: Sequence[Sequence[Decision]]) -> Row:
    delays = [decision.silence_ms for decisions in decided for decision in decisions]
    cut_off = sum(
        after.started_ms - before.at_ms < RESUMED_WITHIN_MS
        for decisions in decided
        for before, after in pairwise(decisions)
    )
    p90 = quantiles(delays, n=10)[-1] if len(delays) > 1 else None
    return Row(settings, len(delays), cut_off, median(delays) if delays else None, p90)


def _row_of_live(heard: Sequence[Heard], spoken: Sequence[Sequence[Decision]]) -> Row:
    """`spoken`: every piece of speech, for knowing where the caller went on."""
    ends = [
        (end_ms, pieces) for each, pieces in zip(heard, spoken, strict=True) for end_ms in each.recording.ended_ms or ()
    ]
    cut_off = sum(
        any(0 <= piece.started_ms - end_ms < RESUMED_WITHIN_MS for piece in pieces) for end_ms, pieces in ends
    )
    return Row("as decided live", len(ends), cut_off, None, None)
