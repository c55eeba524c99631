"""flows.yaml: what is asked for, and what is done about what the caller wants, state by state."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Need(Part):
    """Something that must be known before the store is asked."""

    one_of: Annotated[tuple[Literal["vehicle", "size", "season"], ...], Field(min_length=1)]
    ask: str
    """Key of the phrase that asks for it."""
    state: str
    """Where the answer is waited for."""


class State(Part):
    help: str
    """Key of the phrase that says what can be said here."""
    help_guided: str | None = None
    """The same for a recognizer that knows only the shop's grammars, where it differs."""
    topic: str | None = None
    """Of `topics`: what is going on here, such as an order that is being taken."""
    asks: (
        Literal["quantity", "other_quantity", "perhaps_quantity", "date", "time", "name", "address", "topic"] | None
    ) = None
    """What bare words answer here."""
    confirms: bool = False
    """Something was read out, and only a plain yes to just that agrees to it."""
    dictation: bool = False
    """Digits or an address are expected, said in groups."""
    on: Mapping[str, str] = {}
    """Actions by intent, the first that fits; before them `first`, after them the topic's and `then`."""


class Flow(Part):
    """Intents are those of the language packs; "wish" (the caller named a car, a size, a season, a brand or a price),
    "choice" (one of what was offered) and others that tell what was said (callcenter/dialogue/understood.py); and
    "words": anything at all. Actions are the engine's (callcenter/dialogue/actions)."""

    needs: tuple[Need, ...]
    first: Mapping[str, str]
    states: Mapping[str, State]
    topics: Mapping[str, Mapping[str, str]] = {}
    """Actions by intent, at every step of something that takes several."""
    then: Mapping[str, str]
