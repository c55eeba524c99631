"""The errors of the store's client.

StoreError
 ├─ StoreUnavailable     no usable answer in time: say so honestly and offer a call-back or the operator
 ├─ StoreRejected        the store understood and refused (4xx but 404)
 │   └─ StoreConflict    it cannot be done as things stand, or not as asked (409, 422): the store says why
 ├─ StoreNotFound        there is no such thing: an ordinary answer in a conversation
 └─ StoreBadAnswer       the store answered what the contract does not allow

No message holds what was asked for: a query may carry a phone number, and messages reach the log.
"""

from typing import Literal

UnavailableKind = Literal["timeout", "connection", "server", "breaker_open"]


class StoreError(Exception):
    """Root of the errors this package raises."""


class StoreUnavailable(StoreError):
    """The store did not answer, or answered 5xx, or is left alone while the breaker is open."""

    def __init__(
        self, kind: UnavailableKind, message: str, *, status: int | None = None, pending: bool = False
    ) -> None:
        super().__init__(message)
        self.kind: UnavailableKind = kind
        self.status = status
        """Of the answer, where there was one: 500, 503."""
        self.pending = pending
        """An attempt ended (given up, cut off, or answered by a gateway) while the store may still be at it: what was
        asked for may be done later."""


class StoreRejected(StoreError):
    """The store refused the request: 400, 401, 429, and those of StoreConflict."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        """The store's own short name of the fault: "unauthorized", "invalid_request", "rate_limited"."""


class StoreConflict(StoreRejected):
    """409 and 422: the last tires were sold, the draft is none any more, a field is wrong."""

    def __init__(self, code: str, message: str, *, status: int = 409) -> None:
        super().__init__(status, code, f"the store refused: {status} {code}")
        self.message = message
        """The store's own words, such as what is left of a tire: for the conversation, not for the log."""


class StoreNotFound(StoreError):
    """404."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """What was not found: "tire_not_found", "vehicle_not_found", "order_not_found", "city_not_found"."""


class StoreBadAnswer(StoreError):
    """Not JSON, or JSON of another shape than the contract's."""
