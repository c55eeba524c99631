"""The tools that look into the shop's catalogue: search_tires and check_availability."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field
from rapidfuzz import fuzz, process

from callcenter.agent.tools.desk import Desk
from callcenter.agent.tools.registry import TRY_AGAIN, Tool, ToolFailed, ToolOutcome
from callcenter.agent.tools.schema import Arguments, Number
from callcenter.records import Scenario
from store_client import Store, StoreNotFound
from store_client.models import Brand, Season, Tire, VehicleModel

MOST_TOLD = 5
"""Tires that the model gets to choose from; nobody listens to more."""
PAGE = 50
NO_PRICE = "Say that this tire cannot be sold now, and offer another one or the operator."
NAME_FITS = 70
"""rapidfuzz's score (0..100) from which a name is the one that was said."""
SIZE = re.compile(r"(\d{3})\D{1,3}(\d{2})\D{1,4}(\d{2})(?!\d)")

Text = Annotated[str, Field(max_length=60)]


class SearchArguments(Arguments):
    vehicle_make: Annotated[Text | None, Field(description="Car make as the caller said it")] = None
    vehicle_model: Annotated[Text | None, Field(description="Car model, together with vehicle_make")] = None
    vehicle_year: Annotated[Number | None, Field(ge=1950, le=2100, description="Year of manufacture")] = None
    width: Annotated[Number | None, Field(ge=100, le=400, description="mm, 215 in 215/55 R17")] = None
    profile: Annotated[Number | None, Field(ge=20, le=100, description="55 in 215/55 R17")] = None
    diameter: Annotated[Number | None, Field(ge=10, le=26, description="inches, 17 in 215/55 R17")] = None
    season: Season | None = None
    brand: Annotated[Text | None, Field(description="Tire brand")] = None
    max_price: Annotated[float | None, Field(gt=0, le=10_000_000, description="For one tire")] = None


class AvailabilityArguments(Arguments):
    product_id: Annotated[Text | None, Field(description="id from search_tires")] = None
    query: Annotated[
        str | None, Field(max_length=120, description="Brand, model and size, when there is no product_id")
    ] = None


def catalogue_tools(
    store: Store, timeout_s: float, this_year: Callable[[], int] = lambda: datetime.now(UTC).year
) -> tuple[Tool, ...]:
    catalogue = _Catalogue(store, this_year)
    return (
        Tool(
            name="search_tires",
            description=(
                "Find tires in the shop's catalogue with prices and stock, by car (make and model, best with the year) "
                "or by size, and by season, brand or highest price."
            ),
            arguments=SearchArguments,
            handler=catalogue.search,
            scenario=Scenario.TIRE_SEARCH,
            filler="filler.search",
            timeout_s=timeout_s,
        ),
        Tool(
            name="check_availability",
            description="Stock of one tire: how many, in which warehouse, the next delivery.",
            arguments=AvailabilityArguments,
            handler=catalogue.check,
            scenario=Scenario.AVAILABILITY_CHECK,
            filler="filler.stock",
            timeout_s=timeout_s,
        ),
    )


