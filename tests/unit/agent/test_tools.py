"""The tools over the store's fake."""

import asyncio
import json
from decimal import Decimal
from typing import Any, get_args

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.agent.tools import Toolbox, ToolRun
from callcenter.agent.tools.catalogue import catalogue_tools
from callcenter.agent.tools.changes import Action
from callcenter.agent.tools.fitting import fitting_tools
from callcenter.agent.tools.orders import order_tools
from callcenter.ports import Language, ToolSpec, TransferRequested
from callcenter.records import TransferReason
from store_client import StoreBadAnswer, StoreError, StoreRejected, StoreUnavailable
from store_client.fake import FakeStore
from store_client.fake_catalogue import SOLD_OUT
from store_client.models import TireDetails, TirePage
from tests.fakes.virtual_time import run
from tests.unit.agent.conversation import NOW, shop, toolbox
from tests.unit.agent.conversation import call as info

CAMRY = {"vehicle_make": "Toyota", "vehicle_model": "Camry", "season": "winter"}


def call(name: str, arguments: str | dict[str, Any], store: FakeStore | None = None) -> ToolRun:
    return run(toolbox(store).open(info()).run(name, arguments))


def data(done: ToolRun) -> dict[str, Any]:
    """What the model is told."""
    begin, end = done.for_model.index(">") + 1, done.for_model.index("</tool_data>")
    told: dict[str, Any] = json.loads(done.for_model[begin:end])
    return told


def specs() -> dict[str, ToolSpec]:
    return {spec.name: spec for spec in toolbox().specs}


def test_the_tools_have_their_canonical_names_and_parameters() -> None:
    assert {name: set(spec.parameters["properties"]) for name, spec in specs().items()} == {
        "search_tires": {
            *("vehicle_make", "vehicle_model", "vehicle_year"),
            *("width", "profile", "diameter", "season", "brand", "max_price"),
        },
        "check_availability": {"product_id", "query"},
        "get_order_status": {"order_id", "phone"},
        "create_order_draft": {"items", "customer_phone"},
        "update_order_delivery": {"order_id", "delivery_type", "city", "address", "pickup_point_id"},
        "confirm_order": {"order_id", "payment_method", "customer_name"},
        "cancel_order_draft": {"order_id"},
        "get_pickup_points": {"city"},
        "get_fitting_stations": {"city"},
        "get_fitting_slots": {"station_id", "date_from", "date_to", "service_type"},
        "get_fitting_price": {"tire_diameter", "station_id", "service_type"},
        "get_fitting_bookings": set(),
        "book_fitting": {
            *("station_id", "date", "time", "service_type"),
            *("vehicle_info", "tire_diameter", "customer_name", "linked_order_id"),
        },
        "cancel_fitting": {"booking_id", "action", "new_date", "new_time"},
        "search_knowledge_base": {"query"},
        "request_callback": {"topic", "best_time"},
        "transfer_to_operator": {"reason", "summary"},
    }


def test_their_schemas_are_json_schemas_without_ornaments() -> None:
    for spec in specs().values():
        jsonschema.Draft202012Validator.check_schema(dict(spec.parameters))
        assert "anyOf" not in json.dumps(spec.parameters)
        assert "title" not in json.dumps(spec.parameters)
    assert specs()["search_tires"].parameters["properties"]["season"]["enum"] == ["summer", "winter", "all_season"]
    assert specs()["transfer_to_operator"].parameters["required"] == ["reason"]


# ---------------------------------------------------------------- search_tires


def test_a_search_by_car_is_short_for_the_model_and_whole_for_the_journal() -> None:
    done = call("search_tires", {**CAMRY, "vehicle_year": 2020})
    assert done.finished.success
    assert done.answers
    told = data(done)
    assert told["vehicle"] == "Toyota Camry 2020"
    assert told["found"] == len(done.finished.result["tires"]) == 9
    assert len(told["tires"]) == 5
    assert told["tires"][0] == {
        "id": "nokian-hakkapeliitta-10-205-65-r16",
        "name": "Nokian Hakkapeliitta 10",
        "size": "205/65 R16",
        "season": "winter",
        "type": "studded",
        "price": 4600.0,
        "currency": "UAH",
        "in_stock": 8,
    }
    assert "description" in done.finished.result["tires"][0]
    json.dumps(done.finished.result)


def test_without_a_year_the_newest_car_of_that_name_is_meant_and_said_so() -> None:
    assert data(call("search_tires", CAMRY))["assumed_year"] == 2024  # the last year it was made


def test_a_car_that_is_still_made_is_of_this_year() -> None:
    tools = Toolbox(catalogue_tools(FakeStore(), 3, this_year=lambda: 2026), shop(), lambda *_: False)
    done = run(tools.open(info()).run("search_tires", {"vehicle_make": "vw", "vehicle_model": "гольф"}))
    assert data(done)["assumed_year"] == 2026
    assert data(done)["vehicle"] == "Volkswagen Golf 2026"


