"""What an utterance says: which intents, and what of the wish, of an order or a fitting. The first tier of the cascade:
patterns.

Patterns of all the shop's languages are tried, whatever language we speak: callers mix them.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from callcenter.dialogue.asked import Asked
from callcenter.dialogue.digits import DigitWords
from callcenter.dialogue.free_text import FreeText
from callcenter.dialogue.items import Item, ItemWords
from callcenter.dialogue.names import NameIndex
from callcenter.dialogue.numbers import RIMS_INCH, NumberWords, TireSize
from callcenter.dialogue.patterns import CUT, compiled, cut_all, either, ending, first, matches, united
from callcenter.dialogue.places import PlaceWords
from callcenter.dialogue.understood import Understood, told
from callcenter.dialogue.when import WhenWords
from callcenter.dialogue.wish import Wish
from callcenter.dialogue.words import normalize, tokens
from callcenter.ports import CallerSaid
from callcenter.shop import CatalogueNames
from callcenter.shop.language import LanguagePack

LOWEST_PRICE = 300
"""A smaller number is no price of a tire in the shop's currency."""
MOST_TIRES = 99
PERHAPS_TIRES = range(2, 13)
"""So many are a number of tires without a question; higher ones may be a rim."""
WORDS_OF_A_NUMBER = 4
""" "Well, let's have four"."""
WORDS_OF_A_WISH = 8
""" "I want four and a fitting, too"."""
SHORTEST_NAME = 4
"""Of a tire's model."""
BARE_RIMS_INCH = range(13, 25)
"""That a number without a word for it may be: "for twelve" is at noon."""
YEARS = range(1960, 2100)
SPOKEN_YEAR = re.compile(r"(?<![0-9])(19|20) ?([0-9]{2})(?![0-9])")
""" "2018", "twenty eighteen"."""
BELOW_ZERO = re.compile(r"(?<!\S)[-−](?=[0-9])")
ALTERNATIVES = frozenset({"either", "recommend", "consultation"})
"""Intents that make several brands a question of which is better."""
NO_CANCEL = frozenset({"keep_it", "may_cancel"})
"""Intents whose words hold those of "cancel" and mean none."""
COURTESIES = ("yes", "no", "hello", "thanks", "wait")
"""Intents that are said around what was asked for."""


