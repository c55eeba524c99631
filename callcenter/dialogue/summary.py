"""For the operator: what the caller wants and what was found, in a few sentences."""

from callcenter.dialogue.memory import Memory
from callcenter.dialogue.turn import Speech
from callcenter.records import Scenario

MOST_TIRES = 3
MOST_WORDS = 120
"""Characters of the caller's own words."""
REQUESTS = frozenset(
    {Scenario.ORDER_STATUS, Scenario.ORDER_CREATION, Scenario.FITTING_BOOKING, Scenario.CONSULTATION, Scenario.OTHER}
)


def summarize(speech: Speech, memory: Memory) -> str:
    parts = []
    if memory.wish:
        parts.append(speech.phrase("summary.tire_search", **speech.wish(memory.wish)))
    if memory.offered:
        names = [f"{tire.name} {tire.size}".strip() for tire in memory.offered[:MOST_TIRES]]
        parts.append(speech.phrase("summary.shown", names=names))
    if (stock := memory.stock) is not None:
        parts.append(speech.phrase("summary.stock", name=f"{stock.offer.name} {stock.offer.size}", total=stock.total))
    parts += [speech.phrase(f"summary.request.{scenario}") for scenario in memory.requests if scenario in REQUESTS]
    if not parts and memory.scenario is Scenario.OPERATOR_REQUEST:
        parts.append(speech.phrase("summary.operator"))
    elif not parts and memory.words:
        parts.append(speech.phrase("summary.said", words=memory.words[:MOST_WORDS]))
    elif not parts:
        parts.append(speech.phrase("summary.nothing"))
    return " ".join(parts)
