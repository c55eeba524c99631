"""How short the windows of a Whisper model may be (see whisper_model): the verdicts of `callcenter bench stt --check`,
one file a model, under the state folder."""

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from callcenter.stt.whisper_model import WHOLE_S

WindowSetting = Literal["auto", "short", "padded"]
CHECK = "callcenter bench stt --check"
SHORT_S = 10
CANDIDATES_S = (2, 5, SHORT_S, 15, 20)
MOST_DIFFERENT_WORDS = 0.02
MOST_LOG_PROBABILITY_LOST = 0.1
FEWEST_WORDS = 60
"""Heard with padding: a model that hears nothing proves nothing."""
_OURS = 1
"""One more whenever other audio reaches the model: whisper_model's windows and their padding."""
_SAMPLES, _SAMPLE_BYTES = 64, 65_536


@dataclass(frozen=True, slots=True)
class Comparison:
    """Windows of at least so many seconds against padded ones, on what the model was sure of with padding."""

    window_s: int
    different_words: float
    """Words put in, left out or changed, as a share of those heard with padding."""
    log_probability_lost: float
    """Mean over the utterances; negative where shorter windows made the model surer."""
    times_as_fast: float

    @property
    def same(self) -> bool:
        return self.different_words <= MOST_DIFFERENT_WORDS and self.log_probability_lost <= MOST_LOG_PROBABILITY_LOST


@dataclass(frozen=True, slots=True)
class Verdict:
    utterances: int
    """That the model was sure of with padding."""
    words: int
    comparisons: tuple[Comparison, ...]
    """The shortest windows first."""

    @property
    def window_s(self) -> int:
        """The shortest in which, and in all longer ones, the model hears the same; 30: only padded."""
        shortest = WHOLE_S
        for one in reversed(self.comparisons if self.words >= FEWEST_WORDS else ()):
            if not one.same:
                break
            shortest = one.window_s
        return shortest


def choose_window(setting: WindowSetting, state_dir: Path, model: Path) -> int:
    """How many seconds at least are encoded of each utterance."""
    if setting == "auto":
        verdict = read_verdict(state_dir, model)
        return verdict.window_s if verdict else WHOLE_S
    return SHORT_S if setting == "short" else WHOLE_S


def read_verdict(state_dir: Path, model: Path) -> Verdict | None:
    """None: never checked, or with another version of the model, the libraries or this program."""
    try:
        told = json.loads(_file(state_dir, model).read_text(encoding="utf-8"))
        comparisons = tuple(Comparison(**one) for one in told["comparisons"])
        return Verdict(told["utterances"], told["words"], comparisons)
    except (OSError, ValueError, TypeError, KeyError):  # not there, or not what we wrote: to be checked again
        return None


def write_verdict(state_dir: Path, model: Path, verdict: Verdict) -> Path:
    path = _file(state_dir, model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(verdict), indent=1), encoding="utf-8")
    return path


def _file(state_dir: Path, model: Path) -> Path:
    return state_dir / "models" / "whisper-windows" / f"{_fingerprint(model)}.json"


def _fingerprint(model: Path) -> str:
    """Of the model, the libraries that run it and our use of it. The weights may be gigabytes: their size and samples
    all over them tell one training from another."""
    digest = hashlib.sha256(f"{_OURS} {_version('faster-whisper')} {_version('ctranslate2')}".encode())
    weights = model / "model.bin"
    size = weights.stat().st_size
    digest.update(str(size).encode())
    with weights.open("rb") as file:
        for number in range(_SAMPLES):
            file.seek(size * number // _SAMPLES)
            digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:32]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
