"""The part of JSGF that our grammars use: words, <rules>, (groups), [options] and | alternatives. Pure.

Enough to count what a grammar accepts and to make its sentences, so that tests can say each of them to the engine.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from random import Random

CLOSING = {"(": ")", "[": "]"}
WAY = re.compile(r"\.[0-9]+$")
TOKEN = re.compile(r"<[a-z_]+>|[a-z0-9'.]+|[()\[\]|]")


class GrammarError(ValueError):
    """An expression is not what we take for JSGF; says where."""


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    """ "sixteen.2" is "sixteen" said in a way of its own, for this grammar only."""

    @property
    def said(self) -> str:
        return WAY.sub("", self.text)


@dataclass(frozen=True, slots=True)
class Rule:
    name: str


@dataclass(frozen=True, slots=True)
class Either:
    """One of these sequences; an empty one for what may be left out."""

    sequences: tuple[tuple["Node", ...], ...]


NOTHING = Either(())
"""Cannot be said: a rule of names of which there are none. In JSGF <VOID>."""
Node = Word | Rule | Either


def parse(expression: str) -> Either:
    """Raises GrammarError."""
    found = TOKEN.findall(expression)
    if "".join(found) != "".join(expression.split()):
        raise GrammarError(f"no JSGF of words, <rules>, (), [] and |: {expression!r}")
    either, rest = _either(found)
    if rest:
        raise GrammarError(f"{rest[0]!r} has no partner in {expression!r}")
    return either


def _either(found: list[str]) -> tuple[Either, list[str]]:
    sequences: list[tuple[Node, ...]] = []
    while True:
        sequence, found = _sequence(found)
        if not sequence:
            raise GrammarError("an alternative is empty")
        sequences.append(sequence)
        if not found or found[0] != "|":
            return Either(tuple(sequences)), found
        found = found[1:]


def _sequence(found: list[str]) -> tuple[tuple[Node, ...], list[str]]:
    nodes: list[Node] = []
    while found and found[0] not in ("|", ")", "]"):
        sign, found = found[0], found[1:]
        if sign in CLOSING:
            inner, found = _either(found)
            if not found or found[0] != CLOSING[sign]:
                raise GrammarError(f"{sign!r} is not closed")
            found = found[1:]
            nodes.append(inner if sign == "(" else Either(((), *inner.sequences)))
        else:
            nodes.append(Rule(sign[1:-1]) if sign.startswith("<") else Word(sign))
    return tuple(nodes), found


def count(node: Either, rules: Mapping[str, Either]) -> int:
    """Sentences; one that can be made in two ways counts twice. Raises GrammarError for an unknown rule."""
    total = 0
    for sequence in node.sequences:
        ways = 1
        for part in sequence:
            if not isinstance(part, Word):
                ways *= count(_resolve(part, rules), rules)
        total += ways
    return total


def sentences(node: Either, rules: Mapping[str, Either]) -> Iterator[str]:
    """All of them."""
    for sequence in node.sequences:
        parts = [(p.said,) if isinstance(p, Word) else tuple(sentences(_resolve(p, rules), rules)) for p in sequence]
        for said in product(*parts):
            yield " ".join(filter(None, said))


def sentence(node: Either, rules: Mapping[str, Either], random: Random) -> str:
    """One of them; each alternative is as likely as the others beside it."""
    said = [
        part.said if isinstance(part, Word) else sentence(_resolve(part, rules), rules, random)
        for part in random.choice(node.sequences)
    ]
    return " ".join(filter(None, said))


def words(node: Either, rules: Mapping[str, Either]) -> set[str]:
    found: set[str] = set()
    for sequence in node.sequences:
        for part in sequence:
            found |= {part.text} if isinstance(part, Word) else words(_resolve(part, rules), rules)
    return found


def used(node: Either, rules: Mapping[str, Either]) -> set[str]:
    """Names of the rules that are needed."""
    names: set[str] = set()
    for sequence in node.sequences:
        for part in sequence:
            if isinstance(part, Rule):
                names |= {part.name}
            if not isinstance(part, Word):
                names |= used(_resolve(part, rules), rules)
    return names


def _resolve(part: Rule | Either, rules: Mapping[str, Either]) -> Either:
    if isinstance(part, Either):
        return part
    if part.name not in rules:
        raise GrammarError(f"no rule <{part.name}>")
    return rules[part.name]
