"""Questions that an article of the shop's answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from callcenter.dialogue.actions import comparison, search
from callcenter.dialogue.actions.article import is_foreign, spoken_part, text_of
from callcenter.dialogue.actions.forms import wind_up
from callcenter.dialogue.actions.misunderstanding import not_understood
from callcenter.dialogue.memory import Question
from callcenter.dialogue.reading import code, mappings
from callcenter.dialogue.turn import Turn
from callcenter.dialogue.understood import Understood
from callcenter.dialogue.wish import Wish
from callcenter.ports import ArticlesUsed
from callcenter.records import Scenario

KNOWLEDGE = "search_knowledge_base"
WORDS_OF_A_QUESTION = 4
"""Fewer may have been misheard."""


def advise(turn: Turn) -> None:
    """The question goes to the shop's articles in the caller's own words. What he has not said before is remembered of
    it: "which winter tires are the best" is asked by somebody who wants winter tires."""
    turn.want(Scenario.CONSULTATION)
    memory, said = turn.memory, turn.said.wish
    known = memory.wish
    fresh = Wish(
        season=said.season if known.season is None else None,
        max_price=said.max_price if known.max_price is None else None,
    )
    if fresh and memory.order is None and memory.fitting is None:
        search.take(turn, fresh)
    _ask(turn)


def consult(turn: Turn) -> None:
    """A question that may be about tires in general: the articles are asked first. Where they do not know, it means
    what its other words say."""
    said = turn.said
    names_tires = said.wish != Wish(season=said.wish.season, brand=said.wish.brand)
    if names_tires or said.intents & {"availability", "cheaper"} or (said.wish and "price" in said.intents):
        search.look_for(turn)
        return
    turn.memory.asked = said
    _ask(turn)


def _ask(turn: Turn) -> None:
    brands = turn.said.brands
    turn.memory.compared, turn.memory.told_of = brands if len(brands) > 1 else (), {}
    turn.run(KNOWLEDGE, {"query": turn.memory.words})


def advice_told(turn: Turn, result: Mapping[str, Any]) -> None:
    memory, articles = turn.memory, list(mappings(result.get("texts")))
    if memory.compared and (brand := comparison.learn(turn, articles)):
        turn.run(KNOWLEDGE, {"query": brand})
        return
    text, used = comparison.told_apart(turn) if memory.compared else _answer(turn, articles)
    asked, memory.asked = memory.asked, None
    if not text:
        _know_nothing(turn, asked)
        return
    if asked is not None:
        search.take(turn, asked.wish if not memory.compared else Wish(season=asked.wish.season))
    turn.want(Scenario.CONSULTATION)
    memory.misunderstood = 0
    turn.note(f"advice {text}")
    turn.say("advice.article", text=text)
    turn.add(ArticlesUsed(used))
    turn.reach(Scenario.CONSULTATION)
    wind_up(turn)


def refused(turn: Turn, error: str) -> None:
    asked, turn.memory.asked = turn.memory.asked, None
    if error.startswith("bad_arguments"):
        _know_nothing(turn, asked)
    else:
        search.failed(turn)


def _know_nothing(turn: Turn, asked: Understood | None) -> None:
    """`asked`: words that were not certainly a question for the articles."""
    if asked is None:
        turn.say("advice.nothing")
        turn.ask(Question.OPERATOR)
        return
    turn.said = asked
    for_tires = asked.intents & {"wish", "tire_search", "price"}
    if for_tires and (asked.wish or "consultation" not in asked.intents):
        search.look_for(turn)
    elif len(asked.words.split()) >= WORDS_OF_A_QUESTION:
        turn.memory.misunderstood += 1
        turn.say("advice.nothing")
        turn.ask(Question.OPERATOR)
    else:
        not_understood(turn)


def _answer(turn: Turn, articles: Sequence[Mapping[str, Any]]) -> tuple[str, tuple[str, ...]]:
    """Of the most fitting article that says anything, and its id. Where it cannot be spoken in our language, the others
    fit less and are no answer: ""."""
    if not articles or (is_foreign(turn, articles[0]) and not _spoken(turn, articles[0])):
        return "", ()
    told = ((_spoken(turn, article), (code(article.get("id")),)) for article in articles)
    return next((one for one in told if one[0]), ("", ()))


def _spoken(turn: Turn, article: Mapping[str, Any]) -> str:
    text = text_of(turn, article)
    return text if is_foreign(turn, article) else spoken_part(text)
