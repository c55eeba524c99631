"""One shop, loaded from its folder and checked: nothing of it is written in Python."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

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
from callcenter.shop.source import Location, Source, read_text, read_yaml
from callcenter.shop.templates import environment

FILES = ("pronunciations.yaml", "catalogue.yaml", "prices.yaml", "flows.yaml", "grammar.yaml", "lexicon.yaml")
Key = TypeVar("Key")


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
    sources: Mapping[str, Source]
    """The shop's own YAML files by name, for faults that only show later."""
    books: Mapping[Language, PhraseBook]
    _prompts: Mapping[Language, Template]
    _lexicons: Lexicons

    @classmethod
    def load(cls, path: Path) -> "Shop":
        """Raises ConfigurationError with every fault, one a line, naming file, line and key."""
        if not path.is_dir():
            raise ConfigurationError(
                f"{path}: no such shop folder; set `shop` (CALLCENTER_SHOP) to one like shops/tires"
            )
        facts = read_yaml(path / "shop.yaml").parse(ShopFacts)
        faults: list[str] = []
        sources = _all({name: partial(read_yaml, path / name) for name in FILES}, faults)
        parts = _all(_parts(sources), faults)
        packs = _all({one: partial(_pack, path, one) for one in facts.languages}, faults)
        places = {one: pack.places for one, pack in packs.items()}
        books = _all({one: partial(_book, path, one, facts, places.get(one)) for one in facts.languages}, faults)
        prompts = _all({one: partial(_prompt, path, one, facts) for one in facts.languages}, faults)
        if faults:
            raise ConfigurationError("\n".join(faults))
        return cls(path, facts, sources=sources, packs=packs, books=books, _prompts=prompts, **parts)

    def fault(self, file: str, location: Location, problem: str) -> ConfigurationError:
        """Something is wrong with what one of the files says; for whoever uses it to raise."""
        return self.sources[file].fault(location, problem)

    def names(self, store: CatalogueNames | None = None) -> CatalogueNames:
        """The store's names, or, while it is away, our own, with all that callers say instead of them."""
        return self.listening.with_spoken(self.catalogue if store is None else self.catalogue.merged(store))

    def phrase(self, key: str, language: Language, /, *, seed: int = 0, **params: Any) -> str:
        """A phrase of `phrases/<language>.yaml`; `seed` picks the variation (the n-th, counting round), so that the
        same seed says the same words. Digits in it come from `params` only: text normalization speaks them."""
        return self.books[language].render(key, seed, params)

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
        return self.books[language].fixed()

    def system_prompt(self, language: Language, /, **facts: Any) -> str:
        """`prompts/system.<language>.md.j2`. It may use the facts `today` (str), `open_now` (bool) and `caller_known`
        (bool), those not given are left out of it, and `openings`, words that the voice has ready."""
        openings = ", ".join(f'"{opening}"' for opening in self.books[language].variations("opening"))
        return self._prompts[language].render(facts, openings=openings).strip()

    def lexicon(self, language: Language) -> Mapping[str, str]:
        """How the voice should read a word that it gets wrong, by the word in lower case ("nokian": "Нокіан")."""
        return self._lexicons[language]


def _all(loads: Mapping[Key, Callable[[], Any]], faults: list[str]) -> dict[Key, Any]:
    """What could be loaded; the faults of the rest."""
    loaded: dict[Key, Any] = {}
    for key, load in loads.items():
        try:
            loaded[key] = load()
        except ConfigurationError as error:
            faults.append(str(error))
    return loaded


def _parts(sources: Mapping[str, Source]) -> dict[str, Callable[[], Any]]:
    parsers: Mapping[str, tuple[str, Callable[[Source], Any]]] = {
        "pronunciations": ("pronunciations.yaml", lambda source: source.parse(Pronunciations).root),
        "catalogue": ("catalogue.yaml", load_catalogue),
        "prices": ("prices.yaml", lambda source: source.parse(PriceTable)),
        "flow": ("flows.yaml", lambda source: source.parse(Flow)),
        "listening": ("grammar.yaml", lambda source: source.parse(Listening)),
        "_lexicons": ("lexicon.yaml", lambda source: source.parse(Lexicons)),
    }
    return {part: partial(parse, sources[file]) for part, (file, parse) in parsers.items() if file in sources}


def _pack(path: Path, language: Language) -> LanguagePack:
    return parse_language(read_yaml(path / "lang" / f"{language}.yaml"))


def _book(path: Path, language: Language, facts: ShopFacts, places: Mapping[str, str] | None) -> PhraseBook:
    return PhraseBook(read_yaml(path / "phrases" / f"{language}.yaml"), environment(language, facts, places))


def _prompt(path: Path, language: Language, facts: ShopFacts) -> Template:
    file = path / "prompts" / f"system.{language}.md.j2"
    text = read_text(file)
    try:
        return environment(language, facts).from_string(text)
    except TemplateError as error:
        raise ConfigurationError(f"{file}, line {getattr(error, 'lineno', 1)}: {error.message}") from error
