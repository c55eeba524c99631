"""The store over HTTP: see `StoreConnection` for how, `store_client.Store` for what."""

from collections.abc import Sequence
from decimal import Decimal

from store_client.answers import One, Page
from store_client.connection import Parameter, segment
from store_client.fitting_calls import FittingCalls
from store_client.models import (
    Availability,
    Brand,
    Season,
    Sort,
    TireDetails,
    TirePage,
    VehicleModel,
    VehicleTires,
)
from store_client.models_knowledge import KnowledgeArticle, KnowledgeArticles, KnowledgeCategory
from store_client.order_calls import OrderCalls

_LONGEST_QUESTION = 500
# Made once: pydantic builds such a class anew, half a millisecond or more, whenever the last one was forgotten.
_TIRE = One[TireDetails]
_AVAILABILITY = One[Availability]
_VEHICLE_TIRES = One[VehicleTires]
_VEHICLES = Page[VehicleModel]
_BRANDS = Page[Brand]


class StoreClient(OrderCalls, FittingCalls):
    """See `store_client.Store` for what the methods mean. Shared by all calls; safe for concurrent use."""

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
        wanted: dict[str, Parameter] = {"width": width, "profile": profile, "diameter": diameter, "season": season}
        wanted |= {"brand": brand, "model": model, "min_price": min_price, "max_price": max_price}
        wanted |= {"in_stock": in_stock, "sort": sort, "page": page, "per_page": per_page}
        return await self._get("tires/search", wanted, TirePage)

    async def tire(self, tire_id: str) -> TireDetails:
        return (await self._get(f"tires/{_tire(tire_id)}", {}, _TIRE)).data

    async def availability(self, tire_id: str) -> Availability:
        return (await self._get(f"tires/{_tire(tire_id)}/availability", {}, _AVAILABILITY)).data

    async def vehicle_tires(
        self,
        make: str,
        model: str,
        year: int,
        *,
        modification: str | None = None,
        season: Season | None = None,
    ) -> VehicleTires:
        wanted: dict[str, Parameter] = {"make": make, "model": model, "year": year}
        wanted |= {"modification": modification, "season": season}
        return (await self._get("vehicles/tires", wanted, _VEHICLE_TIRES)).data

    async def vehicles(self) -> Sequence[VehicleModel]:
        return await self._all("vehicles", {}, _VEHICLES)

    async def brands(self) -> Sequence[Brand]:
        return await self._all("brands", {}, _BRANDS)

    async def search_knowledge(
        self, query: str, *, category: KnowledgeCategory | None = None, limit: int = 5
    ) -> Sequence[KnowledgeArticle]:
        wanted: dict[str, Parameter] = {"query": query[:_LONGEST_QUESTION], "category": category, "limit": limit}
        return (await self._get("knowledge/search", wanted, KnowledgeArticles)).articles


def _tire(tire_id: str) -> str:
    return segment(tire_id, "tire_not_found")
