"""The models in the order they are tried, and which of them are left alone for now. Shared by all calls."""

import asyncio
from collections import deque
from collections.abc import Sequence

from callcenter import metrics
from callcenter.ports import ChatModel

FAILURES = 5
WITHIN_S = 30.0
REST_S = 30.0
"""As for the store: so many failures within that time, and a model rests; then one request tries it out."""


class Breaker:
    """Pure: it is told the time."""

    def __init__(self) -> None:
        self._failures_s: deque[float] = deque(maxlen=FAILURES)
        self._rests_until_s: float | None = None

    @property
    def open(self) -> bool:
        return self._rests_until_s is not None

    def allows(self, now_s: float) -> bool:
        """Ask only when about to send a request: while open it is True for one, at the end of each rest."""
        if self._rests_until_s is None:
            return True
        if now_s < self._rests_until_s:
            return False
        self._rests_until_s = now_s + REST_S  # for everybody else, until the one has come back
        return True

    def succeeded(self) -> None:
        self._failures_s.clear()
        self._rests_until_s = None

    def given_up(self, now_s: float) -> None:
        """Nobody waited for the answer: nothing was learnt, and the next request may try."""
        if self.open:
            self._rests_until_s = now_s

    def failed(self, now_s: float) -> None:
        self._failures_s.append(now_s)
        many = len(self._failures_s) == FAILURES and now_s - self._failures_s[0] <= WITHIN_S
        if many or self.open:
            self._rests_until_s = now_s + REST_S


class ModelChain:
    def __init__(self, models: Sequence[ChatModel]) -> None:
        self.models = tuple(models)
        self._breakers = [Breaker() for _ in models]

    def allows(self, model: ChatModel) -> bool:
        return self._breaker(model).allows(asyncio.get_running_loop().time())

    def succeeded(self, model: ChatModel) -> None:
        self._breaker(model).succeeded()
        self._tell()

    def failed(self, model: ChatModel) -> None:
        self._breaker(model).failed(asyncio.get_running_loop().time())
        self._tell()

    def given_up(self, model: ChatModel) -> None:
        self._breaker(model).given_up(asyncio.get_running_loop().time())

    async def aclose(self) -> None:
        for model in self.models:
            await model.aclose()

    def _breaker(self, model: ChatModel) -> Breaker:
        return self._breakers[self.models.index(model)]

    def _tell(self) -> None:
        metrics.breaker_open.labels("llm").set(all(breaker.open for breaker in self._breakers))
