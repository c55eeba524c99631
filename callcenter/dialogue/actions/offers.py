"""Talking about the tires that were found."""

from collections.abc import Mapping
from typing import Any

from callcenter.dialogue.actions.advice import advise
from callcenter.dialogue.actions.forms import wind_up
from callcenter.dialogue.actions.orders import begin_order, order_tire
from callcenter.dialogue.actions.search import CHECK, look_for, search, take, tell_nothing, tell_offers
from callcenter.dialogue.actions.tires import meant_tire, tire_of_brand
from callcenter.dialogue.memory import About, Question
from callcenter.dialogue.numbers import TireSize
from callcenter.dialogue.offer import Offer, Stock, offers, stock
from callcenter.dialogue.turn import Turn
from callcenter.dialogue.wish import Wish
from callcenter.records import Scenario

WORDS_OF_THEM = 5
""" "What is the difference between them": in a longer question something else may be meant."""


def offer_more(turn: Turn) -> None:
    memory = turn.memory
    if fresh := tuple(tire for tire in memory.found if tire.id not in memory.named):
        tell_offers(turn, "results.more", fresh)
    elif memory.found:
        turn.say("results.no_more")
        turn.ask(Question.OPERATOR)
    elif (tire := memory.focus) is not None:
        take(turn, Wish(size=TireSize.written(tire.size), season=tire.season or None))
        search(turn)
    else:
        look_for(turn)


def offer_cheaper(turn: Turn) -> None:
    memory = turn.memory
    if turn.said.wish or not memory.offered:
        memory.cheapest_first = True
        look_for(turn)
        return
    cheapest_named = min(tire.price for tire in memory.offered)
    cheaper = sorted((tire for tire in memory.found if tire.price < cheapest_named), key=_cheapest)
    if cheaper:
        tell_offers(turn, "results.cheaper", tuple(cheaper))
    else:
        least = min(memory.offered, key=_cheapest)
        memory.focus = least
        turn.say("results.no_cheaper", tire=turn.speech.tire(least))
        turn.go("results")


def offer_another_brand(turn: Turn) -> None:
    memory = turn.memory
    if turn.said.wish.brand or not memory.offered:
        look_for(turn)
        return
    heard = {tire.brand for tire in memory.found if tire.id in memory.named}
    others = tuple(tire for tire in memory.found if tire.brand not in heard)
    if others:
        tell_offers(turn, "results.other_brand", others)
    else:
        turn.say("results.no_other_brand", brand=memory.offered[0].brand)
        turn.go("results")


def choose(turn: Turn) -> None:
    """ "The first one": what was asked about it, else whether it is there; "four of the first one" orders it."""
    if turn.said.intents & {"quantity", "items", "delivery_type", "payment_method"}:
        begin_order(turn)
        return
    if (tire := meant_tire(turn)) is None:
        _ask_which(turn, turn.memory.about)
        return
    answer_about(turn, tire, turn.memory.about)


def check_stock(turn: Turn) -> None:
    _about(turn, About.STOCK)


def tell_price(turn: Turn) -> None:
    _about(turn, About.PRICE)


def tell_details(turn: Turn) -> None:
    _about(turn, About.DETAILS)


def refine(turn: Turn) -> None:
    """ "Is the first one studded?" is about that one; else another wish is searched for."""
    memory, said = turn.memory, turn.said
    if said.choice is not None and memory.wish.changed(said.wish) == memory.wish:
        tell_details(turn)
    else:
        look_for(turn)


def offer_studded(turn: Turn) -> None:
    _offer_kind(turn, "studded")


def offer_friction(turn: Turn) -> None:
    """ "And without studs?"."""
    _offer_kind(turn, "friction")


def compare(turn: Turn) -> None:
    """ "Which is better, the first or the second?", "which do you recommend?": what is known of those that were named;
    anything else the articles are asked."""
    tires, said = turn.memory.offered, turn.said
    short = "recommend" in said.intents or len(said.words.split()) <= WORDS_OF_THEM
    if len(tires) < 2 or said.wish or not (said.choice is not None or short):
        advise(turn)
        return
    turn.say("results.compared", tires=turn.speech.tires(tires))
    turn.note(f"compared {sorted(tire.id for tire in tires)}")
    turn.go("results")


