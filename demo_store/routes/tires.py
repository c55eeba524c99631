"""GET /tires/..., /brands."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from demo_store.answers import Availability, Brand, One, Page, Season, Tire, TireDetails
from demo_store.errors import InvalidRequest
from demo_store.listing import Slice, spoken_language
from demo_store.repository.tires import Language, Sort, TireRepository, Wanted
from demo_store.routes.inputs import Amount, Identifier, OptionalWords

router = APIRouter(tags=["tires"])

Price = Annotated[Amount | None, Query()]


def _repository(request: Request) -> TireRepository:
    return TireRepository(request.app.state.database)


Tires = Annotated[TireRepository, Depends(_repository)]
Spoken = Annotated[Language, Depends(spoken_language)]
Listed = Annotated[Slice, Depends()]


@dataclass(frozen=True, slots=True)
class Filter:
    width: Annotated[int | None, Query(ge=1, le=1000)] = None
    profile: Annotated[int | None, Query(ge=1, le=200)] = None
    diameter: Annotated[int | None, Query(ge=1, le=100)] = None
    season: Season | None = None
    brand: OptionalWords = None
    model: OptionalWords = None
    min_price: Price = None
    max_price: Price = None
    in_stock: bool | None = None

    def wanted(self) -> Wanted:
        if self.min_price is not None and self.max_price is not None and self.min_price > self.max_price:
            raise InvalidRequest("invalid_request", "min_price is above max_price")
        return Wanted(
            self.width,
            self.profile,
            self.diameter,
            self.season,
            self.brand,
            self.model,
            self.min_price,
            self.max_price,
            self.in_stock,
        )


@router.get("/tires/search")
async def search_tires(
    asked: Annotated[Filter, Depends()],
    listed: Listed,
    tires: Tires,
    language: Spoken,
    sort: Sort = "popularity",
) -> Page[Tire]:
    found, total = await tires.search(asked.wanted(), sort, listed.per_page, listed.offset, language)
    return listed.of(found, total)


@router.get("/tires/{tire_id}")
async def tire(tire_id: Identifier, tires: Tires, language: Spoken) -> One[TireDetails]:
    return One(data=await tires.tire(tire_id, language))


@router.get("/tires/{tire_id}/availability")
async def availability(tire_id: Identifier, tires: Tires, language: Spoken) -> One[Availability]:
    return One(data=await tires.availability(tire_id, language))


@router.get("/brands")
async def brands(listed: Listed, tires: Tires) -> Page[Brand]:
    """Beyond the written contract: every brand, and what people call it."""
    found, total = await tires.brands(listed.per_page, listed.offset)
    return listed.of(found, total)
