"""What the caller wants to buy, as far as he has said it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from callcenter.dialogue.names import Vehicle
from callcenter.dialogue.numbers import TireSize

ANY_SEASON = "any"


@dataclass(frozen=True, slots=True)
class Wish:
    """None: not said yet."""

    vehicle: Vehicle | None = None
    year: int | None = None
    size: TireSize | None = None
    rim: int | None = None
    """Said without the rest of the size."""
    season: str | None = None
    """winter, summer, all_season, or any: it does not matter."""
    brand: str | None = None
    max_price: int | None = None

    def __bool__(self) -> bool:
        return self != Wish()

    def has(self, slot: str) -> bool:
        match slot:
            case "vehicle":
                return self.vehicle is not None and bool(self.vehicle.model)
            case _:
                return getattr(self, slot) is not None

    def changed(self, said: "Wish") -> "Wish":
        """With what was said now. Another car is another wish, of which only the season stays; a size is more exact
        than a car and takes its place."""
        wish = self
        if said.vehicle is not None and not _completes(self.vehicle, said.vehicle):
            wish = Wish(season=self.season)
        if said.size is not None:
            wish = replace(wish, vehicle=None, year=None, rim=None)
        elif said.vehicle is not None:
            wish = replace(wish, size=None)
        return replace(wish, **_given(said))

    def arguments(self) -> Mapping[str, Any]:
        """Of the tool search_tires."""
        given: dict[str, Any] = {}
        if self.size is not None:
            given |= {"width": self.size.width, "profile": self.size.profile, "diameter": self.size.diameter}
        elif self.vehicle is not None:
            given |= {"vehicle_make": self.vehicle.make, "vehicle_model": self.vehicle.model}
            given |= {"vehicle_year": self.year} if self.year else {}
        if self.rim is not None and self.size is None:
            given["diameter"] = self.rim
        if self.season not in (None, ANY_SEASON):
            given["season"] = self.season
        return given | {name: value for name, value in (("brand", self.brand), ("max_price", self.max_price)) if value}


def _given(wish: Wish) -> dict[str, Any]:
    values = {name: getattr(wish, name) for name in Wish.__dataclass_fields__}
    return {name: value for name, value in values.items() if value is not None}


def _completes(known: Vehicle | None, said: Vehicle) -> bool:
    """The same car, or the model to the make that is known already."""
    return known is None or known == said or (known.make == said.make and not (known.model and said.model))
