"""Whether the caller's words are a plain yes, or a plain "cancel": what commits the shop hangs on it. Pure."""

from dataclasses import replace

from callcenter.dialogue.understanding import Understanding
from callcenter.ports import CallerSaid

YES = frozenset({"yes", "take_it"})
BESIDES_YES = YES | {"please", "thanks"}
"""What may be said along with it."""
AGREED = ("place_it", "want_it", "that_is_it")
"""Agreement to what was read out, whose words mean something else elsewhere: "place the order", "I want it", "yes,
that's it"; but not "I have ordered already", "that's it"."""
OF_ACTION = frozenset({"my_order", "fitting_booking"})
"""Intents that the name of what is cancelled or moved has."""
WORDS_OF_A_YES = 12
LEAST_CONFIDENCE = 0.3
"""Whoever was heard with less is asked again."""
_BESIDES_CANCEL = """
cancel no_longer no not please thanks wait goodbye order_creation my_order any_season more tire_search change cheaper
"""
BESIDES_CANCEL = frozenset(_BESIDES_CANCEL.split())
""" "No, cancel my order, I don't want it any more, thanks"."""
MOST_WORDS = 8
"""Whoever says more says more than that."""


def agrees(understanding: Understanding, said: CallerSaid, action: str = "") -> bool:
    """ "Yes", "так, підтверджую", "да, оформляйте"; not "yes, but to another address", not "yes, four", not "don't do
    it", not "sure?", not a key, nor what was hardly heard. Where it was asked whether to cancel or move something
    (`action`), "cancel it" is a yes too."""
    if said.keyed or said.rejected or said.confidence < LEAST_CONFIDENCE or "?" in said.text:
        return False
    heard = understanding.read(said)
    rest = understanding.without(AGREED, heard.words)
    besides = understanding.read(replace(said, text=rest)).intents
    if action:  # "cancel my order" names an order, "I have ordered already, cancel" tells of one
        besides -= OF_ACTION - understanding.read(replace(said, text=understanding.without((action,), rest))).intents
    plain = bool(heard.intents & (YES | {action})) and besides <= BESIDES_YES | {action}
    more = heard.wish or heard.choice is not None or understanding.has_number(heard.words)
    more = more or understanding.says_more_than_yes(rest)
    return plain and not more and len(heard.words.split()) <= WORDS_OF_A_YES


def cancels(understanding: Understanding, said: CallerSaid) -> bool:
    """ "Cancel it", "ні, скасуйте замовлення"; not "cancel the second one", not "can I cancel later", not "don't cancel
    my fitting"."""
    if said.keyed or said.rejected:
        return False
    heard = understanding.read(said)
    plain = "cancel" in heard.intents and heard.intents <= BESIDES_CANCEL
    more = heard.wish or heard.choice is not None or understanding.has_number(heard.words)
    return plain and not more and len(heard.words.split()) <= MOST_WORDS
