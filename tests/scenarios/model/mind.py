"""A model that follows its instructions: what it says or calls next, decided from the request alone."""

import datetime as dt
from typing import Any

from callcenter.dialogue.wish import Wish
from tests.fakes.openai_server.mind import Answer, Call
from tests.scenarios.model.memory import NUMBER, Found, Memory
from tests.scenarios.model.phrases import PHRASES

NAMED = 2


def good(now: Memory, tools: frozenset[str]) -> Answer:
    """`tools`: those that may be called in this answer."""
    answer = _decide(now)
    return answer if not answer.calls or tools else _say(now, "sorry")


def _say(now: Memory, *keys: str, **values: Any) -> Answer:
    return Answer(" ".join(PHRASES[now.language][key].format(**values) for key in keys))


def _call(name: str, **arguments: Any) -> Answer:
    return Answer(calls=[Call(name, {key: value for key, value in arguments.items() if value is not None})])


def _answer_of(now: Memory, tool: str) -> Found | None:
    """The last one since the caller spoke."""
    return next((found for found in reversed(now.found) if found.tool == tool), None)


def _decide(now: Memory) -> Answer:
    last = now.found[-1] if now.found else None
    if last is not None and last.error.startswith("store:"):
        return _say(now, "sorry")
    if last is not None and last.error == "withheld":
        return _say(now, "cannot")
    if last is not None and last.error == "no_phone":
        return _say(now, "phone")
    if last is not None and last.error == "no_message":  # a link cannot be sent
        return _say(now, "payment")
    match now.topic:
        case "operator":
            return _call("transfer_to_operator", reason="customer_request", summary=now.text)
        case "order":
            return _order(now)
        case "drop":
            return _call("cancel_order_draft")
        case "fitting":
            return _fitting(now)
        case "status":
            return _status(now)
        case "callback":
            return _callback(now)
        case "bookings":
            return _bookings(now)
        case "price":
            return _price(now)
        case "search":
            return _search(now, now.wish)
        case "cheaper":
            return _cheaper(now)
        case "stock":
            return _stock(now)
        case "advice":
            return _advice(now)
        case "forgotten" | "bye":
            return _say(now, now.topic)
        case _:
            return _say(now, "else")


# ---------------------------------------------------------------- orders


def _order(now: Memory) -> Answer:
    order = now.order
    if order.tire is None:
        return _say(now, "which") if now.tires else _search(now, now.wish)
    if order.quantity is None:
        return _say(now, "quantity")
    drafted = _answer_of(now, "create_order_draft")
    if drafted is not None and drafted.data.get("drafted") is False:
        return _say(now, "short", "quantity")
    if order.drafted != (order.tire["id"], order.quantity):
        items = [{"product_id": order.tire["id"], "quantity": order.quantity}]
        return _call("create_order_draft", items=items, customer_phone=order.phone)
    if now.asked == "confirm" and now.said.intents <= {"no"} and not now.found:
        return _say(now, "change")
    return _delivery(now) or _payment(now)


def _delivery(now: Memory) -> Answer | None:
    order = now.order
    if order.delivery is None:
        return _say(now, "delivery")
    if order.city is None:
        return _say(now, "city")
    if order.delivery == "delivery":
        if order.address is None:
            return _say(now, "address")
    elif order.point is None:
        if order.points_of != order.city:
            return _call("get_pickup_points", city=order.city)
        names = ", ".join(f"{point['name']}, {point['address']}" for point in order.points)
        return Answer(f"{names}. {PHRASES[now.language]['point']}")
    if order.shipped == order.goes:
        return None
    if order.delivery == "delivery":
        place: dict[str, Any] = {"city": order.city, "address": order.address}
    else:
        place = {"pickup_point_id": order.point["id"] if order.point else None}
    return _call("update_order_delivery", order_id=order.id, delivery_type=order.delivery, **place)


def _payment(now: Memory) -> Answer:
    if now.order.payment is None:
        return _say(now, "payment")
    return _call("confirm_order", order_id=now.order.id, payment_method=now.order.payment)


# ---------------------------------------------------------------- fittings


def _fitting(now: Memory) -> Answer:
    fitting = now.fitting
    if fitting.aim != "book":
        return _changed(now)
    if fitting.city is None:
        return _say(now, "f_city")
    if fitting.stations_of != fitting.city:
        return _call("get_fitting_stations", city=fitting.city)
    if fitting.station is None:
        names = ", ".join(f"{one['name']}, {one['address']}" for one in fitting.stations)
        return Answer(f"{names}. {PHRASES[now.language]['station']}")
    if (asked := _when(now, fitting.station["id"])) is not None:
        return asked
    return _call(
        "book_fitting",
        station_id=fitting.station["id"],
        date=f"{fitting.day}",
        time=f"{fitting.at:%H:%M}",
        service_type=fitting.service,
        tire_diameter=fitting.diameter,
        linked_order_id=fitting.order_id,
    )


