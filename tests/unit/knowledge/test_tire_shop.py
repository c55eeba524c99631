"""The tire shop's own articles, and the questions they are measured with."""

import re
from collections import Counter
from functools import cache
from typing import get_args

import pytest

from demo_store.assortment import sources
from knowledge.articles import LANGUAGES, Article, load_articles
from tests.bench.retrieval import ARTICLES, Half, Question, load_questions

WORD = re.compile(r"[^\W_]+(?:['\-*+/][^\W_]+)*")


@cache
def articles() -> list[Article]:
    return load_articles(ARTICLES)


def ids() -> set[str]:
    return {article.id for article in articles()}


def questions() -> list[Question]:
    return [question for half in get_args(Half) for question in load_questions(half)]


def test_there_are_enough_of_each_kind_and_every_one_in_both_languages() -> None:
    by_category = Counter(article.category for article in articles() if article.language == "uk")
    assert by_category["brands"] >= 15
    assert min(by_category[category] for category in ("guides", "faq", "comparisons")) >= 7
    assert by_category.total() >= 44
    for language in LANGUAGES:
        assert {article.id for article in articles() if article.language == language} == ids()


@pytest.mark.parametrize("article", articles(), ids=lambda article: f"{article.id}.{article.language}")
def test_an_article_is_of_some_substance_without_a_price_and_in_its_language(article: Article) -> None:
    assert 150 <= len(WORD.findall(article.body)) <= 350
    assert not re.search(r"грн|гривень|₴|uah|hryvnia|\d{3,}\s*(?:гр|₴)", article.body, re.IGNORECASE)
    letters = Counter(
        "cyrillic" if "а" <= letter <= "ї" else "latin" for letter in article.body.casefold() if letter.isalpha()
    )
    assert letters["cyrillic"] / letters.total() > 0.5 if article.language == "uk" else letters["cyrillic"] == 0
    assert not re.search("[ыэёъ]", article.title + article.body, re.IGNORECASE)


def test_a_brands_article_names_models_that_the_catalogue_has() -> None:
    brands = {brand.name.lower(): brand for brand in sources.brands()}
    for article in articles():
        if article.category == "brands":
            models = [model.name for model in brands[article.id].models]
            assert sum(model in article.body for model in models) >= 4, (article.id, article.language)


@pytest.mark.parametrize("article_id", ["delivery", "fitting-visit"])
def test_the_five_cities_are_the_shops(article_id: str) -> None:
    (english,) = (article for article in articles() if (article.id, article.language) == (article_id, "en"))
    assert all(city in english.body for city in ("Kyiv", "Lviv", "Odesa", "Dnipro", "Kharkiv"))


def test_the_questions_are_enough_and_their_answers_exist() -> None:
    by_language = Counter(question.language for question in questions() if question.answers)
    assert by_language.total() >= 110
    assert (by_language["uk"] >= 50, by_language["en"] >= 40, by_language["ru"] >= 10) == (True, True, True)
    assert sum(not question.answers for question in questions()) >= 20
    for question in questions():
        assert question.answers <= ids()
        assert len(question.answers) <= 3


def test_no_question_is_in_two_of_them() -> None:
    asked = [question.ask for question in questions()]
    assert len(asked) == len(set(asked))
