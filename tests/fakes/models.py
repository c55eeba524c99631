"""A ChatModel that answers by a script, exact in virtual time."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field

from callcenter.errors import ModelError
from callcenter.ports import ChatDelta, ChatRequest, TextDelta

Script = str | ChatDelta | ModelError | float
"""A text is streamed in pieces; seconds are waited."""
PIECE = 7


@dataclass(eq=False)
class ScriptedModel:
    """The n-th request gets the n-th answer, whatever it asks; past the last one the last again."""

    name: str
    answers: deque[Iterable[Script]]
    requests: list[ChatRequest] = field(default_factory=list)
    closed_early: int = 0
    closed: bool = False

    @classmethod
    def of(cls, *answers: Iterable[Script], name: str = "m") -> "ScriptedModel":
        return cls(name, deque(answers))

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatDelta, None]:
        self.requests.append(request)
        script = self.answers[0] if len(self.answers) == 1 else self.answers.popleft()
        try:
            for step in script:
                match step:
                    case float():
                        await asyncio.sleep(step)
                    case ModelError():
                        raise step
                    case str():
                        for start in range(0, len(step), PIECE):
                            yield TextDelta(step[start : start + PIECE])
                    case _:
                        yield step
        except GeneratorExit:
            self.closed_early += 1
            raise

    async def aclose(self) -> None:
        self.closed = True


def down(kind: str = "connection", *, retryable: bool = True) -> ModelError:
    return ModelError("as the test demands", kind=kind, retryable=retryable)
