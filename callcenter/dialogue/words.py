"""Utterances made comparable: lower case, one apostrophe, nothing but words, numbers and "/"."""

import re
import unicodedata

MAX_CHARACTERS = 400
"""Of one utterance that are looked at: about half a minute of speech."""
APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ‘`´ʹ′", "'") | {"ё": "е"})
TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|[0-9]+|/")
GROUPED = re.compile(r"(?<![0-9])([1-9][0-9]?)[  ,.]([0-9]00)(?![0-9])")

# letters that look the same on both keyboards: "Х5" is a BMW
LOOKALIKES = str.maketrans("авекмнорстхуі", "abekmhopctxyi")
# endings of Ukrainian and Russian nouns and adjectives; the longest that fits is taken off
_ENDINGS = """
ами ями ові еві ому ему ого его ими ої ою ею єю ей ой ом ем єм ам ям ах ях ів ев ов ий ый ій а я у ю и і ї е є о ы ь й э
"""
ENDINGS = tuple(sorted(_ENDINGS.split(), key=len, reverse=True))
MIN_STEM = 3
# Ukrainian letters as passports write them (resolution 55 of the Cabinet of Ministers, 2010), and the Russian ones
_LATIN = """
а a б b в v г h ґ g д d е e є ie ж zh з z и y і i ї i й i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch
ш sh щ shch ю iu я ia ы y э e
"""
LATIN = str.maketrans(dict(zip(_LATIN.split()[::2], _LATIN.split()[1::2], strict=True)) | dict.fromkeys("ьъ'", ""))


def normalize(text: str) -> str:
    """What patterns are tried on."""
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).casefold().translate(APOSTROPHES)
    return " ".join(TOKEN.findall(GROUPED.sub(r"\1\2", plain)))


def tokens(text: str) -> list[str]:
    """Of a normalized text. Letters and digits are never in one: "r17" is two."""
    return text.split()


def stem(word: str) -> str:
    """The part of a word that stays in all its cases; equal for the same word in Cyrillic and look-alike letters when
    it is very short."""
    if len(word) <= 2:
        return word.translate(LOOKALIKES)
    if "а" <= word[0] <= "я" or word[0] in "іїєґ":
        for ending in ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= MIN_STEM:
                return word[: -len(ending)]
    return word


def latin(word: str) -> str:
    """In Latin letters: "хрещатик" and "khreshchatyk" are the same."""
    return word.translate(LATIN)
