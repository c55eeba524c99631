"""The engine of one call: hear, decide by the flow, answer. Pure."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from callcenter.dialogue.actions import ACTIONS, talk
from callcenter.dialogue.actions.corrections import corrects
from callcenter.dialogue.actions.misunderstanding import not_understood
from callcenter.dialogue.actions.reactions import REACTIONS, Reaction
from callcenter.dialogue.asked import Asked
from callcenter.dialogue.flow_check import check_flow
from callcenter.dialogue.memory import Memory
from callcenter.dialogue.policy import Patience
from callcenter.dialogue.quotations import CUT_OUT, Notes
from callcenter.dialogue.steps import Step
from callcenter.dialogue.summary import summarize
from callcenter.dialogue.turn import Circumstances, Speech, Turn
from callcenter.dialogue.understanding import Understanding
from callcenter.dialogue.understood import Understood
from callcenter.errors import ConfigurationError
from callcenter.ports import CallerSaid, Expectation, Language, TransferRequested
from callcenter.records import TransferReason
from callcenter.shop import CatalogueNames, Shop

MOST_WORDS = 200
"""Characters of the caller's words that are remembered."""
UNCERTAIN = frozenset({"consult"})
"""Actions after which nothing may be understood yet."""
LONG_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){7,}")
"""May be the number of a card: it is not handed on."""
UNSPEAKABLE = re.compile(r"[{}<>\[\]|\\]")


class Rules:
    """What the engines of all calls share."""

    def __init__(self, shop: Shop, names: CatalogueNames | None = None) -> None:
        """`names`: the store's own, once they are known. Raises ConfigurationError for a flow that asks for what there
        is not."""
        check_flow(shop)
        self.shop = shop
        self._fixed = {
            language: tuple(_letters(text) for text in shop.fixed_phrases(language))
            for language in shop.facts.languages
        }
        self.understanding = Understanding(shop.packs.values(), shop.names(names))

    def fixed(self, language: Language) -> tuple[str, ...]:
        """The letters of everything that is said the same in every call."""
        return self._fixed[language]

    def open(
        self,
        language: Language,
        *,
        caller_known: bool,
        max_misunderstood: int,
        today: dt.date,
        guided: bool = False,
    ) -> "Engine":
        """`today`: where the shop is; `guided`: the recognizer knows only the shop's grammars. Raises
        ConfigurationError for a language that the shop does not speak."""
        if language not in self.shop.facts.languages:
            spoken = ", ".join(self.shop.facts.languages)
            raise ConfigurationError(f"language: {self.shop.path} speaks {spoken}, not {language}")
        call = Circumstances(self.shop, self.understanding, language, caller_known, today, guided)
        return Engine(self, call, Patience(max_misunderstood))


