"""The states of a call, and which may follow which."""

from enum import StrEnum


class State(StrEnum):
    CONNECTED = "connected"
    GREETING = "greeting"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    TRANSFERRING = "transferring"
    ENDED = "ended"


NEXT: dict[State, frozenset[State]] = {
    State.CONNECTED: frozenset({State.GREETING, State.ENDED}),
    State.GREETING: frozenset({State.LISTENING, State.TRANSFERRING, State.ENDED}),
    State.LISTENING: frozenset({State.THINKING, State.SPEAKING, State.TRANSFERRING, State.ENDED}),
    State.THINKING: frozenset({State.SPEAKING, State.LISTENING, State.TRANSFERRING, State.ENDED}),
    State.SPEAKING: frozenset({State.LISTENING, State.TRANSFERRING, State.ENDED}),
    State.TRANSFERRING: frozenset({State.ENDED}),
    State.ENDED: frozenset(),
}


def follow(current: State, following: State) -> State:
    """The state after `current`; staying is allowed. Raises ValueError on a step that the table does not know."""
    if following is not current and following not in NEXT[current]:
        raise ValueError(f"a call cannot go from {current} to {following}")
    return following
