"""The client and the demo store cannot drift apart: what the store's OpenAPI document says of fields and types is what
the client's models say.

The client may be more lenient (a field that it takes for optional), never less.
"""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel

from demo_store.app import create_app
from demo_store.settings import Settings
from store_client import Store
from store_client.models import (
    Availability,
    Brand,
    Pagination,
    Tire,
    TireDetails,
    VehicleModel,
    VehicleTires,
)
from store_client.models_fitting import FittingBooking, FittingPrice, FittingSlots, FittingStation
from store_client.models_knowledge import KnowledgeArticle
from store_client.models_orders import (
    DeliveryQuote,
    Order,
    OrderDetails,
    OrderLine,
    PickupPoint,
    ToAddress,
    ToPickupPoint,
)

DOCUMENT = create_app(Settings("postgresql://nobody@127.0.0.1:1/none")).openapi()
PREFIX = "/api/v1"

OPERATIONS: dict[tuple[str, str], tuple[type[BaseModel], Callable[..., Any]]] = {
    ("get", "/tires/search"): (Tire, Store.search_tires),
    ("get", "/tires/{tire_id}"): (TireDetails, Store.tire),
    ("get", "/tires/{tire_id}/availability"): (Availability, Store.availability),
    ("get", "/brands"): (Brand, Store.brands),
    ("get", "/vehicles"): (VehicleModel, Store.vehicles),
    ("get", "/vehicles/tires"): (VehicleTires, Store.vehicle_tires),
    ("get", "/knowledge/search"): (KnowledgeArticle, Store.search_knowledge),
    ("get", "/orders/search"): (Order, Store.search_orders),
    ("get", "/orders/{order_id}"): (OrderDetails, Store.order),
    ("post", "/orders"): (OrderDetails, Store.create_order),
    ("patch", "/orders/{order_id}/delivery"): (OrderDetails, Store.set_delivery),
    ("post", "/orders/{order_id}/confirm"): (OrderDetails, Store.confirm_order),
    ("delete", "/orders/{order_id}"): (OrderDetails, Store.drop_order),
    ("get", "/delivery/calculate"): (DeliveryQuote, Store.calculate_delivery),
    ("get", "/pickup-points"): (PickupPoint, Store.pickup_points),
    ("get", "/fitting/stations"): (FittingStation, Store.fitting_stations),
    ("get", "/fitting/stations/{station_id}/slots"): (FittingSlots, Store.fitting_slots),
    ("get", "/fitting/bookings"): (FittingBooking, Store.fitting_bookings),
    ("post", "/fitting/bookings"): (FittingBooking, Store.book_fitting),
    ("patch", "/fitting/bookings/{booking_id}"): (FittingBooking, Store.move_fitting),
    ("delete", "/fitting/bookings/{booking_id}"): (FittingBooking, Store.cancel_fitting),
    ("get", "/fitting/prices"): (FittingPrice, Store.fitting_prices),
}
"""What the client makes of the data of each answer (of one of a list), and which method asks."""

LENIENT: dict[type[BaseModel], tuple[str, ...]] = {KnowledgeArticle: ("data.language:", "data.category:")}
"""Where the client takes any word: another shop may have more of them."""

BODIES: dict[str, type[BaseModel]] = {"NewItem": OrderLine, "ToAddress": ToAddress, "ToPickupPoint": ToPickupPoint}
"""Parts of what is sent, by their names in the document."""

Schema = dict[str, Any]
Shape = tuple[Any, ...]
"""("object", {name: shape}), ("array" or "map" or "nullable", shape), ("one of", values), or (type, format)."""