class Engine:
    def __init__(self, rules: Rules, call: Circumstances, patience: Patience) -> None:
        self._rules, self._call, self._patience = rules, call, patience
        self._memory = Memory()
        self._speech = Speech(call.shop, call.language, self._memory)

    def hear(self, said: CallerSaid) -> list[Step]:
        """What to do about the caller's turn. The steps are never empty; a CallTool is the last of them."""
        memory = self._memory
        memory.pending, memory.speaking = None, False
        turn = self._turn(self._understand(said))
        if said.text and not said.keyed:
            memory.words = LONG_NUMBER.sub(CUT_OUT, UNSPEAKABLE.sub("", said.text[:MOST_WORDS]))
        notes = Notes(memory, turn.said)
        if turn.said.quantity is not None:
            memory.quantity = turn.said.quantity
        if (action := self._action(turn.said)) is not None:
            memory.misunderstood *= action in UNCERTAIN
            ACTIONS[action](turn)
        else:
            not_understood(turn)
        notes.close()
        return self._close(turn)

    def tool_result(
        self,
        name: str,
        result: Any = None,
        error: str | None = None,
        *,
        said: str = "",
        transfer: TransferRequested | None = None,
    ) -> list[Step]:
        """What to do about the answer of the tool that was asked for: of it the caller is told `said` and nothing else,
        where that is given; `transfer` hands the call over. Nothing when the caller has gone on to something else."""
        memory = self._memory
        if memory.pending is None or memory.pending.name != name:
            return []
        memory.pending = None
        return self._react(REACTIONS[name], result, error, said, transfer)

    def learn(self, name: str, result: Any, *, said: str = "", transfer: TransferRequested | None = None) -> list[Step]:
        """A tool that somebody else asked for, or whose end was not waited for, has done this. The steps are what to do
        about it; a CallTool among them may be left out."""
        reaction = REACTIONS.get(name)
        if reaction is None or not reaction.commits:
            return []
        return self._react(reaction, result, None, said, transfer)

    def heard(self, text: str) -> None:
        """The caller heard this of the last answer. What somebody else said (the greeting, a model) can be repeated,
        too; and a turn that a model answered does not count as one that led nowhere."""
        letters, memory = _letters(text), self._memory
        if not letters or _letters(memory.said).startswith(letters):
            return
        memory.said = text
        if not any(
            fixed.startswith(letters) or letters.startswith(fixed) for fixed in self._rules.fixed(self._call.language)
        ):
            memory.misunderstood = memory.idle = 0

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        kept = self._memory.copy()
        return lambda: self._memory.become(kept.copy())

    def expectation(self) -> Expectation:
        state = self._memory.state
        shop, pack = self._call.shop, self._call.shop.packs[self._call.language]
        return Expectation(state, dictation=shop.flow.states[state].dictation, prompt=pack.prompt)

    def summary(self) -> str:
        """For the operator, in the language that we speak."""
        return summarize(self._speech, self._memory)

    # ---------------------------------------------------------------- deciding

    def _turn(self, said: Understood) -> Turn:
        return Turn(self._call, self._memory, said)

    def _understand(self, said: CallerSaid) -> Understood:
        memory = self._memory
        asks = self._call.shop.flow.states[memory.state].asks
        return self._call.understanding.read(
            said,
            memory.wish.vehicle.make if memory.wish.vehicle else "",
            memory.wish.rim,
            asked=Asked[asks.upper()] if asks else None,
            delivers=memory.order is not None
            and (memory.order.delivery == "delivery" or memory.state == "order_delivery"),
            today=self._call.today,
        )

    def _action(self, said: Understood) -> str | None:
        flow = self._call.shop.flow
        state = flow.states[self._memory.state]
        intents = said.intents | ({"words"} if said.words else set())
        intents |= {"correction"} if corrects(self._memory, said) else set()
        for table in (flow.first, state.on, flow.topics[state.topic] if state.topic else {}, flow.then):
            for intent, action in table.items():
                if intent in intents:
                    return action
        return None

    def _react(
        self,
        reaction: Reaction,
        result: Any,
        error: str | None,
        said: str,
        transfer: TransferRequested | None,
    ) -> list[Step]:
        turn = self._turn(Understood(""))
        turn.speak(said)
        if isinstance(result, Mapping) and result.get("confirmed") == "unknown":
            self._memory.order = None  # nobody may say that it is open, nor that it is placed
        if transfer is not None:
            turn.memory.unsure = isinstance(result, Mapping) and result.get("confirmed") == "unknown"
            talk.hand_over(turn, transfer.reason, transfer.summary)
        elif error is not None or not isinstance(result, Mapping):
            reaction.failed(turn, error or "")
        else:
            reaction.told(turn, result)
        return self._patiently(turn, idle=0)

    def _close(self, turn: Turn) -> list[Step]:
        """The last word is the policy's: a conversation that leads nowhere goes to the operator."""
        memory = self._memory
        memory.idle = 0 if turn.progress else memory.idle + 1
        return self._patiently(turn, memory.idle)

    def _patiently(self, turn: Turn, idle: int) -> list[Step]:
        if not turn.ends and self._patience.is_over(self._memory.misunderstood, idle):
            turn = self._turn(turn.said)
            talk.hand_over(turn, TransferReason.CANNOT_HELP)
        return turn.steps()


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
