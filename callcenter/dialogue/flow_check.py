"""Whether flows.yaml names only what there is."""

from collections.abc import Iterator, Mapping

from callcenter.dialogue.actions import ACTIONS
from callcenter.dialogue.understood import FOUND
from callcenter.errors import ConfigurationError
from callcenter.shop import Shop
from callcenter.shop.flow import Flow
from callcenter.shop.phrase_keys import KEYS
from callcenter.shop.source import Location

_STATES = """
root model size results yes_no stock_short
order_quantity order_delivery order_city order_address order_pickup order_payment order_confirm order_change
fitting_city fitting_station fitting_date fitting_time fitting_confirm fitting_change fitting_rim booking_which
status_number status_confirm status_phone callback_time
"""
STATES = _STATES.split()
"""That the actions go to by themselves."""


def check_flow(shop: Shop) -> None:
    """Raises ConfigurationError."""
    intents = (
        {intent for pack in shop.packs.values() for intent in pack.intents} | FOUND | {"change", "words", "correction"}
    )
    faults = [*_faults_of_tables(shop.flow, intents), *_faults_of_states(shop.flow)]
    if faults:
        raise ConfigurationError("\n".join(str(shop.fault("flows.yaml", where, problem)) for where, problem in faults))


def _faults_of_tables(flow: Flow, intents: set[str]) -> Iterator[tuple[Location, str]]:
    tables: dict[tuple[str, ...], Mapping[str, str]] = {("first",): flow.first, ("then",): flow.then}
    tables |= {("states", name, "on"): state.on for name, state in flow.states.items()}
    tables |= {("topics", name): topic for name, topic in flow.topics.items()}
    for where, table in tables.items():
        for intent, action in table.items():
            if action not in ACTIONS:
                yield (*where, intent), f"no action {action!r}"
            if intent not in intents:
                yield (*where, intent), "no such intent in lang/*.yaml"


def _faults_of_states(flow: Flow) -> Iterator[tuple[Location, str]]:
    for name, state in flow.states.items():
        if state.help not in KEYS:
            yield ("states", name, "help"), f"no phrase {state.help!r}"
        if state.help_guided is not None and state.help_guided not in KEYS:
            yield ("states", name, "help_guided"), f"no phrase {state.help_guided!r}"
        if state.topic is not None and state.topic not in flow.topics:
            yield ("states", name, "topic"), f"no topic {state.topic!r}"
    for index, need in enumerate(flow.needs):
        if need.ask not in KEYS:
            yield ("needs", index, "ask"), f"no phrase {need.ask!r}"
        if need.state not in flow.states:
            yield ("needs", index, "state"), "no such state"
    for name in STATES:
        if name not in flow.states:
            yield ("states",), f"state {name!r} is missing"