class Understanding:
    def __init__(self, packs: Iterable[LanguagePack], names: CatalogueNames) -> None:
        packs = tuple(packs)
        self._numbers = NumberWords.of(packs)
        with_ordinals = self._with_ordinals = NumberWords.of(packs, ordinals=True)
        self._names = NameIndex(
            names,
            self._numbers,
            (word for pack in packs for word in pack.common_words),
            (word for pack in packs for word in pack.no_names),
        )
        self._intents = united(pack.intents for pack in packs)
        self._seasons = united(pack.seasons for pack in packs)
        self._negation = ending(pattern for pack in packs for pattern in pack.intents.get("not", ()))
        self._beside_yes = either(pattern for pack in packs for pattern in pack.beside_yes)
        self._unfinished = either(pattern for pack in packs for pattern in pack.unfinished)
        self._beside_number = either(pattern for pack in packs for pattern in pack.free_text.beside_number)
        self._choices = united(pack.choices for pack in packs)
        self._quantity_words = united(pack.quantity_words for pack in packs)
        self._cities = united(pack.cities for pack in packs)
        self._delivery_types = united(pack.delivery_types for pack in packs)
        self._payment_methods = united(pack.payment_methods for pack in packs)
        self._services = united(pack.services for pack in packs)
        self._price_for = united(pack.price_for for pack in packs)
        self._prices = compiled(pattern for pack in packs for pattern in pack.price_limit)
        self._quantities = compiled(pattern for pack in packs for pattern in pack.quantity)
        self._no_quantities = compiled(pattern for pack in packs for pattern in pack.no_quantity)
        self._instead = compiled(pattern for pack in packs for pattern in pack.quantity_instead)
        self._years = compiled(pattern for pack in packs for pattern in pack.year)
        self._rims = compiled(pattern for pack in packs for pattern in pack.rim)
        self._bare_rims = compiled(pattern for pack in packs for pattern in pack.rim_bare)
        self._cardinals = NumberWords.of(packs, ordinals=False)
        self.digits = DigitWords((pack.dictation for pack in packs), self._numbers)
        self.places = PlaceWords(
            self._cities, with_ordinals, ending(pattern for pack in packs for pattern in pack.not_there)
        )
        self._when = WhenWords(packs, with_ordinals)
        self._items = ItemWords(
            choices=self._choices,
            quantity_words=self._quantity_words,
            each=(pattern for pack in packs for pattern in pack.each),
            no_quantities=(*self._rims, *self._no_quantities),
            numbers=self._numbers,
            brand=lambda word: self._names.brand(word) if self._names.knows(word) else None,
            most=MOST_TIRES,
        )
        self._free = self._free_text(packs)

    def read(
        self,
        said: CallerSaid,
        known_make: str = "",
        known_rim: int | None = None,
        *,
        asked: Asked | None = None,
        delivers: bool = False,
        today: dt.date | None = None,
    ) -> Understood:
        """`known_make`: the make that has been talked about, so that a model alone is understood; `known_rim`: the rim,
        so that width and profile are a size; `asked`: what bare
        words answer; `delivers`: an order with delivery is open, so that a name and a number are an address; `today`:
        without it no day is told."""
        text = normalize(BELOW_ZERO.sub("minus ", said.text))
        if said.keyed:
            return self._keyed(text, asked)
        wish = self._wish(text, known_make, known_rim)
        when = self._when.read(text, today, asked, has_size=wish.size is not None, has_rim=wish.rim is not None)
        intents = {intent for intent, pattern in self._intents.items() if pattern.search(text)}
        is_place = asked in (Asked.OTHER_QUANTITY, Asked.PERHAPS_QUANTITY) and not when.words
        address = self._free.address(
            text,
            asked=asked is Asked.ADDRESS,
            perhaps=is_place,
            delivers=delivers and is_place and "wait" not in intents,
            has_size=wish.size is not None,
        )
        items, quantity, corrected = self._amounts(
            text, asked, intents, wish, is_place=bool(address), is_when=bool(when.words)
        )
        intents |= {"change"} if corrected else set()
        is_instead = bool(wish or items or quantity is not None or address)  # "not so many any more, two"
        intents -= {"cancel"} if self._keeps(text) else set()
        intents |= {"cancel"} if "no_longer" in intents and not is_instead and not intents & NO_CANCEL else set()
        intents -= {"yes"} if "doubt" in intents else set()  # "are you sure", "yeah right"
        intents -= {"yes", "cheaper"} if "cancel" in intents else set()  # "cancel, I found it cheaper"
        brands = self._names.brands(text)
        if len(brands) > 1 and intents & ALTERNATIVES and wish == Wish(season=wish.season, brand=wish.brand):
            intents |= {"compare"} if not intents & {"order_creation", "availability"} else set()
        read = Understood(
            words=text,
            wish=wish,
            brands=brands,
            choice=first(self._choices, text),
            quantity=quantity,
            items=items,
            when=when,
            digits=self.digits.read(text),
            city=self.places.city(text),
            delivery_type=first(self._delivery_types, text),
            payment_method=first(self._payment_methods, text),
            service=first(self._services, text),
            name=self._free.name(when.rest, asked=asked is Asked.NAME),
            address=address,
            topic=self._free.topic(when.rest, asked=asked is Asked.TOPIC),
            unknown=self._unknown(text),
            confidence=said.confidence,
        )
        return replace(read, intents=frozenset(intents | told(read)))

    def _wish(self, text: str, known_make: str, known_rim: int | None) -> Wish:
        size = self._numbers.size(text)
        if size is None and known_rim is not None:
            size = self._numbers.size(f"{text} {known_rim}")
        digits = self._numbers.in_digits(text)
        price = self._number(self._prices, digits, lambda n: n >= LOWEST_PRICE)
        if price is not None:  # of one tire, also where a set's was said
            price //= first(self._price_for, text) or 1
        rim = self._number(self._rims, digits, _is_rim)
        if rim is None:  # "сімнадцяті диски"
            rim = self._number(self._rims, self._with_ordinals.in_digits(text), _is_rim)
        if rim is None:
            rim = self._number(self._bare_rims, self._cardinals.in_digits(text), lambda n: n in BARE_RIMS_INCH)
        return Wish(
            vehicle=self._names.vehicle(text, known_make),
            year=self._year(digits) if size is None and price is None else None,
            size=size,
            rim=rim if size is None else None,
            season=self._season(text),
            brand=self._names.brand(text),
            max_price=price,
        )

    def _keeps(self, text: str) -> bool:
        """There is a cancelling only in "don't cancel", "can I cancel later"."""
        return not self._intents["cancel"].search(self.without(NO_CANCEL, text))

    def _season(self, text: str) -> str | None:
        """The one that is named first; of "not winter, summer" the second."""
        named = sorted((match.start(), season) for season, p in self._seasons.items() for match in p.finditer(text))
        wanted = [season for start, season in named if not self._negation.search(text[:start])]
        return wanted[0] if wanted else first(self._seasons, text)

    def _free_text(self, packs: tuple[LanguagePack, ...]) -> FreeText:
        place = [*self._cities.values(), *self._delivery_types.values()]
        # longer ones first: "tire change" is no "tire"
        known = [*self._services.values(), *self._payment_methods.values(), *self._quantities]
        known += [*self._intents.values(), *self._seasons.values(), *self._choices.values()]
        known += self._quantity_words.values()
        return FreeText(
            packs,
            self._numbers,
            known=[*known, *place],
            courtesies=[self._intents[name] for name in COURTESIES if name in self._intents] + place,
            is_product=self._names.knows,
        )

    def brands(self, text: str) -> tuple[str, ...]:
        """All in a text, each once."""
        return self._names.brands(normalize(text))

    def corrected_address(self, address: str, said: str) -> str:
        return self._free.corrected(address, said)

    def has_number(self, words: str) -> bool:
        """In digits or in words, in a normalized text."""
        return any(character.isdecimal() for character in self._numbers.in_digits(words))

    def without(self, intents: Iterable[str], words: str) -> str:
        """A normalized text with CUT instead of the words of these intents."""
        return cut_all(words, (self._intents[name] for name in intents if name in self._intents))

    def says_more_than_yes(self, words: str) -> bool:
        """There are words in a normalized text that neither an intent was understood from nor stand beside a yes, or
        its end is missing: "yes and"."""
        rest = words
        for pattern in (*self._intents.values(), self._beside_yes):
            rest = pattern.sub(" ", rest)
        return bool(rest.replace(CUT, " ").split()) or self._unfinished.search(words) is not None

    def _unknown(self, text: str) -> tuple[str, ...]:
        text = self._beside_number.sub(" ", text)
        for patterns in (self._intents, self._seasons, self._choices, self._quantity_words, self._cities):
            for pattern in patterns.values():
                text = pattern.sub(" ", text)
        words = (word for word in text.split() if len(word) >= SHORTEST_NAME and not word.isdecimal())
        unknown = (word for word in words if not self._numbers.knows(word) and not self._names.knows(word))
        return tuple(word for word in unknown if self._names.brand(word) is None)  # nor a brand that was misheard

    def _keyed(self, text: str, asked: Asked | None) -> Understood:
        digits = "".join(character for character in text if character.isdecimal())
        read = Understood(
            words=digits,
            wish=Wish(size=TireSize.parse(digits)),
            choice=int(digits) if digits in ("1", "2", "3") else None,
            quantity=int(digits) or None if asked is Asked.QUANTITY and len(digits) in (1, 2) else None,
            digits=digits,
            keyed=True,
        )
        return replace(read, intents=told(read))

    def _number(self, patterns: Iterable[re.Pattern[str]], digits: str, fits: Callable[[int], bool]) -> int | None:
        for match in matches(patterns, digits):
            if len(match["n"]) < 8 and fits(int(match["n"])):
                return int(match["n"])
        return None

    def _year(self, digits: str) -> int | None:
        for match in matches(self._years, digits):
            found = match["n"]
            year = int(found) + 2000 if len(found) <= 2 else int(found[:8])
            if year in YEARS and (len(found) == 4 or int(found) <= 40):
                return year
        spoken = SPOKEN_YEAR.search(digits)
        return int(spoken[1] + spoken[2]) if spoken else None

    def _amounts(
        self, text: str, asked: Asked | None, intents: set[str], wish: Wish, *, is_place: bool, is_when: bool
    ) -> tuple[tuple[Item, ...], int | None, bool]:
        """What and how many of each, or how many, and whether another number was corrected. `is_place`, `is_when`: an
        address, a day or a time is in the text, whose number it may be."""
        orders = "order_creation" in intents and not replace(wish, brand=None)  # "I'll take four", of these
        is_other_one = asked is Asked.OTHER_QUANTITY
        is_asked = ((asked is Asked.QUANTITY or is_other_one) and wish.size is None) or orders
        if is_other_one and (self._unknown(text) or self.places.city(text)):
            is_asked = False  # a bare number beside a name may be that of a house
        quantity, corrected = self._quantity(text, is_asked=is_asked and not is_place)
        is_other = wish or is_place or is_when or "wait" in intents
        if asked is Asked.PERHAPS_QUANTITY and quantity is None and not is_other:
            wants = bool(intents & {"tire_search", "yes"}) or first(self._choices, text) is not None
            quantity = self._perhaps_quantity(text, wants=wants)
        if is_place:  # "four of the first to Kyiv, Khreshchatyk 22"
            text = self._before_place(text) if asked is Asked.PERHAPS_QUANTITY else ""
        items = self._items.read(text) if wish.size is None else ()
        if corrected and ("not" in intents or len(items) == 1):  # "not two of the first but four"
            items = ()
        if items:
            quantity = items[0].quantity if len(items) == 1 else None
        return items, quantity, corrected

    def _before_place(self, text: str) -> str:
        """What is said before a delivery or a city is."""
        named = (pattern.search(text) for pattern in (*self._delivery_types.values(), *self._cities.values()))
        return text[: min((match.start() for match in named if match), default=0)]

    def _perhaps_quantity(self, text: str, *, wants: bool) -> int | None:
        number, _ = self._quantity(text, is_asked=True)
        most = WORDS_OF_A_WISH if wants else WORDS_OF_A_NUMBER
        return number if number in PERHAPS_TIRES and len(tokens(text)) <= most else None

    def _quantity(self, text: str, *, is_asked: bool) -> tuple[int | None, bool]:
        """How many, and whether another number was corrected."""
        digits = cut_all(self._numbers.in_digits(text), self._no_quantities)
        counted = self._number(self._quantities, digits, _is_quantity)
        if counted is not None or is_asked:
            instead = self._number(self._instead, digits, _is_quantity)
            if instead is not None:
                return instead, True
        if counted is None:
            counted = first(self._quantity_words, text)
        if counted is None and is_asked:
            rest = self._numbers.in_digits(cut_all(text, self._choices.values()))  # "the first one" is not one
            rest = cut_all(rest, self._no_quantities)
            bare = (int(word) for word in reversed(tokens(rest)) if word.isdecimal() and len(word) <= 2)
            counted = next(filter(_is_quantity, bare), None)
        return counted, False


def _is_quantity(number: int) -> bool:
    return 1 <= number <= MOST_TIRES


def _is_rim(number: int) -> bool:
    return number in RIMS_INCH
