"""The turn-taking set: turns of callers whose true end is known, made anew each time from a seed (all but the breath
of espeak-ng's consonants, which it draws itself).

espeak-ng says the phrases of turn_phrases_*.yaml in fourteen voices at several speeds, and people's recordings
(tests/data/speech) are cut between words and put together again, at other heights and speeds. Between the pieces
lie pauses of 200 to 1200 ms (lognormal, median 430 ms, those between groups of digits 480 ms; a third lasts over half a
second), filled like everything else with the noise of the line, 20 to 35 dB under the voice: hiss, hum of the mains, or
both; then the telephone's band and A-law.

What it is not: conversation. A synthetic voice does not slow down before a pause as people do, its tone says less than
theirs, and its text is known: `Turn.words_at` is what a flawless recognizer without punctuation would have heard,
hesitations left out for every other caller as most recognizers do. Four turns of five hold a pause, which no shop's
callers do: the share of false cut-offs is that of people who stop to think, not of calls. `clause` holds pauses where
the thought could be over: nobody can tell there, from the words, and a fast answer costs some of them.

Halves share no phrase. Those of the reported half were written by somebody who had seen neither our words and rules nor
the other half. People's recordings are few: they are split by hash, and rules were once mended after looking at both.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Literal

import numpy as np
import numpy.typing as npt
import yaml

from callcenter.audio import LINE_RATE_HZ
from callcenter.bench.recorded_speech import PACES, SPOKEN_BY_PEOPLE, ZIPS, recording
from callcenter.dialogue.words import normalize
from callcenter.ports import Language
from callcenter.stt.synthetic import ENGLISH, Caller, Mouths, quantize_a_law

Half = Literal["tune", "report"]
Samples = npt.NDArray[np.float64]

PER_MS = LINE_RATE_HZ // 1000
LEAD_MS = 600
TAIL_MS = 2600
"""Of line noise after the end: longer than any wait."""
VOICES: Mapping[Language, tuple[Caller, ...]] = {
    "en": tuple(
        replace(caller, words_per_minute=caller.words_per_minute + 20 * (i % 3 - 1)) for i, caller in enumerate(ENGLISH)
    ),
    "uk": (Caller("uk", 160, 50), Caller("uk+f2", 150, 55), Caller("uk+m3", 175, 40)),
    "ru": (Caller("ru", 160, 50), Caller("ru+f2", 150, 55), Caller("ru+m3", 175, 40)),
}
COUNTS: Mapping[Half, Mapping[str, int]] = {
    "tune": {"plain": 85, "pause": 116, "clause": 45, "hesitation": 60, "dictation": 48, "human": 48},
    "report": {"plain": 44, "pause": 60, "clause": 17, "hesitation": 35, "dictation": 29, "human": 48},
}
"""Of `human` the half that belongs there is taken."""
HESITATION_WORDS_PER_MINUTE = 80
STUDIO_DB, ROOM_DB = 38.0, 22.0
"""How far under the voice the silence around it is, of espeak-ng and of people."""


@dataclass(frozen=True, slots=True)
class Piece:
    samples: Samples
    text: str
    """What a recognizer hears in it; "" for a hesitation that it leaves out."""


@dataclass(frozen=True, slots=True)
class Turn:
    name: str
    kind: str
    language: Language
    half: Half
    dictation: bool
    """The agent has asked for digits or an address."""
    pcm: bytes
    """The caller's side of the line at 8 kHz."""
    spoken: tuple[tuple[int, str], ...]
    """The end of each piece, in ms, and the words up to there."""

    @property
    def ends_ms(self) -> int:
        return self.spoken[-1][0]

    @property
    def starts_ms(self) -> int:
        return LEAD_MS

    def words_at(self, at_ms: int) -> str:
        """Said by then. A piece counts once it is over: the question is only put in pauses."""
        return next((words for end_ms, words in reversed(self.spoken) if end_ms <= at_ms), "")


def make_turns(half: Half | None = None, *, share: float = 1.0, seed: int = 3) -> Iterator[Turn]:
    """`share` of each kind (the suite wants a few). Raises BenchError without the recordings, and ConfigurationError
    without espeak-ng."""
    with Mouths() as mouths:
        for which, counts in COUNTS.items():
            for kind, count in counts.items() if half in (None, which) else ():
                for number in range(round(count * share)):
                    rng = np.random.default_rng([seed, *kind.encode(), number])
                    turn = _by_people(number, rng) if kind == "human" else _by_espeak(mouths, which, kind, number, rng)
                    if turn.half == which:
                        yield turn


def half_of(phrase: str) -> Half:
    return "tune" if hashlib.sha256(f"turn set: {phrase}".encode()).digest()[0] % 2 else "report"


def _phrases(half: Half, kind: str) -> list[tuple[Language, str]]:
    file = resources.files(__package__).joinpath(f"turn_phrases_{half}.yaml")
    texts = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [(language, phrase) for language, kinds in texts.items() for phrase in kinds.get(kind, ())]


