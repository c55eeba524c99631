"""What a fitting costs: it depends on the rim."""

from collections.abc import Mapping
from typing import Any

from callcenter.dialogue.actions import search
from callcenter.dialogue.actions.advice import advise
from callcenter.dialogue.actions.forms import wind_up
from callcenter.dialogue.fitting import prices
from callcenter.dialogue.memory import Question
from callcenter.dialogue.turn import Turn
from callcenter.dialogue.wish import Wish
from callcenter.records import Scenario

PRICE = "get_fitting_price"
RIMS = range(12, 25)
"""Inches."""


def tell_fitting_price(turn: Turn) -> None:
    turn.want(Scenario.FITTING_BOOKING)
    if (rim := _rim(turn)) is None:
        turn.go("fitting_rim")
        turn.say("ask.fitting_rim")
    elif turn.call.guided and not turn.said.keyed and rim == _said_rim(turn):
        turn.memory.unconfirmed = Wish(rim=rim)
        turn.say("confirm.rim", rim=str(rim))
        turn.ask(Question.RIM)
        turn.note(f"confirm {rim}")
    else:
        tell_price_for(turn, rim)


def tell_price_for(turn: Turn, rim: int) -> None:
    turn.run(PRICE, {"tire_diameter": rim})


def ask_rim_again(turn: Turn) -> None:
    """It was misheard."""
    turn.go("fitting_rim")
    turn.say("help.fitting_rim_again")


def tell_included(turn: Turn) -> None:
    """ "Is balancing included?": the prices of each service tell it; where they are not known yet, the articles do."""
    if _rim(turn) is None:
        advise(turn)
    else:
        tell_fitting_price(turn)


def prices_told(turn: Turn, result: Mapping[str, Any]) -> None:
    told = prices(result)
    if told is None:
        search.failed(turn)
        return
    if told:
        services = [{"service": service, "price": price} for service, price in told.items()]
        turn.say("fitting.prices", rim=str(result.get("tire_diameter")), services=services)
        turn.reach(Scenario.FITTING_BOOKING)
    else:
        turn.say("fitting.no_prices")
    wind_up(turn)


def _said_rim(turn: Turn) -> int | None:
    said = turn.said
    bare = int(said.digits) if turn.memory.state == "fitting_rim" and len(said.digits) == 2 else 0
    return said.wish.rim or (said.wish.size and said.wish.size.diameter) or (bare if bare in RIMS else None)


def _rim(turn: Turn) -> int | None:
    """Said now, or that of the tires that are talked about."""
    memory = turn.memory
    tires = (memory.placed.tire if memory.placed else None, memory.focus)
    known = (
        _said_rim(turn),
        memory.fitting and memory.fitting.diameter,
        *(tire.rim for tire in tires if tire is not None),
        memory.wish.size and memory.wish.size.diameter,
        memory.wish.rim,
    )
    return next((rim for rim in known if rim), None)
