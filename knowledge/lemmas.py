"""The terms that full text compares: dictionary forms, folded, without endings.

PostgreSQL knows no Ukrainian, so that its configuration is `simple` and the lemmas are ours. Ukrainian and English
dictionaries only: the Russian one takes another 150 MB, and a Russian word meets its Ukrainian cousin after folding, in
russian.txt or in the keywords of an article.
"""

import re
from functools import lru_cache

from knowledge.words import fold, words

_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
# What a Ukrainian word is made with, folded: "отримати" and "отримання", "оплата" and "оплатити" are of one root. Then
# endings of Russian words, which the dictionary leaves as they are.
_SUFFIX = re.compile("(ування|увати|ання|ення|иння|ити|ати|яти|ути|ний|на|ий|ка|ок|ия|а|я|о|е|и|у)$")
_RUSSIAN_SUFFIX = re.compile("(ого|ому|ими|ая|яя|ую|юю|ое|ее|ие|их|им|ом|ой|ей|ами|ях|ах)$")
SHORTEST_STEM = 4
_RUSSIAN_LETTERS = str.maketrans("ыэё", "иее", "ъ")


def terms(text: str) -> list[str]:
    """In their order, each as often as it stands there; letters and digits alone."""
    return [found for word in words(text) if (found := lemma(word))]


@lru_cache(maxsize=50_000)
def lemma(word: str) -> str:
    """The first call for a language loads its dictionary: a quarter of a second for Ukrainian."""
    from simplemma import lemmatize

    if _CYRILLIC.search(word):
        return _stem(_letters(lemmatize(word.translate(_RUSSIAN_LETTERS), lang="uk")))
    return _letters(lemmatize(word, lang="en"))


def _letters(word: str) -> str:
    return "".join(letter for letter in fold(word.casefold()) if letter.isalnum())


def _stem(word: str) -> str:
    for suffix in (_SUFFIX, _RUSSIAN_SUFFIX):
        cut = suffix.sub("", word)
        if SHORTEST_STEM <= len(cut) < len(word) > SHORTEST_STEM + 1:
            return cut
    return word
