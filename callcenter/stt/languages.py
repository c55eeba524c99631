"""Which language was spoken: by the model's odds, and by the letters of what it wrote. Pure."""

from collections.abc import Mapping

CANDIDATES = ("en", "uk", "ru")
"""What our callers speak; other guesses of a model are taken for noise."""
CLEAR_ODDS = 0.6
"""Under this share of the odds it is surzhyk, or too short to tell."""
_UKRAINIAN = frozenset("іїєґ")
_RUSSIAN = frozenset("ыэъё")
_NAMES = {"english": "en", "ukrainian": "uk", "russian": "ru"}


def code_of(language: str) -> str:
    """ "ukrainian", as OpenAI says, or "uk", as others do, are both "uk"."""
    language = language.strip().lower()
    return _NAMES.get(language, language)


def choose_language(odds: Mapping[str, float], candidates: tuple[str, ...] = CANDIDATES) -> tuple[str, bool]:
    """The likeliest candidate, and whether it is clearly that one."""
    shares = {language: odds.get(language, 0.0) for language in candidates}
    best = max(shares, key=lambda language: shares[language])
    return best, shares[best] >= CLEAR_ODDS * sum(shares.values()) > 0


def spoken_language(text: str, guess: str, *, clear: bool = True) -> str:
    """The language of a transcript: "mixed" where Ukrainian and Russian letters meet, or the model could not tell the
    two apart and the letters do not either."""
    letters = frozenset(text.lower())
    ukrainian, russian = bool(letters & _UKRAINIAN), bool(letters & _RUSSIAN)
    if ukrainian and russian:
        return "mixed"
    if ukrainian or russian:
        return "uk" if ukrainian else "ru"
    if guess in ("uk", "ru") and not clear:
        return "mixed"
    return guess