class _Catalogue:
    def __init__(self, store: Store, this_year: Callable[[], int]) -> None:
        self._store, self._this_year = store, this_year

    # ---------------------------------------------------------------- search_tires

    async def search(self, wanted: SearchArguments, _: Desk) -> ToolOutcome:
        if wanted.vehicle_make or wanted.vehicle_model:
            if not (wanted.vehicle_make and wanted.vehicle_model):
                raise ToolFailed("bad_arguments: vehicle_make and vehicle_model belong together", TRY_AGAIN)
            try:
                return await self._search_by_vehicle(wanted, wanted.vehicle_make, wanted.vehicle_model)
            except StoreNotFound as error:
                result = {"found": 0, "not_found": error.code, "ask_for": "the size on the side of the tire"}
                return ToolOutcome(result, answers=False)
        if not (wanted.width or wanted.diameter or wanted.season or wanted.brand or wanted.max_price):
            raise ToolFailed("bad_arguments: give a car, a size, a season or a brand", TRY_AGAIN)
        page = await self._store.search_tires(
            width=wanted.width,
            profile=wanted.profile,
            diameter=wanted.diameter,
            season=wanted.season,
            brand=wanted.brand,
            max_price=wanted.max_price,
            sort="popularity",
            per_page=PAGE,
        )
        return _found(page.tires, page.pagination.total)

    async def _search_by_vehicle(self, wanted: SearchArguments, make: str, model: str) -> ToolOutcome:
        year = wanted.vehicle_year or await self._latest_year(make, model)
        fitting = await self._store.vehicle_tires(make, model, year, season=wanted.season)
        tires = [
            tire
            for size in fitting.vehicle.oem_sizes
            for tire in fitting.recommended_tires.get(size, ())
            if _has_size(tire, wanted)
            and (wanted.max_price is None or tire.price <= Decimal(str(wanted.max_price)))
            and (wanted.brand is None or _same(tire.brand, await self._brand(wanted.brand)))
        ]
        vehicle = f"{fitting.vehicle.make} {fitting.vehicle.model} {fitting.vehicle.year}"
        about: dict[str, Any] = {"vehicle": vehicle, "sizes": list(fitting.vehicle.oem_sizes)}
        if not wanted.vehicle_year:
            about["assumed_year"] = year
        return _found(tires, len(tires), about)

    async def _latest_year(self, make: str, model: str) -> int:
        """Of the newest car of that name: what a caller means who names no year is asked for, but answered at once."""
        known = [car for car in await self._store.vehicles() if _is_vehicle(car, make, model)]
        if not known:
            return self._this_year()
        return max(car.year_to or self._this_year() for car in known)

    # ---------------------------------------------------------------- check_availability

    async def check(self, wanted: AvailabilityArguments, _: Desk) -> ToolOutcome:
        try:
            if wanted.product_id:
                return await self._stock_of(await self._store.tire(wanted.product_id))
            if wanted.query:
                return await self._check_by_words(wanted.query)
        except StoreNotFound as error:
            return ToolOutcome({"found": 0, "not_found": error.code}, answers=False)
        raise ToolFailed("bad_arguments: product_id or query is needed", TRY_AGAIN)

    async def _stock_of(self, tire: Tire) -> ToolOutcome:
        if tire.price <= 0:
            raise ToolFailed("the shop's price is wrong", NO_PRICE)
        stock = await self._store.availability(tire.id)
        result = {"found": 1, "tire": _in_full(tire), **stock.model_dump(mode="json")}
        brief = {
            "tire": _in_brief(tire),
            "in_stock": stock.in_stock,
            "total_quantity": stock.total_quantity,
            "warehouses": {place.warehouse: place.quantity for place in stock.locations},
            "next_delivery": stock.next_delivery.isoformat() if stock.next_delivery else None,
        }
        return ToolOutcome(result, brief)

    async def _check_by_words(self, query: str) -> ToolOutcome:
        size = SIZE.search(query)
        width, profile, diameter = (int(number) for number in size.groups()) if size else (None, None, None)
        words = _fold(SIZE.sub(" ", query))
        brand = _named(words, await self._store.brands())
        page = await self._store.search_tires(
            width=width, profile=profile, diameter=diameter, brand=brand.name if brand else None, per_page=PAGE
        )
        for name in (brand.name, *brand.aliases) if brand else ():
            words = words.replace(_fold(name), " ")
        tires = _with_model(" ".join(words.split()), page.tires) if brand or size else _with_model(words, page.tires)
        if len(tires) == 1:
            return await self._stock_of(tires[0])
        outcome = _found(tires, len(tires), {"ask_for": "which of these" if tires else "brand, model and size"})
        return ToolOutcome(outcome.result, outcome.brief, answers=False)

    async def _brand(self, said: str) -> str:
        brand = _named(_fold(said), await self._store.brands())
        return brand.name if brand else said


def _found(tires: Sequence[Tire], total: int, about: dict[str, Any] | None = None) -> ToolOutcome:
    """In stock first, else in the store's own order: the best liked first. What has no price is for nobody to buy."""
    ordered = sorted((tire for tire in tires if tire.price > 0), key=lambda tire: not tire.in_stock)
    about = about or {}
    return ToolOutcome(
        result={"found": total, **about, "tires": [_in_full(tire) for tire in ordered]},
        brief={"found": total, **about, "tires": [_in_brief(tire) for tire in ordered[:MOST_TOLD]]},
        answers=bool(ordered),
    )


def _in_full(tire: Tire) -> dict[str, Any]:
    return tire.model_dump(mode="json")


def _in_brief(tire: Tire) -> dict[str, Any]:
    return {
        "id": tire.id,
        "name": f"{tire.brand} {tire.model}",
        "size": tire.size,
        "season": tire.season,
        "type": tire.type,
        "price": float(tire.price),
        "currency": tire.currency,
        "in_stock": tire.stock_quantity if tire.in_stock else 0,
    }


def _has_size(tire: Tire, wanted: SearchArguments) -> bool:
    asked = ((wanted.width, tire.width), (wanted.profile, tire.profile), (wanted.diameter, tire.diameter))
    return all(want is None or want == has for want, has in asked)


def _fold(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]+", " ", text.casefold()).split())


def _same(one: str, other: str) -> bool:
    return _fold(one) == _fold(other)


def _is_vehicle(car: VehicleModel, make: str, model: str) -> bool:
    return _fold(make) in map(_fold, (car.make, *car.make_aliases)) and _fold(model) in map(
        _fold, (car.model, *car.model_aliases)
    )


def _named(words: str, brands: Sequence[Brand]) -> Brand | None:
    """The brand that stands in the words, also when it was not heard quite right."""
    names = {_fold(name): brand for brand in brands for name in (brand.name, *brand.aliases)}
    for name, brand in names.items():
        if f" {name} " in f" {words} ":
            return brand
    for word in words.split():
        if len(word) > 3 and (hit := process.extractOne(word, list(names), scorer=fuzz.ratio, score_cutoff=80)):
            return names[hit[0]]
    return None


def _with_model(words: str, tires: Sequence[Tire]) -> list[Tire]:
    """The tires whose model the words name best; all of them where no words are left."""
    if not words:
        return list(tires)
    scores = [fuzz.token_set_ratio(words, _fold(tire.model)) for tire in tires]
    best = max(scores, default=0)
    return [tire for tire, score in zip(tires, scores, strict=True) if score == best and score >= NAME_FITS]
