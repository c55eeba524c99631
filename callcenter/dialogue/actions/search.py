"""From a wish to the store's answer: asking for what is missing, then searching."""

from dataclasses import replace

from callcenter.dialogue.memory import About, Question
from callcenter.dialogue.offer import Offer, offers
from callcenter.dialogue.turn import Turn
from callcenter.dialogue.wish import ANY_SEASON, Wish
from callcenter.records import Scenario, TransferReason

SEARCH = "search_tires"
CHECK = "check_availability"


def look_for(turn: Turn) -> None:
    """Take what was said, ask for what is missing, or search."""
    memory, said = turn.memory, turn.said
    if _must_be_confirmed(turn):
        memory.unconfirmed = said.wish
        turn.recognize(Scenario.TIRE_SEARCH)
        turn.say("confirm.size", size=str(said.wish.size))
        turn.ask(Question.SIZE)
        turn.note(f"confirm {said.wish.size}")
        return
    if query := _product(turn):
        turn.recognize(Scenario.AVAILABILITY_CHECK)
        turn.run(CHECK, {"query": query})
        return
    take(turn, said.wish)
    search(turn)


def take(turn: Turn, said: Wish) -> None:
    turn.memory.wish = turn.memory.wish.changed(said)
    turn.note(f"wish {turn.memory.wish}")


def search(turn: Turn) -> None:
    """Ask for what is missing, or call the store."""
    memory, wish = turn.memory, turn.memory.wish
    asks_stock = "availability" in turn.said.intents
    turn.recognize(Scenario.AVAILABILITY_CHECK if asks_stock else memory.search_scenario)
    if wish.vehicle is not None and not wish.vehicle.model and wish.size is None:
        is_asked = memory.state == "model"  # it is one that we do not know
        turn.go("size" if is_asked else "model")
        if is_asked:
            turn.say("ask.size")
        else:
            turn.say("ask.model", make=wish.vehicle.make)
        return
    if not ask_for_wish(turn):
        turn.run(SEARCH, wish.arguments())


def ask_for_wish(turn: Turn) -> bool:
    """Ask for the first thing that is missing; False where nothing is."""
    for need in turn.shop.flow.needs:
        if not any(turn.memory.wish.has(slot) for slot in need.one_of):
            if turn.memory.state == "size" and need.state == "vehicle" and not turn.memory.product:
                turn.say("ask.size")  # the store does not know his car: he is not asked for it again
                return True
            turn.go(need.state)
            turn.say(need.ask)
            return True
    return False


def take_any_season(turn: Turn) -> None:
    take(turn, Wish(season=ANY_SEASON))
    search(turn)


def start_over(turn: Turn) -> None:
    memory = turn.memory
    memory.wish, memory.found, memory.offered, memory.focus = Wish(), (), (), None
    memory.order, memory.fitting, memory.later, memory.about = None, None, None, About.STOCK
    look_for(turn)


def found(turn: Turn, result: object) -> None:
    """The store has answered a search."""
    memory, wish = turn.memory, turn.memory.wish
    if isinstance(result, dict) and result.get("not_found"):
        memory.wish = replace(wish, vehicle=None, year=None)
        turn.go("size")
        turn.say("ask.size")
        return
    tires = offers(result)
    if not tires:
        tell_nothing(turn)
        return
    if memory.cheapest_first:
        tires = tuple(sorted(tires, key=lambda tire: (not tire.in_stock, tire.price)))
        memory.cheapest_first = False
    memory.found, memory.offered, memory.named, memory.focus = tires, (), set(), None
    tell_offers(turn, "results.found", tires, whole_answer=True)
    turn.reach(memory.scenario or Scenario.TIRE_SEARCH)


def tell_offers(turn: Turn, key: str, tires: tuple[Offer, ...], *, whole_answer: bool = False) -> None:
    """Name the first of these tires: different ones, of one size."""
    memory, wish = turn.memory, turn.memory.wish
    tires = one_size(tires, memory.offered[0].size if memory.offered else "")
    named = tuple({tire.name: tire for tire in reversed(tires)}.values())[::-1][: turn.shop.facts.search.spoken_results]
    other_size = named[0].size if memory.offered and memory.offered[0].size != named[0].size else ""
    turn.note(f"offers {sorted(tire.id for tire in named)}")
    memory.offered = named
    memory.named |= {tire.id for tire in named}
    memory.focus = named[0] if len(named) == 1 else None
    spoken = turn.speech.tires(named)
    if whole_answer:
        about = turn.speech.wish(wish)
        turn.say(
            key, count=len(tires), season=about["season"], size=named[0].size, vehicle=about["vehicle"], tires=spoken
        )
    else:
        turn.say(key, tires=spoken, size=other_size)
    turn.go("results")


def tell_nothing(turn: Turn) -> None:
    memory, wish = turn.memory, turn.memory.wish
    about = turn.speech.wish(wish)
    if wish.max_price is not None:
        turn.say("results.none_under", price=wish.max_price)
    else:
        turn.say(
            "results.none", season=about["season"], size=about["size"], vehicle=about["vehicle"], brand=about["brand"]
        )
    # what was too much is forgotten, so that the caller may name another
    memory.wish = replace(wish, max_price=None, brand=None)
    memory.found, memory.offered, memory.focus = (), (), None
    turn.go("root")


def failed(turn: Turn, _: str = "") -> None:
    """The store cannot be asked now."""
    turn.say("apology.store")
    turn.ask(Question.OPERATOR, TransferReason.COMPONENT_FAILURE)


def one_size(tires: tuple[Offer, ...], size: str) -> tuple[Offer, ...]:
    """Those of that size; where there are none, those of the first one's: a car may take several sizes."""
    return tuple(tire for tire in tires if tire.size == size) or tuple(t for t in tires if t.size == tires[0].size)


def _must_be_confirmed(turn: Turn) -> bool:
    said = turn.said
    unsure = turn.call.guided or said.confidence < turn.shop.facts.search.confirm_below
    return said.wish.size is not None and not said.keyed and unsure


def _product(turn: Turn) -> str:
    """Words for the store to find one tire by; "" where no tire was named."""
    said, memory = turn.said, turn.memory
    if said.wish.size is not None and memory.product:
        words, memory.product = memory.product, ""
        return f"{words} {said.wish.size}"
    memory.product = ""
    if "availability" not in said.intents or not said.wish.brand or not said.unknown:
        return ""
    return " ".join(filter(None, (said.wish.brand, *said.unknown, str(said.wish.size or ""))))
