"""Which voice speaks, and why: the settings decide, and what is on this machine."""

import json
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any, Literal, get_args

from callcenter.backends import BackendStatus
from callcenter.config import Settings
from callcenter.errors import ConfigurationError
from callcenter.ports import Language, Synthesizer
from callcenter.tts.cache import CachedSynthesizer
from callcenter.tts.espeak import GET_ESPEAK
from callcenter.tts.openai_api import OpenAIVoice
from callcenter.tts.piper import GET_PIPER, find_voice, voices_folder
from callcenter.tts.process_voice import ProcessVoice

Backend = Literal["openai", "piper", "espeak"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)
"""The best first."""


def choose_synthesizer(settings: Settings) -> tuple[CachedSynthesizer, str]:
    """The voice of the settings behind its cache, not started yet, and one line that says why this one. Raises
    ConfigurationError when the settings ask for one that cannot be had."""
    backend, why = _choose(settings)
    if fault := _fault(backend, settings):
        raise ConfigurationError(f"tts.backend: {backend} cannot be used: {fault}; {_how_to_get(backend, settings)}")
    make: dict[Backend, Callable[[Settings], tuple[Synthesizer, str]]] = {
        "espeak": _espeak,
        "piper": _piper,
        "openai": _openai,
    }
    voice, identity = make[backend](settings)
    cache = CachedSynthesizer(
        voice, settings.state_dir / "tts-cache", identity=identity, limit_mb=settings.tts.cache_mb
    )
    return cache, why


def backends(settings: Settings) -> list[BackendStatus]:
    """Every voice there could be, the best first, for `doctor`."""
    chosen, why = _choose(settings)
    statuses = []
    for name in BACKENDS:
        fault = _fault(name, settings)
        statuses.append(
            BackendStatus(
                component="tts",
                name=name,
                available=not fault,
                active=name == chosen and not fault,
                why=fault or (why if name == chosen else _passed_over(name, settings)),
                how_to_get=_how_to_get(name, settings) if fault or name == chosen == "espeak" else "",
            )
        )
    return statuses


# ---------------------------------------------------------------- the choice


def _choose(settings: Settings) -> tuple[Backend, str]:
    if settings.tts.backend != "auto":
        return settings.tts.backend, f"tts.backend is {settings.tts.backend}"
    if settings.tts.base_url or settings.tts.api_key:
        return "openai", "tts.base_url or tts.api_key is set"
    if not _fault("piper", settings):
        return "piper", f"Piper is installed and has a voice for {settings.language}"
    return "espeak", "nothing better is set up"


def _fault(backend: Backend, settings: Settings) -> str:
    """Why it cannot be used; "" when it can."""
    tts = settings.tts
    match backend:
        case "espeak":
            return "" if find_spec("espeakng_loader") else "espeak-ng's library is not installed"
        case "piper":
            if not find_spec("piper"):
                return "Piper is not installed"
            if not find_voice(settings, settings.language):
                wanted = tts.voices.get(settings.language)
                return f"no Piper voice {wanted!r}" if wanted else f"no Piper voice for {settings.language}"
            return ""
        case "openai":
            if not (tts.base_url or tts.api_key or settings.llm.base_url or settings.llm.api_key):
                return "no server is configured"
            return ""


def _passed_over(backend: Backend, settings: Settings) -> str:
    if settings.tts.backend != "auto":
        return f"tts.backend is {settings.tts.backend}"
    if backend == "openai":
        return "only used when tts.backend is openai, or tts.base_url or tts.api_key is set: it costs money"
    return "a better one is there"


def _how_to_get(backend: Backend, settings: Settings) -> str:
    match backend:
        case "espeak":
            if not find_spec("espeakng_loader"):
                return GET_ESPEAK
            return "for a more natural voice set up Piper or a speech server"
        case "piper":
            voice = (
                f"put NAME.onnx and NAME.onnx.json of a voice for {settings.language} into {voices_folder(settings)}"
            )
            return voice if find_spec("piper") else f"{GET_PIPER}, then {voice}"
        case "openai":
            return "set tts.base_url to a server with /v1/audio/speech, and tts.api_key if it asks for one"


# ---------------------------------------------------------------- the makers: a voice, and what tells it from others


def _timeout_s(settings: Settings) -> float:
    return settings.tts.timeout_ms / 1000


def _espeak(settings: Settings) -> tuple[Synthesizer, str]:
    config = {"voices": settings.tts.voices, "strict": settings.tts.backend == "espeak"}
    service = "callcenter.tts.espeak:EspeakService"
    return _process_voice("espeak", service, config, settings), "espeak"


def _piper(settings: Settings) -> tuple[Synthesizer, str]:
    languages: tuple[Language, ...] = get_args(Language)
    files = {language: path for language in languages if (path := find_voice(settings, language))}
    config = {"voices": {language: str(path.absolute()) for language, path in files.items()}}
    service = "callcenter.tts.piper:PiperService"
    marks = {language: [path.name, path.stat().st_mtime_ns] for language, path in files.items()}
    return _process_voice("piper", service, config, settings), f"piper {json.dumps(marks)}"


def _process_voice(name: Backend, service: str, config: Mapping[str, Any], settings: Settings) -> ProcessVoice:
    tts = settings.tts
    return ProcessVoice(
        name,
        service,
        config,
        workers=tts.workers,
        timeout_s=_timeout_s(settings),
        memory_limit_mb=tts.worker_memory_mb,
    )


def _openai(settings: Settings) -> tuple[Synthesizer, str]:
    tts, llm = settings.tts, settings.llm
    own_server = tts.base_url is not None
    base_url = tts.base_url or llm.base_url or "https://api.openai.com/v1"
    key = tts.api_key or (None if own_server else llm.api_key)  # the language model's key is not for another server
    voice = OpenAIVoice(
        base_url, key.get_secret_value() if key else None, tts.model, timeout_s=_timeout_s(settings), voices=tts.voices
    )
    return voice, f"openai {base_url} {tts.model}"