def _when(now: Memory, station: str | None) -> Answer | None:
    """What is to be asked of day and time; None where both are known."""
    fitting = now.fitting
    taken = next((found for found in now.found if found.error == "slot_taken"), None)
    if taken is not None:
        return Answer(f"{taken.advice} {PHRASES[now.language]['time']}")
    if fitting.day is None:
        return _say(now, "date")
    if fitting.at is not None:
        return None
    if station is None:
        return _say(now, "time")
    told = _answer_of(now, "get_fitting_slots")
    if told is None:
        return _call("get_fitting_slots", station_id=station, date_from=f"{fitting.day}", service_type=fitting.service)
    times = ", ".join(told.data.get("free", {}).get(f"{fitting.day}", ()))
    return _say(now, "times", "time", times=times) if times else _say(now, "date")


def _changed(now: Memory) -> Answer:
    fitting = now.fitting
    last = _answer_of(now, "cancel_fitting")
    if last is not None and last.error == "no_booking" and "booking_id" not in last.arguments:
        return _say(now, "no_bookings")
    if last is not None and last.error == "several_bookings":
        return _say(now, "which_booking")
    if now.asked == "fitting_confirm" and "no" in now.said.intents:
        return _say(now, "fine")
    if fitting.aim == "cancel":
        return _call("cancel_fitting", action="cancel")
    if (asked := _when(now, None)) is not None:
        return asked
    return _call("cancel_fitting", action="reschedule", new_date=f"{fitting.day}", new_time=f"{fitting.at:%H:%M}")


def _bookings(now: Memory) -> Answer:
    told = _answer_of(now, "get_fitting_bookings")
    if told is None:
        return _call("get_fitting_bookings")
    own = [
        PHRASES[now.language]["booking"].format(station=one["station"]["name"], date=one["date"], time=one["time"][:5])
        for one in told.data.get("bookings", ())
    ]
    return Answer(" ".join(own)) if own else _say(now, "no_bookings")


def _price(now: Memory) -> Answer:
    rim = now.said.wish.rim or (int(now.said.digits) if now.said.digits else None)
    told = _answer_of(now, "get_fitting_price")
    if told is not None:
        prices = ", ".join(f"{float(one['price']):g}" for one in told.data.get("services", ()))
        return _say(now, "prices", prices=prices)
    return _call("get_fitting_price", tire_diameter=rim) if rim else _say(now, "rim")


# ---------------------------------------------------------------- what became of an order


def _status(now: Memory) -> Answer:
    told = _answer_of(now, "get_order_status")
    if told is not None and not told.error:
        orders = told.data.get("orders", ())
        if not orders:
            return _say(now, "not_found", "number")
        lines = [
            PHRASES[now.language]["order"].format(number=one["order_number"], status=one["status_label"])
            for one in orders
        ]
        return Answer(" ".join(lines))
    if told is not None and told.error.startswith("not_found"):
        return _say(now, "not_found", "number")
    if told is not None and told.error == "too_many_attempts":
        return _say(now, "not_found")
    if told is not None and now.number and told.error == "not_the_callers":
        return _say(now, "digits")
    if told is not None and told.error == "not_the_callers":
        return _say(now, "number")
    if not now.number:
        return _call("get_order_status")
    if len(now.number) < NUMBER:
        return _say(now, "go_on")
    if now.asked == "digits" and not now.last:
        return _say(now, "digits")
    return _call("get_order_status", order_id=now.number, phone=now.last or None)


# ---------------------------------------------------------------- the rest


def _callback(now: Memory) -> Answer:
    told = _answer_of(now, "request_callback")
    if told is not None and not told.error:
        return _say(now, "called")
    when = now.said.when
    if now.asked != "when" and when.date is None and when.time is None:
        return _say(now, "when")
    return _call("request_callback", topic=now.text, best_time=when.words or now.text)


def _search(now: Memory, wish: Wish, **more: Any) -> Answer:
    told = _answer_of(now, "search_tires")
    if told is not None and not told.error:
        return _tell_tires(now)
    if not (wish.has("vehicle") or wish.size) or wish.season is None:
        return _say(now, "wish")
    return _call("search_tires", **{**wish.arguments(), **more})


def _tell_tires(now: Memory) -> Answer:
    named = [
        PHRASES[now.language]["tire"].format(name=tire["name"], size=tire["size"], price=f"{tire['price']:g}")
        for tire in now.tires[:NAMED]
    ]
    return _say(now, "tires", "which", tires=", ".join(named)) if named else _say(now, "none")


def _cheaper(now: Memory) -> Answer:
    if _answer_of(now, "search_tires") is not None:
        return _tell_tires(now)
    return _search(now, now.wish, max_price=min(tire["price"] for tire in now.tires[:NAMED]) - 1)


def _stock(now: Memory) -> Answer:
    told = _answer_of(now, "check_availability")
    if told is not None:
        return _say(now, "stock", count=told.data.get("total_quantity", 0))
    tire = now.order.tire or now.tires[0]
    return _call("check_availability", product_id=tire["id"])


def _advice(now: Memory) -> Answer:
    told = _answer_of(now, "search_knowledge_base")
    if told is None:
        return _call("search_knowledge_base", query=now.text)
    articles = told.data.get("articles", ())
    return Answer(articles[0]["content"].partition(". ")[0] + ".") if articles else _say(now, "none")


def early_booking(now: Memory) -> Answer:
    """A time that nobody named."""
    tomorrow = now.today + dt.timedelta(days=1)
    station = now.fitting.station["id"] if now.fitting.station else ""
    return _call("book_fitting", station_id=station, date=f"{tomorrow}", time="10:00")