def ship(turn: Turn) -> None:
    """ "Delivery to Lviv", "I will pick them up", "to Khreshchatyk 6": of the tire that is talked about; else it is a
    question, where it is no address."""
    is_meant = turn.memory.focus is not None or bool(turn.said.address)
    if is_meant and "question" not in turn.said.intents:
        begin_order(turn)
    else:
        advise(turn)


def answer_about(turn: Turn, tire: Offer, about: About) -> None:
    memory = turn.memory
    turn.note(f"{about} {tire.id}")
    if about in (About.ORDER, About.ALSO):
        order_tire(turn, tire)
        return
    memory.focus, memory.about = tire, About.STOCK
    match about:
        case About.STOCK:
            turn.recognize(Scenario.AVAILABILITY_CHECK)
            turn.run(CHECK, {"product_id": tire.id})
            return
        case About.PRICE:
            turn.say("results.price", tire=turn.speech.tire(tire))
        case About.DETAILS:
            turn.say("results.details", tire=turn.speech.tire(tire))
    turn.go("results")
    turn.ask(Question.ANYTHING_ELSE)


def checked(turn: Turn, result: Mapping[str, Any]) -> None:
    """The store has answered a question about one tire."""
    if (told := stock(result)) is not None:
        tell_stock(turn, told)
    elif several := offers(result):
        tell_several(turn, several)
    else:
        tell_nothing(turn)


def tell_stock(turn: Turn, stock: Stock) -> None:
    """The store has told how many there are."""
    memory, wanted = turn.memory, turn.memory.quantity or 1
    memory.focus = stock.offer
    memory.stock = stock
    if stock.offer not in memory.found:  # asked for by its name, without a search
        memory.found, memory.offered, memory.named = (), (stock.offer,), {stock.offer.id}
    tire, places = turn.speech.tire(stock.offer), turn.speech.places(stock)
    turn.go("results")
    if stock.total >= wanted:
        turn.say("stock.in", tire=tire, total=stock.total, locations=places)
        wind_up(turn)
    elif stock.total:
        turn.say("stock.short", tire=tire, total=stock.total, wanted=wanted, locations=places)
        memory.quantity = None
        turn.ask(Question.ANOTHER)
        memory.state = "stock_short"  # "then two" will do, too
    else:
        turn.say("stock.out", tire=tire, next_delivery=stock.next_delivery)
        turn.ask(Question.ANOTHER)
    turn.reach(Scenario.AVAILABILITY_CHECK)


def tell_several(turn: Turn, tires: tuple[Offer, ...]) -> None:
    """The words that a tire was asked for by fit more than one."""
    memory = turn.memory
    if len({tire.name for tire in tires}) == 1 and len(tires) > 1:
        memory.product = tires[0].name
        turn.go("size")
        turn.say("ask.size_of", tire=turn.speech.tire(tires[0]))
        return
    memory.found, memory.offered, memory.named, memory.about = tires, (), set(), About.STOCK
    tell_offers(turn, "results.found", tires, whole_answer=True)


def _offer_kind(turn: Turn, kind: str) -> None:
    """Of what was found; "is the first one studded?" is about that one."""
    memory, said = turn.memory, turn.said
    if said.choice is not None:
        tell_details(turn)
    elif not memory.found or memory.wish.changed(said.wish) != memory.wish:
        look_for(turn)
    elif fitting := tuple(tire for tire in memory.found if tire.kind == kind):
        tell_offers(turn, "results.more", fitting)
    else:
        turn.say("results.no_kind")
        turn.go("results")


def _about(turn: Turn, about: About) -> None:
    """Answer a question about the tire that is meant, or find out which."""
    said, memory = turn.said, turn.memory
    if said.wish and memory.wish.changed(said.wish) != memory.wish and tire_of_brand(turn) is None:
        look_for(turn)
    elif (tire := meant_tire(turn)) is not None:
        answer_about(turn, tire, about)
    elif memory.offered:
        _ask_which(turn, about)
    else:
        look_for(turn)


def _ask_which(turn: Turn, about: About) -> None:
    turn.memory.about = about
    turn.say("ask.which")
    turn.go("results")


def _cheapest(tire: Offer) -> tuple[bool, float]:
    return not tire.in_stock, tire.price
