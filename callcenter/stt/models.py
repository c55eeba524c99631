"""Whisper models: which there are, where they lie on this machine, and how one gets here."""

import os
from dataclasses import dataclass
from pathlib import Path

from callcenter.config import Settings
from callcenter.errors import CallCenterError

NEEDED_FILES = ("model.bin", "tokenizer.json")
"""Without the second faster-whisper would ask the hub for one, in the middle of the start."""
_FILES = ("config.json", "preprocessor_config.json", "vocabulary.*", *NEEDED_FILES)
"""What faster-whisper itself fetches (faster_whisper/utils.py)."""


@dataclass(frozen=True, slots=True)
class WhisperModelInfo:
    name: str
    repository: str
    """On the Hugging Face hub."""
    size_mb: int
    remark: str


WHISPER_MODELS = {
    model.name: model
    for model in (
        WhisperModelInfo("tiny", "Systran/faster-whisper-tiny", 78, "weak: for trying out"),
        WhisperModelInfo("base", "Systran/faster-whisper-base", 148, "quick on a CPU, weak in Ukrainian"),
        WhisperModelInfo("small", "Systran/faster-whisper-small", 486, "the default; 2 s for 3 s of speech on a CPU"),
        WhisperModelInfo("medium", "Systran/faster-whisper-medium", 1530, "good; wants a GPU"),
        WhisperModelInfo("large-v3", "Systran/faster-whisper-large-v3", 3090, "the best; wants a GPU"),
        WhisperModelInfo(
            "large-v3-turbo",
            "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
            1620,
            "nearly the best, four times as quick; wants a GPU",
        ),
    )
}


def whisper_folder(settings: Settings, name: str) -> Path:
    """Where `callcenter models download` puts it."""
    return settings.state_dir / "models" / "whisper" / name


def find_whisper(settings: Settings, name: str) -> Path | None:
    """The folder of a model given by folder or name: our download, or the hub's cache. None: not on this machine."""
    candidates = [Path(name), whisper_folder(settings, name), *_cached(name)]
    return next((folder for folder in candidates if is_whisper(folder)), None)


def is_whisper(folder: Path) -> bool:
    """It is a whole model, as far as can be seen from outside."""
    return all((folder / name).exists() for name in NEEDED_FILES)


def _cached(name: str) -> list[Path]:
    """Its snapshots in the hub's cache, the newest first."""
    repository = WHISPER_MODELS[name].repository if name in WHISPER_MODELS else name
    snapshots = _hub_cache() / f"models--{repository.replace('/', '--')}" / "snapshots"
    try:
        return sorted(snapshots.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    except OSError:
        return []


def _hub_cache() -> Path:
    """Where huggingface_hub keeps what it fetched (its constants.py, which would take 0.3 s to import)."""
    if cache := os.environ.get("HF_HUB_CACHE"):
        return Path(cache)
    general = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("HF_HOME") or general / "huggingface") / "hub"


def download_whisper(settings: Settings, name: str) -> Path:
    """Fetch it from the hub, with progress bars on stderr. An interrupted download goes on where it stopped."""
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise CallCenterError("faster-whisper is not installed; pip install 'callcenter[whisper]'") from error
    folder = whisper_folder(settings, name)
    try:
        snapshot_download(WHISPER_MODELS[name].repository, local_dir=folder, allow_patterns=list(_FILES))
    except Exception as error:  # the hub's client raises its own, its transport's and the system's
        raise CallCenterError(f"{name} could not be downloaded: {_reason(error)}") from error
    return folder


def _reason(error: BaseException) -> str:
    """One line, of the error at the root."""
    while error.__cause__ is not None:
        error = error.__cause__
    line = next(iter(str(error).splitlines()), "")
    return f"{line or type(error).__name__} (is there a way to the internet?)"
