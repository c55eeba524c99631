"""Which of the caller's words are kept for the operator: what he said of his own accord, not his "yes" and "Lviv"."""

from typing import Literal

from callcenter.dialogue.memory import Memory, Told
from callcenter.dialogue.understood import Understood

MOST_KEPT = 6
MOST_QUOTED = 3
MOST_LETTERS = 140
"""Of one quotation."""
DIGITS_OF_A_CARD = 13
"""Words that spell so many are not quoted; what is written in digits is cut out of them already."""
CUT_OUT = "…"
SHORT_ANSWER, SHORT_CHOICE = 6, 3
"""Words; whoever says more says something of his own."""
HINT = 4
"""Words of an answer with one word in it that was not understood."""
_ANSWERS = """
operator callback yes no please thanks hello goodbye repeat wait help has_question does_not_know tire_search question
not more any_season choice quantity items digits city delivery_type payment_method service name address date time
soonest
"""
ANSWERS = frozenset(_ANSWERS.split())
"""Intents of an answer to a question of ours, and of a call for the operator."""


class Notes:
    """Of one turn: opened before it is acted upon, since an operator may be fetched in it, and closed after that."""

    def __init__(self, memory: Memory, said: Understood) -> None:
        self._memory, self._said, self._before = memory, said, _forms(memory)
        is_card = len(said.digits) >= DIGITS_OF_A_CARD and CUT_OUT not in memory.words
        if not said.keyed and not is_card and _tells_something(said):
            is_more = said.intents - ANSWERS or len(_unknown(said)) != 1 or len(said.words.split()) > HINT
            self._keep("" if is_more else "answer")

    def close(self) -> None:
        """What all went into an order or the like is told with it."""
        memory, said = self._memory, self._said
        changed = next((form for form, now in _forms(memory).items() if now != self._before[form]), None)
        is_last = bool(memory.told) and memory.told[-1].words == memory.words
        if changed is not None and is_last and (not _unknown(said) or "address" in said.intents):
            self._keep(changed)

    def _keep(self, form: Literal["order", "fitting", "wish", "answer", ""]) -> None:
        memory = self._memory
        kept = (*(told for told in memory.told if told.words != memory.words), Told(memory.words, form))
        memory.told = kept if len(kept) <= MOST_KEPT else (kept[0], *kept[1 - MOST_KEPT :])


def quoted(memory: Memory) -> tuple[str, ...]:
    """What the operator is to read, what the call seems to be about first."""
    shown = {
        "order": memory.order is not None or memory.placed is not None,
        "fitting": (memory.fitting is not None and memory.fitting.is_begun) or memory.booked is not None,
        "wish": bool(memory.wish),
    }
    told = [one.words for one in memory.told if one.form != "answer" and not shown.get(one.form)]
    if not told:
        return ()
    main = next((words for words in reversed(told) if " " in words), told[-1])
    rest = [words for words in told if words != main]
    few = rest if len(rest) < MOST_QUOTED else (rest[0], *rest[2 - MOST_QUOTED :])
    return tuple(map(_cut, (main, *few)))


def hinted(memory: Memory) -> str:
    """The last answer that has a word in it which was not understood; "" where there is none."""
    return next((_cut(one.words) for one in reversed(memory.told) if one.form == "answer"), "")


def _forms(memory: Memory) -> dict[Literal["order", "fitting", "wish"], object]:
    return {"order": memory.order, "fitting": memory.fitting, "wish": memory.wish}


def _tells_something(said: Understood) -> bool:
    if not said.words:
        return False
    short = SHORT_CHOICE if said.intents & {"choice", "quantity", "items"} else SHORT_ANSWER
    return bool(_unknown(said) or said.intents - ANSWERS) or not said.intents or len(said.words.split()) > short


def _unknown(said: Understood) -> list[str]:
    """Without those of a day or a time."""
    when = said.when.words.split()
    return [word for word in said.unknown if word not in when]


def _cut(words: str) -> str:
    """At the end of a word."""
    return words if len(words) <= MOST_LETTERS else f"{words[:MOST_LETTERS].rsplit(' ', 1)[0]} …"
