"""Every word of the pages, in the languages of the product."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import RootModel

from callcenter.ports import Language
from callcenter.shop.facts import LocalText
from callcenter.shop.source import read_yaml

LANGUAGES: Mapping[Language, str] = {"en": "English", "uk": "Українська", "ru": "Русский"}


class Strings(RootModel[dict[str, LocalText]]):
    """A text that is missing in a language is a fault when the program starts."""

    def say(self, language: Language, key: str, /, **values: Any) -> str:
        return self.root[key][language].format(**values)

    def name(self, language: Language, kind: str, value: str | None) -> str:
        """The name of a value of the journal ("outcome", "resolved"); the value itself where it has none."""
        if value is None:
            return "—"
        known = self.root.get(f"{kind}.{value}")
        return known[language] if known else value


def load_strings() -> Strings:
    return read_yaml(Path(__file__).with_name("strings.yaml")).parse(Strings)


def choose_language(asked: str | None, accepted: str, default: Language) -> Language:
    """`asked`: by the page's own link; `accepted`: the browser's Accept-Language."""
    names = [asked or "", *(part.partition(";")[0] for part in accepted.split(","))]
    for name in names:
        short = name.strip().lower().partition("-")[0]
        for language in LANGUAGES:
            if short == language:
                return language
    return default
