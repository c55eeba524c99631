"""What loading a shop does not find: phrases that differ between languages, or do not render."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jinja2 import TemplateError

from callcenter.ports import Language
from callcenter.shop.phrases import Phrase, PhraseBook
from callcenter.shop.shop import Shop

_TIRE = {
    "brand": "Nokian",
    "model": "Hakka",
    "size": "205/55 R16",
    "price": 4200.0,
    "in_stock": True,
    "kind": "",
}
_PLACES = [{"name": "Kyiv", "quantity": 4}, {"name": "Lviv", "quantity": 1}]
# what phrases get: everything known, and as little as there ever is
FULL: Mapping[str, Any] = {
    "make": "Toyota",
    "size": "205/55 R16",
    "season": "winter",
    "vehicle": "Toyota Camry",
    "brand": "Nokian",
    "price": 3000,
    "max_price": 3000,
    "count": 5,
    "tires": [_TIRE, _TIRE],
    "tire": {**_TIRE, "kind": "studded"},
    "total": 5,
    "wanted": 4,
    "locations": _PLACES,
    "next_delivery": "2026-11-05",
    "words": "hello",
    "name": "Nokian Hakka",
    "names": ["Nokian Hakka", "Rosava Snowgard"],
}
BARE: Mapping[str, Any] = {
    **FULL,
    "season": "",
    "size": "",
    "vehicle": "",
    "brand": "",
    "max_price": None,
    "count": 1,
    "tires": [_TIRE],
    "tire": {**_TIRE, "in_stock": False},
    "total": 1,
    "locations": [],
    "next_delivery": "",
}
UNCLEAN = re.compile(r"[{}]|\bNone\b|,\s*,|\s[.,?!]|\(\s*\)")
PROMPT_FACTS: Sequence[Mapping[str, Any]] = (
    {},
    {"today": "2026-11-20", "open_now": True, "caller_known": True},
    {"today": "2026-11-20", "open_now": False, "caller_known": False},
)


def faults_of(shop: Shop) -> list[str]:
    """One a line, naming file, line and key."""
    faults = [fault for book in shop.books.values() for fault in _unspeakable(book)]
    faults += _differences(shop.books)
    for language in shop.facts.languages:
        try:
            for facts in PROMPT_FACTS:
                shop.system_prompt(language, **facts)
        except TemplateError as error:
            faults.append(f"{shop.path / 'prompts' / f'system.{language}.md.j2'}: does not render ({error.message})")
    return faults


def _unspeakable(book: PhraseBook) -> Iterator[str]:
    for key, phrase in book.phrases.items():
        for index in range(len(phrase.variations)):
            for params in (FULL, BARE):
                if problem := _problem(book, key, index, params):
                    yield str(book.source.fault((*phrase.location, index), problem))
                    break


def _problem(book: PhraseBook, key: str, index: int, params: Mapping[str, Any]) -> str | None:
    try:
        text = book.render(key, index, params)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        return f"does not render ({error})"
    if not text:
        return "says nothing"
    return f"is not said cleanly: {text!r}" if UNCLEAN.search(text) else None


def _differences(books: Mapping[Language, PhraseBook]) -> Iterator[str]:
    """Parameters that one language names and another leaves out: something is not said there."""
    for key in dict.fromkeys(key for book in books.values() for key in book.phrases):
        phrases: dict[Language, Phrase] = {one: book.phrases[key] for one, book in books.items() if key in book.phrases}
        everywhere = frozenset[str]().union(*(phrase.parameters for phrase in phrases.values()))
        for language, phrase in phrases.items():
            if missing := sorted(everywhere - phrase.parameters):
                others = [other for other in phrases if phrases[other].parameters & set(missing)]
                problem = f"does not say {', '.join(missing)}, as {', '.join(others)} does"
                yield str(books[language].source.fault(phrase.location, problem))
