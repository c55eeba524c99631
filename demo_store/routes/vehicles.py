"""GET /vehicles/tires, /vehicles."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from demo_store.answers import One, Page, Season, VehicleModel, VehicleTires
from demo_store.listing import Slice, spoken_language
from demo_store.repository.tires import Language
from demo_store.repository.vehicles import VehicleRepository
from demo_store.routes.inputs import OptionalWords, Words

router = APIRouter(tags=["vehicles"])


def _repository(request: Request) -> VehicleRepository:
    return VehicleRepository(request.app.state.database)


Vehicles = Annotated[VehicleRepository, Depends(_repository)]


@router.get("/vehicles/tires")
async def vehicle_tires(
    make: Words,
    model: Words,
    year: Annotated[int, Query(ge=1900, le=2200)],
    vehicles: Vehicles,
    language: Annotated[Language, Depends(spoken_language)],
    modification: OptionalWords = None,
    season: Season | None = None,
) -> One[VehicleTires]:
    return One(data=await vehicles.tires_for(make, model, year, modification, season, language))


@router.get("/vehicles")
async def list_vehicles(listed: Annotated[Slice, Depends()], vehicles: Vehicles) -> Page[VehicleModel]:
    """Beyond the written contract: every make and model, and what people call them."""
    found, total = await vehicles.vehicles(listed.per_page, listed.offset)
    return listed.of(found, total)
