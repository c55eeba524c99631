"""What of a store's article can be spoken, in the language of the call."""

import re
from collections.abc import Mapping
from typing import Any

from callcenter.dialogue.reading import code, line
from callcenter.dialogue.turn import Turn

MOST_SENTENCES = 3
MOST_LETTERS = 320
"""About twenty seconds of speech."""
ENOUGH_LETTERS = 100
MOST_READ = 2000
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[^\W\d_a-zа-яіїєґ])")
"""Before a capital letter: "вул. 5" and "e.g. tires" go on."""


def is_foreign(turn: Turn, article: Mapping[str, Any]) -> bool:
    return article.get("language") not in (None, turn.call.language)


def text_of(turn: Turn, article: Mapping[str, Any]) -> str:
    """In the language of the call, which is the voice's; "" where there is nothing in it."""
    if not is_foreign(turn, article):
        return str(article.get("content") or "")
    return turn.shop.packs[turn.call.language].articles.get(code(article.get("id")), "")


def sentences(text: str) -> list[str]:
    """Of all paragraphs, each short enough to be said."""
    paragraphs = (line(paragraph, MOST_READ) for paragraph in text[:MOST_READ].splitlines())
    return [_ended(_cut(one)) for paragraph in paragraphs for one in SENTENCE_END.split(paragraph) if one]


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
    return _ended(_cut(kept))


def _cut(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[:MOST_LETTERS].rsplit(" ", 1)[0].rstrip(",;:–-")


def _ended(text: str) -> str:
    return text if not text or text[-1] in ".!?…" else f"{text}."


def _count(text: str) -> int:
    """Sentences."""
    return len(SENTENCE_END.split(text)) if text else 0
