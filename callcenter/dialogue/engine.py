"""The engine of one call: hear, decide by the flow, answer. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from callcenter.dialogue.actions import ACTIONS, search, talk
from callcenter.dialogue.actions import offers as talk_of_offers
from callcenter.dialogue.memory import Memory
from callcenter.dialogue.offer import offers, stock
from callcenter.dialogue.policy import Patience
from callcenter.dialogue.steps import Step
from callcenter.dialogue.summary import summarize
from callcenter.dialogue.turn import Speech, Turn
from callcenter.dialogue.understanding import Understanding
from callcenter.dialogue.understood import FOUND, Understood
from callcenter.errors import ConfigurationError
from callcenter.ports import CallerSaid, Expectation, Language
from callcenter.records import TransferReason
from callcenter.shop import CatalogueNames, Shop
from callcenter.shop.phrase_keys import KEYS

STATES = ("root", "model", "size", "results", "yes_no")
"""That the actions go to by themselves."""
MOST_WORDS = 200
"""Characters of the caller's words that are remembered."""
LONG_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){7,}")
"""May be the number of a card: it is not handed on."""
UNSPEAKABLE = re.compile(r"[{}<>\[\]|\\]")


class Rules:
    """What the engines of all calls share."""

    def __init__(self, shop: Shop, names: CatalogueNames | None = None) -> None:
        """`names`: the store's own, once they are known. Raises ConfigurationError for a flow that asks for what there
        is not."""
        _check_flow(shop)
        self.shop = shop
        self._fixed = {
            language: tuple(_letters(text) for text in shop.fixed_phrases(language))
            for language in shop.facts.languages
        }
        self.understanding = Understanding(shop.packs.values(), shop.names(names))

    def fixed(self, language: Language) -> tuple[str, ...]:
        """The letters of everything that is said the same in every call."""
        return self._fixed[language]

    def open(self, language: Language, *, caller_known: bool, max_misunderstood: int) -> "Engine":
        """Raises ConfigurationError for a language that the shop does not speak."""
        if language not in self.shop.facts.languages:
            spoken = ", ".join(self.shop.facts.languages)
            raise ConfigurationError(f"language: {self.shop.path} speaks {spoken}, not {language}")
        return Engine(self, language, caller_known, Patience(max_misunderstood))


