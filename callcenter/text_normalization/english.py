"""Figures as words in English: one pass for each kind of figure, the most particular first."""

import re

from callcenter.text_normalization import figures as fig
from callcenter.text_normalization.numerals import (
    LARGEST,
    cardinal_en,
    digit_groups,
    ordinal_en,
    pair_en,
    plural_en,
    words,
)

MONTHS = words("January February March April May June July August September October November December")
_MONTH = "|".join(f"{month}|{month[:3]}\\.?" for month in MONTHS)
_DAY = r"0?[1-9]|[12]\d|3[01]"
_YEAR = r"(?:19|20)\d{2}"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_CURRENCIES = {
    "UAH": ("hryvnia", "hryvnias", "kopiyka", "kopiykas"),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
}
_CURRENCY = r"UAH|₴|грн|hryvnias?|hryvnia|USD|\$|dollars?|bucks|EUR|€|euros?"
_CODES = {"u": "UAH", "₴": "UAH", "г": "UAH", "h": "UAH", "$": "USD", "d": "USD", "b": "USD", "e": "EUR", "€": "EUR"}
_UNITS = {
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "km": ("kilometer", "kilometers"),
    "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"),
    "m": ("meter", "meters"),
    "kg": ("kilogram", "kilograms"),
    "g": ("gram", "grams"),
    "l": ("liter", "liters"),
    "pcs": ("piece", "pieces"),
    "pc": ("piece", "pieces"),
    "hrs": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "h": ("hour", "hours"),
    "min": ("minute", "minutes"),
    "sec": ("second", "seconds"),
    "mph": ("mile per hour", "miles per hour"),
    "psi": ("P S I", "P S I"),
    "lbs": ("pound", "pounds"),
    "lb": ("pound", "pounds"),
    "in": ("inch", "inches"),
    '"': ("inch", "inch"),
    "″": ("inch", "inch"),
    "%": ("percent", "percent"),
    "°c": ("degree", "degrees"),
    "°": ("degree", "degrees"),
}
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True) if unit != "in")
_YEAR_BEFORE = frozenset(words("in since from until till by of year before after model through to"))

