"""How complete a thought the caller's words so far are. Pure; tells apart "I need tires for my" and "I need tires".

It looks at how the words end: grammar tells surely when somebody has not finished ("for my"), and hardly ever that
they have. Punctuation counts for nothing, since recognizers end everything with a full stop.
"""

from itertools import pairwise

from callcenter.dialogue.words import normalize, tokens
from callcenter.pipeline.open_ends import (
    HALF_OPEN,
    HESITATIONS,
    NUMBER_JOINTS,
    NUMBERS,
    OPEN,
    OPEN_PHRASES,
    OPENERS,
    QUESTIONS,
    SHORT_ANSWERS,
    STRANDING,
    WHOLE,
)
from callcenter.ports import Expectation, Transcript

INCOMPLETE = 0.0
GROUPING = 0.1
"""In the middle of a number."""
UNKNOWN = 0.5
FEW_WORDS = 0.7
"""A name, a thing: an answer, or the first half of a sentence."""
STATEMENT = 0.75
QUESTION = 0.9
"""Has an end that one hears; so has a sentence that the dialogue waits for."""
WHOLE_ANSWER = 1.0
WHOLE_NUMBER_DIGITS = 10
"""Of a telephone number; longer ones are rare, and what follows is waited for as for any whole sentence."""
RIMS_INCH = range(12, 25)
SIZE_NUMBERS = 3
"""Width, profile, rim."""
WORDS_OF_A_SENTENCE = 3
MAX_OPEN_PHRASE = 6
ARTICLES = frozenset({"a", "an", "the", "my", "your", "and", "or"})
"""Open in every sentence."""


def completeness(transcript: Transcript, expectation: Expectation) -> float:
    """0: more is sure to come; 0.5: unknown, also when nothing was understood; 1: a whole answer.

    Words of all languages count, since callers mix them.
    """
    said = tokens(normalize(transcript.text))
    if not said:
        return UNKNOWN
    text = " ".join(said)
    choices = [normalize(choice) for choice in expectation.choices]
    if text in choices or text in WHOLE:
        return WHOLE_ANSWER
    if any(choice.startswith(f"{text} ") for choice in choices):
        return GROUPING
    if (end := _open_end(said)) is not None:
        return end
    if text in OPENERS:
        return UNKNOWN
    if (number := _number(said, expectation.dictation)) is not None:
        return number
    if expectation.dictation:
        return UNKNOWN
    if transcript.grammar is not None or (said[0] in QUESTIONS and len(said) >= WORDS_OF_A_SENTENCE):
        return QUESTION  # a grammar accepts nothing but whole sentences
    return STATEMENT if len(said) >= WORDS_OF_A_SENTENCE else FEW_WORDS


def _open_end(said: list[str]) -> float | None:
    """None when the end is none of those that announce more."""
    if said[-1] in HESITATIONS or " ".join(said) in OPEN_PHRASES:
        return INCOMPLETE
    ends = {" ".join(said[-count:]) for count in range(2, MAX_OPEN_PHRASE)}
    if said[-1] not in OPEN and not ends & OPEN_PHRASES:
        return UNKNOWN if len(said) > 1 and said[-1] in HALF_OPEN else None
    stranded = said[0] in STRANDING or said[0] in SHORT_ANSWERS
    return UNKNOWN if stranded and said[-1] not in ARTICLES else INCOMPLETE


def _number(said: list[str], dictation: bool) -> float | None:
    """Of the numbers that the words end with; None when they say nothing."""
    values = _last_numbers(said)
    if dictation and values:
        return STATEMENT if _digits(values) >= WHOLE_NUMBER_DIGITS else GROUPING
    if len(values) < 2:
        return None
    if all(value < 10 for value in values):
        return STATEMENT if len(values) >= WHOLE_NUMBER_DIGITS else GROUPING
    if values[0] in (100, 200, 300) or (values[0] in (1, 2, 3) and (values[1] == 100 or len(values) >= SIZE_NUMBERS)):
        return QUESTION if len(values) > SIZE_NUMBERS and values[-1] in RIMS_INCH else GROUPING
    return None


def _last_numbers(said: list[str]) -> list[int]:
    values: list[int] = []
    for word in reversed(said):
        if word in NUMBERS:
            values.insert(0, NUMBERS[word])
        elif word not in NUMBER_JOINTS:
            break
    return values


def _digits(values: list[int]) -> int:
    """Of numbers read aloud in groups: "sixty seven" are two."""
    in_tens = sum(1 for tens, unit in pairwise(values) if 20 <= tens < 100 and unit < 10)
    return sum(1 if value < 10 else 2 if value < 100 else 3 for value in values) - in_tens
