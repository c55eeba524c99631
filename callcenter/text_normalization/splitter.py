"""Text that arrives in pieces, cut into what is spoken at once.

Where it is cut depends on the text alone, never on how the pieces came: a phrase is found in the speech cache whoever
wrote it. A cut is made only when what follows has been seen, so that "2." is not taken for an end before "5" comes.
"""

import re

from callcenter.ports import Language
from callcenter.text_normalization.numerals import words
from callcenter.text_normalization.plain import plain

FIRST_CLAUSE_CHARS = 25
"""The first words of an answer are spoken at a comma already, once there are so many."""
OPENING_WORDS = 2
"""So few words before a first comma ("Sure,", "Of course,") are a piece too: they are in the cache, and heard while the
rest is being written."""
MAX_CHARS = 220

_END = re.compile(r"(?:[.!?]+|…+)[\"'»”’)\]*_]*(?=\s)|\n")
_CLAUSE = re.compile(r"[,;:](?=\s)|(?<=\s)[–—-](?=\s)")
_SPACE = re.compile(r"\s+")
_LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*)\.$")
_ITEM_NUMBER = re.compile(r"(?:^|\n|[:;]\s)\s*\(?\d{1,2}[.)]$")

# What stands before a name or a number: the sentence goes on after it.
_LEADING = frozenset(
    words(
        "mr mrs ms dr st no nr vs e.g i.e approx tel вул просп пр пров бул м смт с обл буд кв оф тел ул г пер пл "
        "д т.е т.к т.д т.п т.ч напр див стр ст им ім проф"
    )
)
# What stands after a number: the sentence goes on unless a capital letter follows.
_TRAILING = frozenset(
    words(
        "грн коп шт км см мм кг год хв сек міс тис млн млрд р рр руб дол мин час нед мес гг pcs ft lb lbs oz hrs min "
        "sec etc inc ltd co"
    )
)


class SentenceSplitter:
    """`feed` what comes, `flush` at the end; each gives whole sentences, without markup, never an empty one."""

    def __init__(
        self, language: Language, *, first_clause_chars: int = FIRST_CLAUSE_CHARS, max_chars: int = MAX_CHARS
    ) -> None:
        self.language = language
        self._first_clause_chars, self._max_chars = first_clause_chars, max_chars
        self._buffer = ""
        self._opened = False
        """An opening has been cut off."""
        self._first = True

    def feed(self, delta: str) -> list[str]:
        self._buffer += delta
        return self._take()

    def flush(self) -> list[str]:
        """What is left; the splitter is then as new."""
        self._buffer += "\n"
        sentences = self._take()
        self._first, self._opened = True, False
        return sentences

    def _take(self) -> list[str]:
        sentences = []
        while at := self._next_cut():
            raw, self._buffer = self._buffer[:at], self._buffer[at:]
            if sentence := plain(raw):
                sentences.append(sentence)
                self._first = self._first and not self._opened and _is_opening(raw)
                self._opened = True
        return sentences

    def _next_cut(self) -> int:
        """Where the next sentence ends; 0: not known yet."""
        window = self._buffer[: self._max_chars]
        end = self._sentence_end(window)
        if self._first and (clause := self._clause_end(window, end or len(window))):
            return clause
        if end or len(self._buffer) <= self._max_chars:
            return end
        return self._forced_end(window)

    def _sentence_end(self, window: str) -> int:
        for match in _END.finditer(window):
            if match[0] == "\n":
                return match.end()
            goes_on = _goes_on(window, match)
            if goes_on is None:
                return 0
            if not goes_on:
                return match.end()
        return 0

    def _clause_end(self, window: str, end: int) -> int:
        for match in _CLAUSE.finditer(window, 0, end):
            before, after = window[: match.end()], window[match.end() :]
            long = len(before.strip()) >= self._first_clause_chars
            if match.end() == end or not (long or (not self._opened and _is_opening(before))):
                continue
            if not after.strip() and "\n" not in after and _ends_in_figure(window[: match.start()]):
                return 0
            if not _in_figures(window[: match.start()], after):
                return match.end()
        return 0

    def _forced_end(self, window: str) -> int:
        """There is no end within the limit: at the last comma of the second half, or the last space, or right there."""
        half = len(window) // 2
        for pattern in (_CLAUSE, _SPACE):
            ends = [
                m.end() for m in pattern.finditer(window) if not _in_figures(window[: m.start()], window[m.end() :])
            ]
            if ends and ends[-1] > half:
                return ends[-1]
        return len(window)


def _goes_on(window: str, end: re.Match[str]) -> bool | None:
    """Whether the sentence goes on after what looks like its end; None: what follows has not been seen yet."""
    if not end[0].startswith(".") or (len(end[0]) > 1 and end[0][1] == "."):
        return False
    before = window[: end.start() + 1]
    if _ITEM_NUMBER.search(before):  # "1. Michelin": a list
        return True
    word = _LAST_WORD.search(before)
    if not word:
        return False
    if (len(word[1]) == 1 and word[1].isupper()) or word[1].lower() in _LEADING:
        return True
    if word[1].lower() in _TRAILING:
        after = window[end.end() :].lstrip()
        if not after:
            return False if "\n" in window[end.end() :] else None
        return not after[0].isupper()
    return False


def _is_opening(text: str) -> bool:
    """ "Sure,"; "Of course,"; no "2," """
    words_before = text.split()
    return text.rstrip().endswith(",") and len(words_before) <= OPENING_WORDS and not any(map(str.isdigit, text))


def _ends_in_figure(text: str) -> bool:
    text = text.rstrip(" \u00a0\u202f-–—,")
    return bool(text) and (text[-1].isdigit() or text[-1] in "№$₴€+")


def _in_figures(before: str, after: str) -> bool:
    """Between two parts of one figure: "2 | 500", "215/55 | R17", "10 - | 15"."""
    after = after.lstrip()
    if not _ends_in_figure(before):
        return False
    return bool(after) and (after[0].isdigit() or re.match(r"[RРZ]+\d|[-–—/%₴$€]", after) is not None)
