"""The words of a text that say what it is about, and letters made comparable. Pure."""

import re
from functools import cache, lru_cache
from importlib.resources import files

LONGEST = 40
"""Of a word, in letters: longer ones are noise, and cut."""
SHORTEST_ROOT = 3
"""Of a Russian word in russian.txt that has any ending."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ`´", "'"))
_INFINITIVE = re.compile(r"(?<=[аие])ть$")
# Ukrainian, Russian and surzhyk spell one root differently, and recognition mixes their letters.
_FOLDED = str.maketrans("іїєґёыэ", "ииегеие", "ь'ъ")


def words(text: str) -> list[str]:
    """In lower case, in their order, stop words left out, Russian ones in Ukrainian."""
    found = (word[:LONGEST] for word in _WORD.findall(text.casefold().translate(_APOSTROPHES)))
    return [in_ukrainian(word) for word in found if (folded := fold(word)) and folded not in stop_words()]


def fold(word: str) -> str:
    """Equal for і and и, є and е, with and without apostrophe or soft sign: "п'ять" and "пять", "зимні" and "зимни"."""
    return word.translate(_FOLDED)


@lru_cache(maxsize=50_000)
def in_ukrainian(word: str) -> str:
    """What articles have for a Russian or surzhyk word: "давление" is "тиск". Any other word as it is, a Russian
    infinitive with a Ukrainian ending: "залатать" is "залатати"."""
    folded, russian = fold(word), _russian()
    beginnings = (f"{folded[:length]}*" for length in range(len(folded), SHORTEST_ROOT - 1, -1))
    known = next((form for form in (folded, *beginnings) if form in russian), None)
    return _INFINITIVE.sub("ти", word) if known is None else russian[known]


@cache
def _russian() -> dict[str, str]:
    """Ukrainian words by folded Russian ones, or beginnings of them with a star."""
    pairs = (line.partition("#")[0].split() for line in _lines("russian.txt"))
    return {fold(russian): ukrainian.casefold() for russian, ukrainian in filter(None, pairs)}


@cache
def stop_words() -> frozenset[str]:
    """Of Ukrainian, Russian and English, folded: little words, and what callers say around a question."""
    lines = (line.partition("#")[0] for line in _lines("stop_words.txt"))
    return frozenset(fold(word) for line in lines for word in line.casefold().split())


def _lines(name: str) -> list[str]:
    return files("knowledge").joinpath(name).read_text(encoding="utf-8").splitlines()
