"""The store without a network: `FakeStore` answers from memory and fails when it is told to."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from store_client.errors import StoreConflict, StoreNotFound
from store_client.fake_catalogue import BRANDS, TIRES, VEHICLES, FakeVehicle
from store_client.fake_fitting import FakeFitting
from store_client.fake_knowledge import ARTICLES, FakeArticle, found_articles
from store_client.fake_orders import FakeOrders
from store_client.models import (
    Availability,
    Brand,
    CompatibleVehicle,
    Pagination,
    Season,
    Sort,
    StockLocation,
    Tire,
    TireDetails,
    TirePage,
    Vehicle,
    VehicleModel,
    VehicleTires,
)
from store_client.models_knowledge import KnowledgeArticle, KnowledgeCategory

NOON = time(12)


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


class FakeStore(FakeOrders, FakeFitting):
    """Methods and errors of `StoreClient`; `calls` tells what was asked, `fail` and `delay_s` make it misbehave, `now`
    is its clock."""

    def __init__(
        self,
        tires: Sequence[TireDetails] = TIRES,
        vehicles: Sequence[FakeVehicle] = VEHICLES,
        brands: Sequence[Brand] = BRANDS,
        *,
        articles: Sequence[FakeArticle] = ARTICLES,
        today: date = date(2026, 11, 2),
    ) -> None:
        super().__init__(tires, datetime.combine(today, NOON, UTC))
        self._vehicles = tuple(vehicles)
        self._brands = tuple(brands)
        self._articles = tuple(articles)

    async def search_tires(
        self,
        *,
        width: int | None = None,
        profile: int | None = None,
        diameter: int | None = None,
        season: Season | None = None,
        brand: str | None = None,
        model: str | None = None,
        min_price: Decimal | int | float | None = None,
        max_price: Decimal | int | float | None = None,
        in_stock: bool | None = None,
        sort: Sort | None = None,
        page: int = 1,
        per_page: int = 20,
    ) -> TirePage:
        exact = {"width": width, "profile": profile, "diameter": diameter, "season": season, "in_stock": in_stock}
        await self._called(
            "search_tires",
            **exact,
            brand=brand,
            model=model,
            min_price=min_price,
            max_price=max_price,
            sort=sort,
            page=page,
            per_page=per_page,
        )
        if not 1 <= per_page <= 50 or page < 1:
            raise StoreConflict("invalid_request", "page from 1, per_page from 1 to 50", status=422)
        found = [
            tire
            for tire in self._tires.values()
            if all(wanted is None or getattr(tire, name) == wanted for name, wanted in exact.items())
            and (brand is None or _fold(tire.brand) == _fold(self._brand_name(brand)))
            and (model is None or _fold(model) in _fold(tire.model))
            and (min_price is None or tire.price >= min_price)
            and (max_price is None or tire.price <= max_price)
        ]
        if sort in ("price_asc", "price_desc"):
            found.sort(key=lambda tire: tire.price, reverse=sort == "price_desc")
        pages = -(-len(found) // per_page)
        return TirePage(
            tires=tuple(_listed(tire) for tire in found[(page - 1) * per_page : page * per_page]),
            pagination=Pagination(page=page, per_page=per_page, total=len(found), total_pages=pages),
        )

    async def tire(self, tire_id: str) -> TireDetails:
        await self._called("tire", tire_id=tire_id)
        tire = self._known(tire_id)
        fits = tuple(
            CompatibleVehicle(**vehicle.listed.model_dump()) for vehicle in self._vehicles if tire.size in vehicle.sizes
        )
        return tire.model_copy(update={"compatible_vehicles": fits})

    async def availability(self, tire_id: str) -> Availability:
        await self._called("availability", tire_id=tire_id)
        tire = self._known(tire_id)
        here = (StockLocation(warehouse="Kyiv", quantity=tire.stock_quantity, available_from=self.now.date()),)
        return Availability(
            total_quantity=tire.stock_quantity,
            in_stock=tire.in_stock,
            locations=here if tire.in_stock else (),
            next_delivery=None if tire.in_stock else self.now.date() + timedelta(days=3),
        )

    async def vehicle_tires(
        self,
        make: str,
        model: str,
        year: int,
        *,
        modification: str | None = None,
        season: Season | None = None,
    ) -> VehicleTires:
        await self._called("vehicle_tires", make=make, model=model, year=year, modification=modification, season=season)
        vehicle = self._vehicle(make, model)
        if not vehicle.listed.year_from <= year <= (vehicle.listed.year_to or self.now.date().year + 1):
            raise StoreNotFound("year_not_found", "this model was not made in that year")
        return VehicleTires(
            vehicle=Vehicle(
                make=vehicle.listed.make,
                model=vehicle.listed.model,
                year=year,
                modification=modification,
                oem_sizes=vehicle.sizes,
            ),
            recommended_tires={
                size: tuple(
                    _listed(tire)
                    for tire in self._tires.values()
                    if tire.size == size and season in (None, tire.season)
                )
                for size in vehicle.sizes
            },
        )

    async def vehicles(self) -> Sequence[VehicleModel]:
        await self._called("vehicles")
        return tuple(vehicle.listed for vehicle in self._vehicles)

    async def brands(self) -> Sequence[Brand]:
        await self._called("brands")
        return self._brands

    async def search_knowledge(
        self, query: str, *, category: KnowledgeCategory | None = None, limit: int = 5
    ) -> Sequence[KnowledgeArticle]:
        await self._called("search_knowledge", query=query, category=category, limit=limit)
        if not 1 <= limit <= 20:
            raise StoreConflict("invalid_request", "limit from 1 to 20", status=422)
        return found_articles(self._articles, query, category)[:limit]

    def _brand_name(self, said: str) -> str:
        for brand in self._brands:
            if _fold(said) in (_fold(brand.name), *brand.aliases):
                return brand.name
        return said

    def _vehicle(self, make: str, model: str) -> FakeVehicle:
        for vehicle in self._vehicles:
            known = vehicle.listed
            makes = (_fold(known.make), *known.make_aliases)
            if _fold(make) in makes and _fold(model) in (_fold(known.model), *known.model_aliases):
                return vehicle
        raise StoreNotFound("vehicle_not_found", "no such vehicle")


def _listed(tire: TireDetails) -> Tire:
    """As a search shows it: without the details."""
    return Tire(**tire.model_dump(include=set(Tire.model_fields)))
