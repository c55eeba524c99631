"""What one call has open with the shop, and what the caller has agreed to. Pure.

A tool that commits the shop (`Tool.read_back`) runs only for what was read out to the caller, heard by them, and then
agreed to in their own words. Neither a model nor a flow can skip it: the words are ours, what was heard is the line's
account, and the "yes" is understood by rules.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from callcenter.ports import CallerSaid, CallInfo

MOST_ATTEMPTS = 3
"""At the last four digits of another's number, in one call."""
DIGEST_BYTES = 6
SENTENCE_END = re.compile(r"[.?!]\s")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is to be spoken: a key of the shop's phrases and its parameters."""

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What a tool would do, for the caller to agree to."""

    tool: str
    arguments: Mapping[str, Any]
    """As the tool will get them."""
    text: str
    """As it is spoken; a question is its last sentence."""

    @property
    def action(self) -> str:
        """ "cancel", "reschedule"; "" where the tool does only one thing."""
        return str(self.arguments.get("action", ""))

    @property
    def facts(self) -> str:
        """What must have been heard: all but the question."""
        sentences = self.text.rstrip().rstrip("?").rsplit(". ", 1)
        return sentences[0]


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """A draft of this call's."""

    id: str
    unanswered: bool = False
    """It was to be confirmed, and the shop has not said that it was or was not."""
    number: str = ""
    """As people say it."""
    own_words: bool = False
    """What the caller has said stands in it as it was said: an address."""
    key: str = ""
    """Of the request that began it."""
    dropped: int = 0
    """Desk.dropped, then."""


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    address: str


@dataclass(slots=True)
class Desk:
    """One a call."""

    call: CallInfo
    turn: int = 0
    order: OpenOrder | None = None
    placed: frozenset[str] = frozenset()
    """Ids of the orders that this call has placed."""
    read_back: ReadBack | None = None
    """Waits for the caller's word."""
    heard: bool = False
    """The facts of `read_back` were."""
    agreed: ReadBack | None = None
    """The caller's last words were "yes" to it."""
    dropped: int = 0
    """Orders of this call that were begun and dropped: the same one begun anew is another."""
    left_open: frozenset[str] = frozenset()
    """Ids of drafts that cannot go on and that the shop has not dropped yet: tried again when the call ends."""
    texted: str = ""
    """The order of which the shop was to send a message to a number that was dictated; there is one in a call."""
    called_back_in: int | None = None
    """The turn in which a call-back was promised last."""
    attempts: int = 0
    """At knowing the number of another's order."""
    stations: Mapping[str, Place] = field(default_factory=dict)
    """Fitting stations that were looked up, by id."""
    unanswered: frozenset[str] = frozenset()
    """Keys of requests that the shop did not answer: asked again, they are the same."""
    outcome: str = ""
    """What was told of the last thing done; "" once it was heard."""

    @property
    def caller(self) -> str | None:
        """The number that the caller owns; None when it is withheld: then they own nothing."""
        return self.call.caller_id or None

    def may_text(self, order: OpenOrder, name: str | None) -> bool:
        """Whether the shop may send its message of this order. A number that was dictated, and not called from, may be
        anybody's: it gets one in a call, and nothing that the caller has worded (an address, `name`) to read."""
        if self.caller is not None:
            return True
        return not order.own_words and not name and self.texted in ("", order.id)

    def begin(self, said: CallerSaid, agrees: Callable[[CallerSaid, str], bool]) -> None:
        """The caller's turn: an agreement holds for this turn only, and whatever else they say ends the question.
        `agrees`: whether words are a plain yes to something, and what that is called where one can say just that
        ("cancel it")."""
        self.turn += 1
        pending, self.read_back = self.read_back, None
        self.agreed = pending if pending is not None and self.heard and agrees(said, pending.action) else None
        self.heard = False

    def ask(self, read_back: ReadBack) -> None:
        """It is being read out."""
        self.read_back, self.heard, self.agreed = read_back, False, None

    def withdraw(self) -> None:
        """What is being read out is not so any more: a "yes" to it is to nothing."""
        self.read_back, self.heard = None, False

    def note_heard(self, text: str) -> None:
        """So much was heard of our last words."""
        if self.read_back is not None and _letters(self.read_back.facts) in _letters(text):
            self.heard = True
        if self.outcome and _letters(first_sentence(self.outcome)) in _letters(text):
            self.outcome = ""

    def has_agreed(self, tool: str, arguments: Mapping[str, Any]) -> bool:
        """To this and nothing else, in the turn that is being answered."""
        return self.agreed is not None and self.agreed.tool == tool and self.agreed.arguments == arguments

    def idempotency_key(self, action: str, what: Mapping[str, Any]) -> str:
        """The same for the same action in the same turn of the call, and as long as it was not answered: whoever asks
        twice gets one order."""
        body = json.dumps(what, sort_keys=True, default=str).encode()
        about = f"{action}:{hashlib.sha256(body).hexdigest()[: 2 * DIGEST_BYTES]}"
        asked = (key for key in self.unanswered if key.endswith(about))
        return next(asked, f"{self.call.call_id}:{self.turn}:{about}")

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        kept = replace(self)

        def undo() -> None:
            for name in self.__slots__:
                setattr(self, name, getattr(kept, name))

        return undo


def first_sentence(text: str) -> str:
    """Which tells whether it was done."""
    return SENTENCE_END.split(text, 1)[0]


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
