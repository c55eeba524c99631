"""What every part of `FakeStore` shares: what was called, misbehaving on demand, the stock, the clock."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from store_client.errors import StoreError, StoreNotFound
from store_client.models import TireDetails


class FakeCalls:
    def __init__(self, tires: Sequence[TireDetails], now: datetime) -> None:
        self._tires = {tire.id: tire for tire in tires}
        self._error: StoreError | None = None
        self._failures_left: int | None = None
        self.now = now
        """What the store takes for the present; tests move it."""
        self.breaker_open = False
        """Set by tests; a fake has no breaker of its own."""
        self.delay_s = 0.0
        """Each call waits this long first."""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        """(method, arguments that were given), failed ones too."""
        self.closed = False

    def fail(self, error: StoreError, *, times: int | None = None) -> None:
        """From now on every call raises `error`; `times` of them where it is given."""
        self._error, self._failures_left = error, times

    def recover(self) -> None:
        self._error = None
        self.delay_s = 0.0

    def set_stock(self, tire_id: str, quantity: int) -> None:
        stocked = {"stock_quantity": quantity, "in_stock": quantity > 0}
        self._tires[tire_id] = self._known(tire_id).model_copy(update=stocked)

    async def aclose(self) -> None:
        self.closed = True

    async def _called(self, method: str, **arguments: Any) -> None:
        self.calls.append((method, {name: value for name, value in arguments.items() if value is not None}))
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self._error is None:
            return
        if self._failures_left is not None:
            if self._failures_left == 0:
                self._error = None
                return
            self._failures_left -= 1
        raise self._error

    def _known(self, tire_id: str) -> TireDetails:
        if tire_id not in self._tires:
            raise StoreNotFound("tire_not_found", "no such tire")
        return self._tires[tire_id]
