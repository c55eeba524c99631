"""End of turn on the turn-taking set: how often a caller is cut off, and how long the others wait.

Real silero, real smart-turn and the real turn detector with the shipped settings, in the audio's own time. The words
are those of a flawless recognizer, 90 ms after the pause; `without_words` is a recognizer that understands nothing.
Compared with a fixed silence, and with smart-turn alone as other frameworks use it: "complete" ends the turn, else 3 s
of silence do.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Literal

from callcenter.audio import SAMPLE_BYTES
from callcenter.bench.report import Run
from callcenter.bench.turn_set import Half, Turn, make_turns
from callcenter.config import TurnSettings, VadSettings
from callcenter.pipeline.completeness import completeness
from callcenter.ports import Activity, Expectation, Transcript
from callcenter.replay.endpointing import Decision, Pause, Vote, Voter, decide, silent_voter
from callcenter.vad.silero import WINDOW_MS, SileroDetector
from callcenter.vad.smart_turn import Network

WORDS_AFTER_MS = 90
VOICE_AFTER_MS = 40
COMPLETE_VOICE = 0.5
RATE_HZ: Literal[8000] = 8000
"""Of the turns."""
BYTES_A_MS = RATE_HZ // 1000 * SAMPLE_BYTES


@dataclass(frozen=True, slots=True)
class Way:
    """To find the end of a turn."""

    settings: TurnSettings = field(default_factory=TurnSettings)
    words: bool = False
    voice: bool = False
    voice_alone: bool = False
    """What the voice says decides, whatever the words are."""


def _fixed(silence_ms: int) -> Way:
    return Way(TurnSettings(silence_ms=silence_ms, dictation_silence_ms=silence_ms))


WAYS = {
    "fixed_500": _fixed(500),
    "fixed_700": _fixed(700),
    "fixed_800": _fixed(800),
    "smart_turn_alone": Way(
        TurnSettings(pause_ms=200, complete_silence_ms=200, silence_ms=3000, incomplete_silence_ms=3000),
        voice_alone=True,
    ),
    "without_words_or_voice": Way(),
    "without_words": Way(voice=True),
    "without_voice": Way(words=True),
    "ours": Way(words=True, voice=True),
}


@dataclass(frozen=True, slots=True)
class Heard:
    turn: Turn
    activities: Sequence[Activity]


@dataclass(slots=True)
class Outcome:
    """Of one way over many turns."""

    turns: int = 0
    cut_off: int = 0
    missed: int = 0
    """Never taken for a turn at all."""
    delays_ms: list[int] = field(default_factory=list)
    guesses: int = 0
    """Answers prepared."""

    def add(self, turn: Turn, decision: Decision | None) -> None:
        self.turns += 1
        if decision is None:
            self.missed += 1
            return
        self.guesses += decision.pauses
        if decision.at_ms < turn.ends_ms:
            self.cut_off += 1
        else:
            self.delays_ms.append(decision.at_ms - turn.ends_ms)

    def figures(self, name: str) -> dict[str, float | None]:
        delays = self.delays_ms
        return {
            f"{name}.cut_off_pct": round(100 * self.cut_off / self.turns, 2),
            f"{name}.delay_p50_ms": median(delays) if delays else None,
            f"{name}.delay_p90_ms": round(quantiles(delays, n=10)[-1]) if len(delays) > 1 else None,
        }


class Electorate:
    """Asks the voters of one set of turns; what the voice says of a pause is asked once."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._votes: dict[tuple[str, Pause], float] = {}

    def voice(self, turn: Turn, pause: Pause) -> float:
        if (turn.name, pause) not in self._votes:
            start = max(0, pause.started_ms - TurnSettings().pre_roll_ms) * BYTES_A_MS
            pcm = turn.pcm[start : pause.at_ms * BYTES_A_MS]
            self._votes[turn.name, pause] = self._network.vote(pcm, RATE_HZ)
        return self._votes[turn.name, pause]

    def decide(self, heard: Heard, way: Way) -> Decision | None:
        """When the turn was first taken for over; None when it never was."""
        turn = heard.turn
        words: Voter = silent_voter
        if way.words:
            words = lambda pause: Vote(WORDS_AFTER_MS, _by_words(turn, pause))  # noqa: E731  # next to its sibling
        elif way.voice_alone:
            words = lambda pause: Vote(VOICE_AFTER_MS, self.voice(turn, pause) > COMPLETE_VOICE)  # noqa: E731
        decisions = decide(
            heard.activities,
            WINDOW_MS,
            way.settings,
            VadSettings(),
            words=words,
            voice=(lambda pause: Vote(VOICE_AFTER_MS, self.voice(turn, pause))) if way.voice else silent_voter,
            dictation=turn.dictation and not way.voice_alone,
        )
        return next(decisions, None)


def _by_words(turn: Turn, pause: Pause) -> float:
    transcript = Transcript(turn.words_at(pause.at_ms), turn.language, 1.0, pause.at_ms, WORDS_AFTER_MS, "flawless")
    return completeness(transcript, Expectation(dictation=turn.dictation))


async def measure(half: Half | None, *, seed: int = 3, share: float = 1.0) -> Run:
    """One set, made of this seed. Raises BenchError or ConfigurationError where it cannot be made."""
    turns = await asyncio.to_thread(lambda: list(make_turns(half, share=share, seed=seed)))
    heard = await hear(turns)
    return await asyncio.to_thread(_compare, heard)


async def hear(turns: Sequence[Turn]) -> list[Heard]:
    detector = SileroDetector()
    await detector.start()

    async def one(turn: Turn) -> Heard:
        return Heard(turn, await detector.open(RATE_HZ).feed(turn.pcm))

    try:
        return list(await asyncio.gather(*map(one, turns)))
    finally:
        await detector.aclose()


def _compare(heard: Sequence[Heard]) -> Run:
    electorate = Electorate(Network())
    figures: dict[str, float | None] = {"turns": len(heard)}
    kinds: defaultdict[str, Outcome] = defaultdict(Outcome)
    for name, way in WAYS.items():
        outcome = Outcome()
        for each in heard:
            decision = electorate.decide(each, way)
            outcome.add(each.turn, decision)
            if name == "ours":
                kinds[each.turn.kind].add(each.turn, decision)
                if len(each.turn.spoken) > 1:
                    kinds["with_a_pause"].add(each.turn, decision)
        figures |= outcome.figures(name)
        if name == "ours":
            figures |= {"ours.guesses_a_turn": outcome.guesses / outcome.turns, "ours.missed": outcome.missed}
    for kind, outcome in kinds.items():
        figures |= outcome.figures(f"ours.{kind}")
    return Run(figures)
