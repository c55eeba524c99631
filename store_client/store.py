"""The store as its callers see it: `StoreClient` over HTTP, `FakeStore` in tests."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

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
from store_client.models_knowledge import KnowledgeArticle, KnowledgeCategory
from store_client.store_fitting import FittingStore
from store_client.store_orders import OrderStore


class Store(OrderStore, FittingStore, Protocol):
    """Every method raises a StoreError, and StoreUnavailable at the latest when its deadline has passed.

    Catalogue and knowledge are here, orders and fittings each in a part, as in `StoreClient` and `FakeStore`.
    """

    @property
    def breaker_open(self) -> bool:
        """The store is left alone for now: calls fail at once."""

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
        """What fits all that is given; an empty page where nothing does. `per_page` is 50 at most."""

    async def tire(self, tire_id: str) -> TireDetails: ...

    async def availability(self, tire_id: str) -> Availability: ...

    async def vehicle_tires(
        self,
        make: str,
        model: str,
        year: int,
        *,
        modification: str | None = None,
        season: Season | None = None,
    ) -> VehicleTires:
        """Make and model as the caller said them, in Latin or Cyrillic letters."""

    async def vehicles(self) -> Sequence[VehicleModel]: ...

    async def brands(self) -> Sequence[Brand]: ...

    async def search_knowledge(
        self, query: str, *, category: KnowledgeCategory | None = None, limit: int = 5
    ) -> Sequence[KnowledgeArticle]:
        """What answers a question asked in the caller's words, the best first; empty where nothing does. `limit` is 20
        at most; a question longer than 500 letters is cut."""

    async def aclose(self) -> None: ...
