"""Piper: neural voices on the CPU, sentence by sentence (GPL-3: the library is loaded in the worker process alone).

A voice is `NAME.onnx` with `NAME.onnx.json` beside it, in `state_dir/models/piper` or wherever a path points.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callcenter.config import Settings
from callcenter.errors import ConfigurationError, SynthesisError
from callcenter.inference.service import Handler
from callcenter.ports import Language
from callcenter.tts.line_audio import SpeakJob

if TYPE_CHECKING:
    from piper import PiperVoice

GET_PIPER = "pip install 'callcenter[piper]'"


def voices_folder(settings: Settings) -> Path:
    return settings.state_dir / "models" / "piper"


def find_voice(settings: Settings, language: Language) -> Path | None:
    """The file of the language's voice: the one in the settings, by path or by name, or else the first of the language
    in the folder (Piper's names begin with the language: uk_UA-ukrainian_tts-medium); None: there is none."""
    folder = voices_folder(settings)
    if wanted := settings.tts.voices.get(language):
        candidates = [Path(wanted), folder / wanted, folder / f"{wanted}.onnx"]
    else:
        candidates = [*sorted(folder.glob(f"{language}[_-]*.onnx")), folder / f"{language}.onnx"]
    return next((path for path in candidates if path.suffix == ".onnx" and path.is_file()), None)


class PiperService:
    """Service of the worker process. Configuration: "voices", a file for each language."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._voices = {language: _load(language, Path(path)) for language, path in config["voices"].items()}

    def open(self, method: str, options: Mapping[str, Any]) -> Handler:
        from piper import SynthesisConfig

        voice = self._voices.get(options["language"])
        if voice is None:
            raise SynthesisError(f"Piper has no voice for {options['language']!r}", kind="refused")
        style = SynthesisConfig(length_scale=voice.config.length_scale / options["speed"])

        def synthesize() -> Iterator[bytes]:
            for chunk in voice.synthesize(options["text"], style):
                yield chunk.audio_int16_bytes

        return SpeakJob(synthesize, voice.config.sample_rate, options)

    def release(self, pin: str) -> None:
        """Nothing is kept for a call."""


def _load(language: str, path: Path) -> "PiperVoice":
    """As PiperVoice.load does, with one thread: its own would take every core from the calls."""
    try:
        from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]  # ships no types
        from piper import PiperVoice
        from piper.config import PiperConfig
    except ImportError as error:
        raise ConfigurationError(f"tts.backend: Piper is not installed ({GET_PIPER})") from error
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        config = PiperConfig.from_dict(json.loads(Path(f"{path}.json").read_text(encoding="utf-8")))
        session = InferenceSession(str(path), sess_options=options, providers=["CPUExecutionProvider"])
    except OSError as error:
        raise ConfigurationError(f"tts.voices.{language}: {error.filename or path} cannot be read") from error
    except Exception as error:  # onnxruntime and a JSON of another shape raise what they like
        raise ConfigurationError(
            f"tts.voices.{language}: {path} is not a Piper voice ({type(error).__name__})"
        ) from error
    return PiperVoice(session=session, config=config)
