"""Whatever is said, typed or answered by a tool, the engine answers, and what leads nowhere ends with a human."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.dialogue.engine import Engine
from callcenter.dialogue.steps import CallTool, Step
from callcenter.errors import ConfigurationError
from callcenter.ports import CallerSaid, HangupRequested, Language, Said, TransferRequested
from tests.unit.dialogue.talking import NOW, new_engine, rules

MOST_TOOLS = 3
LANGUAGES: tuple[Language, ...] = ("en", "uk", "ru")
_WORDS = """
winter summer tires for my toyota camry mazda three x five is it in stock the first second cheaper another brand
more yes no operator repeat help thank you goodbye order price how much two fifteen fifty five seventeen 215/55R17 up
to 4000 start over зимові літні шини на тойоту камрі є в наявності перша друга дешевше інший бренд ще так ні оператор
повторіть дякую I'll take four of them order delivery pickup Lviv Kyiv street ten cash online card cancel change book
a fitting tomorrow on Friday at ten later as soon as possible my bookings where is my order number call me back
the last one візьму чотири доставка самовивіз у Львів вулиця готівкою скасуйте змініть запишіть на шиномонтаж
завтра о десятій
летняя резина на гольф есть сколько стоит первая дешевле другой да нет до трех тысяч двести пять не треба хочу { } {{ %
"""
WORDS = _WORDS.split()
TIRE = {
    "id": "a",
    "brand": "Nokian",
    "model": "R5",
    "size": "205/55 R16",
    "price": 4200.0,
    "in_stock": True,
    "type": "eco",
}

ORDER = {
    "id": "7",
    "order_number": "204816",
    "status": "draft",
    "total": 18400.0,
    "items": [{"product_id": "a", "name": "Nokian R5", "quantity": 4}],
    "delivery": {"city": "Lviv", "cost": 190.0},
}
SITES = [{"id": "one", "name": "First", "address": "1 St"}, {"id": "two", "name": "Second", "address": "2 St"}]
BOOKING = {"id": "1", "station": SITES[0], "date": "2026-11-05", "time": "10:30:00", "service_type": "balancing"}
WAITS = {"done": False, "arguments": {"order_id": "7", "payment_method": "cod"}}
ANSWERS: list[Any] = [
    ORDER,
    {**ORDER, "status": "confirmed"},
    {"drafted": False, "reason": "out_of_stock"},
    {"confirmed": False, "reason": "store"},
    WAITS,
    {"pickup_points": SITES},
    {"stations": SITES},
    {"stations": SITES[:1]},
    {"free": {"2026-11-05": ["10:00", "10:30"], "2026-11-06": ["11:00"]}},
    {"free": {}},
    {"bookings": [BOOKING, {**BOOKING, "id": "2"}]},
    BOOKING,
    {"done": False, "reason": "slot_taken"},
    {"orders": [{"order_number": "204816", "status": "shipped"}]},
    {"texts": [{"content": "Winter tires are soft. They grip."}]},
    {"services": [{"service_type": "tire_change", "price": 800}]},
    {"promised": True, "best_time": "later"},
]
"""As the tools give them, to whatever was asked."""

phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
turns = st.builds(
    CallerSaid,
    text=st.one_of(st.text(max_size=200), phrases, st.text("0123456789*#", max_size=9)),
    confidence=st.floats(0, 1),
    rejected=st.booleans(),
    keyed=st.booleans(),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
tires = st.lists(
    st.fixed_dictionaries({}, optional={name: st.just(value) | json_values for name, value in TIRE.items()}), max_size=5
)
results = st.one_of(
    json_values,
    st.sampled_from(ANSWERS),
    st.fixed_dictionaries(
        {"tires": tires}, optional={"not_found": st.just("vehicle_not_found"), "found": st.integers()}
    ),
    st.fixed_dictionaries(
        {"tire": st.just(TIRE) | json_values, "total_quantity": st.integers() | json_values},
        optional={
            "locations": st.lists(st.fixed_dictionaries({"warehouse": st.text(max_size=9), "quantity": json_values})),
            "next_delivery": st.text(max_size=12),
        },
    ),
)


def _check(steps: list[Step]) -> None:
    assert steps
    tools = [step for step in steps if isinstance(step, CallTool)]
    assert tools == [step for step in steps[-1:] if isinstance(step, CallTool)]
    assert tools or any(isinstance(step, Said) for step in steps)
    for step in steps:
        if isinstance(step, Said):
            assert step.text.strip()
            assert not set("{}<>[]") & set(step.text)
            assert "None" not in step.text


def _ended(steps: list[Step]) -> bool:
    return any(isinstance(step, TransferRequested | HangupRequested) for step in steps)


def _answer(engine: Engine, said: CallerSaid, result: Any, error: str | None = None) -> list[Step]:
    steps = engine.hear(said)
    _check(steps)
    for _ in range(MOST_TOOLS):
        if not isinstance(tool := steps[-1], CallTool):
            break
        steps = engine.tool_result(tool.name, result, error)
        _check(steps)
    return steps


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(LANGUAGES), st.lists(st.tuples(turns, results, st.none() | st.just("store: timeout")), max_size=8)
)
def test_it_always_answers_in_clean_words(
    language: Language, conversation: list[tuple[CallerSaid, Any, str | None]]
) -> None:
    engine = new_engine(language)
    for said, result, error in conversation:
        _answer(engine, said, result, error)
        assert engine.expectation().state
        assert not set("{}") & set(engine.summary())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(LANGUAGES), st.lists(turns, min_size=1, max_size=3), st.sampled_from(ANSWERS))
def test_going_round_in_circles_ends_with_a_human(language: Language, circle: list[CallerSaid], answer: Any) -> None:
    engine = new_engine(language)
    tires = {"tires": [TIRE, {**TIRE, "id": "b", "brand": "Rosava", "price": 1900}]}
    for _ in range(40):
        for said in circle:
            if _ended(_answer(engine, said, tires | answer)):
                return
    pytest.fail("nobody came")


def test_an_answer_that_comes_after_the_caller_went_on_is_thrown_away() -> None:
    engine = new_engine()
    tool = engine.hear(CallerSaid("winter tires for a toyota camry"))[-1]
    assert isinstance(tool, CallTool)
    engine.hear(CallerSaid("what can you do"))
    assert engine.tool_result(tool.name, {"tires": [TIRE]}) == []
    assert engine.expectation().state == "root"


def test_what_others_said_can_be_repeated() -> None:
    engine = new_engine()
    engine.heard("Hello! An automatic assistant is speaking.")
    (said,) = engine.hear(CallerSaid("could you repeat that"))
    assert said == Said("Hello! An automatic assistant is speaking.")


def test_half_of_an_answer_is_repeated_whole() -> None:
    engine = new_engine()
    (answer,) = engine.hear(CallerSaid("what can you do"))
    assert isinstance(answer, Said)
    engine.heard(answer.text[:12])
    assert engine.hear(CallerSaid("repeat please")) == [answer]


def test_no_phrase_is_said_twice_in_a_row_when_there_is_another() -> None:
    engine = new_engine()
    first = engine.hear(CallerSaid("tires for a toyota camry"))
    second = engine.hear(CallerSaid("tires for a volkswagen golf"))
    assert first[-1] != second[-1]


def test_sizes_are_dictated_with_longer_pauses() -> None:
    engine = new_engine()
    engine.hear(CallerSaid("winter tires for a toyota camry"))
    engine.tool_result("search_tires", {"found": 0, "not_found": "vehicle_not_found"})
    assert engine.expectation().state == "size"
    assert engine.expectation().dictation


def test_a_card_number_is_not_handed_on() -> None:
    engine = new_engine()
    engine.hear(CallerSaid("take my card 4111 1111 1111 1111 please"))
    engine.hear(CallerSaid("4111111111111111", keyed=True))
    assert "1111" not in engine.summary()


def test_turns_that_a_model_answered_do_not_count_as_misunderstood() -> None:
    engine = new_engine()
    for _ in range(5):
        steps = engine.hear(CallerSaid("what do you think of the weather on mars"))
        assert not _ended(steps)
        engine.heard("I would rather talk of tires.")


def test_our_own_question_whether_anybody_is_there_changes_nothing() -> None:
    engine = new_engine()
    ended = False
    for _ in range(3):
        ended = _ended(engine.hear(CallerSaid("", rejected=True)))
        engine.heard("Are you still there?")
    assert ended


def test_a_language_that_the_shop_does_not_speak_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="speaks en, uk, ru, not de"):
        rules().open("de", caller_known=True, max_misunderstood=3, today=NOW.date())  # type: ignore[arg-type]  # as from a wrong setting
