"""What the recognizer may hear is what the engine understands."""

from random import Random

import pytest

from callcenter.dialogue import jsgf
from callcenter.dialogue.engine import Engine
from callcenter.dialogue.grammar import Sentences, build_grammars, sentences, spoken_size
from callcenter.dialogue.numbers import TireSize
from callcenter.ports import CallerSaid, Said
from callcenter.shop import CatalogueNames
from callcenter.shop.phrase_keys import KEYS
from store_client.fake import FakeStore
from tests.unit.dialogue.talking import Call, new_engine, open_tools, rules, tire_shop

STATES = tuple(tire_shop().listening.states)
SAID_EACH = 250
SEARCH = "winter tires for my toyota camry"
DRAFT = (SEARCH, "i will take four of the first one")
STATION = ("book a fitting", "lviv")
BOOKED = ("book a fitting in lviv tomorrow at nine", "yes")
ON_THE_WAY = {
    "root": (),
    "vehicle": ("i need tires",),
    "model": ("tires for my toyota",),
    "season": ("tires for my toyota camry",),
    "size": ("winter tires for my skoda octavia",),
    "results": (SEARCH,),
    "yes_no": ("cancel my order",),
    "stock_short": (SEARCH, "I'll take ninety of the first one"),
    "order_quantity": (SEARCH, "i will take the first one"),
    "order_delivery": DRAFT,
    "order_city": (*DRAFT, "delivery"),
    "order_address": (*DRAFT, "delivery", "lviv"),
    "order_pickup": (*DRAFT, "pickup", "kyiv"),
    "order_payment": (*DRAFT, "pickup", "kyiv", "the first one"),
    "order_confirm": (*DRAFT, "pickup", "kyiv", "the first one", "cash"),
    "order_change": (*DRAFT, "pickup", "kyiv", "the first one", "cash", "no"),
    "fitting_city": STATION[:1],
    "fitting_station": (*STATION[:1], "kyiv"),
    "fitting_date": STATION,
    "fitting_time": (*STATION, "tomorrow"),
    "fitting_confirm": (*STATION, "tomorrow", "at nine"),
    "fitting_change": (*STATION, "tomorrow", "at nine", "no"),
    "fitting_rim": ("how much is tire fitting",),
    "booking_which": (*BOOKED, "book balancing in lviv on friday at ten", "yes", "cancel my booking"),
    "status_number": ("where is my order",),
    "status_confirm": ("order number two zero four eight one six",),
    "status_phone": ("order number two zero four eight one six", "yes"),
    "callback_time": ("call me back",),
}
SORRY = {
    tire_shop().phrase(key, "en", seed=seed)
    for key in ("misunderstood.first", "misunderstood.second", "cannot.other")
    for seed in range(3)
}


def _some(one: Sentences) -> set[str]:
    if jsgf.count(one.expression, one.rules) <= SAID_EACH:
        return set(jsgf.sentences(one.expression, one.rules))
    random = Random(1)
    return {jsgf.sentence(one.expression, one.rules, random) for _ in range(SAID_EACH)}


async def _reach(state: str) -> Engine:
    call = Call(new_engine(), open_tools(FakeStore()))
    for words in ON_THE_WAY[state]:
        await call.say(CallerSaid(words))
    assert call.engine.expectation().state == state
    return call.engine


def test_there_is_a_grammar_for_every_state_of_the_dialogue() -> None:
    assert set(build_grammars(tire_shop())) == set(tire_shop().flow.states)


@pytest.mark.parametrize("state", STATES)
async def test_every_sentence_of_a_grammar_is_understood(state: str) -> None:
    engine = await _reach(state)
    for words in sorted(_some(sentences(tire_shop())[state])):
        undo = engine.checkpoint()
        steps = engine.hear(CallerSaid(words))
        undo()
        spoken = " ".join(step.text for step in steps if isinstance(step, Said))
        assert not any(spoken.startswith(sorry) for sorry in SORRY), words


