"""callcenter shop: the shop's data, checked before a caller hears them."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from callcenter.ports import Grammar

shop_app = typer.Typer(no_args_is_help=True)

ShopPath = Annotated[Path | None, typer.Argument(help="The shop's folder; the configured one if left out.")]


@shop_app.callback()
def _shop() -> None:
    """The shop's data: check it, look at it."""


@shop_app.command()
def check(path: ShopPath = None) -> None:
    """Check every file of a shop: facts, phrases, prompts, language packs, flows, grammars, prices."""
    path = path or _configured()
    faults, found = _look_at(path)
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print(f"{path}: {len(faults)} fault{'' if len(faults) == 1 else 's'}", file=sys.stderr)
        raise typer.Exit(2)
    print(f"{path}: {', '.join(found)}; no faults")


@shop_app.command()
def grammar(
    state: Annotated[str, typer.Argument(help="A state of the dialogue: root, season, results, …")] = "root",
    path: ShopPath = None,
) -> None:
    """Print what the embedded recognizer listens for in a state (JSGF)."""
    from callcenter.dialogue.grammar import build_grammars
    from callcenter.errors import ConfigurationError
    from callcenter.shop import Shop

    grammars = build_grammars(Shop.load(path or _configured()))
    if state not in grammars:
        raise ConfigurationError(f"no grammar {state!r}; there are {', '.join(grammars)}")
    print(grammars[state].jsgf, end="")


def _configured() -> Path:
    from callcenter.config import load_settings

    return load_settings().shop


def _look_at(path: Path) -> tuple[list[str], list[str]]:
    """Faults, and what was found where there are none."""
    from callcenter.dialogue.engine import Rules
    from callcenter.dialogue.grammar import build_grammars
    from callcenter.errors import ConfigurationError
    from callcenter.shop import Shop
    from callcenter.shop.checking import faults_of

    try:
        shop = Shop.load(path)
        faults = faults_of(shop)
        Rules(shop)
        grammars = build_grammars(shop)
    except ConfigurationError as error:
        return str(error).splitlines(), []
    faults += [
        str(
            shop.fault(
                "grammar.yaml", ("states", grammar.name), f"nobody knows how {word!r} sounds: pronunciations.yaml"
            )
        )
        for grammar in grammars.values()
        for word in _unpronounceable(grammar)
    ]
    names = shop.names()
    return faults, [
        f"{len(shop.facts.languages)} languages",
        f"{sum(len(book.phrases) for book in shop.books.values())} phrases",
        f"{len(names.models)} cars and {len(names.brands)} brands",
        f"{len(grammars)} grammars ({sum(one.size for one in grammars.values())} sentences)",
    ]


def _unpronounceable(grammar: "Grammar") -> list[str]:
    """Words that would make the recognizer refuse the grammar; none where it is not installed."""
    if not find_spec("pocketsphinx"):
        return []
    import pocketsphinx  # type: ignore[import-untyped]  # ships no types

    from callcenter.stt.sphinx_dictionary import Dictionary, pronounce, words_of

    dictionary = Dictionary(Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")))
    return pronounce(words_of(grammar.jsgf), grammar.pronunciations, dictionary)[1]
