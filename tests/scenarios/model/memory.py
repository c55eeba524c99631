"""What a model makes of the conversation that it is shown, from its first message to its last. Nothing is kept between
two requests."""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from callcenter.dialogue.asked import Asked
from callcenter.dialogue.engine import Rules
from callcenter.dialogue.understanding import Understanding
from callcenter.dialogue.understood import Understood
from callcenter.dialogue.wish import Wish
from callcenter.ports import CallerSaid, Language
from callcenter.shop import Shop
from tests.scenarios.model.phrases import asked_in

NOTE = re.compile(r"\[\[.*?\]\]", re.DOTALL)
KEYED = "[[typed on the keypad]]"
TOOL_DATA = re.compile(r"<tool_data tool=\"\w+\">(.*?)</tool_data>\s*(.*)", re.DOTALL)
CORRECTION = "[[You were about to"
RIM = re.compile(r"R(\d\d)")
MEANS = {
    "quantity": Asked.QUANTITY,
    "confirm": Asked.QUANTITY,
    "delivery": Asked.QUANTITY,
    "payment": Asked.QUANTITY,
    "address": Asked.ADDRESS,
    "date": Asked.DATE,
    "time": Asked.TIME,
    "fitting_confirm": Asked.TIME,
    "when": Asked.TOPIC,
}
"""How bare words are to be understood after a question."""
SLOTS = frozenset({"payment_method", "delivery_type", "city", "address", "quantity", "choice", "date", "time"})
"""Intents that tell what was asked for."""
NUMBER = 6
"""Digits of an order's number."""


@dataclass(frozen=True, slots=True)
class Found:
    """A tool's answer since the caller spoke."""

    tool: str
    arguments: Mapping[str, Any]
    data: Mapping[str, Any]
    advice: str

    @property
    def error(self) -> str:
        return str(self.data.get("error", ""))


@dataclass
class Order:
    tire: dict[str, Any] | None = None
    quantity: int | None = None
    delivery: str | None = None
    city: str | None = None
    address: str | None = None
    points: list[dict[str, Any]] = field(default_factory=list)
    points_of: str | None = None
    point: dict[str, Any] | None = None
    payment: str | None = None
    phone: str | None = None
    """That was dictated, where the caller's own is hidden."""
    id: str | None = None
    drafted: tuple[str, int] | None = None
    shipped: tuple[Any, ...] | None = None

    @property
    def goes(self) -> tuple[Any, ...]:
        place = self.point["id"] if self.point else None
        return (self.drafted, self.delivery, self.city, self.address if self.delivery == "delivery" else place)


@dataclass
class Fitting:
    aim: str = "book"
    city: str | None = None
    stations: list[dict[str, Any]] = field(default_factory=list)
    stations_of: str | None = None
    station: dict[str, Any] | None = None
    day: dt.date | None = None
    at: dt.time | None = None
    service: str = "tire_change"
    diameter: int | None = None
    order_id: str | None = None


@cache
def understanding() -> Understanding:
    return Rules(Shop.load(Path(__file__).parents[3] / "shops" / "tires")).understanding


@cache
def _understood(text: str, keyed: bool, make: str, asked: Asked | None, today: dt.date) -> Understood:
    return understanding().read(CallerSaid(text, keyed=keyed), make, asked=asked, today=today)


