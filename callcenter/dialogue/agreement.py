"""Whether the caller's words are a plain yes, or a plain "cancel": what commits the shop hangs on it. Pure."""

from callcenter.dialogue.understanding import Understanding
from callcenter.ports import CallerSaid

YES = frozenset({"yes", "take_it"})
BESIDES_YES = YES | {"please", "thanks", "order_creation", "my_order", "fitting_booking", "want_it", "that_is_it"}
"""What may be said along with it: "yes, place the order, thank you"."""
ALSO = {"want_it": "tire_search", "that_is_it": "goodbye"}
"""What the words of these sound like where more is said: "yes, I want it", "yes, that's it"."""
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
    besides = BESIDES_YES | {action} | {ALSO[intent] for intent in heard.intents & ALSO.keys()}
    plain = bool(heard.intents & (YES | {action})) and heard.intents <= besides
    more = heard.wish or heard.choice is not None or understanding.has_number(heard.words)
    more = more or understanding.says_more_than_yes(heard.words)
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
