"""What the store is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

_ARTICLES = Path("shops/tires/knowledge")
_EMBEDDINGS = "DEMO_STORE_EMBEDDINGS_"
_EMBEDDING_SETTINGS = ("URL", "MODEL", "DIMENSIONS", "KEY", "BATCH", "TIMEOUT_S", "COSINES")


def _articles() -> Path:
    """Those that lie beside this package, as in its repository; an installed one has the shop in its working folder."""
    beside = Path(__file__).parents[1] / _ARTICLES
    return beside if beside.is_dir() else _ARTICLES


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """An OpenAI-compatible server that makes the vectors of the articles: from DEMO_STORE_EMBEDDINGS_URL, _MODEL,
    _DIMENSIONS, _KEY, _BATCH, _TIMEOUT_S and _COSINES."""

    base_url: str
    """Ends with /v1."""
    model: str
    dimensions: int
    """What the model answers; another number is refused."""
    api_key: str | None = field(default=None, repr=False)
    batch: int = 64
    """Texts in one request."""
    timeout_s: float = 1.0
    """Of a caller's question: afterwards it is searched by its words alone."""
    cosines: tuple[float, float] | None = None
    """Usual between a question and texts that have nothing to do with it, and between it and its answer; measure them,
    they differ from model to model."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "EmbeddingSettings | None":
        """None where no server is named: the n-grams need none. Raises SettingsError."""
        given = {name: environment.get(f"{_EMBEDDINGS}{name}", "") for name in _EMBEDDING_SETTINGS}
        if not given["URL"]:
            return None
        if not given["URL"].startswith(("http://", "https://")):
            raise SettingsError(f"{_EMBEDDINGS}URL must start with http:// or https://")
        if not given["MODEL"]:
            raise SettingsError(f"{_EMBEDDINGS}MODEL is not set: name the model that makes the vectors")
        return cls(
            base_url=given["URL"],
            model=given["MODEL"],
            dimensions=_whole(given["DIMENSIONS"], f"{_EMBEDDINGS}DIMENSIONS", 16_000),
            api_key=given["KEY"] or None,
            batch=_whole(given["BATCH"] or "64", f"{_EMBEDDINGS}BATCH", 2048),
            timeout_s=_number(given["TIMEOUT_S"] or "1", f"{_EMBEDDINGS}TIMEOUT_S", 0.01, 600),
            cosines=_cosines(given["COSINES"], f"{_EMBEDDINGS}COSINES"),
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """From STORE_DATABASE_URL (else DATABASE_URL), STORE_API_KEY, DEMO_STORE_ADMIN_KEY and DEMO_STORE_KNOWLEDGE.
    Address and key also come under the names by which the call centre's processes share them (CALLCENTER_STORE__HOST,
    __PORT, __API_KEY)."""

    database_url: str
    api_key: str = "demo"
    admin_key: str | None = None
    """Opens /admin/faults; without it there is no such path."""
    host: str = "127.0.0.1"
    port: int = 8090
    knowledge: Path = field(default_factory=_articles)
    """The folder of the shop's articles."""
    embeddings: EmbeddingSettings | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        url = environment.get("STORE_DATABASE_URL") or environment.get("DATABASE_URL")
        if not url:
            raise SettingsError("STORE_DATABASE_URL is not set: give it a postgresql:// URL of the store's database")
        if not url.startswith(("postgresql://", "postgres://")):
            raise SettingsError("STORE_DATABASE_URL must start with postgresql://")
        return cls(
            database_url=url,
            api_key=environment.get("STORE_API_KEY") or environment.get("CALLCENTER_STORE__API_KEY") or "demo",
            admin_key=environment.get("DEMO_STORE_ADMIN_KEY") or None,
            host=environment.get("CALLCENTER_STORE__HOST") or "127.0.0.1",
            port=port_number(environment.get("CALLCENTER_STORE__PORT") or "8090", "CALLCENTER_STORE__PORT"),
            knowledge=Path(environment.get("DEMO_STORE_KNOWLEDGE") or _articles()),
            embeddings=EmbeddingSettings.from_environment(environment),
        )


def port_number(text: str, name: str) -> int:
    """Raises SettingsError. `getaddrinfo` would take any number, modulo 65536."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingsError(f"{name} must be a port from 1 to 65535, not {text!r}")
    return int(text)


def _cosines(text: str, name: str) -> tuple[float, float] | None:
    if not text:
        return None
    unrelated, _, related = text.partition(",")
    found = _number(unrelated, name, -1, 1), _number(related, name, -1, 1)
    if found[0] >= found[1]:
        raise SettingsError(f"{name} must be two rising numbers such as 0.25,0.5, not {text!r}")
    return found


def _whole(text: str, name: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not 1 <= int(text) <= most:
        raise SettingsError(f"{name} must be a whole number from 1 to {most}, not {text!r}")
    return int(text)


def _number(text: str, name: str, least: float, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number) or not least <= number <= most:
        raise SettingsError(f"{name} must be a number from {least:g} to {most:g}, not {text!r}")
    return number
