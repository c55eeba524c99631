"""Orders that the shop has had: believable customers, every status, all times counted back from now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from demo_store.assortment.places import City
from demo_store.assortment.pricing import chance, weight_kg
from demo_store.assortment.tires import Tire
from demo_store.delivery_cost import delivery_cost

ORDERS = 240
CUSTOMERS = 150
_DAYS = 120
_EACH_OF_THESE_IS_A_DRAFT = 60
_KYIV = ZoneInfo("Europe/Kyiv")
_COLD_MONTHS = frozenset({9, 10, 11, 12, 1, 2})


@dataclass(frozen=True, slots=True)
class PastCustomer:
    phone: str
    """Of the +38000 range, which belongs to nobody."""
    name: str
    city: City
    address: str


@dataclass(frozen=True, slots=True)
class PastOrder:
    id: int
    customer: PastCustomer
    source: str
    lines: tuple[tuple[Tire, int], ...]
    """Tires, and how many of each."""
    subtotal: Decimal
    weight_kg: Decimal
    pickup_point_id: str | None
    """None: it is brought to the customer's address."""
    delivery_cost: Decimal
    delivery_days: int
    payment_method: str
    paid: bool
    history: tuple[tuple[str, datetime], ...]
    """Statuses and their times, the present one last."""
    estimated_delivery: date
    tracking_number: str | None

    @property
    def status(self) -> str:
        return self.history[-1][0]


def past_orders(
    tires: Sequence[Tire], cities: Sequence[City], words: Mapping[str, Any], now: datetime
) -> list[PastOrder]:
    """`words` is data/customers.yaml. The same for the same `now`."""
    customers = [_customer(number, cities, words) for number in range(CUSTOMERS)]
    liked = sorted(tires, key=attrgetter("popularity"), reverse=True)
    by_season = {season: [tire for tire in liked if tire.model.season == season] for season in ("summer", "winter")}
    return [_order(number, customers, by_season, now) for number in range(1, ORDERS + 1)]


def _customer(number: int, cities: Sequence[City], words: Mapping[str, Any]) -> PastCustomer:
    def pick(what: str) -> Any:
        return words[what][int(len(words[what]) * chance(f"customer {number}", what))]

    def roll(what: str, most: int) -> int:
        return 1 + int(most * chance(f"customer {number}", what))

    # Half of the customers live in the first city.
    city = cities[max(0, roll("city", 2 * len(cities) - 2) - len(cities) + 1)]
    return PastCustomer(
        f"+38000{1_000_000 + roll('phone', 8_000_000)}",
        f"{pick('first_names')} {pick('last_names')}",
        city,
        f"{pick('streets')}, {roll('house', 90)}, кв. {roll('flat', 120)}",
    )


def _order(
    number: int, customers: Sequence[PastCustomer], by_season: Mapping[str, Sequence[Tire]], now: datetime
) -> PastOrder:
    def roll(what: str) -> float:
        return chance(f"order {number}", what)

    draft = number % _EACH_OF_THESE_IS_A_DRAFT == 0
    customer = customers[int(len(customers) * roll("customer") ** 1.3)]
    # The more recent, the more of them.
    created_at = now - timedelta(minutes=10) - (timedelta(0) if draft else timedelta(_DAYS) * roll("age") ** 2)
    lines = _lines(number, by_season["winter" if created_at.month in _COLD_MONTHS else "summer"])
    subtotal = Decimal(sum(tire.price_uah * quantity for tire, quantity in lines))
    weight = sum((weight_kg(tire.size) * quantity for tire, quantity in lines), Decimal(0))
    city = customer.city
    points = city.pickup_points
    pickup = points[int(len(points) * roll("point"))] if roll("delivery") < 0.45 else None
    days = city.pickup_days if pickup else city.delivery_days
    history = (("draft", created_at),) if draft else _history(number, created_at, days, pickup is not None, now)
    status = history[-1][0]
    method = "cod" if roll("payment") < 0.5 else "online" if roll("payment") < 0.75 else "card_on_delivery"
    return PastOrder(
        number,
        customer,
        "ai_agent" if roll("source") < 0.5 else "website" if roll("source") < 0.85 else "operator",
        lines,
        subtotal,
        weight,
        pickup.id if pickup else None,
        Decimal(0) if pickup else delivery_cost(city.tariff, subtotal, weight),
        days,
        method,
        status == "delivered" or (method == "online" and status not in ("draft", "cancelled")),
        history,
        created_at.astimezone(_KYIV).date() + timedelta(days),
        f"{10**9 + int(9 * 10**9 * roll('tracking'))}" if any(then == "shipped" for then, _ in history) else None,
    )


def _lines(number: int, choice: Sequence[Tire]) -> tuple[tuple[Tire, int], ...]:
    """Mostly one set of something popular."""

    def line(place: str) -> tuple[Tire, int]:
        tire = choice[int(len(choice) * chance(f"order {number}", place, "tire") ** 2.5)]
        many = chance(f"order {number}", place, "quantity")
        return tire, 4 if many < 0.8 else 2 if many < 0.95 else 1

    first, second = line("first"), line("second")
    both = chance(f"order {number}", "lines") < 0.08 and first[0] is not second[0]
    return (first, second) if both else (first,)


def _history(
    number: int, created_at: datetime, days: int, pickup: bool, now: datetime
) -> tuple[tuple[str, datetime], ...]:
    """How far it came until now."""
    confirmed = created_at + timedelta(minutes=4)
    shipped = confirmed + timedelta(hours=20)
    arrived = shipped + timedelta(days - 0.3)
    steps = [("draft", created_at), ("confirmed", confirmed)]
    if chance(f"order {number}", "cancelled") < 0.07:
        steps.append(("cancelled", confirmed + timedelta(hours=5)))
    else:
        steps += [("processing", confirmed + timedelta(hours=3)), ("shipped", shipped)]
        steps += [("at_pickup_point", arrived), ("delivered", arrived + timedelta(2))] if pickup else []
        steps += [] if pickup else [("delivered", arrived)]
    return tuple(step for step in steps if step[1] <= now)
