"""Which of the tires that were offered is meant."""

from callcenter.dialogue.items import Item
from callcenter.dialogue.offer import Offer
from callcenter.dialogue.order import OrderLine
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
    return _of_brand(turn.memory.offered, turn.said.wish.brand)


def counted_tires(turn: Turn) -> tuple[OrderLine, ...]:
    """ "Four of the first one and two of the second": nothing where one of them was not offered."""
    offered, lines = turn.memory.offered, dict[str, OrderLine]()
    for item in turn.said.items:
        if (tire := _meant(offered, item)) is None:
            return ()
        lines[tire.id] = OrderLine(tire, item.quantity)
    return tuple(lines.values())


def _meant(offered: tuple[Offer, ...], item: Item) -> Offer | None:
    return _chosen(offered, item.choice) if item.choice is not None else _of_brand(offered, item.brand)


def _of_brand(offered: tuple[Offer, ...], brand: str | None) -> Offer | None:
    fitting = [tire for tire in offered if tire.brand == brand]
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
