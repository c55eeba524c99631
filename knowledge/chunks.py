"""An article cut into pieces that are found by themselves and short enough to be spoken from. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.articles import Article

ENOUGH_WORDS = 40
"""A chunk of so many is closed at the next paragraph: with title and keywords it is searched as some 80."""
MOST_WORDS = 120
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True, slots=True)
class Chunk:
    index: int
    """From 0, in the order of the article."""
    text: str
    """Headings and paragraphs as prose: what is shown and spoken from."""
    about: str
    """The article's title and keywords, by which each of its chunks is to be found."""

    @property
    def embedded(self) -> str:
        """What a vector is made of: title and keywords stand twice, for they say best what it is about."""
        return f"{self.about}\n{self.about}\n{self.text}"


def cut(article: Article) -> list[Chunk]:
    """At headings and paragraphs, 50 to 120 words each; only a paragraph that is longer is cut at a sentence."""
    pieces: list[list[str]] = [[]]
    for paragraph in _paragraphs(article.body):
        so_far, more = _count(pieces[-1]), _count([paragraph])
        if pieces[-1] and (so_far >= ENOUGH_WORDS or so_far + more > MOST_WORDS):
            pieces.append([])
        pieces[-1].append(paragraph)
    texts = ["\n".join(piece) for piece in pieces]
    about = "\n".join([article.title, *article.keywords])
    return [Chunk(index, text, about) for index, text in enumerate(texts)]


def _paragraphs(body: str) -> Iterator[str]:
    """None longer than MOST_WORDS, save a sentence that is; a heading leads the paragraph under it."""
    heading = ""
    for block in re.split(r"\n\s*\n|\n(?=#)", body):
        lines = block.strip().splitlines()
        if lines and lines[0].startswith("#"):
            heading = lines.pop(0).lstrip("#").strip()
        text = " ".join(line.strip() for line in lines)
        if not text:
            continue
        if heading:
            text, heading = f"{heading}{'' if heading[-1] in '.!?…' else '.'} {text}", ""
        yield from _split(text)


def _split(text: str) -> Iterator[str]:
    part: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        if part and _count([*part, sentence]) > MOST_WORDS:
            yield " ".join(part)
            part = []
        part.append(sentence)
    yield " ".join(part)


def _count(texts: list[str]) -> int:
    return sum(len(text.split()) for text in texts)
