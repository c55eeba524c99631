"""What a model understands of a request: the caller's words, the language, what tools have answered. Pure."""

import json
import re
from dataclasses import dataclass
from typing import Any

NOTE = re.compile(r"\[\[.*?\]\]", re.DOTALL)
TOOL_DATA = re.compile(r"<tool_data tool=\"(\w+)\">(.*?)</tool_data>", re.DOTALL)
SIZE = re.compile(r"(\d{3})\D{1,3}(\d{2})\D{1,4}(\d{2})(?!\d)|\b(\d{3})(\d{2})(\d{2})\b")

SEASONS = {
    "winter": ("winter", "snow", "зим"),
    "summer": ("summer", "літн", "летн", "літо", "лето"),
    "all_season": ("all season", "all-season", "всесезон"),
}
MAKES = {
    "toyota": "Toyota",
    "тойот": "Toyota",
    "volkswagen": "Volkswagen",
    "фольксваген": "Volkswagen",
    "skoda": "Skoda",
    "škoda": "Skoda",
    "шкод": "Skoda",
    "hyundai": "Hyundai",
    "хюнда": "Hyundai",
    "kia": "Kia",
    "ford": "Ford",
    "форд": "Ford",
    "renault": "Renault",
    "рено": "Renault",
    "honda": "Honda",
    "хонд": "Honda",
    "mazda": "Mazda",
    "мазд": "Mazda",
    "nissan": "Nissan",
    "audi": "Audi",
    "bmw": "BMW",
    "opel": "Opel",
    "tesla": "Tesla",
}
MODELS = {
    "камр": "Camry",
    "кемр": "Camry",
    "королл": "Corolla",
    "короли": "Corolla",
    "гольф": "Golf",
    "пасат": "Passat",
    "пассат": "Passat",
    "октав": "Octavia",
    "фокус": "Focus",
}
BRANDS = ("Nokian", "Michelin", "Continental", "Bridgestone", "Goodyear", "Pirelli", "Hankook", "Rosava", "Premiorri")
BRANDS_HEARD = {brand.lower(): brand for brand in BRANDS} | {
    "нокіан": "Nokian",
    "нокиан": "Nokian",
    "мішлен": "Michelin",
    "мишлен": "Michelin",
    "росав": "Rosava",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A tool's answer."""

    tool: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Situation:
    words: str
    """What the caller said last, lower case; "" when it was not understood."""
    language: str
    tools: frozenset[str]
    found: tuple[Found, ...]
    """By tools since the caller spoke."""
    found_before: tuple[Found, ...]
    searched_before: dict[str, Any]
    """Arguments of the last search of earlier turns."""
    said_now: str
    """By the model itself since the caller spoke: the words before a tool call, or before the line broke."""
    broke_off: bool


def read(request: dict[str, Any]) -> Situation:
    messages = request["messages"]
    callers = [i for i, one in enumerate(messages) if one["role"] == "user" and _spoken(one["content"])]
    notes = [i for i, one in enumerate(messages) if one["role"] == "user" and not _spoken(one["content"])]
    last = callers[-1] if callers else 0
    if not_understood := [i for i in notes if i > last and "not be understood" in messages[i]["content"]]:
        last = not_understood[-1]
    before, now = messages[:last], messages[last + 1 :]
    searches = [
        _arguments(call)
        for one in before
        for call in one.get("tool_calls") or ()
        if call["function"]["name"] == "search_tires"
    ]
    return Situation(
        words=_spoken(messages[last]["content"]).lower() if callers else "",
        language=_language(messages[0]["content"]),
        tools=frozenset(tool["function"]["name"] for tool in request.get("tools") or ()),
        found=_found(now),
        found_before=_found(before),
        searched_before=searches[-1] if searches else {},
        said_now=" ".join(one["content"] or "" for one in now if one["role"] == "assistant"),
        broke_off=any(one["role"] == "user" and "broke" in one["content"] for one in now),
    )


def _spoken(content: str) -> str:
    return NOTE.sub("", content).strip()


def _arguments(call: dict[str, Any]) -> dict[str, Any]:
    try:
        values = json.loads(call["function"]["arguments"])
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _found(messages: list[dict[str, Any]]) -> tuple[Found, ...]:
    return tuple(
        Found(match[1], json.loads(match[2]))
        for one in messages
        if one["role"] == "tool" and (match := TOOL_DATA.search(one["content"]))
    )


def _language(prompt: str) -> str:
    letters = prompt.lower()
    if sum("а" <= letter <= "я" for letter in letters) <= len(letters) / 4:
        return "en"
    return "uk" if letters.count("і") > 5 else "ru"


def wanted_tires(words: str) -> dict[str, Any]:
    """Arguments of search_tires that the words name."""
    wanted: dict[str, Any] = {}
    for season, stems in SEASONS.items():
        if any(stem in words for stem in stems):
            wanted["season"] = season
    for stem, make in MAKES.items():
        if match := re.search(rf"\b{stem}\w*\s+(\w[\w-]*)", words):
            wanted["vehicle_make"] = make
            wanted["vehicle_model"] = next(
                (name for at, name in MODELS.items() if match[1].startswith(at)), match[1].title()
            )
    if match := SIZE.search(words):
        numbers = [int(number) for number in match.groups() if number]
        wanted.update(zip(("width", "profile", "diameter"), numbers, strict=True))
    if match := re.search(r"\b(?:19|20)\d{2}\b", words):
        wanted["vehicle_year"] = int(match[0])
    if match := re.search(r"(?:under|up to|below|до|дешевше за|дешевле)\s+(\d{3,6})", words):
        wanted["max_price"] = int(match[1])
    for stem, brand in BRANDS_HEARD.items():
        if stem in words:
            wanted["brand"] = brand
    return wanted
