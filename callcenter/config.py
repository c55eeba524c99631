"""Settings: defaults, then one YAML file (`callcenter.yaml` or CALLCENTER_CONFIG), then the environment.

Environment names are CALLCENTER_<SECTION>__<KEY> (CALLCENTER_STT__BACKEND=whisper); the ones every host knows have
short names too (DATABASE_URL, REDIS_URL, STORE_API_URL, STORE_API_KEY, OPENAI_BASE_URL, OPENAI_API_KEY). Every fault is
a ConfigurationError that names its key. Docs: .env.example lists them all.
"""

import os
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from callcenter.errors import ConfigurationError
from callcenter.ports import Language

Port = Annotated[int, Field(ge=0, le=65535)]


def _network(value: str) -> str:
    ip_network(value, strict=False)
    return value


Network = Annotated[str, AfterValidator(_network)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AudioSocketSettings(Section):
    host: str = "127.0.0.1"
    port: Port = 9092
    allow: tuple[Network, ...] = ("127.0.0.0/8", "::1/128")
    max_calls: Annotated[int, Field(ge=1)] = 60
    uuid_timeout_ms: Annotated[int, Field(ge=50)] = 2000
    """A peer that has not sent its UUID by then is closed."""
    stalled_timeout_ms: Annotated[int, Field(ge=500)] = 10_000
    """A peer that sends nothing at all for so long is gone (Asterisk sends audio every 20 ms)."""


class HttpSettings(Section):
    """The media server's own HTTP: the dialplan's three calls, /readyz and /metrics."""

    host: str = "127.0.0.1"
    port: Port = 9093
    allow: tuple[Network, ...] = ("127.0.0.0/8", "::1/128")


class WebSettings(Section):
    host: str = "127.0.0.1"
    port: Port = 8080
    token: SecretStr | None = None
    """Without one only this machine is answered. Given as a bearer token, or as the password of a browser's login."""


class StoreSettings(Section):
    url: str = "http://127.0.0.1:8090/api/v1"
    api_key: SecretStr = SecretStr("demo")
    timeout_ms: Annotated[int, Field(ge=50)] = 3000
    host: str = "127.0.0.1"
    """Where our own demo store listens, when it is run."""
    port: Port = 8090


class TelephonySettings(Section):
    accept_unknown: bool = False
    """Take calls whose UUID /telephony/start has not announced."""
    announced_ttl_s: Annotated[float, Field(gt=0)] = 60.0
    calls_per_hour: Annotated[int, Field(ge=1)] = 30
    """From one number; the rest goes to the queue."""


class MediaSettings(Section):
    """The processes that carry the calls."""

    workers: Literal["auto"] | Annotated[int, Field(ge=1, le=64)] = "auto"
    """They share the two ports; "auto" is one a core but one. More than one need Redis (redis_url): that is where they
    find each other's announced calls."""
    loop_lag_warning_ms: Annotated[float, Field(gt=0)] = 20.0
    """The event loop woke so late (p99 of some seconds): frames are as late."""
    gil_wait_warning_ms: Annotated[float, Field(gt=0)] = 20.0
    """A thread waited so long for the interpreter (p99 of some seconds): something holds it."""


class AdmissionSettings(Section):
    """Above these a worker refuses calls, so that those in progress are not harmed; below `resume` it takes them again.
    audiosocket.max_calls comes on top."""

    loop_lag_ms: Annotated[float, Field(gt=0)] = 20.0
    """Moving average of how late the event loop wakes."""
    loop_lag_resume_ms: Annotated[float, Field(gt=0)] = 10.0
    recognizer_waiting: Annotated[int, Field(ge=1)] = 16
    """Utterances that wait for a recognizer's worker, of this media worker."""
    recognizer_waiting_resume: Annotated[int, Field(ge=0)] = 8
    recognizer_wait_ms: Annotated[float, Field(gt=0)] = 1500.0
    """How long the oldest of them has waited."""
    recognizer_wait_resume_ms: Annotated[float, Field(gt=0)] = 500.0

    @model_validator(mode="after")
    def _resume_is_lower(self) -> Self:
        for name in ("loop_lag_ms", "recognizer_waiting", "recognizer_wait_ms"):
            resume = f"{name.removesuffix('_ms')}_resume{'_ms' if name.endswith('_ms') else ''}"
            if getattr(self, resume) > getattr(self, name):
                raise ValueError(f"{resume} must not be above {name}")
        return self


class VadSettings(Section):
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.4
    release: Annotated[float, Field(gt=0, lt=1)] = 0.35


class TurnSettings(Section):
    """Every threshold of turn taking but the voice detector's own (`vad`).

    `callcenter replay turns` shows what another one would have done.
    """

    start_ms: Annotated[int, Field(ge=20)] = 60
    """So much speech makes a SpeechStarted."""
    pause_ms: Annotated[int, Field(ge=20)] = 128
    """So much silence, and the answer is prepared: thrown away when the caller goes on."""
    max_guesses: Annotated[int, Field(ge=0)] = 3
    """So often an answer is prepared in one turn of the caller's; each thrown away costs a model's tokens. 0: never."""
    complete_silence_ms: Annotated[int, Field(ge=100)] = 320
    """So much silence ends a turn whose words are a complete thought."""
    silence_ms: Annotated[int, Field(ge=100)] = 600
    """The same when nothing is known of the words."""
    incomplete_silence_ms: Annotated[int, Field(ge=100)] = 1400
    """The same when more is sure to come ("for my")."""
    dictation_silence_ms: Annotated[int, Field(ge=100)] = 1200
    """The same while digits or an address are dictated."""
    smart_turn: Literal["auto", "on", "off"] = "auto"
    """Whether a model listens to the voice: where the words say nothing, in every pause, never."""
    voice_after_ms: Annotated[int, Field(ge=20)] = 320
    """"auto": so long the words may take; 30 ms of CPU are spent on the voice after that."""
    voice_incomplete: Annotated[float, Field(ge=0, le=1)] = 0.1
    """A voice less likely to have finished than that is waited for as for incomplete words."""
    voice_timeout_ms: Annotated[int, Field(ge=20)] = 150
    """A vote of the voice that comes later is not waited for."""
    fall_db: Annotated[float, Field(ge=6)] = 26.0
    """Silence is so far under the caller's voice,"""
    floor_margin_db: Annotated[float, Field(ge=1)] = 5.0
    """or so near to the line's own noise."""
    pre_roll_ms: Annotated[int, Field(ge=0)] = 240
    """Audio from before the start of speech that the recognizer gets too."""
    max_utterance_ms: Annotated[int, Field(ge=1000)] = 15_000
    barge_in_ms: Annotated[int, Field(ge=20)] = 96
    """So much speech over our own stops us (paused first, resumed if it turns out to be nothing)."""
    min_speech_ms: Annotated[int, Field(ge=20)] = 100
    """Less is a click, not words;"""
    click_silence_ms: Annotated[int, Field(ge=20)] = 200
    """what a click has interrupted goes on after so much silence."""
    unconfirmed_ms: Annotated[int, Field(ge=0)] = 400
    """So much longer lasts a silence that the detector takes for speech: other people's voices, far away."""
    worth_a_guess: Annotated[float, Field(ge=0, le=1)] = 0.3
    """As likely to be complete, by its words, as that an answer is prepared."""


class CallSettings(Section):
    greet: bool = True
    """False: the caller speaks first. For measuring: a person waits to be greeted."""
    silence_prompt_s: Annotated[float, Field(gt=0)] = 10.0
    silence_hangup_s: Annotated[float, Field(gt=0)] = 10.0
    max_duration_s: Annotated[float, Field(gt=0)] = 1800.0
    reply_timeout_s: Annotated[float, Field(gt=0)] = 20.0
    """Without a word of the answer after that, the component counts as failed."""
    max_misunderstood: Annotated[int, Field(ge=1)] = 3
    """So many turns in a row that were not understood, and an operator is fetched."""
    drain_s: Annotated[float, Field(ge=0)] = 20.0


class SttSettings(Section):
    backend: Literal["auto", "pocketsphinx", "whisper", "openai"] = "auto"
    model: str = "small"
    """faster-whisper: a name or a folder; openai: the server's model name."""
    whisper_window: Literal["auto", "short", "padded"] = "auto"
    """How much Whisper encodes of an utterance: 30 s, as it was trained, or (short) 10 s where that is enough. auto: as
    little as `callcenter bench stt --check` has found this model to hear the same in."""
    base_url: str | None = None
    """Another server than llm.base_url."""
    api_key: SecretStr | None = None
    workers: Annotated[int, Field(ge=1)] = 2
    worker_memory_mb: Annotated[int, Field(ge=64)] = 4096
    """A worker process that takes more, and more than twice what its model needs, is replaced by a fresh one."""
    timeout_ms: Annotated[int, Field(ge=100)] = 8000


class TtsSettings(Section):
    backend: Literal["auto", "espeak", "piper", "openai"] = "auto"
    voices: dict[Language, str] = {}
    model: str = "tts-1"
    base_url: str | None = None
    api_key: SecretStr | None = None
    workers: Annotated[int, Field(ge=1)] = 1
    worker_memory_mb: Annotated[int, Field(ge=64)] = 2048
    """As stt.worker_memory_mb."""
    timeout_ms: Annotated[int, Field(ge=100)] = 8000
    cache_mb: Annotated[int, Field(ge=0)] = 512
    speed: Annotated[float, Field(ge=0.5, le=2)] = 1.0


class LlmSettings(Section):
    models: tuple[str, ...] = ()
    """In the order they are tried; none: the rules answer alone."""
    base_url: str | None = None
    api_key: SecretStr | None = None
    first_token_timeout_ms: Annotated[int, Field(ge=100)] = 5000
    """Also the longest pause inside a stream."""
    max_tokens: Annotated[int, Field(ge=16)] = 300
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.3


class JournalSettings(Section):
    spool_max_mb: Annotated[int, Field(ge=16)] = 1024
    """Above this PostgreSQL has been away too long: oldest events (never turns) are given up first, and counted."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="CALLCENTER_", env_nested_delimiter="__", extra="forbid", frozen=True, populate_by_name=True
    )

    language: Language = "en"
    """What we speak."""
    shop: Path = Path("shops/tires")
    state_dir: Path = Path(".callcenter")
    log_format: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    database_url: SecretStr | None = Field(None, validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    redis_url: SecretStr | None = Field(None, validation_alias=AliasChoices("REDIS_URL", "redis_url"))

    audiosocket: AudioSocketSettings = AudioSocketSettings()
    http: HttpSettings = HttpSettings()
    web: WebSettings = WebSettings()
    store: StoreSettings = StoreSettings()
    telephony: TelephonySettings = TelephonySettings()
    media: MediaSettings = MediaSettings()
    admission: AdmissionSettings = AdmissionSettings()
    vad: VadSettings = VadSettings()
    turn: TurnSettings = TurnSettings()
    call: CallSettings = CallSettings()
    stt: SttSettings = SttSettings()
    tts: TtsSettings = TtsSettings()
    llm: LlmSettings = LlmSettings()
    journal: JournalSettings = JournalSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (env_settings, init_settings)


SHORT_NAMES = {
    "STORE_API_URL": ("store", "url"),
    "STORE_API_KEY": ("store", "api_key"),
    "OPENAI_BASE_URL": ("llm", "base_url"),
    "OPENAI_API_KEY": ("llm", "api_key"),
    "OPENAI_MODEL": ("llm", "models"),
}


def _merge_short_names(values: dict[str, Any]) -> dict[str, Any]:
    for name, (section, key) in SHORT_NAMES.items():
        if not (value := os.environ.get(name)):
            continue
        part = values.setdefault(section, {})
        if isinstance(part, dict):
            part[key] = [m.strip() for m in value.split(",")] if key == "models" else value
    return values


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); mend CALLCENTER_CONFIG") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise ConfigurationError(f"{path}{line}: is not valid YAML") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigurationError(f"{path}: must hold sections like `audiosocket:`, not a {type(values).__name__}")
    return values


def _explain(error: ValidationError, source: str) -> str:
    faults = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        key = ".".join(str(part) for part in fault["loc"])
        faults.append(f"{key}: {fault['msg']}")
    return f"configuration ({source}): " + "; ".join(faults)


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings of this process. Raises ConfigurationError, naming each wrong key."""
    if path is None and (named := os.environ.get("CALLCENTER_CONFIG")):
        path = Path(named)
    if path is None and Path("callcenter.yaml").exists():
        path = Path("callcenter.yaml")
    values = _read_yaml(path) if path else {}
    source = f"{path} and environment" if path else "environment"
    try:
        return partial(Settings)(**_merge_short_names(values))
    except ValidationError as error:
        raise ConfigurationError(_explain(error, source)) from error
    except ValueError as error:  # a nested value in the environment that is not JSON
        raise ConfigurationError(f"configuration ({source}): {error}") from error
