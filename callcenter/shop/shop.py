"""One shop, loaded from its folder and checked: nothing of it is written in Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Template, TemplateError

from callcenter.errors import ConfigurationError
from callcenter.ports import Language
from callcenter.shop.catalogue import CatalogueNames, load_catalogue
from callcenter.shop.facts import ShopFacts
from callcenter.shop.flow import Flow
from callcenter.shop.language import LanguagePack, parse_language
from callcenter.shop.listening import Listening
from callcenter.shop.phrases import PhraseBook
from callcenter.shop.prices import PriceTable
from callcenter.shop.pronunciations import Lexicons, Pronunciations
from callcenter.shop.source import read_text, read_yaml
from callcenter.shop.templates import environment


@dataclass(frozen=True, slots=True)
class Shop:
    path: Path
    facts: ShopFacts
    pronunciations: Mapping[str, tuple[str, ...]]
    """ARPABET variants ("N OW K IY AH N") by lower-case word, of names that CMUdict lacks."""
    catalogue: CatalogueNames
    """Names to fall back on while the store is away."""
    prices: PriceTable
    packs: Mapping[Language, LanguagePack]
    """How callers say things; all of them are listened for."""
    flow: Flow
    listening: Listening
    _phrases: Mapping[Language, PhraseBook]
    _prompts: Mapping[Language, Template]
    _lexicons: Lexicons

    @classmethod
    def load(cls, path: Path) -> "Shop":
        """Raises ConfigurationError, naming file, line and key."""
        if not path.is_dir():
            raise ConfigurationError(
                f"{path}: no such shop folder; set `shop` (CALLCENTER_SHOP) to one like shops/tires"
            )
        facts = read_yaml(path / "shop.yaml").parse(ShopFacts)
        environments = {language: environment(language, facts) for language in facts.languages}
        return cls(
            path=path,
            facts=facts,
            pronunciations=read_yaml(path / "pronunciations.yaml").parse(Pronunciations).root,
            catalogue=load_catalogue(read_yaml(path / "catalogue.yaml")),
            prices=read_yaml(path / "prices.yaml").parse(PriceTable),
            packs={
                language: parse_language(read_yaml(path / "lang" / f"{language}.yaml")) for language in facts.languages
            },
            flow=read_yaml(path / "flows.yaml").parse(Flow),
            listening=read_yaml(path / "grammar.yaml").parse(Listening),
            _phrases={
                language: PhraseBook(read_yaml(path / "phrases" / f"{language}.yaml"), env)
                for language, env in environments.items()
            },
            _prompts={language: _prompt(path, language, facts) for language in facts.languages},
            _lexicons=read_yaml(path / "lexicon.yaml").parse(Lexicons),
        )

    def names(self, store: CatalogueNames | None = None) -> CatalogueNames:
        """The store's names, or, while it is away, our own, with all that callers say instead of them."""
        return self.listening.with_spoken(self.catalogue if store is None else self.catalogue.merged(store))

    def phrase(self, key: str, language: Language, /, *, seed: int = 0, **params: Any) -> str:
        """A phrase of `phrases/<language>.yaml`; `seed` picks the variation (the n-th, counting round), so that the
        same seed says the same words. Digits in it come from `params` only: text normalization speaks them."""
        return self._phrases[language].render(key, seed, params)

    def variations(self, key: str, language: Language) -> int:
        return self._phrases[language].count(key)

    def greeting(self, language: Language, now: datetime, *, guided: bool = False, recorded: bool = False) -> str:
        """The opening words at `now` (timezone-aware): open or after hours; `recorded` says that the call is recorded,
        `guided` what can be said, for a recognizer that knows only that. The same words all day, so that they come
        from the cache."""
        keys = ["greeting.open" if self.facts.is_open(now) else "greeting.closed"]
        keys += ["greeting.recorded"] if recorded else []
        keys += ["greeting.guide" if guided else "greeting.ask"]
        return " ".join(self.phrase(key, language) for key in keys)

    def fixed_phrases(self, language: Language) -> tuple[str, ...]:
        """Everything that is said the same in every call: warms the voice's cache. Whole texts, cut into sentences by
        whoever speaks them, as answers are; greetings are made of these."""
        return self._phrases[language].fixed()

    def system_prompt(self, language: Language, /, **facts: Any) -> str:
        """`prompts/system.<language>.md.j2`. It may use the facts `today` (str), `open_now` (bool) and `caller_known`
        (bool); those not given are left out of it."""
        return self._prompts[language].render(facts).strip()

    def lexicon(self, language: Language) -> Mapping[str, str]:
        """How the voice should read a word that it gets wrong, by the word in lower case ("nokian": "Нокіан")."""
        return self._lexicons[language]


def _prompt(path: Path, language: Language, facts: ShopFacts) -> Template:
    file = path / "prompts" / f"system.{language}.md.j2"
    text = read_text(file)
    try:
        return environment(language, facts).from_string(text)
    except TemplateError as error:
        raise ConfigurationError(f"{file}, line {getattr(error, 'lineno', 1)}: {error.message}") from error
