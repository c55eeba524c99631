"""How names sound: for the embedded recognizer in ARPABET, for voices in letters that they read right."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, field_validator

from callcenter.ports import Language

_PHONES = """
AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH
"""
ARPABET = frozenset(_PHONES.split())


class Pronunciations(RootModel[dict[Annotated[str, Field(pattern=r"^[a-z0-9'.-]+$")], tuple[str, ...]]]):
    """`pronunciations.yaml`: variants by lower-case word."""

    model_config = ConfigDict(frozen=True)

    @field_validator("root")
    @classmethod
    def _phones(cls, root: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for word, variants in root.items():
            for variant in variants:
                if unknown := sorted(set(variant.split()) - ARPABET):
                    raise ValueError(f"{word}: {' '.join(unknown)} is no ARPABET phone (AA, AE, … ZH, without stress)")
            if not variants or not all(variant.split() for variant in variants):
                raise ValueError(f"{word}: has no pronunciation")
        return root


def _without_figures(words: dict[str, str]) -> dict[str, str]:
    for word, spoken in words.items():
        if not spoken.strip() or any(character.isdigit() for character in spoken):
            raise ValueError(f"{word}: must be read as words, without figures")
    return words


Spoken = Annotated[dict[str, str], AfterValidator(_without_figures)]


class Lexicons(BaseModel):
    """`lexicon.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    en: Spoken = {}
    uk: Spoken = {}
    ru: Spoken = {}

    def __getitem__(self, language: Language) -> dict[str, str]:
        words: dict[str, str] = getattr(self, language)
        return words
