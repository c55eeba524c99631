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
_SITE = {"name": "Kolo Podil", "address": "Nyzhnii Val 5"}
_BOOKING = {"station": "Kolo Podil", "date": "2026-11-05", "time": "10:30"}
_ORDER = {
    "number": "204816",
    "status": "shipped",
    "label": "on its way",
    "goods": "4 of Nokian Hakka",
    "total": 16800.0,
    "expected": "2026-11-05",
}
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
    "items": [{"name": "Nokian Hakka", "quantity": 4}, {"name": "Rosava Snowgard", "quantity": 1}],
    "cost": 190.0,
    "pickup": False,
    "city": "Kyiv",
    "delivery": {"city": "Kyiv", "address": "Khreshchatyk 10", "point": None},
    "shipping": "Kyiv, Khreshchatyk 10",
    "payment": "cod",
    "phone": "380501234567",
    "texted": True,
    "points": [_SITE, _SITE],
    "stations": [_SITE, _SITE],
    "more": 2,
    "number": "204816",
    "digits": 6,
    "date": "2026-11-05",
    "time": "10:30",
    "times": ["10:00", "11:30", "14:00"],
    "new_date": "2026-11-06",
    "new_time": "11:00",
    "station": "Kolo Podil",
    "address": "Nyzhnii Val 5",
    "service": "tire_change",
    "rim": "16",
    "services": [{"service": "tire_change", "price": 800.0}, {"service": "full_service", "price": 1150.0}],
    "bookings": [_BOOKING, _BOOKING],
    "orders": [_ORDER, {**_ORDER, "status": "returned", "label": "sent back"}],
    "aim": "reschedule",
    "action": "reschedule",
    "moving": True,
    "unsure": True,
    "left": [{"name": "Nokian Hakka", "quantity": 2}, {"name": "Rosava Snowgard", "quantity": 1}],
    "topic": "my refund",
    "text": "Winter tires are soft in the cold.",
    "reason": "customer_request",
    "summary": "The caller looks for winter tires.",
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
    "items": [{"name": "Nokian Hakka", "quantity": 1}],
    "cost": 0.0,
    "pickup": True,
    "delivery": {"city": "Kyiv", "address": "Nyzhnii Val 5", "point": "Kolo Podil"},
    "shipping": "",
    "payment": "online",
    "phone": "",
    "texted": False,
    "points": [_SITE],
    "stations": [_SITE],
    "more": 0,
    "times": ["10:00"],
    "service": "full_service",
    "services": [{"service": "balancing", "price": 500.0}],
    "bookings": [_BOOKING],
    "orders": [{"number": "204816", "status": "shipped", "label": "", "goods": "", "total": 0, "expected": ""}],
    "aim": "book",
    "reason": "refused",
    "summary": "",
    "action": "book",
    "moving": False,
    "unsure": False,
    "left": [],
    "new_date": "",
    "new_time": "",
}
UNCLEAN = re.compile(r"[{}<>]|\bNone\b|,\s*,|\s[.,?!]|\(\s*\)")
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