@dataclass
class Memory:
    language: Language
    today: dt.date
    topic: str = ""
    asked: str = ""
    said: Understood = field(default_factory=lambda: Understood(""))
    text: str = ""
    """The caller's last words, as they are written."""
    found: list[Found] = field(default_factory=list)
    wish: Wish = field(default_factory=Wish)
    tires: list[dict[str, Any]] = field(default_factory=list)
    order: Order = field(default_factory=Order)
    placed: dict[str, Any] = field(default_factory=dict)
    fitting: Fitting = field(default_factory=Fitting)
    number: str = ""
    last: str = ""
    answered: bool = False
    """The model has spoken since the caller did."""
    corrected: bool = False
    """It was told since then that what it was about to say is not so."""

    # ---------------------------------------------------------------- the caller

    def hear(self, text: str, *, keyed: bool) -> None:
        make = self.wish.vehicle.make if self.wish.vehicle else ""
        self.said = _understood(text, keyed, make, MEANS.get(self.asked), self.today)
        self.text, self.found, self.answered, self.corrected = text, [], False, False
        self.topic = self._topic()
        if self.topic in ("order", "search") or not self.topic:
            self.wish = self.wish.changed(self.said.wish)
        if self.topic == "order":
            self._take_order()
        elif self.topic == "fitting":
            self._take_fitting()
        elif self.topic == "status":
            self._take_digits()

    def _topic(self) -> str:
        """What it is about now."""
        intents, told = self.said.intents, bool(self.said.digits)
        if "operator" in intents and "no_operator" not in intents:
            return "operator"
        if self.asked in ("number", "go_on", "digits") and (told or intents <= {"yes", "no"}):
            return "status"
        if self.asked == "phone" and told:
            return "order"
        if self.asked == "when" or "callback" in intents:
            return "callback"
        if self.asked == "rim" or "fitting_price" in intents:
            return "price"
        if "cancel" in intents:
            return self._cancelled(intents)
        if "order_status" in intents:
            self.number = self.last = ""
            return "status"
        for intent, topic in (("reschedule", "fitting"), ("my_bookings", "bookings"), ("fitting_booking", "fitting")):
            if intent in intents and not (intent == "reschedule" and self.topic == "order"):
                if topic == "fitting" and not (self.topic == "fitting" and intent == "fitting_booking"):
                    self._begin_fitting("reschedule" if intent == "reschedule" else "book")
                return topic
        if self.topic in ("order", "fitting") and (
            intents & SLOTS or not intents & {"compare", "question", "availability", "goodbye"}
        ):
            return self.topic
        if self.tires and intents & {"order_creation", "quantity"}:
            return "order"
        if "compare" in intents or ("consultation" in intents and not self.said.wish.size):
            return "advice"
        if self.tires and "choice" in intents:
            return "order"
        if self.tires and "cheaper" in intents:
            return "cheaper"
        if self.tires and "availability" in intents:
            return "stock"
        if self.said.wish:
            return "search"
        if intents & {"goodbye", "thanks"}:
            return "bye"
        return "order" if "order_creation" in intents else "else"

    def _cancelled(self, intents: frozenset[str]) -> str:
        if intents & {"my_bookings", "fitting_booking"}:
            self._begin_fitting("cancel")
            return "fitting"
        if self.order.id:
            return "drop"
        self.order, self.fitting = Order(), Fitting()
        return "forgotten"

    def _begin_fitting(self, aim: str) -> None:
        placed = self.placed if aim == "book" else {}
        self.fitting = Fitting(aim, placed.get("city"), diameter=placed.get("rim"), order_id=placed.get("id"))

    def _take_order(self) -> None:
        said, order = self.said, self.order
        if self.asked == "phone" and said.digits:
            order.phone = f"+{said.digits}"
            return
        if self.asked == "point" and order.points:
            names = [f"{point['name']} {point['address']}" for point in order.points]
            index = understanding().places.choose(said.words, names, said.choice)
            order.point = order.points[index] if index is not None else order.point
        elif said.choice and 0 < said.choice <= len(self.tires):
            order.tire = self.tires[said.choice - 1]
        order.tire = order.tire or (self.tires[0] if len(self.tires) == 1 else None)
        order.quantity = said.quantity or order.quantity
        order.payment = said.payment_method or order.payment
        order.delivery = said.delivery_type or order.delivery
        if said.city and said.city != order.city:
            order.city, order.address, order.point = said.city, None, None
        order.address = said.address or order.address

    def _take_fitting(self) -> None:
        said, fitting = self.said, self.fitting
        if self.asked == "station":
            names = [f"{one['name']} {one['address']}" for one in fitting.stations]
            index = understanding().places.choose(said.words, names, said.choice)
            fitting.station = fitting.stations[index] if index is not None else fitting.station
        fitting.city = said.city or fitting.city
        fitting.day = said.when.date or fitting.day
        if isinstance(said.when.time, dt.time):
            fitting.at = said.when.time
        fitting.service = said.service or fitting.service

    def _take_digits(self) -> None:
        said, read = self.said, understanding().digits
        if self.asked == "digits":
            self.last = said.digits if said.keyed else read.last_four(said.words) or ""
        elif said.keyed:
            self.number = said.digits
        elif said.digits:
            self.number = read.add(self.number, said.words, NUMBER)

    # ---------------------------------------------------------------- the tools

    def learn(self, found: Found) -> None:
        self.found.append(found)
        data, arguments, order = found.data, found.arguments, self.order
        if found.error:
            if found.error.startswith("not_found_or"):
                self.number = self.last = ""
            return
        match found.tool:
            case "search_tires":
                self.tires = list(data.get("tires", ()))
            case "create_order_draft" if "order_id" in data:
                item = arguments["items"][0]
                order.id, order.drafted = data["order_id"], (item["product_id"], int(item["quantity"]))
                order.shipped = None
            case "update_order_delivery":
                order.shipped = order.goes
            case "get_pickup_points":
                order.points, order.points_of = list(data.get("pickup_points", ())), arguments.get("city")
            case "confirm_order" | "book_fitting" | "cancel_fitting" if "waits_for" in data:
                self.asked = "confirm" if found.tool == "confirm_order" else "fitting_confirm"
            case "confirm_order" if data.get("status") == "confirmed":
                rim = RIM.search(json.dumps(data.get("items", "")))
                self.placed = {"id": data["order_id"], "city": order.city, "rim": int(rim[1]) if rim else None}
                self.order, self.topic, self.asked = Order(), "", ""
            case "confirm_order" if data.get("confirmed") is False:
                order.id = order.drafted = order.shipped = None
                order.tire = None if data["reason"] == "out_of_stock" else order.tire
                self.asked = ""
            case "book_fitting" | "cancel_fitting" if data.get("reason") == "slot_taken":
                self.fitting.at, self.asked = None, ""
            case "cancel_order_draft":
                self.order, self.topic, self.asked = Order(), "", ""
            case "get_fitting_stations":
                self.fitting.stations, self.fitting.stations_of = list(data.get("stations", ())), arguments.get("city")
                self.fitting.station = self.fitting.stations[0] if len(self.fitting.stations) == 1 else None
            case "book_fitting" | "cancel_fitting" if data.get("done") is True:
                self.fitting, self.topic, self.asked = Fitting(), "", ""
            case _:
                pass

    def speak(self, text: str) -> None:
        """The model's own words, or the shop's in its name."""
        self.answered = True
        self.asked = asked_in(text, self.language) or (self.asked if "confirm" in self.asked else "")


