"""Articles of the store, told in the language of the call."""

from collections.abc import Mapping
from typing import Any

import pytest

from callcenter.ports import CallerSaid, Language, Said
from tests.unit.dialogue.talking import new_engine

QUESTIONS: Mapping[Language, str] = {"uk": "яка гарантія на шини", "ru": "какая гарантия на шины"}
UKRAINIAN = "На шини діє гарантія виробника на заводський дефект."


def told(language: Language, *articles: Mapping[str, Any]) -> str:
    engine = new_engine(language)
    engine.hear(CallerSaid(QUESTIONS[language]))
    steps = engine.tool_result("search_knowledge_base", {"texts": list(articles)})
    return " ".join(step.text for step in steps if isinstance(step, Said))


def article(name: str, text: str = UKRAINIAN) -> Mapping[str, Any]:
    return {"id": name, "language": "uk", "content": text}


def test_an_article_is_read_out_in_its_own_language() -> None:
    assert told("uk", article("guarantee")).startswith(UKRAINIAN)


def test_where_the_store_has_none_in_our_language_it_is_told_in_short() -> None:
    assert "гарантия производителя" in told("ru", article("guarantee"))


@pytest.mark.parametrize("others", [(), (article("guarantee"),)])
def test_what_we_cannot_speak_is_not_answered_with_something_else(others: tuple[Mapping[str, Any], ...]) -> None:
    answer = told("ru", article("spare-wheels", "Запаска — фінська вигадка."), *others)
    assert "оператор" in answer
    assert "гарантия производителя" not in answer
    assert "фінська" not in answer
