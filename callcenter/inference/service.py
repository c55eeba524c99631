"""What a service in a worker process looks like.

A service is made in the child by a factory named "package.module:Factory", called with the pool's configuration. It may
raise ConfigurationError (or fail to import a library): the pool's start() then raises ConfigurationError. One child has
one thread: nothing here is called twice at a time, and whatever takes long makes the child's other streams wait.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable


class Result(NamedTuple):
    """One piece of an answer."""

    values: Mapping[str, Any]
    """Anything JSON can hold."""
    data: bytes = b""


class Handler(Protocol):
    """One job in the child, fed while it is spoken. An EngineError keeps its kind on the way to the parent."""

    def feed(self, data: bytes) -> None:
        """More input, in pieces of any size up to worker.FEED_BYTES."""

    def finish(self) -> Iterable[Result]:
        """The input is complete. Between two results other streams are served and cancel() may come, so that a
        generator gives its first result early and stops when nobody wants the rest."""

    def cancel(self) -> None:
        """Nobody wants the (rest of the) answer: free everything. Also called after an error; never twice."""


class Service(Protocol):
    def open(self, method: str, options: Mapping[str, Any]) -> Handler:
        """Start a job. `options` is what the parent gave, and "pin" when it pinned one."""

    def release(self, pin: str) -> None:
        """The owner of the pin (a call) is gone: forget its state. Pins never seen are released too."""


@runtime_checkable
class BatchService(Service, Protocol):
    """A service that finishes several jobs for less than each of them alone."""

    @property
    def most_at_once(self) -> int: ...

    def finish_many(self, handlers: Sequence[Any]) -> Sequence[Iterable[Result]]:
        """Instead of each handler's finish(): handlers of its own, whose input is complete. When it raises, each is
        finished by itself."""