def remember(messages: list[dict[str, Any]]) -> Memory:
    prompt = messages[0]["content"]
    today = re.search(r"\d{4}-\d{2}-\d{2}", prompt)
    memory = Memory(_language(prompt), dt.date.fromisoformat(today[0]) if today else dt.date.today())
    calls: dict[str, Any] = {}
    for message in messages[1:]:
        content = message.get("content") or ""
        match message["role"]:
            case "user":
                for line in _lines(content):
                    memory.hear(line.removeprefix(KEYED).strip(), keyed=line.startswith(KEYED))
                memory.corrected = CORRECTION in content
            case "assistant":
                calls |= {call["id"]: call["function"] for call in message.get("tool_calls") or ()}
                if content:
                    memory.speak(content)
            case "tool":
                memory.learn(_found(calls[message["tool_call_id"]], content))
            case _:
                pass
    return memory


def _lines(content: str) -> Iterator[str]:
    """Of the caller's, without the telephone system's notes."""
    for line in content.splitlines():
        if line.startswith(KEYED) or NOTE.sub("", line).strip():
            yield line


def _found(call: Mapping[str, Any], content: str) -> Found:
    match = TOOL_DATA.search(content)
    try:
        data = json.loads(match[1]) if match else {}
    except ValueError:  # a long result of an old turn, cut
        data = {}
    return Found(call["name"], _arguments(call["arguments"]), data, match[2] if match else "")


def _arguments(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _language(prompt: str) -> Language:
    """That the instructions are written in."""
    if "You answer the telephone" in prompt:
        return "en"
    return "uk" if "Сьогодні" in prompt else "ru"
