"""Phone numbers, addresses and numbers of orders that a model may name: the shop's, the caller's, and those that a tool
told. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any

NATIONAL = 9
"""Digits of a phone number that are its own: without the country's code (E.164) and the trunk's 0."""
PHONE = re.compile(r"(?:\+|(?<![\d.,:/+-])(?=0|380|8[ -]?800))\d(?:[ ()-]{0,2}\d){8,13}(?!\d)")
SAID_PHONE = re.compile(r"\b(?:0|380)(?: \d+){3,}\b")
"""The same in words, made digits of."""
ORDER = re.compile(
    r"(?:\b(?:order|замовлен\w*|заказ\w*)|№)[\s:№#]{1,3}(?:(?:number|номер\w*|is|no)[\s.:№#]{1,3}){0,2}(\d{4,})"
    r"|\b(?:order|замовлен\w*|заказ\w*)[\s,]{1,2}(?:number|номер\w*)[\s,:№#]{1,3}(?:is )?(\d{4,})"
    r"|\bномер (?:ваш(?:ого|его) )?(?:нового )?(?:замовлення|заказа)[\s,:–—-]{1,3}(?:такий|такой|це|это)?\s?(\d{4,})",
    re.IGNORECASE,
)
AMOUNT = re.compile(r"\s?(?:UAH|USD|EUR|грн|грив|hryvn|[₴$€])|\d|[.,]\d", re.IGNORECASE)
"""Behind a number that is none of an order."""
LONG_NUMBER = re.compile(r"\d{4,}")
LEAST_DIGITS = 7
EMAIL_OR_SITE = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://\S+|\bwww\.[\w.-]+|\b[\w-]+\.(?:com|net|org|info|ua|shop|online|site|example)\b(?:\.ua\b)?"
    r"|\w+ (?:dot|крапка|точка) (?:com|net|org|ua|ком|нет|юа|уа)\b",
    re.IGNORECASE,
)
MAYBE = re.compile(r"@|://|\w\.\w|\b(?:dot|крапка|точка)\b", re.IGNORECASE)
"""Is in all of these."""
DIGIT = re.compile(r"\d")
NOT_DIGITS = re.compile(r"\D")
OF_MANY_HANDS = frozenset({"tire", "tires", "items"})
"""Parts of results that are catalogue texts: what stands in them tells nobody's number."""


class ContactGuard:
    """Of one call."""

    def __init__(self, in_digits: Callable[[str], str] = str, known: str = "") -> None:
        """`in_digits`: see PriceGuard; `known`: a text in which the shop's own and the caller's stand."""
        self._in_digits = in_digits
        self._phones: frozenset[str] = frozenset()
        self._addresses: frozenset[str] = frozenset()
        self._numbers: frozenset[str] = frozenset()
        """Of orders, and any other that long."""
        self._dictated = ""
        """Digits that the caller has said, one behind the other."""
        self.told(known)

    def learn(self, result: Any) -> None:
        """A number in a tool's result, however deep, may be said."""
        match result:
            case str():
                self.told(result)
            case int() | float():
                self._numbers |= {str(int(result))}
            case Mapping():
                for key, part in result.items():
                    if key not in OF_MANY_HANDS:
                        self.learn(part)
            case list() | tuple():
                for part in result:
                    self.learn(part)
            case _:
                pass

    def told(self, text: str) -> None:
        """In the shop's own words."""
        self._phones |= {_own(match[0]) for match in PHONE.finditer(text)}
        self._addresses |= {match[0].casefold() for match in EMAIL_OR_SITE.finditer(text)}
        self._numbers |= frozenset(LONG_NUMBER.findall(text))

    def heard(self, words: str) -> None:
        """What the caller says may be said back to him."""
        self.told(words)
        self._dictated += NOT_DIGITS.sub("", self._in_digits(words))

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        kept = self._phones, self._addresses, self._dictated, self._numbers

        def undo() -> None:
            self._phones, self._addresses, self._dictated, self._numbers = kept

        return undo

    def invented(self, text: str) -> list[str]:
        """Numbers and addresses in the sentence that are nobody's."""
        if DIGIT.search(text):
            phones = [_own(match[0]) for match in PHONE.finditer(text)]
        else:
            said = (NOT_DIGITS.sub("", match[0]) for match in SAID_PHONE.finditer(self._in_digits(text)))
            phones = [_own(digits) for digits in said if len(digits) >= LEAST_DIGITS]
        found = [phone for phone in phones if phone not in self._phones and phone not in self._dictated]
        for match in EMAIL_OR_SITE.finditer(text) if MAYBE.search(text) else ():
            address = match[0].casefold()
            if not any(address in known or known in address for known in self._addresses):
                found.append(address)
        return found + (self._invented_orders(text) if LONG_NUMBER.search(text) else [])

    def _invented_orders(self, text: str) -> list[str]:
        named = (
            next(filter(None, match.groups())) for match in ORDER.finditer(text) if not AMOUNT.match(text, match.end())
        )
        return [number for number in named if number not in self._numbers and number not in self._dictated]


def _own(phone: str) -> str:
    return NOT_DIGITS.sub("", phone)[-NATIONAL:]
