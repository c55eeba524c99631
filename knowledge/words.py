"""The words of a text that say what it is about, and letters made comparable. Pure."""

import re
from functools import cache
from importlib.resources import files

LONGEST = 40
"""Of a word, in letters: longer ones are noise, and cut."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ`´", "'"))
# Ukrainian, Russian and surzhyk spell one root differently, and recognition mixes their letters.
_FOLDED = str.maketrans("іїєґёыэ", "ииегеие", "ь'ъ")


def words(text: str) -> list[str]:
    """In lower case, in their order, stop words left out."""
    found = (word[:LONGEST] for word in _WORD.findall(text.casefold().translate(_APOSTROPHES)))
    return [word for word in found if (folded := fold(word)) and folded not in stop_words()]


def fold(word: str) -> str:
    """Equal for і and и, є and е, with and without apostrophe or soft sign: "п'ять" and "пять", "зимні" and "зимни"."""
    return word.translate(_FOLDED)


@cache
def stop_words() -> frozenset[str]:
    """Of Ukrainian, Russian and English, folded: little words, and what callers say around a question."""
    text = files("knowledge").joinpath("stop_words.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0] for line in text.splitlines())
    return frozenset(fold(word) for line in lines for word in line.casefold().split())
