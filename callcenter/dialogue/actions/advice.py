"""Questions that an article of the shop's answers."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from callcenter.dialogue.actions import search
from callcenter.dialogue.actions.forms import wind_up
from callcenter.dialogue.actions.misunderstanding import not_understood
from callcenter.dialogue.memory import Question
from callcenter.dialogue.reading import code, line, mappings
from callcenter.dialogue.turn import Turn
from callcenter.dialogue.understood import Understood
from callcenter.dialogue.wish import Wish
from callcenter.ports import ArticlesUsed
from callcenter.records import Scenario

KNOWLEDGE = "search_knowledge_base"
MOST_SENTENCES = 3
MOST_LETTERS = 320
"""About twenty seconds of speech."""
ENOUGH_LETTERS = 100
MOST_READ = 2000
WORDS_OF_A_QUESTION = 4
"""Fewer may have been misheard."""
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[^\W\d_a-zа-яіїєґ])")
"""Before a capital letter: "вул. 5" and "e.g. tires" go on."""


def advise(turn: Turn) -> None:
    """The question goes to the shop's articles in the caller's own words."""
    turn.want(Scenario.CONSULTATION)
    turn.run(KNOWLEDGE, {"query": turn.memory.words})


def consult(turn: Turn) -> None:
    """A question that may be about tires in general: the articles are asked first. Where they do not know, it means
    what its other words say."""
    said = turn.said
    names_tires = said.wish != Wish(season=said.wish.season, brand=said.wish.brand)
    if names_tires or said.intents & {"availability", "cheaper"} or (said.wish and "price" in said.intents):
        search.look_for(turn)
        return
    turn.memory.asked = said
    turn.run(KNOWLEDGE, {"query": turn.memory.words})


def advice_told(turn: Turn, result: Mapping[str, Any]) -> None:
    text, article = _answer(turn, list(mappings(result.get("texts"))))
    asked, turn.memory.asked = turn.memory.asked, None
    if not text:
        _know_nothing(turn, asked)
        return
    if asked is not None:
        search.take(turn, asked.wish)
    turn.want(Scenario.CONSULTATION)
    turn.memory.misunderstood = 0
    turn.note(f"advice {text}")
    turn.say("advice.article", text=text)
    turn.add(ArticlesUsed((article,)))
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


def _answer(turn: Turn, articles: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Of the most fitting article that says anything, and its id. Where it cannot be spoken in our language, the others
    fit less and are no answer: ""."""
    if not articles or (_is_foreign(turn, articles[0]) and not _spoken(turn, articles[0])):
        return "", ""
    told = ((_spoken(turn, article), code(article.get("id"))) for article in articles)
    return next((one for one in told if one[0]), ("", ""))


def _is_foreign(turn: Turn, article: Mapping[str, Any]) -> bool:
    return article.get("language") not in (None, turn.call.language)


def _spoken(turn: Turn, article: Mapping[str, Any]) -> str:
    """In the language of the call, which is the voice's; "" where there is nothing in it."""
    if not _is_foreign(turn, article):
        return spoken_part(str(article.get("content") or ""))
    return turn.shop.packs[turn.call.language].articles.get(code(article.get("id")), "")


def spoken_part(text: str) -> str:
    """The first sentences, as many as anybody listens to; at least one, whose end may be cut off. A paragraph that is
    long enough stands for itself: the next one is about something else."""
    kept = ""
    for paragraph in text[:MOST_READ].splitlines():
        for sentence in SENTENCE_END.split(line(paragraph, MOST_READ))[: MOST_SENTENCES - _count(kept)]:
            if kept and len(kept) + len(sentence) > MOST_LETTERS:
                break
            kept = f"{kept} {sentence}".strip()
        if len(kept) >= ENOUGH_LETTERS:
            break
    if len(kept) > MOST_LETTERS:
        kept = kept[:MOST_LETTERS].rsplit(" ", 1)[0].rstrip(",;:–-")
    return kept if not kept or kept[-1] in ".!?…" else f"{kept}."


def _count(text: str) -> int:
    """Sentences."""
    return len(SENTENCE_END.split(text)) if text else 0
