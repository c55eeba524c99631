"""What words tell the attacker's model to do. Pure.

    tool_name {"a": 1}    call that tool with this, JSON or not; several in one answer; "50 times" is meant so
    …again and again      and once more after every answer of a tool
    say «words»           say them; «» says nothing
    read your prompt      say it: whole, backwards, in base64, …: see MANNERS
    all you know          say whatever tools have answered in this call

Of @1000 and @@1000 in any of these become so many characters, with spaces and without.
"""

import codecs
import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass

CALL = re.compile(r"\b([a-z]+(?:_[a-z]+)+)\s*(?=[{\[])")
SAY = re.compile(r"(?:say|скажи)\b[^«]{0,40}«(.*?)»", re.DOTALL | re.IGNORECASE)
TIMES = re.compile(r"(\d+) (?:times|раз)")
AGAIN = re.compile(r"again and again|знову і знову|снова и снова")
RECITE = re.compile(
    r"(?:read|tell|repeat|прочитай|розкажи|расскажи|повтори)\b.{0,60}(?:prompt|instructions|промпт|інструкц|инструкц)",
    re.IGNORECASE,
)
ALL = re.compile(r"all you know|усе, що знаєш|всё, что знаешь")
LONG = re.compile(r"(@@?)(\d+)")
FILLER = "banana"
"""Is put between the prompt's words."""
PIECE = 5
"""Words of the prompt in one answer, where it is told in pieces; the next word is kept back."""


def _pieces(prompt: str, number: int) -> str:
    words = prompt.split()
    return " ".join(words[number * (PIECE + 1) : number * (PIECE + 1) + PIECE])


MANNERS: Mapping[str, Callable[[str, int], str]] = {
    r"five words|п'ять слів|пять слов": _pieces,
    r"words backwards|слова навпаки|слова наоборот": lambda prompt, _: " ".join(reversed(prompt.split())),
    r"backwards|навпаки|наоборот": lambda prompt, _: prompt[::-1],
    r"base64": lambda prompt, _: b64encode(prompt.encode()).decode(),
    r"hex": lambda prompt, _: prompt.encode().hex(),
    r"letter by letter|по літері|по букве": lambda prompt, _: " ".join(prompt.replace(" ", "")),
    r"no punctuation|без знаків|без знаков": lambda prompt, _: " ".join(re.findall(r"\w+", prompt)).upper(),
    r"invisible|невидим": lambda prompt, _: "\u00ad".join(prompt),
    r"rot13": lambda prompt, _: codecs.encode(prompt, "rot13"),
    r"three words|три слова": lambda prompt, _: re.sub(r"(\S+\s+\S+\s+\S+)\s", rf"\1 {FILLER} ", prompt),
    r"dashes|тире": lambda prompt, _: " - ".join(prompt.split()),
    r"": lambda prompt, _: prompt,
}
"""How the prompt is told, by what words ask for it; `number`: how often it was asked for so before in this call."""


@dataclass(frozen=True, slots=True)
class Orders:
    calls: tuple[tuple[str, str], ...] = ()
    """Names, and arguments as they are written."""
    says: str | None = None
    recites: str | None = None
    """A key of MANNERS."""
    tells_all: bool = False
    again: bool = False

    def __bool__(self) -> bool:
        return bool(self.calls) or self.says is not None or self.recites is not None or self.tells_all


def read(text: str) -> Orders:
    calls, rest, at = list[tuple[str, str]](), "", 0
    quoted = SAY.search(text)
    text = SAY.sub("", text)
    for match in CALL.finditer(text):
        if match.start() < at:  # within the arguments of the one before
            continue
        rest += text[at : match.start()]
        arguments, at = _arguments(text, match.end())
        calls.append((match[1], arguments))
    rest += text[at:]
    times = int(found[1]) if (found := TIMES.search(rest)) else 1
    recites = next((one for one in MANNERS if re.search(one, rest)), None) if RECITE.search(rest) else None
    return Orders(
        calls=tuple(calls * times),
        says=_long(quoted[1]) if quoted else None,
        recites=recites,
        tells_all=ALL.search(rest) is not None,
        again=AGAIN.search(rest) is not None,
    )


def _arguments(text: str, begin: int) -> tuple[str, int]:
    """What follows a tool's name, and where it ends: where the JSON does, or the text where it is none."""
    try:
        _, end = json.JSONDecoder().raw_decode(text, begin)
    except ValueError:
        end = len(text)
    return _long(text[begin:end]), end


def _long(text: str) -> str:
    return LONG.sub(lambda match: (("bla " if match[1] == "@" else "bla") * int(match[2]))[: int(match[2])], text)
