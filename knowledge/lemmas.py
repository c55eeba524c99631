"""The terms that full text compares: dictionary forms, folded.

PostgreSQL knows no Ukrainian, so that its configuration is `simple` and the lemmas are ours. Ukrainian and English
dictionaries only: the Russian one takes another 150 MB, and a Russian word meets its Ukrainian cousin after folding or
in the keywords of an article.
"""

import re
from functools import lru_cache

from knowledge.words import fold, words

_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_RUSSIAN_LETTERS = str.maketrans("ыэё", "иее", "ъ")


def terms(text: str) -> list[str]:
    """In their order, each as often as it stands there; letters and digits alone."""
    return [found for word in words(text) if (found := lemma(word))]


@lru_cache(maxsize=50_000)
def lemma(word: str) -> str:
    """The first call for a language loads its dictionary: a quarter of a second for Ukrainian."""
    from simplemma import lemmatize

    if _CYRILLIC.search(word):
        found = lemmatize(word.translate(_RUSSIAN_LETTERS), lang="uk")
    else:
        found = lemmatize(word, lang="en")
    return "".join(letter for letter in fold(found.casefold()) if letter.isalnum())
