"""One turn of the engine: what was understood, what is remembered, and the steps that come of it."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from callcenter.dialogue.memory import Memory, Question
from callcenter.dialogue.offer import Offer, Stock
from callcenter.dialogue.site import Site
from callcenter.dialogue.steps import CallTool, Step
from callcenter.dialogue.understanding import Understanding
from callcenter.dialogue.understood import Understood
from callcenter.dialogue.wish import ANY_SEASON, Wish
from callcenter.ports import (
    GoalReached,
    HangupRequested,
    Language,
    Said,
    ScenarioRecognized,
    TransferRequested,
)
from callcenter.records import Scenario, TransferReason
from callcenter.shop import Shop
from callcenter.shop.spoken_dates import in_groups, one_by_one

QUESTION = re.compile(r"(?<=[.!]) [^.!?]+\?$")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What does not change during a call."""

    shop: Shop
    understanding: Understanding
    language: Language
    caller_known: bool
    """His number was not withheld."""
    today: dt.date
    """Where the shop is."""
    guided: bool = False
    """The recognizer knows the sentences of the shop's grammars only: no street, and numbers that sound alike are
    easily taken for each other."""


class Speech:
    """The shop's phrases in the language of the call."""

    def __init__(self, shop: Shop, language: Language, memory: Memory) -> None:
        self._shop, self._language, self._memory = shop, language, memory
        self._pack = shop.packs[language]

    def phrase(self, key: str, **params: Any) -> str:
        """The variation whose turn it is."""
        seed = self._memory.used[key]
        self._memory.used[key] += 1
        return self._shop.phrase(key, self._language, seed=seed, **params)

    def season(self, season: str | None) -> str:
        return "" if season in (None, ANY_SEASON) else self._pack.season_names[season]

    def tire(self, offer: Offer) -> Mapping[str, Any]:
        return {
            "brand": offer.brand,
            "model": offer.model,
            "size": offer.size,
            "price": offer.price,
            "in_stock": offer.in_stock,
            "kind": self._pack.type_names.get(offer.kind, ""),
        }

    def tires(self, several: Iterable[Offer]) -> list[Mapping[str, Any]]:
        return [self.tire(offer) for offer in several]

    def places(self, stock: Stock) -> list[Mapping[str, Any]]:
        return [{"name": place.name, "quantity": place.quantity} for place in stock.places]

    def place(self, name: str) -> str:
        """A city, by the store's name for it."""
        return self._pack.places.get(name.casefold(), name)

    def sites(self, several: Iterable[Site]) -> list[Mapping[str, Any]]:
        return [{"name": site.name, "address": site.address} for site in several]

    def wish(self, wish: Wish) -> Mapping[str, Any]:
        vehicle = f"{wish.vehicle} {wish.year or ''}".strip() if wish.vehicle else ""
        size = str(wish.size) if wish.size else f"R{wish.rim}" if wish.rim else ""
        return {
            "season": self.season(wish.season),
            "vehicle": vehicle,
            "size": size,
            "brand": wish.brand or "",
            "max_price": wish.max_price,
        }


class Turn:
    """Actions read `said`, change `memory` and add steps."""

    def __init__(self, call: Circumstances, memory: Memory, said: Understood) -> None:
        self.call, self.shop, self.memory, self.said = call, call.shop, memory, said
        self.speech = Speech(call.shop, call.language, memory)
        self.progress = False
        """Something new came up."""
        self.told = False
        """A tool's own words are said already."""
        self._steps: list[Step] = []
        self._spoken: list[str] = []

    # ---------------------------------------------------------------- steps

    def say(self, key: str, **params: Any) -> None:
        self._spoken.append(self.speech.phrase(key, **params))

    def speak(self, text: str) -> None:
        """A tool's own words, as they are."""
        self.told |= bool(text)
        self._spoken.append(text)

    def say_unless_told(self, key: str, **params: Any) -> None:
        """Where a tool has words of its own, they are said and no others."""
        if not self.told:
            self.say(key, **params)

    def drop_question(self) -> None:
        """What was said last ends with "anything else?", and something else comes."""
        self._spoken[-1] = QUESTION.sub("", self._spoken[-1])

    def repeat(self) -> None:
        """Our last words, numbers of orders digit by digit: in groups they were not got."""
        text = self.memory.said
        for number in self.memory.numbers:
            told = "|".join((in_groups(number), number))
            text = re.sub(rf"(?<![0-9])(?:{told})(?![0-9])", one_by_one(number), text)
        self._spoken.append(text)

    def run(self, name: str, arguments: Mapping[str, Any]) -> None:
        """A tool."""
        tool = CallTool(name, arguments)
        self.note(f"{name} {sorted(map(str, arguments.items()))}")
        self.memory.pending = tool
        self._steps.append(tool)

    def recognize(self, scenario: Scenario) -> None:
        if not self.memory.wish_open or self.memory.scenario is not scenario:
            self._steps.append(ScenarioRecognized(scenario))
        self.memory.scenario, self.memory.wish_open = scenario, True

    def want(self, scenario: Scenario) -> None:
        """Something beside tires is asked for."""
        self.note(f"request {scenario}")
        if scenario not in self.memory.requests:
            self.memory.requests.append(scenario)
        self.recognize(scenario)

    def reach(self, scenario: Scenario) -> None:
        self.memory.wish_open = False
        self._steps.append(GoalReached(scenario))

    def add(self, step: Step) -> None:
        self._steps.append(step)

    def transfer(self, reason: TransferReason, summary: str) -> None:
        self.say(f"transfer.{reason}")
        self._steps.append(TransferRequested(reason, summary))

    def hang_up(self) -> None:
        self.say("goodbye")
        self._steps.append(HangupRequested())

    def note(self, what: str) -> None:
        """Something came up; it is progress when it is new in this call."""
        self.progress |= what not in self.memory.seen
        self.memory.seen.add(what)

    # ---------------------------------------------------------------- where we are

    def go(self, state: str) -> None:
        self.memory.state = state
        self.memory.question = None

    def leave(self) -> None:
        """To where tires are talked about, or to the beginning."""
        self.go("results" if self.memory.offered else "root")

    def go_on(self) -> None:
        """Where we are when something is talked about that goes on, such as an order; else leave."""
        if self.shop.flow.states[self.memory.state].topic is None:
            self.leave()

    def ask(self, question: Question, reason: TransferReason = TransferReason.CANNOT_HELP) -> None:
        """What was said last is a question."""
        self.memory.question, self.memory.reason = question, reason
        if question is not Question.ANYTHING_ELSE:
            self.memory.state = "yes_no"

    @property
    def ends(self) -> bool:
        """The call leaves us."""
        return any(isinstance(step, TransferRequested | HangupRequested) for step in self._steps)

    def steps(self) -> list[Step]:
        """All in order: words first, so that announcements precede what they announce; a tool last."""
        text = " ".join(part for part in self._spoken if part)
        if text:
            self.memory.said = f"{self.memory.said} {text}" if self.memory.speaking else text
            self.memory.speaking = True
        said: list[Step] = [Said(text)] if text else []
        told = [step for step in self._steps if isinstance(step, ScenarioRecognized)]
        rest = [step for step in self._steps if not isinstance(step, ScenarioRecognized | CallTool)]
        tools = [step for step in self._steps if isinstance(step, CallTool)]
        return told + said + rest + tools[-1:]
