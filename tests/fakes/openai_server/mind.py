"""What the server answers: text, or tools to call. It knows nothing but the request. Pure."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.openai_server.phrases import PHRASES
from tests.fakes.openai_server.reading import Found, Situation, read, wanted_tires

OPERATOR = ("operator", "human", "a person", "real person", "manager", "оператор", "людин", "человек", "менеджер")
STOCK = ("in stock", "available", "availability", "наявн", "налич", "have it", "do you have")
TIRES = ("tire", "tyre", "шин", "резин", "гум")
GREETING = ("hello", "hi ", "good morning", "добрий", "вітаю", "здравств", "добрый", "привіт", "привет")
GOODBYE = ("bye", "thank", "дякую", "спасибо", "до побач", "до свид")
CHEAPER = ("cheaper", "less expensive", "дешев")
MORE_TRIES = 2
"""After arguments that a tool refused."""
NAMED = 2
"""Tires in one answer."""
FIRST_OR_SECOND = (("first", "перш", "перв"), ("second", "друг", "втор"))


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: dict[str, Any]
    written: str | None = None
    """The arguments as they are sent, where that is no JSON, or much of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    text: str = ""
    calls: list[Call] = field(default_factory=list)


def decide(request: dict[str, Any]) -> Answer:
    situation = read(request)
    answer = _to_caller(situation) if _should_call(situation) else _after_tools(situation)
    if situation.broke_off:
        return Answer(_unsaid(answer.text, situation.said_now), answer.calls)
    return answer


def _should_call(now: Situation) -> bool:
    """Nothing was called yet, or what was called was refused for its arguments."""
    refused = [found for found in now.found if str(found.data.get("error", "")).startswith("bad_arguments")]
    return not now.found or (len(refused) == len(now.found) <= MORE_TRIES and bool(now.tools))


def _unsaid(text: str, said: str) -> str:
    """Go on after the words that were heard."""
    tail = said.strip()[-20:]
    return text[text.index(tail) + len(tail) :].lstrip() if tail and tail in text else text


def _has(words: str, *stems: str) -> bool:
    return any(stem in f"{words} " for stem in stems)


def _to_caller(now: Situation) -> Answer:
    words, say = now.words, PHRASES[now.language]
    if not words:
        return Answer(say["pardon"])
    if _has(words, *OPERATOR) and "transfer_to_operator" in now.tools:
        summary = f"Asks for an operator. Was looking for: {json.dumps(now.searched_before, ensure_ascii=False)}"
        return Answer(calls=[Call("transfer_to_operator", {"reason": "customer_request", "summary": summary})])
    if _has(words, *STOCK) and "check_availability" in now.tools:
        return Answer(say["check"], [Call("check_availability", _which(now))])
    wanted = wanted_tires(words)
    if _has(words, *CHEAPER) and (prices := [tire["price"] for tire in _tires_before(now)[:NAMED]]):
        wanted["max_price"] = min(prices) - 1
    if "search_tires" in now.tools:
        if _has(words, "winter and summer", "зимові та літні", "зимние и летние"):
            arguments = {**now.searched_before, **wanted}
            return Answer(calls=[Call("search_tires", {**arguments, "season": one}) for one in ("winter", "summer")])
        if wanted.keys() - {"season"} or (wanted and now.searched_before):
            return Answer(calls=[Call("search_tires", {**now.searched_before, **wanted})])
    if wanted or _has(words, *TIRES):
        return Answer(say["ask"])
    if _has(words, *GOODBYE):
        return Answer(say["thanks"])
    return Answer(say["hello"] if _has(words, *GREETING) else say["declined"])


def _which(now: Situation) -> dict[str, Any]:
    """The tire that is meant: of those found before, or in the caller's own words."""
    tires = _tires_before(now)
    for position, stems in enumerate(FIRST_OR_SECOND):
        if _has(now.words, *stems) and len(tires) > position:
            return {"product_id": tires[position]["id"]}
    for tire in tires:
        if tire["name"].split()[0].lower() in now.words:
            return {"product_id": tire["id"]}
    if tires and not wanted_tires(now.words):
        return {"product_id": tires[0]["id"]}
    return {"query": now.words}


def _tires_before(now: Situation) -> list[dict[str, Any]]:
    """Of the last search that found any."""
    return next((found.data["tires"] for found in reversed(now.found_before) if found.data.get("tires")), [])


def _after_tools(now: Situation) -> Answer:
    say = PHRASES[now.language]
    return Answer(" ".join(filter(None, (_told(found, say) for found in now.found))))


def _told(found: Found, say: dict[str, str]) -> str:
    data = found.data
    if "error" in data:
        return say["sorry"]
    if found.tool == "transfer_to_operator":
        return ""
    if "tire" in data:
        name = data["tire"]["name"]
        return say["stock" if data["in_stock"] else "sold_out"].format(name=name, count=data["total_quantity"])
    tires = [_tire(tire, say) for tire in data.get("tires", ())[:NAMED]]
    if not tires:
        return say["none"]
    if found.tool == "check_availability":
        return say["which"].format(tires=", ".join(tires))
    car = say["car"].format(car=re.sub(r"\s+\d{4}$", "", data["vehicle"])) if "vehicle" in data else ""
    return say["found"].format(found=data["found"], car=car, tires="; ".join(tires))


def _tire(tire: dict[str, Any], say: dict[str, str]) -> str:
    return say["tire"].format(
        name=tire["name"], size=tire["size"], price=f"{tire['price']:g}", currency=say["currency"]
    )