_NAMED_DATE = re.compile(
    rf"(?<!\d)({_DAY})(?:st|nd|rd|th)?(?:\sof)?\s({_MONTH})(?:,?\s({_YEAR}))?(?!\w)", re.IGNORECASE
)
_MONTH_FIRST = re.compile(
    rf"(?<!\w)({_MONTH})\s({_DAY})(?:st|nd|rd|th)?(?:,?\s({_YEAR}))?(?![\w/:.]\d|\w)", re.IGNORECASE
)
_WEEKDAYS = {day[:3]: day for day in words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")}
_WEEKDAY_RANGE = re.compile(rf"\b({'|'.join(_WEEKDAYS)})\.?{fig.DASH}({'|'.join(_WEEKDAYS)})\b\.?")
_SLASHED_DATE = re.compile(rf"(?<![\d/])({_DAY})/({_DAY})/({_YEAR})(?![\d/])")
_CLOCK = re.compile(rf"{fig.CLOCK.pattern}(?:\s?([ap])\.?\s?m\b\.?)?", re.IGNORECASE)
_HOUR = re.compile(r"(?<![\d:.])(1[0-2]|[1-9])\s?([ap])\.?\s?m\b\.?(?!\w)", re.IGNORECASE)
_ORDER = re.compile(
    r"(?<!\w)((?:order|orders|number|code)\s(?:number\s|no\.\s|is\s)?)(\d{4,})(?![\w.,]\d)", re.IGNORECASE
)
_ORDINAL = re.compile(r"(?<!\w)(\d{1,6})(?:st|nd|rd|th)(?!\w)", re.IGNORECASE)
_RANGE = re.compile(
    rf"(?<![\d.,-])({_NUMBER}){fig.DASH}({_NUMBER})(?![\d-])(?:\s?({_CURRENCY}|{_UNIT})(?!\w)\.?)?", re.IGNORECASE
)
_PRICE_AFTER = re.compile(rf"(?<!\d)({_NUMBER})\s?({_CURRENCY})(?!\w)\.?", re.IGNORECASE)
_PRICE_BEFORE = re.compile(rf"([$₴€])\s?({_NUMBER})")
_MEASURE = re.compile(rf"(?<!\d)({_NUMBER})[\s-]?({_UNIT})(?!\w)\.?", re.IGNORECASE)
_PER = re.compile(r"(?<=[A-Za-z$₴€])\s?/\s?(pcs|pc|set|tire|each|year|hour)(?!\w)")
_BARE_YEAR = re.compile(rf"(?<![\d.,])({_YEAR})(?![\d.,]\d|\d|\s?%)")
_SIGNED = re.compile(r"(?<![\w)])([-−+])\s?(?=\d)")
_ANY = re.compile(rf"(?<!\d)({_NUMBER})")


def verbalize_figures(text: str) -> str:
    return fig.apply(_PASSES, text)


def spell(letters: str) -> str:
    return " ".join(letters) if letters.isupper() else letters


def figure_by_figure(digits: str) -> str:
    return ", ".join(" ".join(cardinal_en(int(digit)) for digit in group) for group in digit_groups(digits))


def _number(written: str) -> str:
    figures = re.sub(r"[, \u00a0\u202f]", "", written)
    whole, _, fraction = figures.partition(".")
    if (len(whole) > 1 and whole[0] == "0") or int(whole) > LARGEST:
        spoken = figure_by_figure(whole)
    else:
        spoken = cardinal_en(int(whole))
    return f"{spoken} point {' '.join(cardinal_en(int(digit)) for digit in fraction)}" if fraction else spoken


def _stop(match: re.Match[str]) -> str:
    return "." if fig.ends_sentence(match) else ""


def _phone(match: re.Match[str]) -> str:
    groups = fig.phone_groups(match[1])
    spoken = ", ".join(" ".join(cardinal_en(int(digit)) for digit in group) for group in groups)
    return f"plus {spoken}" if match[1].startswith("+") else spoken


def _date(day: int, month: int, year: str | None) -> str:
    spoken = f"{MONTHS[month - 1]} {ordinal_en(day)}"
    return f"{spoken}, {pair_en(int(year))}" if year else spoken


def _month(name: str) -> int:
    return [month[:3].lower() for month in MONTHS].index(name[:3].lower()) + 1


def _slashed_date(match: re.Match[str]) -> str:
    first, second = int(match[1]), int(match[2])
    day, month = (second, first) if second > 12 else (first, second)  # as written in Ukraine unless it cannot be
    return (
        _date(day, month, match[3]) if month <= 12 else f"{_number(match[1])}, {_number(match[2])}, {_number(match[3])}"
    )


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    half = (match[3] or ("p" if 12 <= hour < 24 else "a")).upper()
    spoken = cardinal_en(hour % 12 or 12)
    if minute:
        spoken += f" {'oh ' if minute < 10 else ''}{cardinal_en(minute)}"
    return f"{spoken} {half} M{_stop(match)}"


def _tire_size(match: re.Match[str]) -> str:
    width, profile, rim, half, cargo = match.groups()
    spoken = f"{pair_en(int(width))}, {cardinal_en(int(profile))}"
    if rim:
        spoken += f", R {_number(f'{rim}.{half}' if half else rim)}"
    return f"{spoken} C" if cargo else spoken


def _load_index(match: re.Match[str]) -> str:
    second = f" {_number(match[2])}" if match[2] else ""
    return f"{_number(match[1])}{second} {match[3]}"


def _marked(match: re.Match[str]) -> str:
    letters, digits = (match[1] or "").rstrip("-"), match[2]
    sign = "" if fig.word_before(match) == "number" else "number "
    spoken = _number(digits) if len(digits) < 4 and digits[0] != "0" else figure_by_figure(digits)
    return f"{sign}{spell(letters)} {spoken}"


def _price(match: re.Match[str], written: str, currency: str) -> str:
    one, many, part, parts = _CURRENCIES["UAH" if currency.lower() == "uah" else _CODES[currency[0].lower()]]
    whole, _, fraction = re.sub(r"[, \u00a0\u202f]", "", written).partition(".")
    if len(fraction) > 2 or int(whole) > LARGEST:
        return f"{_number(written)} {many}{_stop(match)}"
    spoken = f"{cardinal_en(int(whole))} {plural_en(int(whole), one, many)}"
    if hundredths := int(fraction.ljust(2, "0")) if fraction else 0:
        spoken += f" {cardinal_en(hundredths)} {plural_en(hundredths, part, parts)}"
    return spoken + _stop(match)


def _measure(match: re.Match[str]) -> str:
    one, many = _UNITS[match[2].lower()]
    return f"{_number(match[1])} {one if match[1] == '1' else many}{_stop(match)}"


def _range(match: re.Match[str]) -> str:
    years = re.fullmatch(_YEAR, match[1]) and re.fullmatch(_YEAR, match[2]) and not match[3]
    say = (lambda written: pair_en(int(written))) if years else _number
    spoken = f"{say(match[1])} to {say(match[2])}"
    if not match[3]:
        return spoken
    unit = match[3].lower()
    many = _UNITS[unit][1] if unit in _UNITS else _CURRENCIES["UAH" if unit == "uah" else _CODES[unit[0]]][1]
    return f"{spoken} {many}{_stop(match)}"


def _model_code(match: re.Match[str]) -> str:
    letters = match[1].replace("-", "")
    if letters.isupper() and len(letters) <= 3:
        return f"{spell(letters)} {_number(match[2])}"
    return match[0].replace("-", " ")


def _bare_year(match: re.Match[str]) -> str:
    following = match.string[match.end() :].lstrip()
    is_year = fig.word_before(match) in _YEAR_BEFORE or re.match(r"[A-Z][a-z]+|model|year", following)
    return pair_en(int(match[1])) if is_year else _number(match[1])


_PASSES: list[fig.Pass] = [
    (_WEEKDAY_RANGE, lambda m: f"{_WEEKDAYS[m[1]]} to {_WEEKDAYS[m[2]]}"),
    (fig.PHONE, _phone),
    (fig.ISO_DATE, lambda m: _date(int(m[3]), int(m[2]), m[1])),
    (fig.DOTTED_DATE, lambda m: _date(int(m[1]), int(m[2]), m[3])),
    (_SLASHED_DATE, _slashed_date),
    (_NAMED_DATE, lambda m: _date(int(m[1]), _month(m[2]), m[3])),
    (_MONTH_FIRST, lambda m: _date(int(m[2]), _month(m[1]), m[3])),
    (re.compile(rf"(?<=\d)\s?[-–—]\s?(?={fig.CLOCK.pattern})"), lambda m: "to"),
    (_CLOCK, _clock),
    (_HOUR, lambda m: f"{cardinal_en(int(m[1]))} {m[2].upper()} M{_stop(m)}"),
    (_ORDER, lambda m: m[1] + figure_by_figure(m[2])),
    (fig.MARKED_NUMBER, _marked),
    (fig.TIRE_SIZE, _tire_size),
    (fig.RIM, lambda m: f"R {_number(m[1])}{' C' if m[2] else ''}"),
    (fig.LOAD_INDEX, _load_index),
    (fig.CODED_NUMBER, lambda m: f"{spell(m[1])} {figure_by_figure(m[2])}"),
    (_ORDINAL, lambda m: ordinal_en(int(m[1]))),
    (_PER, lambda m: f"per {'piece' if m[1].startswith('pc') else m[1]}"),
    (_SIGNED, lambda m: "plus " if m[1] == "+" else "minus "),
    (_RANGE, _range),
    (_PRICE_AFTER, lambda m: _price(m, m[1], m[2])),
    (_PRICE_BEFORE, lambda m: _price(m, m[2], m[1])),
    (_MEASURE, _measure),
    (_BARE_YEAR, _bare_year),
    (fig.MODEL_CODE, _model_code),
    (_ANY, lambda m: _number(m[1])),
]
ABBREVIATIONS = {
    "mr": "mister",
    "mrs": "missus",
    "dr": "doctor",
    "no": "number",
    "approx": "approximately",
    "e.g": "for example",
    "i.e": "that is",
    "etc": "et cetera",
    "vs": "versus",
    "tel": "telephone",
    "ave": "avenue",
    "incl": "including",
    "pcs": "pieces",
    "max": "maximum",
    "a.m": "A M",
    "p.m": "P M",
}
SYMBOLS = {
    "&": "and",
    "@": "at",
    "=": "equals",
    "%": "percent",
    "+": "plus",
    "№": "number",
    "°": "degrees",
    "$": "dollars",
    "€": "euros",
    "₴": "hryvnias",
}