def shape(schema: Schema, definitions: Schema) -> Shape:
    if "$ref" in schema:
        return shape(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        (real,) = [one for one in schema["anyOf"] if one != {"type": "null"}]
        return ("nullable", shape(real, definitions))
    if "enum" in schema or "const" in schema:
        return ("one of", frozenset(schema.get("enum", [schema.get("const")])))
    match schema["type"]:
        case "array":
            return ("array", shape(schema["items"], definitions))
        case "object" if "properties" in schema:
            return ("object", {name: shape(one, definitions) for name, one in schema["properties"].items()})
        case "object":
            return ("map", shape(schema["additionalProperties"], definitions))
        case simple:
            return (simple, schema.get("format"))


def in_document(schema: Schema) -> Shape:
    return shape(schema, DOCUMENT["components"]["schemas"])


def in_client(model: type[BaseModel]) -> Shape:
    schema = model.model_json_schema(mode="serialization")
    return shape(schema, schema.get("$defs", {}))


def differences(where: str, theirs: Shape, ours: Shape) -> Iterator[str]:
    if ours[0] == "nullable" != theirs[0]:
        ours = ours[1]
    if theirs[0] != ours[0]:
        yield f"{where}: {theirs} is {ours} to the client"
    elif theirs[0] == "object":
        for name in sorted(theirs[1].keys() ^ ours[1].keys()):
            yield f"{where}.{name}: {'unknown to the client' if name in theirs[1] else 'not in the document'}"
        for name in theirs[1].keys() & ours[1].keys():
            yield from differences(f"{where}.{name}", theirs[1][name], ours[1][name])
    elif theirs[0] in ("array", "map", "nullable"):
        yield from differences(f"{where}[]", theirs[1], ours[1])
    elif theirs != ours:
        yield f"{where}: {theirs} is {ours} to the client"


def answered(operation: tuple[str, str]) -> Shape:
    """The 2xx answer's."""
    method, path = operation
    responses = DOCUMENT["paths"][PREFIX + path][method]["responses"]
    (status,) = [status for status in responses if status.startswith("2")]
    return in_document(responses[status]["content"]["application/json"]["schema"])


def body_of(operation: tuple[str, str]) -> Schema:
    """Resolved; empty where there is none."""
    method, path = operation
    content = DOCUMENT["paths"][PREFIX + path][method].get("requestBody", {}).get("content", {})
    schema: Schema = content.get("application/json", {}).get("schema", {})
    resolved: Schema = DOCUMENT["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    return resolved


def asked(operation: tuple[str, str]) -> dict[str, Schema]:
    """All that can be sent, by the name that the client gives it."""
    method, path = operation
    parameters = DOCUMENT["paths"][PREFIX + path][method].get("parameters", [])
    named = {
        one["name"].lower().removeprefix("x-").replace("-", "_"): one["schema"]
        for one in parameters
        if one["name"] != "accept-language"
    }
    body = body_of(operation)
    fields: dict[str, Schema] = body.get("properties", {})
    return named | ({"delivery": body} if "oneOf" in body else fields)


def literals(hint: Any) -> frozenset[Any]:
    if get_origin(hint) is Literal:
        return frozenset(get_args(hint))
    return frozenset().union(*(literals(part) for part in get_args(hint)))


def enumerated(schema: Schema) -> frozenset[Any]:
    return frozenset(schema.get("enum", [])).union(*(enumerated(one) for one in schema.get("anyOf", [])))


def test_the_client_asks_for_all_that_the_store_has() -> None:
    served = {
        (method, path.removeprefix(PREFIX))
        for path, methods in DOCUMENT["paths"].items()
        if path.startswith(PREFIX)
        for method in methods
    }
    assert served == set(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_every_field_of_an_answer_is_the_clients(operation: tuple[str, str]) -> None:
    model, _ = OPERATIONS[operation]
    _, envelope = answered(operation)
    data = envelope["data"]
    found = differences("data", data[1] if data[0] == "array" else data, in_client(model))
    assert [one for one in found if not one.startswith(tuple(LENIENT.get(model, ())))] == []
    if data[0] == "array":
        assert list(differences("pagination", envelope["pagination"], in_client(Pagination))) == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_every_parameter_and_field_of_a_body_can_be_given(operation: tuple[str, str]) -> None:
    _, method = OPERATIONS[operation]
    hints = get_type_hints(method)
    given = set(inspect.signature(method).parameters) - {"self"}
    wanted = asked(operation)
    # Where the client reads all pages it asks for them by itself.
    assert given == set(wanted) - ({"page", "per_page"} - given)
    for name in given:
        assert enumerated(wanted[name]) == literals(hints[name]), name


@pytest.mark.parametrize("name", BODIES)
def test_every_field_of_a_part_of_a_body_is_the_clients(name: str) -> None:
    theirs = in_document({"$ref": name})
    assert list(differences(name, theirs, in_client(BODIES[name]))) == []


def test_a_difference_is_seen() -> None:
    theirs: Shape = ("object", {"a": ("string", None), "b": ("nullable", ("integer", None)), "c": ("number", None)})
    ours: Shape = ("object", {"a": ("string", "date"), "b": ("integer", None), "d": ("number", None)})
    assert sorted(differences("x", theirs, ours)) == [
        "x.a: ('string', None) is ('string', 'date') to the client",
        "x.b: ('nullable', ('integer', None)) is ('integer', None) to the client",
        "x.c: unknown to the client",
        "x.d: not in the document",
    ]


@pytest.mark.parametrize(
    "operation",
    [operation for operation in OPERATIONS if operation[0] != "get"],
    ids=" ".join,
)
def test_what_changes_something_may_be_refused_as_a_conflict(operation: tuple[str, str]) -> None:
    method, path = operation
    refused = DOCUMENT["paths"][PREFIX + path][method]["responses"]["409"]["content"]["application/json"]["schema"]
    assert refused == {"$ref": "#/components/schemas/ErrorAnswer"}
