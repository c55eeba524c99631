"""What a Slavic language's words and endings are, as data; both have the same shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callcenter.text_normalization.numerals import (
    Case,
    Gender,
    Noun,
    SlavicNumerals,
    cardinal_slavic,
    ordinal_stem,
)


@dataclass(frozen=True, slots=True)
class SlavicLanguage:
    numerals: SlavicNumerals
    hard: Mapping[str, str]
    """Endings of ordinals: m, f, n (nominative), genitive, genitive_f, locative, locative_f, instrumental, …"""
    soft: Mapping[str, str]
    soft_stem: str
    stressed_stems: frozenset[str]
    """Stems whose masculine ends in a stressed -ой (Russian: второй, шестой)."""
    currencies: Mapping[str, tuple[Noun, Noun]]
    """The unit and its hundredth."""
    units: Mapping[str, Noun]
    unit_tails: Mapping[str, str]
    months: Sequence[str]
    """Genitive."""
    weekdays: Mapping[str, tuple[str, str]]
    """By abbreviation: nominative, and genitive for "from … to …"."""
    year: str
    year_forms: Mapping[str, str]
    genitive_after: frozenset[str]
    accusative_after: frozenset[str]
    clock_is_ordinal: bool
    """"десята тридцять" (uk) or "десять тридцать" (ru)."""
    from_word: str
    to_word: str
    from_clock: str
    decimal_whole: tuple[str, str]
    decimal_parts: tuple[tuple[str, str], ...]
    minus: str
    plus: str
    number_sign: str
    size_joint: str
    radius: str
    per: Mapping[str, str]
    conjunctions: Mapping[str, str]
    letters: Mapping[str, str]
    """Names of the Latin letters."""
    own_letters: Mapping[str, str]
    feminine: Sequence[str]
    """Stems of nouns that tires are talked about with."""
    neuter: Sequence[str]
    abbreviations: Mapping[str, str]
    order_words: frozenset[str]

    def cardinal(self, number: int, gender: Gender = "m", case: Case = "nominative") -> str:
        return cardinal_slavic(number, self.numerals, gender, case)

    def ordinal(self, number: int, form: str) -> str:
        before, stem = ordinal_stem(number, self.numerals)
        if stem == self.soft_stem:
            return before + stem + self.soft[form]
        ending = "ой" if form == "m" and stem in self.stressed_stems else self.hard[form]
        return before + stem + ending

    def gender_of(self, following: Sequence[str]) -> Gender:
        """Of what is counted: the first known noun among the words that follow."""
        for word in following:
            if any(word.startswith(stem) for stem in self.feminine):
                return "f"
            if any(word.startswith(stem) for stem in self.neuter):
                return "n"
        return "m"
