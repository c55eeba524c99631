"""Two brands compared, questions beside them, and what is remembered of a question."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from callcenter.dialogue.engine import Engine
from callcenter.dialogue.steps import CallTool, Step
from callcenter.ports import ArticlesUsed, CallerSaid, Language, Said
from store_client.fake import FakeStore
from tests.unit.dialogue.talking import Call, new_engine, open_tools

KNOWLEDGE = "search_knowledge_base"
KOREAN = "Hankook — найближча до преміум. Kumho — м'яка й дешевша. Зима: Hankook RS2, Kumho WI32, Nexen WinSpike."


def article(id_: str, text: str, category: str = "brands", language: str = "uk") -> Mapping[str, Any]:
    return {"id": id_, "language": language, "category": category, "content": text}


def told(steps: Sequence[Step]) -> str:
    return " ".join(step.text for step in steps if isinstance(step, Said))


def asked(steps: Sequence[Step]) -> str:
    """What the store's articles are searched for."""
    (tool,) = (step for step in steps if isinstance(step, CallTool))
    assert tool.name == KNOWLEDGE
    return str(tool.arguments["query"])


def answer(engine: Engine, *articles: Mapping[str, Any]) -> list[Step]:
    return engine.tool_result(KNOWLEDGE, {"texts": list(articles)})


def hear(engine: Engine, words: str) -> list[Step]:
    return engine.hear(CallerSaid(words))


def test_what_a_comparison_says_of_each_brand_is_told() -> None:
    engine = new_engine("uk")
    hear(engine, "ханкук чи кумхо, що краще")
    steps = answer(engine, article("hankook", "Hankook — корейська марка."), article("korean", KOREAN, "comparisons"))
    assert told(steps).startswith("Hankook — найближча до преміум. Kumho — м'яка й дешевша.")
    assert "Nexen" not in told(steps), "a list of models compares nothing"
    assert ArticlesUsed(("korean",)) in steps


def test_without_a_comparison_each_brands_own_article_is_looked_up() -> None:
    engine = new_engine("uk")
    hear(engine, "порівняйте тойо і йокогаму")
    steps = answer(engine, article("toyo", "Відомі моделі. Toyo Tires — марка з Японії."))
    assert asked(steps) == "Yokohama"
    steps = answer(engine, article("yokohama", "Yokohama — теж японська. У каталозі це середній сегмент."))
    assert told(steps).startswith("Toyo Tires — марка з Японії. Yokohama — теж японська. У каталозі це")
    assert ArticlesUsed(("toyo", "yokohama")) in steps


@pytest.mark.parametrize(
    ("language", "words", "lacking"),
    [
        ("uk", "мішлен чи барум, що краще", "Окремої статті про Barum"),
        ("ru", "что лучше, мишлен или барум", "Отдельной статьи про Barum"),
        ("en", "which is better, michelin or barum", "no article about Barum"),
    ],
)
def test_of_a_brand_without_an_article_that_is_told(language: Language, words: str, lacking: str) -> None:
    engine = new_engine(language)
    hear(engine, words)
    own = article("michelin", "Michelin is from France.", language="en" if language == "en" else "uk")
    assert asked(answer(engine, own)) == "Barum"
    text = told(answer(engine, own))
    assert text.startswith("Michelin")
    assert lacking in text


def test_two_brands_that_no_article_knows_are_left_to_the_operator() -> None:
    engine = new_engine("en")
    hear(engine, "which is better, barum or lassa")
    assert asked(answer(engine)) == "Barum"
    assert asked(answer(engine)) == "Lassa"
    assert "operator" in told(answer(engine))


def test_a_russian_caller_hears_of_both_in_russian() -> None:
    engine = new_engine("ru")
    hear(engine, "ханкук или кумхо")
    text = told(answer(engine, article("korean-brands", KOREAN, "comparisons")))
    assert "Hankook из корейских марок" in text
    assert "Kumho мягче" in text


@pytest.mark.parametrize(
    ("language", "question", "car"),
    [
        ("en", "cheap winter tires, which are better", "for my toyota camry"),
        ("uk", "дешеві зимові шини, які кращі", "на тойоту камрі"),
        ("ru", "дешевые зимние шины, какие лучше", "на тойоту камри"),
    ],
)
async def test_the_season_of_a_question_is_remembered(language: Language, question: str, car: str) -> None:
    call = Call(new_engine(language), open_tools(FakeStore(), language=language))
    await call.say(CallerSaid(question))
    assert (await call.say(CallerSaid(car))).tools["search_tires"]["season"] == "winter"


async def test_a_season_that_was_wanted_stays_whatever_is_asked_about_another() -> None:
    call = Call(new_engine("en"), open_tools(FakeStore()))
    await call.say(CallerSaid("i need summer tires"))
    await call.say(CallerSaid("which is better for winter, studded or friction"))
    assert (await call.say(CallerSaid("for my toyota camry"))).tools["search_tires"]["season"] == "summer"


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "do you have a warranty"),
        ("uk", "чи є гарантія"),
        ("uk", "а гарантія є"),
        ("ru", "есть ли гарантия"),
        ("ru", "гарантия есть"),
    ],
)
def test_a_guarantee_is_a_question_to_the_articles_not_for_a_car(language: Language, question: str) -> None:
    assert asked(hear(new_engine(language), question)) == question


@pytest.mark.parametrize(
    ("language", "tires", "price", "question"),
    [
        ("en", "winter tires for my toyota camry", "how much is the first one", "is balancing included"),
        ("uk", "зимові шини на тойоту камрі", "скільки коштує перша", "а балансування входить"),
        ("ru", "зимние шины на тойоту камри", "сколько стоит первая", "а балансировка входит"),
    ],
)
async def test_what_is_included_is_told_and_books_nothing(
    language: Language, tires: str, price: str, question: str
) -> None:
    call = Call(new_engine(language), open_tools(FakeStore(), language=language))
    await call.say(CallerSaid(tires))
    await call.say(CallerSaid(price))
    answered = await call.say(CallerSaid(question))
    assert answered.tools == {"get_fitting_price": {"tire_diameter": 16}}
    assert "500" in answered.text
    assert call.engine.expectation().state == "results"


@pytest.mark.parametrize("words", ["а балансировка входит", "а гарантия есть"])
async def test_a_question_is_no_station(words: str) -> None:
    call = Call(new_engine("ru"), open_tools(FakeStore(), language="ru"))
    await call.say(CallerSaid("запишите меня на шиномонтаж"))
    await call.say(CallerSaid("киев"))
    assert (await call.say(CallerSaid(words))).tools == {KNOWLEDGE: {"query": words}}


def test_what_is_included_is_asked_the_articles_where_no_rim_is_known() -> None:
    assert asked(hear(new_engine("ru"), "а балансировка входит")) == "а балансировка входит"
