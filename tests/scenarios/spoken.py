"""Days and digits as callers say them."""

import datetime as dt

from callcenter.ports import Language

MONTHS: dict[Language, str] = {
    "en": "January February March April May June July August September October November December",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
DIGITS: dict[Language, str] = {
    "en": "zero one two three four five six seven eight nine",
    "uk": "нуль один два три чотири п'ять шість сім вісім дев'ять",
    "ru": "ноль один два три четыре пять шесть семь восемь девять",
}


HOURS = "twelve one two three four five six seven eight nine ten eleven"


def spoken_day(day: dt.date, language: Language) -> str:
    month = MONTHS[language].split()[day.month - 1]
    return f"{month} {day.day}" if language == "en" else f"{day.day} {month}"


def spoken_hour(at: dt.time) -> str:
    """In English: "ten thirty"."""
    return f"{HOURS.split()[at.hour % 12]}{' thirty' if at.minute else ''}"


def spelled(number: str, language: Language) -> str:
    return " ".join(DIGITS[language].split()[int(digit)] for digit in number)


def in_groups(number: str, size: int, language: Language) -> str:
    """Each as one number, or, where that would lose its first zero, digit by digit."""
    groups = (number[at : at + size] for at in range(0, len(number), size))
    return " ".join(spelled(group, language) if group.startswith("0") else group for group in groups)
