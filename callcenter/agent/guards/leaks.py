"""What a model must not say: its own instructions. Pure."""

import codecs
import re
from collections import Counter
from collections.abc import Iterable

LEAK_WORDS = 6
"""So many words in a row, the same as in the instructions, are no coincidence."""
LEAK_LETTERS = 40
"""So many letters are none either, however they are cut into words."""
BLOCK = LEAK_LETTERS // 2
TRACE_WORDS = 4
MOST_TRACES = 8
"""Runs of so many words that one call may have in common with the instructions: more are a recital in pieces."""
UNSPEAKABLE = re.compile(r"\S{40,}|(?<!\d)\d{4}(?:[ -]?\d{4}){2}[ -]?\d|\b[a-z]+_[a-z_]+\b")
"""What nobody says on the phone: text in code (base64), the number of a card to pay to, and the name of a tool."""
NEAR = 300
"""Characters before what is about to be said in which a run that goes on may have begun."""
STEP_WORDS = 3
MOST_STEPS = 2
"""So many runs of STEP_WORDS in the order of the instructions, with others' words between them, may be chance."""
LONGEST_STEP = 9
"""Words of the instructions from one to the next."""
REPEATED = 5
"""A word that comes so often in a few sentences is put between others."""
UNHEARD = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""What may stand between two letters of a word and is not spoken."""


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", UNHEARD.sub("", text).casefold())


def _runs(words: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


class LeakGuard:
    """Knows the instructions; what stands in `public` too (phrases, greetings) may be said. Shared by calls.

    A recital is known by its words or its letters, forwards, backwards or in rot13, over all that was said in the call,
    also with other words put between. One that is translated is not: see the claim "recital"."""

    def __init__(self, instructions: str, public: Iterable[str] = ()) -> None:
        free = [_words(one) for one in public]
        plain = _words(instructions)
        secret = plain + _words(codecs.encode(instructions, "rot13"))
        self._secret, self._traces = (
            _runs(secret, length) - {run for words in free for run in _runs(words, length)}
            for length in (LEAK_WORDS, TRACE_WORDS)
        )
        public_steps = {run for words in free for run in _runs(words, STEP_WORDS)}
        steps = ((tuple(plain[at : at + STEP_WORDS]), at) for at in range(len(plain) - STEP_WORDS + 1))
        self._steps = {step: at for step, at in steps if step not in public_steps}
        letters = "".join(secret)
        self._letters = (letters, letters[::-1])
        self._blocks = {one[at : at + BLOCK] for one in self._letters for at in range(0, len(one), BLOCK)}
        self._free_letters = " ".join("".join(words) for words in free)

    def leaks(self, text: str, before: str = "") -> bool:
        """`text`: what is about to be said, or all of the answer so far; `before`: what was said in the call until
        then. What the shop's own words have told of the instructions is no leak of `text`'s."""
        just, words = _words(before[-NEAR:]), _words(text)
        tail = just[1 - LEAK_WORDS :] + words
        return (
            UNSPEAKABLE.search(text) is not None
            or not self._secret.isdisjoint(_runs(tail, LEAK_WORDS) | _runs(tail[::-1], LEAK_WORDS))
            or self._spells("".join(just)[1 - LEAK_LETTERS :] + "".join(words))
            or self._adds_a_trace_too_many(just[1 - TRACE_WORDS :] + words, before, text)
            or self._is_interspersed(just + words, len(words))
        )

    def _adds_a_trace_too_many(self, tail: list[str], before: str, text: str) -> bool:
        if self._traces.isdisjoint(_runs(tail, TRACE_WORDS)):
            return False
        return len(self._traces & _runs(_words(f"{before} {text}"), TRACE_WORDS)) > MOST_TRACES

    def _spells(self, letters: str) -> bool:
        """So many letters of the instructions hold a whole block of them, which is looked up at once."""
        ends = range(BLOCK, len(letters) + 1)
        hits = [end for end in ends if letters[end - BLOCK : end] in self._blocks]
        return any(self._is_spelled(letters[max(0, end - LEAK_LETTERS) : end + LEAK_LETTERS - BLOCK]) for end in hits)

    def _is_spelled(self, letters: str) -> bool:
        windows = (letters[at : at + LEAK_LETTERS] for at in range(len(letters) - LEAK_LETTERS + 1))
        return any(any(one in secret for secret in self._letters) and one not in self._free_letters for one in windows)

    def _is_interspersed(self, words: list[str], new: int) -> bool:
        """Other words are put between those of the instructions: one and the same, or any after every few. `new`: how
        many of the words are about to be said."""
        word, times = Counter(words).most_common(1)[0] if words else ("", 0)
        if times >= REPEATED:
            rest = [one for one in words if one != word][-new - LEAK_WORDS :]
            if not self._secret.isdisjoint(_runs(rest, LEAK_WORDS)):
                return True
        steps, last = 0, -LONGEST_STEP
        for at in range(len(words) - STEP_WORDS + 1):
            place = self._steps.get(tuple(words[at : at + STEP_WORDS]))
            if place is None or 0 <= place - last < STEP_WORDS:
                continue
            steps, last = (steps + 1 if 0 < place - last <= LONGEST_STEP else 1), place
            if steps > MOST_STEPS and at + STEP_WORDS > len(words) - new:
                return True
        return False
