"""A place of the shop's that callers go to: a pickup point, a fitting station."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callcenter.dialogue.reading import code, line, mappings


@dataclass(frozen=True, slots=True)
class Site:
    id: str
    name: str
    address: str
    district: str = ""

    @property
    def words(self) -> str:
        """What it can be named by."""
        return " ".join(filter(None, (self.name, self.district, self.address)))


def sites(listed: Any) -> tuple[Site, ...] | None:
    """In the store's order, without what cannot be read; None where it is no list."""
    if not isinstance(listed, list | tuple):
        return None
    read = (site_of(one) for one in mappings(listed))
    return tuple(site for site in read if site.id and site.name)


def site_of(told: Mapping[str, Any]) -> Site:
    return Site(code(told.get("id")), line(told.get("name")), line(told.get("address")), line(told.get("district")))
