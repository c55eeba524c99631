"""From what a model writes to what may be spoken. Pure.

Text is released clause by clause: the voice cannot use less, and when a stream breaks, the words after the last clause
have not been said and can be written anew. What is not meant for the ear (thoughts, calls written as text, markup) is
left out.
"""

import re
from itertools import pairwise

NOT_SPOKEN = ("think", "thinking", "tool_call", "tool_data")
CLAUSE_END = re.compile(r"[.!?…;:,]+[\"»”')\]]*\s+|\n+|\s+[—–-]\s+")
GLUED = re.compile(r"(?<=[^\W\d_]{2}[.:])(?=[A-ZА-ЯІЇЄҐЁ])|(?<=[^\W\d_]{2}[!?…,;])(?=[^\W\d_])")
"""Where a model has left out the space behind a clause; but not in "kolo.example" and "e.Primacy"."""
OPENING = re.compile(rf"<({'|'.join(NOT_SPOKEN)})\b[^>]*>", re.IGNORECASE)
LONGEST_OPENING = 3
"""Words."""
LONGEST_TAG = 60
LONGEST_CLAUSE = 160
"""Then it is cut between two words."""
LONGEST_WORD = 2 * LONGEST_CLAUSE
"""Then it is cut anywhere: it is none."""
LONGEST_ANSWER = 2000
"""Characters, two minutes of speech: what a model writes beyond them is not spoken."""
MARKUP = str.maketrans("", "", "*#`")


def clauses(text: str) -> list[str]:
    """The pieces of a text that end where a clause does, with the space behind them; the last may be unfinished."""
    ends = [match.end() for match in CLAUSE_END.finditer(text)]
    return [text[start:end] for start, end in pairwise((0, *ends, len(text))) if start < end]


def letters(text: str) -> str:
    """What is left of it when only its sound counts."""
    return "".join(filter(str.isalnum, text.casefold()))


def is_opening(text: str) -> bool:
    """A few words with a comma, behind which the answer begins: "Of course,"."""
    return text.rstrip().endswith(",") and len(text.split()) <= LONGEST_OPENING


class SpokenText:
    def __init__(self) -> None:
        self._held = ""
        self._before = ""
        """Held back too while we are inside of a tag."""
        self._inside: str | None = None
        self._begun = False
        self._left = LONGEST_ANSWER

    def feed(self, text: str) -> str:
        """More of the answer; returns the clauses that are whole now, "" as a rule."""
        if not self._left:
            return ""
        self._held += text
        self._drop_unspoken()
        if self._inside is not None:
            return ""
        self._held = GLUED.sub(" ", self._held)
        limit = self._possible_tag()
        ends = [match.end() for match in CLAUSE_END.finditer(self._held, 0, limit)]
        end = ends[-1] if ends else 0
        if not end and limit > LONGEST_CLAUSE:
            end = self._held.rfind(" ", 0, limit) + 1 or (limit if limit > LONGEST_WORD else 0)
        return self._take(end)

    def rest(self) -> str:
        """The answer is whole: its last words."""
        self._drop_unspoken()
        if self._inside is not None:  # never closed
            self._held, self._before, self._inside = self._before, "", None
        self._held = GLUED.sub(" ", self._held)
        return self._take(len(self._held))

    def _take(self, end: int) -> str:
        clause, self._held = self._held[:end].translate(MARKUP), self._held[end:]
        if not self._begun:
            clause = clause.lstrip()
            self._begun = bool(clause)
        if len(clause) > self._left:
            clause, self._left = clause[: clause.rfind(" ", 0, self._left) + 1], 0
        self._left = max(0, self._left - len(clause))
        return clause

    def _drop_unspoken(self) -> None:
        while True:
            if self._inside is None:
                if not (opening := OPENING.search(self._held)):
                    return
                self._inside = opening[1].lower()
                self._before, self._held = self._held[: opening.start()], self._held[opening.end() :]
            closing = f"</{self._inside}>"
            found = self._held.lower().find(closing)
            if found < 0:
                self._held = self._held[-len(closing) :]
                return
            behind = self._held[found + len(closing) :]
            # it stood for a pause
            apart = "" if not self._before or self._before[-1].isspace() or behind[:1].isspace() else " "
            self._held = self._before + apart + behind
            self._before, self._inside = "", None

    def _possible_tag(self) -> int:
        """Where a tag may be beginning that is not whole yet; the end where none is."""
        start = self._held.rfind("<")
        unfinished = start >= 0 and ">" not in self._held[start:] and len(self._held) - start < LONGEST_TAG
        return start if unfinished else len(self._held)
