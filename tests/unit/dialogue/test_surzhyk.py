"""Words of Ukrainian and Russian mixed in one mouth: what is said, what was asked, what is understood."""

import datetime as dt
from typing import Any

import pytest

from callcenter.dialogue.asked import Asked
from callcenter.ports import CallerSaid
from tests.unit.dialogue.talking import NOW, rules

ANYTHING, HOW_MANY, PERHAPS_SO_MANY = None, Asked.QUANTITY, Asked.PERHAPS_QUANTITY
DAY, TIME = Asked.DATE, Asked.TIME
TOMORROW, SATURDAY = dt.date(2026, 11, 3), dt.date(2026, 11, 7)


def understood(words: str, asked: Asked | None, what: str) -> Any:
    read = rules().understanding.read(CallerSaid(words), asked=asked, today=NOW.date())
    match what:
        case "size":
            return str(read.wish.size)
        case "time":
            return f"{read.when.time:%H:%M}" if isinstance(read.when.time, dt.time) else read.when.time
        case "date":
            return read.when.date
        case "morning":
            return getattr(read.when.time, "end", None) == dt.time(12)
        case _:
            return getattr(read, what)


@pytest.mark.parametrize(
    ("words", "asked", "what", "value"),
    [
        ("двєсті пять пядесят пять шістнадцять", ANYTHING, "size", "205/55 R16"),
        ("двєсті п'ятнадцать шісят сємнадцять", ANYTHING, "size", "215/60 R17"),
        ("сто дєвяносто пять шістдєсят пять пятнадцать", ANYTHING, "size", "195/65 R15"),
        ("сто дев'яносто пять шісят пять пятнадцять", ANYTHING, "size", "195/65 R15"),
        ("двєсті двадцять пять сорок пять восємнадцять", ANYTHING, "size", "225/45 R18"),
        ("двісті трицять пять пядесят дєвятнадцять", ANYTHING, "size", "235/50 R19"),
        ("сто восємдесят пять шесят пять чєтирнадцать", ANYTHING, "size", "185/65 R14"),
        ("двєсті пядєсят пять сорок двацять", ANYTHING, "size", "255/40 R20"),
        ("сто вісімдєсят пять шисят на чотирнадцять", ANYTHING, "size", "185/60 R14"),
        ("сто сємдєсят пять сімдєсят на тринадцать", ANYTHING, "size", "175/70 R13"),
        ("давай первую", PERHAPS_SO_MANY, "choice", 1),
        ("давай первий", PERHAPS_SO_MANY, "choice", 1),
        ("давай первой", PERHAPS_SO_MANY, "choice", 1),
        ("давай второй", PERHAPS_SO_MANY, "choice", 2),
        ("давай вторую", PERHAPS_SO_MANY, "choice", 2),
        ("вторий варіант", PERHAPS_SO_MANY, "choice", 2),
        ("та давай трєтій", PERHAPS_SO_MANY, "choice", 3),
        ("давай послєдній", PERHAPS_SO_MANY, "choice", -1),
        ("давай четирі", HOW_MANY, "quantity", 4),
        ("четирі", HOW_MANY, "quantity", 4),
        ("четирі штуки", ANYTHING, "quantity", 4),
        ("восємь", HOW_MANY, "quantity", 8),
        ("дєвять", HOW_MANY, "quantity", 9),
        ("сємь", HOW_MANY, "quantity", 7),
        ("шєсть штук", HOW_MANY, "quantity", 6),
        ("дєсять", HOW_MANY, "quantity", 10),
        ("налічкою", ANYTHING, "payment_method", "cod"),
        ("налічкой", ANYTHING, "payment_method", "cod"),
        ("налом", ANYTHING, "payment_method", "cod"),
        ("наличкой", ANYTHING, "payment_method", "cod"),
        ("наличкою при получєнії", ANYTHING, "payment_method", "cod"),
        ("на дєсять", TIME, "time", "10:00"),
        ("в дєвять утра", ANYTHING, "time", "09:00"),
        ("на восємь", TIME, "time", "08:00"),
        ("в двєнадцать", TIME, "time", "12:00"),
        ("на завтра на два дня", DAY, "time", "14:00"),
        ("на завтра на два дня", DAY, "date", TOMORROW),
        ("завтра в три дня", DAY, "time", "15:00"),
        ("в субботу утром", DAY, "date", SATURDAY),
        ("в субботу утром", DAY, "morning", True),
        ("у суботу на дєсять", DAY, "time", "10:00"),
        ("через два дня", DAY, "date", dt.date(2026, 11, 4)),
        ("пядєсят", ANYTHING, "digits", "50"),
        ("шісят", ANYTHING, "digits", "60"),
        ("сімдєсят", ANYTHING, "digits", "70"),
        ("дєвяносто", ANYTHING, "digits", "90"),
        ("сто дєвяносто пять", ANYTHING, "digits", "195"),
        ("сорок два сємь восємь", ANYTHING, "digits", "4278"),
    ],
)
def test_surzhyk_is_understood(words: str, asked: Asked | None, what: str, value: object) -> None:
    assert understood(words, asked, what) == value
