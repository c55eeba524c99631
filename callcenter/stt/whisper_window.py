"""Whether a Whisper model may be given short windows (see whisper_model): the verdicts of `callcenter bench stt
--check`, one file a model, under the state folder."""

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from callcenter.stt.whisper_model import Window

WindowSetting = Literal["auto", "short", "padded"]
CHECK = "callcenter bench stt --check"
MOST_DIFFERENT_WORDS = 0.02
MOST_LOG_PROBABILITY_LOST = 0.05
FEWEST_WORDS = 60
"""Heard with padding: a model that hears nothing proves nothing."""
_OURS = 1
"""One more whenever other audio reaches the model: whisper_model's windows and their padding."""
_SAMPLES, _SAMPLE_BYTES = 64, 65_536


@dataclass(frozen=True, slots=True)
class Verdict:
    """Short windows compared with padded ones."""

    utterances: int
    words: int
    different_words: float
    """Words put in, left out or changed, as a share of those heard with padding."""
    log_probability_lost: float
    """Mean over the utterances; negative where short windows made the model surer."""
    times_as_fast: float

    @property
    def passed(self) -> bool:
        return (
            self.words >= FEWEST_WORDS
            and self.different_words <= MOST_DIFFERENT_WORDS
            and self.log_probability_lost <= MOST_LOG_PROBABILITY_LOST
        )


def choose_window(setting: WindowSetting, state_dir: Path, model: Path) -> Window:
    """ "auto": short where this very model has passed the check."""
    if setting != "auto":
        return setting
    verdict = read_verdict(state_dir, model)
    return "short" if verdict and verdict.passed else "padded"


def read_verdict(state_dir: Path, model: Path) -> Verdict | None:
    """None: never checked, or with another version of the model, the libraries or this program."""
    try:
        return Verdict(**json.loads(_file(state_dir, model).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # not there, or not what we wrote: to be checked again
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
