"""What the store is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_ARTICLES = Path("shops/tires/knowledge")


def _articles() -> Path:
    """Those that lie beside this package, as in its repository; an installed one has the shop in its working folder."""
    beside = Path(__file__).parents[1] / _ARTICLES
    return beside if beside.is_dir() else _ARTICLES


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what to do."""


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
        )


def port_number(text: str, name: str) -> int:
    """Raises SettingsError. `getaddrinfo` would take any number, modulo 65536."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingsError(f"{name} must be a port from 1 to 65535, not {text!r}")
    return int(text)
