"""Brands told apart: by an article that compares them, else by the beginning of each one's own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from callcenter.dialogue.actions.article import MOST_LETTERS, is_foreign, sentences, text_of
from callcenter.dialogue.reading import code
from callcenter.dialogue.turn import Turn

COMPARISONS = "comparisons"
"""The store's category."""
MOST_SENTENCES = 3
NOTHING = ("", "")


def learn(turn: Turn, articles: Sequence[Mapping[str, Any]]) -> str:
    """Remember what they say of the brands that are compared. Comes to the brand whose own article has still to be
    looked for, "" when there is none."""
    brands, told_of = turn.memory.compared, turn.memory.told_of
    if not told_of and (together := _together(turn, articles)):
        told_of.update(dict.fromkeys(brands, together))
    for brand in brands:
        if not told_of.get(brand, NOTHING)[0] and (own := _own(turn, articles, brand)):
            told_of[brand] = own
    missing = next((brand for brand in brands if brand not in told_of), "")
    if missing:
        told_of[missing] = NOTHING  # until its article says something
    return missing


def told_apart(turn: Turn) -> tuple[str, tuple[str, ...]]:
    """In words, and the ids of the articles; "" where nothing is known of any of the brands."""
    told_of = turn.memory.told_of
    known = dict.fromkeys(told for brand in turn.memory.compared if (told := told_of[brand])[0])
    if not known:
        return "", ()
    unknown = [brand for brand in turn.memory.compared if not told_of[brand][0]]
    lacking = [turn.speech.phrase("advice.nothing_of", brand=brand) for brand in unknown]
    return " ".join([*(text for text, _ in known), *lacking]), tuple(dict.fromkeys(id_ for _, id_ in known))


def _together(turn: Turn, articles: Iterable[Mapping[str, Any]]) -> tuple[str, str] | None:
    """What the first comparison says that names them all."""
    for article in articles:
        if article.get("category") == COMPARISONS and (text := _contrast(turn, article)):
            return text, code(article.get("id"))
    return None


def _contrast(turn: Turn, article: Mapping[str, Any]) -> str:
    """A sentence about each, else one about them all and what follows it. A sentence that names others, too, only lists
    them. Short texts of the shop are said as they are."""
    brands, text = frozenset(turn.memory.compared), text_of(turn, article)
    if is_foreign(turn, article):
        return text if brands <= _brands(turn, text) else ""
    several = sentences(text)
    named = [_brands(turn, sentence) for sentence in several]
    each = [next((s for s, names in zip(several, named, strict=True) if names == {brand}), "") for brand in brands]
    if all(each):
        return " ".join(sorted(each, key=several.index))
    return _beginning(several[named.index(brands) :], MOST_LETTERS) if brands in named else ""


def _own(turn: Turn, articles: Iterable[Mapping[str, Any]], brand: str) -> tuple[str, str] | None:
    """A brand's article has its name as id."""
    own = next((article for article in articles if code(article.get("id")) == brand.casefold()), None)
    if own is None or is_foreign(turn, own):
        text = text_of(turn, own) if own is not None else ""
    else:
        several = sentences(text_of(turn, own))
        begins = next((place for place, sentence in enumerate(several) if brand in _brands(turn, sentence)), None)
        text = "" if begins is None else _beginning(several[begins:], MOST_LETTERS // 2)
    return (text, brand.casefold()) if text else None


def _beginning(several: Sequence[str], letters: int) -> str:
    """The first sentence, and more while they are short."""
    kept = several[0]
    for sentence in several[1:MOST_SENTENCES]:
        if len(kept) + len(sentence) > letters:
            break
        kept = f"{kept} {sentence}"
    return kept


def _brands(turn: Turn, text: str) -> frozenset[str]:
    return frozenset(turn.call.understanding.brands(text))