def test_cars_and_seasons_arrive_as_they_were_said() -> None:
    one = sentences(tire_shop())["root"]
    cars = {str(car): car for make, model in tire_shop().catalogue.models for car in [f"{make} {model}"]}
    heard = 0
    for words in _some(one):
        wish = rules().understanding.read(CallerSaid(words)).wish
        assert ("winter" in words or "studded" in words) == (wish.season == "winter"), words
        assert ("summer" in words) == (wish.season == "summer"), words
        if " for my " in words or " for a " in words or "car is" in words:
            assert wish.vehicle is not None, words
            assert str(wish.vehicle) in cars, words
            heard += 1
    assert heard > 20


@pytest.mark.parametrize(
    ("words", "car"),
    [
        ("x five", "BMW X5"),
        ("my car is a b m w five series", "BMW 5 Series"),
        ("i need tires for a audi a six", "Audi A6"),
        ("winter tires for a three series", "BMW 3 Series"),
        ("tires for my mazda three", "Mazda 3"),
        ("summer tires for a mazda c x five", "Mazda CX-5"),
        ("audi a four", "Audi A4"),
        ("volvo x c sixty", "Volvo XC60"),
        ("mercedes c class", "Mercedes-Benz C-Class"),
        ("tesla model three", "Tesla Model 3"),
        ("rav four", "Toyota RAV4"),
    ],
)
def test_spelled_cars_are_the_right_ones(words: str, car: str) -> None:
    assert str(rules().understanding.read(CallerSaid(words)).wish.vehicle) == car


def test_the_size_of_a_grammar_counts_its_sentences() -> None:
    grammars, all_sentences = build_grammars(tire_shop()), sentences(tire_shop())
    for state in ("size", "results"):
        one = all_sentences[state]
        assert grammars[state].size == len(list(jsgf.sentences(one.expression, one.rules)))


def test_only_the_stores_own_cars_are_listened_for() -> None:
    store = CatalogueNames({"Skoda": ()}, {("Skoda", "Octavia"): (), ("Skoda", "Favorit"): ()}, {}, ())
    root = build_grammars(tire_shop(), store)["root"]
    assert "octavia" in root.jsgf
    assert "camry" not in root.jsgf
    assert "favorit" not in root.jsgf  # nobody has said how it sounds
    assert set(root.pronunciations) == {"skoda", "octavia", "a", "sixteen.2"}


def test_sizes_are_said_as_people_say_them() -> None:
    for size in (TireSize(205, 55, 16), TireSize(215, 65, 17), TireSize(195, 65, 15), TireSize(235, 40, 18)):
        (said,) = (spoken_size(size).replace("[r] ", ""),)
        assert rules().understanding.read(CallerSaid(said)).wish.size == size


def test_a_rule_that_does_not_exist_is_named() -> None:
    with pytest.raises(jsgf.GrammarError, match="no rule <car>"):
        jsgf.count(jsgf.parse("tires for <car>"), {})


@pytest.mark.parametrize("broken", ["(a", "a]", "a | | b", "", "a * b", "<A>"])
def test_what_is_no_jsgf_is_refused(broken: str) -> None:
    with pytest.raises(jsgf.GrammarError):
        jsgf.parse(broken)


def test_counting_and_saying_agree() -> None:
    one = jsgf.parse("[please] (find | get) <what> [now]")
    made = {"what": jsgf.parse("tires | a (cat | dog)")}
    said = list(jsgf.sentences(one, made))
    assert len(said) == len(set(said)) == jsgf.count(one, made) == 24
    assert jsgf.sentence(one, made, Random(3)) in said
    assert jsgf.words(one, made) == {"please", "find", "get", "tires", "a", "cat", "dog", "now"}


def test_a_word_may_be_listened_for_in_a_way_that_one_grammar_only_knows() -> None:
    one = jsgf.parse("sixteen | sixteen.2")
    assert set(jsgf.sentences(one, {})) == {"sixteen"}
    assert jsgf.words(one, {}) == {"sixteen", "sixteen.2"}
    grammars = build_grammars(tire_shop())
    assert "sixteen.2" in grammars["fitting_rim"].pronunciations
    assert "sixteen.2" not in grammars["size"].jsgf


def test_every_phrase_that_flows_name_exists() -> None:
    flow = tire_shop().flow
    assert {state.help for state in flow.states.values()} | {need.ask for need in flow.needs} <= KEYS.keys()