class Engine:
    def __init__(self, rules: Rules, language: Language, caller_known: bool, patience: Patience) -> None:
        self._rules, self._language, self._caller_known = rules, language, caller_known
        self._patience = patience
        self._memory = Memory()
        self._speech = Speech(rules.shop, language, self._memory)

    def hear(self, said: CallerSaid) -> list[Step]:
        """What to do about the caller's turn. The steps are never empty; a CallTool is the last of them."""
        memory = self._memory
        memory.pending = None
        if said.text and not said.keyed:
            memory.words = LONG_NUMBER.sub("…", UNSPEAKABLE.sub("", said.text[:MOST_WORDS]))
        turn = self._turn(self._rules.understanding.read(said, memory.wish.vehicle.make if memory.wish.vehicle else ""))
        if turn.said.quantity is not None:
            memory.quantity = turn.said.quantity
        if (action := self._action(turn.said)) is not None:
            memory.misunderstood = 0
            ACTIONS[action](turn)
        else:
            self._misunderstood(turn, said)
        return self._close(turn)

    def tool_result(
        self, name: str, arguments: Mapping[str, Any], result: Any = None, error: str | None = None
    ) -> list[Step]:
        """What to do about a tool's answer; nothing when the caller has gone on to something else meanwhile."""
        memory = self._memory
        if memory.pending is None or memory.pending.name != name:
            return []
        memory.pending = None
        turn = self._turn(Understood(""))
        turn.progress = True
        if error is not None or not isinstance(result, Mapping):
            search.failed(turn)
        elif name == search.SEARCH:
            search.found(turn, result)
        elif (told := stock(result)) is not None:
            talk_of_offers.tell_stock(turn, told)
        elif several := offers(result):
            talk_of_offers.tell_several(turn, several)
        else:
            search.tell_nothing(turn)
        return turn.steps()

    def heard(self, text: str) -> None:
        """The caller heard this of the last answer. What somebody else said (the greeting, a model) can be repeated,
        too; and a turn that a model answered does not count as one that led nowhere."""
        letters, memory = _letters(text), self._memory
        if not letters or _letters(memory.said).startswith(letters):
            return
        memory.said = text
        if not any(
            fixed.startswith(letters) or letters.startswith(fixed) for fixed in self._rules.fixed(self._language)
        ):
            memory.misunderstood = memory.idle = 0

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        kept = self._memory.copy()
        return lambda: self._memory.become(kept.copy())

    def expectation(self) -> Expectation:
        state = self._memory.state
        pack = self._rules.shop.packs[self._language]
        return Expectation(state, dictation=self._rules.shop.flow.states[state].dictation, prompt=pack.prompt)

    def summary(self) -> str:
        """For the operator, in the language that we speak."""
        return summarize(self._speech, self._memory)

    # ---------------------------------------------------------------- deciding

    def _turn(self, said: Understood) -> Turn:
        return Turn(self._rules.shop, self._language, self._memory, said, self._caller_known)

    def _action(self, said: Understood) -> str | None:
        flow = self._rules.shop.flow
        for table in (flow.first, flow.states[self._memory.state].on, flow.then):
            for intent, action in table.items():
                if intent in said.intents:
                    return action
        return None

    def _misunderstood(self, turn: Turn, said: CallerSaid) -> None:
        memory = self._memory
        memory.misunderstood += 1
        if self._patience.is_over(memory.misunderstood, 0):
            return  # _close fetches the operator
        if said.keyed:
            turn.say("size.keyed_wrong")
        elif memory.misunderstood == 1 or memory.state not in ("root", "results"):
            turn.say("misunderstood.first" if memory.misunderstood == 1 else "misunderstood.second")
            talk.tell_help(turn)
        elif said.text:
            talk.decline_other(turn)
        else:
            turn.say("misunderstood.second")

    def _close(self, turn: Turn) -> list[Step]:
        """The last word is the policy's: a conversation that leads nowhere goes to the operator."""
        memory = self._memory
        memory.idle = 0 if turn.progress else memory.idle + 1
        if not turn.ends and self._patience.is_over(memory.misunderstood, memory.idle):
            turn = self._turn(turn.said)
            talk.hand_over(turn, TransferReason.CANNOT_HELP)
        return turn.steps()


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _check_flow(shop: Shop) -> None:
    flow, faults = shop.flow, list[tuple[tuple[str | int, ...], str]]()
    tables: dict[tuple[str, ...], Mapping[str, str]] = {("first",): flow.first, ("then",): flow.then}
    tables |= {("states", name, "on"): state.on for name, state in flow.states.items()}
    intents = {intent for pack in shop.packs.values() for intent in pack.intents} | FOUND
    for where, table in tables.items():
        faults += [
            ((*where, intent), f"no action {action!r}") for intent, action in table.items() if action not in ACTIONS
        ]
        faults += [((*where, intent), "no such intent in lang/*.yaml") for intent in table if intent not in intents]
    faults += [(("states", n, "help"), f"no phrase {s.help!r}") for n, s in flow.states.items() if s.help not in KEYS]
    faults += [(("needs", i, "ask"), f"no phrase {n.ask!r}") for i, n in enumerate(flow.needs) if n.ask not in KEYS]
    faults += [(("needs", i, "state"), "no such state") for i, n in enumerate(flow.needs) if n.state not in flow.states]
    faults += [(("states",), f"state {name!r} is missing") for name in STATES if name not in flow.states]
    if faults:
        raise ConfigurationError("\n".join(str(shop.fault("flows.yaml", where, problem)) for where, problem in faults))
