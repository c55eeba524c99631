"""How well the embedded recognizer understands and refuses: `python -m callcenter.stt.bench`.

Synthetic voices on a telephone line (8 kHz, A-law, 22 dB of noise) say sentences of the shop's grammars, and what is
in none of them; recordings (--recordings FOLDER of WAV files) count as more of the latter. The figures compare
settings: they do not promise how well people will be understood.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

import numpy as np

from callcenter.audio import LINE_RATE_HZ, duration_ms
from callcenter.dialogue import jsgf
from callcenter.dialogue.grammar import build_grammars, sentences
from callcenter.errors import CallCenterError
from callcenter.ports import Grammar
from callcenter.shop import Shop
from callcenter.stt.foreign_speech import foreign_speech
from callcenter.stt.rejection import confidence
from callcenter.stt.sphinx_engine import LINE_MEANS, Engine, engine_config
from callcenter.stt.synthetic import ENGLISH, Mouths, over_the_line, recorded

PIECE_BYTES = 3200


@dataclass(slots=True)
class StateFigures:
    """Of one grammar."""

    state: str
    sentences: int
    """That the grammar accepts."""
    said: int = 0
    right: int = 0
    """Word for word, and not refused."""
    refused: int = 0
    """False rejections."""
    foreign: Counter[str] = field(default_factory=Counter)
    """Tries by kind."""
    foreign_refused: Counter[str] = field(default_factory=Counter)
    ratios: list[float] = field(default_factory=list)
    """Likelihood ratios of what was said of the grammar, for setting thresholds."""


@dataclass(slots=True)
class Figures:
    states: list[StateFigures]
    real_time_factor: float
    """CPU seconds a second of audio."""

    @property
    def right(self) -> float:
        return sum(state.right for state in self.states) / sum(state.said for state in self.states)

    @property
    def false_rejection(self) -> float:
        return sum(state.refused for state in self.states) / sum(state.said for state in self.states)

    def foreign_rejection(self, kinds: Iterable[str] = ()) -> float:
        """Of these kinds, or of all but noise."""
        wanted = set(kinds) or {kind for state in self.states for kind in state.foreign if kind != "noise"}
        tried = sum(state.foreign[kind] for state in self.states for kind in wanted)
        return sum(state.foreign_refused[kind] for state in self.states for kind in wanted) / max(1, tried)


class Listener:
    """The engine in this process, without the workers around it."""

    def __init__(self, grammars: Mapping[str, Grammar]) -> None:
        self._engine = Engine(engine_config(grammars, ready=1))
        self.audio_s = self.cpu_s = 0.0

    def hear(self, state: str, pcm: bytes) -> tuple[str, float, bool]:
        """What was understood, the likelihood ratio, and whether it is refused."""
        began_s = time.process_time()
        options = {"grammar": state, "choices": [], "means": LINE_MEANS, "rate_hz": LINE_RATE_HZ}
        job = self._engine.open("recognize", options)
        for at in range(0, len(pcm), PIECE_BYTES):
            job.feed(pcm[at : at + PIECE_BYTES])
        (result,) = job.finish()
        self.cpu_s += time.process_time() - began_s
        self.audio_s += duration_ms(len(pcm), LINE_RATE_HZ) / 1000
        text, ratio = result.values["text"], result.values["likelihood_ratio"]
        return text, -1.0 if ratio is None else ratio, confidence(ratio) < 0.5


def measure(
    grammars: Mapping[str, Grammar], said: Mapping[str, Sequence[str]], foreign: Sequence[tuple[str, bytes]]
) -> Figures:
    """`said`: sentences by grammar; `foreign`: kind and line audio, heard by every grammar of `said`."""
    listener = Listener(grammars)
    rng = np.random.default_rng(0)
    states = []
    with Mouths() as mouths:
        for state, texts in said.items():
            figures = StateFigures(state, grammars[state].size)
            for number, text in enumerate(texts):
                pcm = over_the_line(mouths.say(text, ENGLISH[number % len(ENGLISH)]), rng)
                heard, ratio, refused = listener.hear(state, pcm)
                figures.said += 1
                figures.refused += refused
                figures.right += heard == text and not refused
                figures.ratios.append(ratio)
            for kind, pcm in foreign:
                figures.foreign[kind] += 1
                figures.foreign_refused[kind] += listener.hear(state, pcm)[2]
            states.append(figures)
    return Figures(states, listener.cpu_s / listener.audio_s)


def foreign_audio(every: int = 1, recordings: Path | None = None) -> list[tuple[str, bytes]]:
    """Each `every`th piece of foreign speech over a telephone line, and all recordings."""
    rng = np.random.default_rng(1)
    with Mouths() as mouths:
        audio = [
            (kind, over_the_line(mouths.say(text, caller), rng)) for kind, text, caller in foreign_speech()[::every]
        ]
    for file in sorted(recordings.rglob("*.wav")) if recordings else ():
        kind = "noise" if "noise" in file.parts else "recorded"
        audio += [(kind, over_the_line(piece, rng)) for piece in recorded(file)]
    return audio


def shop_sentences(shop: Shop, tries: int, seed: int = 0) -> dict[str, list[str]]:
    """Sentences drawn from each of the shop's grammars."""
    random = Random(seed)  # noqa: S311  # the same sentences each time
    return {
        state: [jsgf.sentence(one.expression, one.rules, random) for _ in range(tries)]
        for state, one in sentences(shop).items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shop", type=Path, default=Path("shops/tires"))
    parser.add_argument("--tries", type=int, default=24, help="sentences of each grammar")
    parser.add_argument("--every", type=int, default=1, help="take each Nth piece of foreign speech")
    parser.add_argument("--recordings", type=Path, help="WAV files of foreign speech; of noise in a folder noise")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    try:
        shop = Shop.load(wanted.shop)
        figures = measure(
            build_grammars(shop),
            shop_sentences(shop, wanted.tries),
            foreign_audio(wanted.every, wanted.recordings),
        )
    except CallCenterError as error:
        sys.exit(f"bench: {error}")
    print(json.dumps(_summary(figures), indent=1) if wanted.json else _table(figures))


def _summary(figures: Figures) -> dict[str, object]:
    return {
        "right": round(figures.right, 3),
        "false_rejection": round(figures.false_rejection, 3),
        "foreign_rejection": round(figures.foreign_rejection(), 3),
        "real_time_factor": round(figures.real_time_factor, 3),
        "states": [asdict(state) for state in figures.states],
    }


def _table(figures: Figures) -> str:
    kinds = list(dict.fromkeys(kind for state in figures.states for kind in state.foreign))
    lines = ["".join(f"{title:>10}" for title in ("", "sentences", "right", "refused", *kinds))]
    for state in figures.states:
        cells = [f"{state.right / state.said:.0%}", f"{state.refused / state.said:.0%}"]
        cells += [f"{state.foreign_refused[kind] / state.foreign[kind]:.0%}" for kind in kinds]
        lines.append(f"{state.state:>10}{state.sentences:>10}" + "".join(f"{cell:>10}" for cell in cells))
    cells = [f"{figures.right:.0%}", f"{figures.false_rejection:.0%}"]
    cells += [f"{figures.foreign_rejection([kind]):.0%}" for kind in kinds]
    lines.append(f"{'all':>10}{'':>10}" + "".join(f"{cell:>10}" for cell in cells))
    lines.append(
        f"foreign speech refused: {figures.foreign_rejection():.0%}; CPU: {figures.real_time_factor:.2f} s a second"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
