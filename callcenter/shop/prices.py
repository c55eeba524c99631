"""prices.yaml: what the units of a call cost, by the day from which a price holds."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Component = Literal["stt", "llm", "tts", "telephony"]
Unit = Literal[
    "audio_minute", "million_tokens_in", "million_tokens_cached", "million_tokens_out", "million_characters", "minute"
]


class Price(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    component: Component
    unit: Unit
    model: str = "*"
    """A backend's or model's name, or * for every one that has no price of its own."""
    valid_from: date
    usd: Annotated[Decimal, Field(ge=0)]


class PriceTable(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    prices: tuple[Price, ...]

    def price_usd(self, component: Component, unit: Unit, model: str, on: date) -> Decimal | None:
        """What one unit costs on that day: of the model itself before *, of these the newest that holds already; None
        where the table has none."""
        held = [p for p in self.prices if (p.component, p.unit) == (component, unit) and p.valid_from <= on]
        for name in (model, "*"):
            if fitting := [p for p in held if p.model == name]:
                return max(fitting, key=lambda p: p.valid_from).usd
        return None
