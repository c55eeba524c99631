"""The words of a turn as the full-text index holds them. Pure.

PostgreSQL knows no Ukrainian, so that words and lemmas are ours, in a tsvector without any language. Whoever writes a
turn indexes its words; the background job replaces them by words and lemmas (simplemma's dictionaries take 240 MB and
stop the interpreter for 140 ms while they load: nothing for the process that carries the audio). A query asks for a
word or any of its lemmas, and so finds both kinds.
"""

import re
from functools import lru_cache

MOST_WORDS = 20_000
"""Of one turn. A tsvector holds 1 MB."""
LONGEST = 64
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ`´", "'"))
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")


def words(text: str) -> list[str]:
    """Every word once, in lower case."""
    found = _WORD.findall(text.casefold().translate(_APOSTROPHES))
    return list(dict.fromkeys(word[:LONGEST] for word in found))[:MOST_WORDS]


def words_and_lemmas(text: str) -> list[str]:
    found = words(text)
    return list(dict.fromkeys([*found, *(lemma for word in found for lemma in lemmas(word))]))[:MOST_WORDS]


@lru_cache(maxsize=50_000)
def lemmas(word: str) -> tuple[str, ...]:
    """A word may be Ukrainian or Russian, and surzhyk is both: each language's lemma."""
    if not word.isalpha() and "'" not in word:
        return ()
    from simplemma import lemmatize

    languages = ("uk", "ru") if _CYRILLIC.search(word) else ("en",)
    return tuple(dict.fromkeys(lemmatize(word, lang=language).casefold()[:LONGEST] for language in languages))


def to_query(text: str) -> str:
    """A tsquery (to be cast, not parsed) for turns that hold all the words; "" when there are none."""
    terms = []
    for word in words(text)[:32]:
        alternatives = dict.fromkeys([word, *lemmas(word)])
        quoted = ("'" + alternative.replace("'", "''") + "'" for alternative in alternatives)
        terms.append("(" + " | ".join(quoted) + ")")
    return " & ".join(terms)