def _by_espeak(mouths: Mouths, half: Half, kind: str, number: int, rng: np.random.Generator) -> Turn:
    phrases = _phrases(half, kind)
    language, phrase = phrases[number % len(phrases)]
    caller = VOICES[language][rng.integers(len(VOICES[language]))]
    keeps_hesitations = number % 2 == 0
    pieces: list[list[Piece]] = []
    for text in phrase.split("|"):
        said, _, hesitation = text.strip().removesuffix(">").partition("<")
        parts = []
        if said.strip():
            tone = "" if said.strip()[-1] in ".,?!" else ","
            parts.append(Piece(_speech(mouths, said.strip() + tone, caller), said))
        if hesitation:
            slow = replace(caller, words_per_minute=HESITATION_WORDS_PER_MINUTE)
            parts.append(Piece(_speech(mouths, f"{hesitation},", slow), hesitation if keeps_hesitations else ""))
        pieces.append(parts)
    return _assemble(f"{half}-{kind}-{number}", kind, language, half, pieces, rng)


def _by_people(number: int, rng: np.random.Generator) -> Turn:
    parts = SPOKEN_BY_PEOPLE[number % len(SPOKEN_BY_PEOPLE)]
    pace = PACES[number // len(SPOKEN_BY_PEOPLE) % len(PACES)]
    pieces = [[Piece(_level(_trim(recording(part, pace), ROOM_DB)), part.text)] for part in parts]
    half = half_of(" | ".join(part.text for part in parts))
    return _assemble(f"human-{number}", "human", "en", half, pieces, rng, dictation=parts[0] in ZIPS)


def _assemble(
    name: str,
    kind: str,
    language: Language,
    half: Half,
    pieces: list[list[Piece]],
    rng: np.random.Generator,
    *,
    dictation: bool = False,
) -> Turn:
    dictation = dictation or kind == "dictation"
    line, spoken, words = [np.zeros(LEAD_MS * PER_MS)], list[tuple[int, str]](), ""
    for i, parts in enumerate(pieces):
        for j, piece in enumerate(parts):
            line += [np.zeros(60 * PER_MS)] * bool(j) + [piece.samples]
            words = f"{words} {normalize(piece.text)}".strip()
        spoken.append((sum(part.size for part in line) // PER_MS, words))
        pause_ms = TAIL_MS if i == len(pieces) - 1 else _pause_ms(rng, dictation)
        line.append(np.zeros(pause_ms * PER_MS))
    pcm = _over_the_telephone(np.concatenate(line), rng)
    return Turn(name, kind, language, half, dictation, pcm, tuple(spoken))


def _pause_ms(rng: np.random.Generator, dictation: bool) -> int:
    median, sigma = (480, 0.4) if dictation else (430, 0.5)
    return round(float(np.clip(median * np.exp(rng.normal(0, sigma)), 200, 1200)))


def _speech(mouths: Mouths, text: str, caller: Caller) -> Samples:
    samples = np.frombuffer(mouths.say(text, caller), "<i2").astype(np.float64)
    return _level(_trim(samples, STUDIO_DB))


def _trim(samples: Samples, below_db: float) -> Samples:
    """Without the silence around it; a last consonant this far under the loudest vowel still belongs to it."""
    frame = 10 * PER_MS
    count = samples.size // frame
    power = np.mean(samples[: count * frame].reshape(count, frame) ** 2, axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (-below_db / 10))
    return samples[loud[0] * frame : (loud[-1] + 1) * frame]


def _level(samples: Samples) -> Samples:
    """RMS of 1."""
    return samples / max(1e-9, float(np.sqrt(np.mean(samples**2))))


def _over_the_telephone(line: Samples, rng: np.random.Generator) -> bytes:
    level_dbfs, snr_db, noise = rng.uniform(-32, -20), rng.uniform(20, 35), rng.choice(["hiss", "hum", "both"])
    rms = 32768 * 10 ** (level_dbfs / 20)
    under = 10 ** (-snr_db / 20)
    hiss = rng.standard_normal(line.size)
    time_s = np.arange(line.size) / LINE_RATE_HZ
    hum = np.zeros(line.size)
    for k in (2, 4, 6, 8, 12):
        hum += np.sin(2 * np.pi * 50 * k * time_s + rng.uniform(0, 6)) / k**0.5
    mixed = {"hiss": _level(hiss), "hum": _level(hum + 0.1 * hiss), "both": _level(_level(hiss) + _level(hum))}[noise]
    return quantize_a_law(telephone_band(line + mixed * under) * rms)


def telephone_band(samples: Samples) -> Samples:
    """300 to 3400 Hz, 8 kHz."""
    taps = np.arange(-64, 65)
    window = np.hamming(taps.size)
    low_pass = 2 * 3400 / LINE_RATE_HZ * np.sinc(2 * 3400 / LINE_RATE_HZ * taps)
    below_band = 2 * 300 / LINE_RATE_HZ * np.sinc(2 * 300 / LINE_RATE_HZ * taps)
    return np.convolve(samples, (low_pass - below_band) * window, "same")
