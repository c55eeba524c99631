"""Which of the places that were found is meant: named before they were looked up ("in Kyiv, at Teremky"), or now."""

from collections.abc import Sequence

from callcenter.dialogue.places import FEW_WORDS
from callcenter.dialogue.site import Site
from callcenter.dialogue.turn import Turn
from callcenter.dialogue.words import normalize


def named_site(turn: Turn, sites: Sequence[Site]) -> Site | None:
    """The only one, or the one that the caller's last words name; a number alone was of something else."""
    understanding, words = turn.call.understanding, normalize(turn.memory.words)
    if len(sites) == 1:
        return sites[0]
    if len(words.split()) <= FEW_WORDS and understanding.has_number(words):
        return None
    index = understanding.places.choose(words, [site.words for site in sites])
    return sites[index] if index is not None else None


def chosen_site(turn: Turn, sites: Sequence[Site]) -> Site | None:
    """Of those that were read out: "the second one", "the one in Obolon", "I don't mind which"."""
    said = turn.said
    choice = said.choice or (1 if "any_season" in said.intents else None)
    index = turn.call.understanding.places.choose(said.words, [site.words for site in sites], choice)
    return sites[index] if index is not None else None
