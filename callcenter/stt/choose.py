"""Which recognizer listens, and why: the settings decide, and what is on this machine."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Literal, get_args

from callcenter.backends import BackendStatus
from callcenter.config import Settings
from callcenter.errors import ConfigurationError
from callcenter.ports import Grammar, Recognizer
from callcenter.stt.models import WHISPER_MODELS, find_whisper
from callcenter.stt.openai_api import OpenAIRecognizer
from callcenter.stt.pocketsphinx import GET_POCKETSPHINX, PocketsphinxRecognizer
from callcenter.stt.whisper import GET_WHISPER, WhisperRecognizer
from callcenter.stt.whisper_window import CHECK, choose_window, read_verdict

Backend = Literal["openai", "whisper", "pocketsphinx"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)
"""The best first."""
DEFAULT_API_MODEL = "whisper-1"
GET_SERVER = "set stt.base_url to a server with /v1/audio/transcriptions, and stt.api_key if it asks for one"


def choose_recognizer(settings: Settings, grammars: Mapping[str, Grammar]) -> tuple[Recognizer, str]:
    """The recognizer of the settings, not started yet, and one line that says why this one. Raises ConfigurationError
    when the settings ask for one that cannot be had."""
    backend, why = _choose(settings)
    if fault := _fault(backend, settings):
        raise ConfigurationError(f"stt.backend: {backend} cannot be used: {fault}; {_how_to_get(backend, settings)}")
    stt = settings.stt
    timeout_s, memory_mb = stt.timeout_ms / 1000, stt.worker_memory_mb
    match backend:
        case "pocketsphinx":
            recognizer = PocketsphinxRecognizer(
                grammars, workers=stt.workers, timeout_s=timeout_s, memory_limit_mb=memory_mb
            )
            return recognizer, why
        case "whisper":
            model = find_whisper(settings, stt.model)
            assert model  # noqa: S101  # _fault() looked
            window_s = choose_window(stt.whisper_window, settings.state_dir, model)
            return (
                WhisperRecognizer(
                    model, window_s=window_s, workers=stt.workers, timeout_s=timeout_s, memory_limit_mb=memory_mb
                ),
                f"{why}; windows of {window_s} s",
            )
        case "openai":
            return _openai(settings, timeout_s), why


def backends(settings: Settings) -> list[BackendStatus]:
    """Every recognizer there could be, the best first, for `doctor`."""
    chosen, why = _choose(settings)
    statuses = []
    for name in BACKENDS:
        fault = _fault(name, settings)
        wanted = fault or name == chosen == "pocketsphinx" or (name == chosen == "whisper" and _unchecked(settings))
        statuses.append(
            BackendStatus(
                component="stt",
                name=name,
                available=not fault,
                active=name == chosen and not fault,
                why=fault or (why if name == chosen else _passed_over(name, settings)),
                how_to_get=_how_to_get(name, settings) if wanted else "",
            )
        )
    return statuses


def _choose(settings: Settings) -> tuple[Backend, str]:
    stt = settings.stt
    if stt.backend != "auto":
        return stt.backend, f"stt.backend is {stt.backend}"
    if stt.base_url or stt.api_key:
        return "openai", "stt.base_url or stt.api_key is set"
    if not _fault("whisper", settings):
        return "whisper", f"faster-whisper is installed and the model {stt.model} is on this machine"
    return "pocketsphinx", "nothing better is set up: it understands what the shop's grammars foresee, in English"


def _fault(backend: Backend, settings: Settings) -> str:
    """Why it cannot be used; "" when it can."""
    stt, llm = settings.stt, settings.llm
    match backend:
        case "pocketsphinx":
            if not find_spec("pocketsphinx"):
                return "pocketsphinx is not installed"
            if settings.language != "en":
                return f"it understands English only, and language is {settings.language}"
            return ""
        case "whisper":
            if not find_spec("faster_whisper"):
                return "faster-whisper is not installed"
            return "" if find_whisper(settings, stt.model) else f"the model {stt.model} is not on this machine"
        case "openai":
            if not (stt.base_url or stt.api_key or llm.base_url or llm.api_key):
                return "no server is configured"
            return ""


def _passed_over(backend: Backend, settings: Settings) -> str:
    if settings.stt.backend != "auto":
        return f"stt.backend is {settings.stt.backend}"
    if backend == "openai":
        return "only used when stt.backend is openai, or stt.base_url or stt.api_key is set: it costs money"
    return "a better one is there"


def _how_to_get(backend: Backend, settings: Settings) -> str:
    match backend:
        case "pocketsphinx":
            if not find_spec("pocketsphinx"):
                return GET_POCKETSPHINX
            return f"for free speech, and Ukrainian and Russian: {_get_whisper(settings)}; or {GET_SERVER}"
        case "whisper":
            if _unchecked(settings):
                return f"{CHECK} finds out whether it can be several times as fast"
            return _get_whisper(settings)
        case "openai":
            return GET_SERVER


def _unchecked(settings: Settings) -> bool:
    """Nobody knows yet whether the Whisper model takes short windows."""
    model = find_whisper(settings, settings.stt.model)
    wanted = settings.stt.whisper_window == "auto" and find_spec("faster_whisper") is not None
    return wanted and model is not None and read_verdict(settings.state_dir, model) is None


def _get_whisper(settings: Settings) -> str:
    model = settings.stt.model
    if model in WHISPER_MODELS:
        fetch = f"callcenter models download {model}"
    else:
        fetch = f"put a faster-whisper model into {model}"
    return fetch if find_spec("faster_whisper") else f"{GET_WHISPER}, then {fetch}"


def _openai(settings: Settings, timeout_s: float) -> OpenAIRecognizer:
    stt, llm = settings.stt, settings.llm
    base_url = stt.base_url or llm.base_url or "https://api.openai.com/v1"
    # the language model's key is not for another server
    key = stt.api_key or (None if stt.base_url else llm.api_key)
    model = DEFAULT_API_MODEL if "model" not in stt.model_fields_set else stt.model
    return OpenAIRecognizer(base_url, key.get_secret_value() if key else None, model, timeout_s=timeout_s)
