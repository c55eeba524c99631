"""Words and how they sound, for pocketsphinx: CMUdict as it ships with it, and what a grammar brings along. Pure."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from callcenter.ports import Grammar

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_NOT_A_WORD = re.compile(r"<[^<>]*>|\{[^{}]*\}|/[^/]*/|[|*+()\[\];=]")
_HEADER = re.compile(r"\s*#JSGF[^;]*;|^\s*(grammar|import)\b[^;]*;", re.MULTILINE)
_PUBLIC_RULE = re.compile(r"\bpublic\s+(<[^<>]+>)\s*=")


class Dictionary:
    """CMUdict, kept as the 3 MB of its file; a look-up searches the part of one letter, in 20 us."""

    def __init__(self, path: Path) -> None:
        self._text = b"\n" + path.read_bytes()
        self._parts: dict[str, tuple[int, int]] = {}

    def variants(self, word: str) -> tuple[str, ...]:
        """Its pronunciations in ARPABET; () for an unknown word."""
        found: list[str] = []
        begin, end = self._part(word[:1])
        while True:
            entry = f"\n{word}({len(found) + 1}) " if found else f"\n{word} "
            at = self._text.find(entry.encode(), begin, end)
            if at < 0:
                return tuple(found)
            start = at + len(entry.encode())
            found.append(self._text[start : self._text.index(b"\n", start)].decode().strip())

    def _part(self, letter: str) -> tuple[int, int]:
        """Where the words that begin with this letter stand: from the first one to the end of the last one."""
        if letter not in self._parts:
            mark = f"\n{letter}".encode()
            last = self._text.rfind(mark)
            self._parts[letter] = (max(self._text.find(mark), 0), self._text.find(b"\n", last + 1) if last >= 0 else 0)
        return self._parts[letter]


def words_of(jsgf: str) -> list[str]:
    """The words a JSGF document can accept, sorted."""
    text = _HEADER.sub(" ", _COMMENT.sub(" ", jsgf))
    return sorted(set(_NOT_A_WORD.sub(" ", text).split()) - {"public"})


def pronounce(
    words: Iterable[str], pronunciations: Mapping[str, tuple[str, ...]], dictionary: Dictionary
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """How each word may sound, the grammar's own ways first; and the words that nobody knows."""
    known: dict[str, tuple[str, ...]] = {}
    for word in words:
        variants = dict.fromkeys((*pronunciations.get(word, ()), *dictionary.variants(word)))
        known[word] = tuple(variants)
    return {w: v for w, v in known.items() if v}, sorted(w for w, v in known.items() if not v)


def dictionary_file(pronunciations: Mapping[str, tuple[str, ...]]) -> str:
    """In pocketsphinx's format."""
    return "".join(
        f"{word}{f'({number})' if number > 1 else ''} {phones}\n"
        for word, variants in sorted(pronunciations.items())
        for number, phones in enumerate(variants, 1)
    )


def with_choices(grammar: Grammar, choices: Iterable[str]) -> str:
    """The grammar that also accepts these phrases."""
    found = _PUBLIC_RULE.search(grammar.jsgf)
    if not found:
        raise ValueError(f"grammar {grammar.name} has no public rule")
    rule = found[1]
    body = grammar.jsgf[: found.start()] + f"{rule} =" + grammar.jsgf[found.end() :]
    return f"{body}\npublic <this-turn> = {' | '.join([rule, *choices])};\n"
