"""Which of the tires that were offered is meant."""

from callcenter.dialogue.offer import Offer
from callcenter.dialogue.turn import Turn

LAST = -1
SHORTEST_NAME = 4
"""Letters of a word of a model by which the tire is recognized."""


def named_tire(turn: Turn) -> Offer | None:
    """The one that is named by its place, its brand or its model."""
    if turn.said.choice is not None:
        return _chosen(turn.memory.offered, turn.said.choice)
    return tire_of_brand(turn) or _of_model(turn)


def meant_tire(turn: Turn) -> Offer | None:
    """The one that is named, else the one that is talked about."""
    return named_tire(turn) or (turn.memory.focus if turn.said.choice is None else None)


def tire_of_brand(turn: Turn) -> Offer | None:
    fitting = [tire for tire in turn.memory.offered if tire.brand == turn.said.wish.brand]
    return fitting[0] if len(fitting) == 1 else None


def _chosen(offered: tuple[Offer, ...], choice: int) -> Offer | None:
    if choice == LAST and offered:
        return offered[-1]
    return offered[choice - 1] if 0 < choice <= len(offered) else None


def _of_model(turn: Turn) -> Offer | None:
    words = set(turn.said.words.split())
    fitting = [tire for tire in turn.memory.offered if words & _telling_words(tire)]
    return fitting[0] if len(fitting) == 1 else None


def _telling_words(tire: Offer) -> set[str]:
    return {word for word in tire.model.casefold().split() if len(word) >= SHORTEST_NAME}
