"""shop.yaml: what is known of the shop, the same in every language but for its names."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, RootModel, model_validator

from callcenter.ports import Language

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"no time zone {name!r} on this machine (a name like Europe/Kyiv; package tzdata)") from error
    return name


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LocalText(RootModel[Mapping[Language, Annotated[str, Field(min_length=1)]]]):
    """Words in every language that the shop speaks."""

    model_config = ConfigDict(frozen=True)

    def __getitem__(self, language: Language) -> str:
        return self.root[language]


class Hours(Part):
    """Opening hours of one day, written "09:00-20:00"."""

    opens: dt.time
    closes: dt.time

    @model_validator(mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            opens, dash, closes = value.partition("-")
            if not dash:
                raise ValueError('write hours as "09:00-20:00", or closed')
            return {"opens": opens.strip(), "closes": closes.strip()}
        return value

    @model_validator(mode="after")
    def _in_order(self) -> "Hours":
        if self.opens >= self.closes:
            raise ValueError("opens after it closes")
        return self


def _closed_is_none(value: Any) -> Any:
    return None if value == "closed" else value


class Holiday(Part):
    date: Annotated[str, Field(pattern=r"^(\d{4}-)?\d{2}-\d{2}$")]
    """"2027-05-03", or "01-01" for every year."""
    name: str

    @model_validator(mode="after")
    def _exists(self) -> "Holiday":
        dt.date.fromisoformat(
            self.date if len(self.date) == 10 else f"2024-{self.date}"
        )  # a leap year: 02-29 is a date
        return self

    def falls_on(self, day: dt.date) -> bool:
        return day.isoformat().endswith(self.date)


class Callback(Part):
    offered: bool = True
    """Offer a call-back after hours and when a component is away."""
    within: LocalText
    """When the caller is called back, as said to him."""


class OrderLimits(Part):
    max_quantity: Annotated[int, Field(ge=1, le=99)] = 99
    max_total: Annotated[int, Field(ge=1)] = 100_000
    """In the shop's currency; an order above it goes to the operator."""


class Operator(Part):
    display: LocalText
    """Who takes over, as said to the caller."""
    key: Annotated[str, Field(pattern=r"^[0-9*#]$")] = "0"
    """On the keypad."""


class Search(Part):
    spoken_results: Annotated[int, Field(ge=1, le=5)] = 2
    """Tires named in one answer."""
    confirm_below: Annotated[float, Field(ge=0, le=1)] = 0.75
    """Sizes heard with less confidence are read back."""


class ShopFacts(Part):
    name: LocalText
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    timezone: Annotated[str, AfterValidator(_known_zone)]
    city: LocalText
    phone: Annotated[str, Field(pattern=r"^\+\d{7,15}$")]
    website: str = ""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    working_hours: dict[Weekday, Annotated[Hours | None, BeforeValidator(_closed_is_none)]]
    holidays: tuple[Holiday, ...] = ()
    callback: Callback
    order_limits: OrderLimits = OrderLimits()
    order_digits: Annotated[int, Field(ge=1, le=12)] = 6
    """Of an order's number."""
    operator: Operator
    search: Search = Search()

    @model_validator(mode="after")
    def _complete(self) -> "ShopFacts":
        if missing := [day for day in WEEKDAYS if day not in self.working_hours]:
            raise ValueError(f"working_hours: {', '.join(missing)} missing (hours, or closed)")
        texts = {"name": self.name, "city": self.city, "callback.within": self.callback.within}
        for key, text in (texts | {"operator.display": self.operator.display}).items():
            if lacking := [language for language in self.languages if language not in text.root]:
                raise ValueError(f"{key}: not told in {', '.join(lacking)}")
        return self

    def today(self, now: dt.datetime) -> dt.date:
        """The day where the shop is; `now` is timezone-aware."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def is_open(self, now: dt.datetime) -> bool:
        """`now` is timezone-aware."""
        local = now.astimezone(ZoneInfo(self.timezone))
        if any(holiday.falls_on(local.date()) for holiday in self.holidays):
            return False
        hours = self.working_hours[WEEKDAYS[local.weekday()]]  # type: ignore[index] # of a tuple of the same names
        return hours is not None and hours.opens <= local.time() < hours.closes
