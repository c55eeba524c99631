"""The memory of a conversation as a model gets it: what the caller said and what he really heard. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from callcenter.ports import CallerSaid, ChatMessage, ToolRequest

MAX_CHARACTERS = 12_000
"""About 4000 tokens; above it long results of old turns are shortened, then the oldest turns given up."""
OLD_RESULT = 300
RECENT_TURNS = 2
"""Whose results stay whole."""
NOT_HEARD = "…"
"""Stands where the caller stopped us."""
BEGINNING = "[[The caller is on the line.]]"
CUT = "[[The line to you broke here. The caller has heard these words. Go on right after them, repeat nothing.]]"


@dataclass(slots=True)
class Round:
    """One answer of a model, with the tools it called. It grows while it is made: what is here was released."""

    text: str = ""
    requests: tuple[ToolRequest, ...] = ()
    results: tuple[str, ...] = ()
    """For the model; as many as requests once the tools have run."""
    note: str = ""
    """For the model, about what it wrote and the caller did not hear."""
    heard_before: str = ""
    """Letters of what was said just before in the same answer: a model that begins anew does not say it twice."""
    opened: bool = False
    """What was said just before was an opening and no more ("Sure,"): another one is left out."""

    def messages(self, longest_result: int | None) -> Iterator[ChatMessage]:
        done = bool(self.requests) and len(self.results) == len(self.requests)
        text = self.text.strip()
        if done:
            yield ChatMessage("assistant", text, tool_requests=self.requests)
            for request, result in zip(self.requests, self.results, strict=True):
                yield ChatMessage("tool", _short(result, longest_result), tool_call_id=request.id)
        elif text:
            yield ChatMessage("assistant", text)
        if self.note and not done:
            yield ChatMessage("user", f"[[{self.note}]]")


@dataclass(slots=True)
class Turn:
    said: str
    """The caller's words; "" for what we say of our own accord (greeting, "are you still there?")."""
    rounds: list[Round] = field(default_factory=list)

    def messages(self, longest_result: int | None = None) -> Iterator[ChatMessage]:
        if self.said:
            yield ChatMessage("user", self.said)
        for one in self.rounds:
            yield from one.messages(longest_result)


class History:
    def __init__(self, system_prompt: str) -> None:
        self._system = ChatMessage("system", system_prompt)
        self._turns: list[Turn] = []
        self._open: Turn | None = None
        """Whose answer has not been reported by heard() yet."""

    def begin(self, said: CallerSaid) -> Turn:
        self._open = Turn(_as_written(said))
        self._turns.append(self._open)
        return self._open

    def add(self, text: str) -> None:
        """Words of another speaker of ours, in the turn that has begun."""
        if self._open is not None:
            self._open.rounds.append(Round(text))

    def heard(self, text: str) -> None:
        """`text` was heard of the last answer. Without an answer it was said by others than a model: a phrase."""
        turn, self._open = self._open, None
        if turn is None:
            if text.strip():
                self._turns.append(Turn("", [Round(text.strip())]))
            return
        left = _letters(text)
        for one in turn.rounds:
            one.text, left = _cut(one.text, left)

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        # only the open turn's rounds are ever changed again, by heard(): the others need no copies
        turns, opened = list(self._turns), self._open
        rounds = [replace(one) for one in opened.rounds] if opened is not None else []

        def undo() -> None:
            self._turns, self._open = list(turns), opened
            if opened is not None:
                opened.rounds[:] = [replace(one) for one in rounds]

        return undo

    def said(self) -> str:
        """All of ours so far, as far as it was heard, and what is being said."""
        return " ".join(one.text for turn in self._turns for one in turn.rounds)

    def last_words(self) -> str:
        return next((turn.said for turn in reversed(self._turns) if turn.said), "")

    def messages(self, *, cut: bool = False) -> tuple[ChatMessage, ...]:
        """Everything for the next request. `cut`: the last answer broke off and is to be gone on with."""
        messages = [self._system, *(message for turn in self._compacted() for message in turn)]
        if len(messages) > 1 and messages[1].role == "assistant":  # some models' templates want the user to begin
            messages.insert(1, ChatMessage("user", BEGINNING))
        if cut:
            messages.append(ChatMessage("user", CUT))
        return tuple(_alternating(messages))

    def _compacted(self) -> list[tuple[ChatMessage, ...]]:
        """The turns' messages. Nothing is touched before it has to be: models talk about what tools found long ago, and
        servers cache what stays the same."""
        kept = [tuple(turn.messages()) for turn in self._turns]
        if sum(map(_size, kept)) > MAX_CHARACTERS:
            old = len(kept) - RECENT_TURNS
            kept = [tuple(turn.messages(OLD_RESULT if i < old else None)) for i, turn in enumerate(self._turns)]
        while sum(map(_size, kept)) > MAX_CHARACTERS and len(kept) > 1:
            kept.pop(0)
        return kept


def _as_written(said: CallerSaid) -> str:
    if said.rejected or not said.text.strip():
        return "[[The caller said something that could not be understood.]]"
    # only we write notes, and only tools write between marks
    text = said.text.replace("[[", "[").replace("]]", "]").replace("<", "(").replace(">", ")").strip()
    return f"[[typed on the keypad]] {text}" if said.keyed else text


def _short(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else f"{text[:longest]}…"


def _size(messages: tuple[ChatMessage, ...]) -> int:
    return sum(len(one.content) + sum(len(call.arguments) for call in one.tool_requests) for one in messages)


def _letters(text: str) -> int:
    """Spaces are not counted: sentences are cut and joined on their way to the voice."""
    return sum(not char.isspace() for char in text)


def _cut(text: str, letters: int) -> tuple[str, int]:
    """The beginning of `text` with so many letters, and how many are left after it."""
    whole = _letters(text)
    if whole <= letters:
        return text, letters - whole
    end = 0
    while letters:
        letters -= not text[end].isspace()
        end += 1
    return (text[:end].rstrip() + NOT_HEARD if text[:end].strip() else ""), 0


def _alternating(messages: list[ChatMessage]) -> Iterator[ChatMessage]:
    """Some models' templates refuse two messages of the same side in a row."""
    held = messages[0]
    for message in messages[1:]:
        if message.role == held.role and message.role in ("user", "assistant") and not held.tool_requests:
            held = replace(message, content=f"{held.content}\n{message.content}".strip())
        else:
            yield held
            held = message
    yield held
