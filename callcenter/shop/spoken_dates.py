"""Days, times and numbers of orders, written as they are said; text normalization reads the figures in them."""

from collections.abc import Mapping, Sequence
from datetime import date

from callcenter.ports import Language

WEEKDAYS: Mapping[Language, Sequence[str]] = {
    "en": ("on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday"),
    "uk": ("у понеділок", "у вівторок", "у середу", "у четвер", "у п'ятницю", "у суботу", "у неділю"),
    "ru": ("в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу", "в воскресенье"),
}
"""From Monday, with the preposition, which depends on the word."""
_MONTHS: Mapping[Language, str] = {
    "en": "January February March April May June July August September October November December",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
MONTHS: Mapping[Language, Sequence[str]] = {language: names.split() for language, names in _MONTHS.items()}
DIGITS_A_GROUP = 3


def spoken_day(text: str, language: Language) -> str:
    """ "2026-11-05" as "on Thursday, November 5"; anything else stays as it is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    weekday, month = WEEKDAYS[language][day.weekday()], MONTHS[language][day.month - 1]
    return f"{weekday}, {month} {day.day}" if language == "en" else f"{weekday}, {day.day} {month}"


def spoken_time(text: str, language: Language) -> str:
    """ "10:30" as "at 10:30"."""
    match language:
        case "en":
            return f"at {text}"
        case "uk":
            return f"об {text}" if text.startswith("11") else f"о {text}"  # "об одинадцятій"
        case "ru":
            return f"в {text}"


def in_groups(digits: str) -> str:
    """ "204816" as "204, 816": a pause lets people write it down."""
    groups = [digits[start : start + DIGITS_A_GROUP] for start in range(0, len(digits), DIGITS_A_GROUP)]
    return ", ".join(groups)


def one_by_one(digits: str) -> str:
    """ "204816" as "2, 0, 4, 8, 1, 6": for whoever has not got it yet."""
    return ", ".join(digits)