def test_a_car_that_the_store_does_not_know_is_an_answer_and_no_failure() -> None:
    done = call("search_tires", {"vehicle_make": "Toyota", "vehicle_model": "Spaceship"})
    assert done.finished.success
    assert not done.answers
    assert data(done)["not_found"] == "vehicle_not_found"


def test_brand_price_and_size_narrow_a_search_by_car() -> None:
    done = call("search_tires", {**CAMRY, "brand": "нокіан", "max_price": 5000, "diameter": 16})
    assert {(tire["name"], tire["size"]) for tire in data(done)["tires"]} == {("Nokian Hakkapeliitta 10", "205/65 R16")}


def test_a_search_by_size_takes_numbers_as_models_write_them() -> None:
    done = call("search_tires", '{"width": "205 mm", "profile": "55", "diameter": "R16", "season": "summer"}')
    assert {tire["size"] for tire in data(done)["tires"]} == {"205/55 R16"}


def test_what_is_sold_out_comes_last() -> None:
    done = call("search_tires", {"brand": "Michelin", "season": "summer"})
    assert done.finished.result["tires"][-1]["id"] == SOLD_OUT


def test_what_has_no_price_is_not_offered() -> None:
    class Free(FakeStore):
        async def search_tires(self, **asked: Any) -> TirePage:
            page = await super().search_tires(**asked)
            first, *rest = page.tires
            return page.model_copy(update={"tires": (first.model_copy(update={"price": Decimal(0)}), *rest)})

        async def tire(self, tire_id: str) -> TireDetails:
            return (await super().tire(tire_id)).model_copy(update={"price": Decimal(0)})

    every = run(FakeStore().search_tires(season="winter", per_page=50)).tires
    told = call("search_tires", {"season": "winter"}, Free()).finished.result["tires"]
    assert {tire["id"] for tire in told} == {tire.id for tire in every[1:]}
    refused = call("check_availability", {"product_id": every[0].id}, Free())
    assert refused.finished.error == "the shop's price is wrong"


def test_nothing_found_is_told_and_is_no_goal_reached() -> None:
    done = call("search_tires", {"brand": "Nokian", "max_price": 1})
    assert data(done) == {"found": 0, "tires": []}
    assert not done.answers


# ---------------------------------------------------------------- check_availability


def test_availability_by_id_tells_where_how_many_and_when() -> None:
    done = call("check_availability", {"product_id": "rosava-snowgard-205-55-r16"})
    assert data(done) | {"tire": ...} == {
        "tire": ...,
        "in_stock": True,
        "total_quantity": 8,
        "warehouses": {"Kyiv": 8},
    }
    assert done.answers


def test_availability_of_what_is_sold_out_tells_the_next_delivery() -> None:
    done = call("check_availability", {"product_id": SOLD_OUT})
    assert data(done)["in_stock"] is False
    assert data(done)["next_delivery"] == "2026-11-05"
    assert done.answers


@pytest.mark.parametrize(
    "query",
    [
        "Nokian Hakkapeliitta 10 215/55 R17",
        "nokian hakka peliitta 215 55 17",
        "чи є нокіан Hakkapeliitta 215/55R17",
        "Nokia hakkapeliitta, 215/55/17",
    ],
)
def test_availability_by_words_finds_the_tire_that_is_meant(query: str) -> None:
    done = call("check_availability", {"query": query})
    assert data(done)["tire"]["id"] == "nokian-hakkapeliitta-10-215-55-r17"


def test_words_that_fit_several_tires_ask_which() -> None:
    done = call("check_availability", {"query": "Hakkapeliitta by Nokian"})
    assert data(done)["ask_for"] == "which of these"
    assert data(done)["found"] == 5
    assert not done.answers


def test_words_that_fit_nothing_find_nothing() -> None:
    assert data(call("check_availability", {"query": "a good pizza"}))["found"] == 0
    assert data(call("check_availability", {"product_id": "no-such"}))["not_found"] == "tire_not_found"


# ---------------------------------------------------------------- transfer_to_operator


def test_a_transfer_is_requested_with_reason_and_summary() -> None:
    done = call("transfer_to_operator", {"reason": "negative_emotion", "summary": "Angry about a late order."})
    assert done.transfer == TransferRequested(TransferReason.NEGATIVE_EMOTION, "Angry about a late order.")


def test_a_model_cannot_give_a_reason_that_is_ours_alone() -> None:
    assert call("transfer_to_operator", {"reason": "component_failure"}).transfer is None


# ---------------------------------------------------------------- what models send


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("search_tires", '{"season": "wint', "bad_arguments: the arguments are not valid JSON"),
        ("search_tires", "[1]", "bad_arguments: the arguments must be a JSON object"),
        ("search_tires", '{"season": "spring"}', "bad_arguments: season: Input should be 'summer', 'winter' or"),
        ("search_tires", '{"width": 1}', "bad_arguments: width: Input should be greater than or equal to 100"),
        ("search_tires", '{"discount": 5}', "bad_arguments: discount: Extra inputs are not permitted"),
        ("search_tires", '{"vehicle_make": "Kia"}', "bad_arguments: vehicle_make and vehicle_model belong"),
        ("search_tires", "{}", "bad_arguments: give a car, a size, a season or a brand"),
        ("check_availability", "", "bad_arguments: product_id or query is needed"),
        ("transfer_to_operator", "{}", "bad_arguments: reason: Field required"),
        ("drop_all_tables", "{}", "unknown_tool"),
    ],
)
def test_what_does_not_fit_becomes_a_result_for_the_model(name: str, arguments: str, error: str) -> None:
    store = FakeStore()
    done = call(name, arguments, store)
    assert not done.finished.success
    assert (done.finished.error or "").startswith(error)
    assert error[:40] in data(done)["error"]
    assert store.calls == []


