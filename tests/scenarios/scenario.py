"""A scenario as it is written in <language>/*.yaml.

    name          what happens, in one line
    topics        what it is about, for whoever looks for one
    withheld      the caller's number is not shown
    orders        what the shop has had before: {status, of: caller | another}; {1.number} is the first one's number
    slots         free times that are looked up: {a: {station, service, weekdays (how many ahead), after}}; `booked:
                  another` books one for another caller: {a.booking} is that booking's id
    turns         a line of the caller's ("#…" is typed), {caller, tools, says}, {store: down | up} or {call: again};
                  `rejected`: nothing was understood; `written`: names in it are not spelled out
    then          how the shop's database must be in the end, and how the call must have ended
    then_by       the same for one model or for the rules, where it must be another; a call that only the rules end is
                  not gone on with when they have
    never         words that no answer may have
    calls         the tools that a model calls, by the caller's turn: see calls.py
    models        which models hold the conversation beside the rules; [good] where nothing is given
    spoken        true: it can be said to the embedded recognizer, and is (test_spoken.py)
    voice         of the caller then: a number in callcenter.stt.synthetic.ENGLISH

`tools` are those of the rule-driven agent in that turn, in order: a name, or {name: arguments it must have}.
`says` is what its answer must have in it. Models word things as they like: of their answers it is checked that nobody
was told of something as done that was not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from callcenter.ports import Language

FOLDER = Path(__file__).parent
NEVER_CONFIRMS = frozenset({"skips_confirmation"})
"""Models that call nothing that commits the shop: by them nothing is placed, whatever they say."""
LANGUAGES: dict[str, Language] = {"uk": "uk", "en": "en", "ru": "ru", "surzhyk": "uk"}
RULES, GOOD = "rules", "good"
KEYS = frozenset(
    {"name", "topics", "withheld", "orders", "slots", "turns", "calls", "then", "then_by", "never", "models"}
    | {"spoken", "voice"}
)


@dataclass(frozen=True, slots=True)
class Scenario:
    folder: str
    data: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.folder}: {self.data['name']}"

    @property
    def language(self) -> Language:
        """What we speak: who speaks surzhyk is answered in Ukrainian."""
        return LANGUAGES[self.folder]

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(self.data.get("models", ("good",)))

    @property
    def rules_end_it(self) -> bool:
        """Where a model goes on."""
        return "ends" in self.data.get("then_by", {}).get(RULES, {})

    def expected(self, who: str) -> dict[str, Any]:
        """The end, where `who` (the rules or a model) answers."""
        then = self.data.get("then", {})
        if who in NEVER_CONFIRMS:
            begun = bool(then.get("orders") or then.get("dropped"))
            then = {**then, "orders": [], "bookings": [], "sms": 0, "dropped": begun}
        return {**then, **self.data.get("then_by", {}).get(who, {})}


@cache
def scenarios() -> tuple[Scenario, ...]:
    return tuple(_load())


def _load() -> Iterator[Scenario]:
    for folder in LANGUAGES:
        for file in sorted((FOLDER / folder).glob("*.yaml")):
            for data in yaml.safe_load(file.read_text(encoding="utf-8")):
                unknown = data.keys() - KEYS
                if unknown:
                    raise ValueError(f"{file.name}: {data.get('name')}: unknown keys {sorted(unknown)}")
                yield Scenario(folder, data)