def test_nothing_and_null_count_as_not_given() -> None:
    done = call("search_tires", {**CAMRY, "width": None, "brand": "", "vehicle_year": None})
    assert done.finished.success


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=8), part, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["vehicle_make", "vehicle_model", "vehicle_year", "width", "profile", "diameter", "season", "brand", "max_price",
     "product_id", "query", "reason", "summary", "other"]
)  # fmt: skip


@given(
    st.sampled_from(["search_tires", "check_availability", "transfer_to_operator", "other"]),
    st.text(max_size=60) | st.dictionaries(FIELDS, JSON, max_size=5).map(json.dumps),
)
def test_no_arguments_whatever_make_a_tool_raise(name: str, arguments: str) -> None:
    done = call(name, arguments)
    json.dumps(done.finished.result)
    json.dumps(dict(done.finished.arguments))
    assert done.finished.success == (done.finished.error is None)
    assert done.for_model.count("</tool_data>") == 1


@given(st.dictionaries(FIELDS, JSON, max_size=5))
def test_what_the_schema_refuses_is_refused(arguments: dict[str, Any]) -> None:
    """Never taken although the schema says no; more may be refused, and what is empty counts as not given."""
    given_really = {key: value for key, value in arguments.items() if value not in (None, "")}
    schema = dict(specs()["search_tires"].parameters)
    lenient = {"width", "profile", "diameter", "vehicle_year", "max_price"}  # numbers may come as text
    for key in lenient & given_really.keys():
        given_really.pop(key)
        arguments.pop(key)
    if not jsonschema.Draft202012Validator(schema).is_valid(given_really):
        assert not call("search_tires", arguments).finished.success


# ---------------------------------------------------------------- when the store fails


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (StoreUnavailable("connection", "no"), "connection"),
        (StoreUnavailable("breaker_open", "no"), "breaker_open"),
        (StoreBadAnswer("no"), "bad_answer"),
        (StoreRejected(401, "unauthorized", "no"), "rejected"),
    ],
)
def test_a_store_that_fails_is_told_honestly(error: StoreError, kind: str) -> None:
    store = FakeStore()
    store.fail(error)
    done = call("search_tires", CAMRY, store)
    assert done.finished.error == f"store: {kind}"
    assert done.store_failure == kind
    assert "cannot be checked right now" in done.for_model


@pytest.mark.parametrize("language", get_args(Language))
def test_a_caller_who_waits_for_a_tool_is_told_what_it_does_and_from_the_cache(language: Language) -> None:
    tools = toolbox().open(info())
    fillers = {name: tools.filler(name) for name in specs()}
    ready = shop().fixed_phrases(language)
    assert {shop().phrase(key, language, seed=seed) for key in fillers.values() for seed in range(2)} <= set(ready)
    assert [name for name, key in fillers.items() if key == "filler.first"] == [
        *("request_callback", "transfer_to_operator"),  # they ask nobody
    ]
    assert tools.filler("no_such_tool") == "filler.first"


def test_whatever_changes_something_of_the_stores_is_in_the_audit_log() -> None:
    tools = (
        *order_tools(FakeStore(), shop().facts.order_limits, 3.0),
        *fitting_tools(FakeStore(), 3.0, lambda: NOW.date()),
    )
    logged = [tool.audit for tool in tools if tool.changes]
    named = [action for one in logged if one for action in ([one] if isinstance(one, str) else one.values())]
    assert None not in logged
    assert sorted(named) == sorted(get_args(Action))
    assert [tool.name for tool in tools if tool.audit is not None and not tool.changes] == []


def test_a_store_that_is_too_slow_is_not_waited_for() -> None:
    store = FakeStore()
    store.delay_s = 60
    done = call("search_tires", CAMRY, store)
    assert done.finished.error == "store: timeout"
    assert done.finished.duration_ms == 3200  # a little longer than the store's own deadline


def test_a_fault_of_our_own_is_a_result_too() -> None:
    class Broken(FakeStore):
        async def vehicles(self) -> Any:
            raise KeyError("0671234567")

    done = call("search_tires", CAMRY, Broken())
    assert done.finished.error == "internal"
    assert "0671234567" not in done.for_model


def test_a_call_that_is_given_up_stops_its_tool() -> None:
    store = FakeStore()
    store.delay_s = 1

    async def give_up() -> None:
        task = asyncio.create_task(toolbox(store).open(info()).run("search_tires", CAMRY))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(give_up())
