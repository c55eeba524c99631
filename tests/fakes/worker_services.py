"""Services for tests of the worker processes; they run in the child."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from callcenter.errors import ConfigurationError, EngineError
from callcenter.inference.service import Handler, Result


class Echo:
    """Method "echo": gives back its input in pieces of `piece` bytes. Others misbehave as their name says."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        if config.get("missing"):
            raise ConfigurationError("stt.model: the model 'none' is not there; run `callcenter models download`")
        if config.get("explode"):
            raise RuntimeError("boom")
        if config.get("import"):
            __import__(config["import"])
        if config.get("exit"):
            os._exit(5)
        time.sleep(config.get("load_s", 0))
        self.calls: dict[str, int] = {}
        self.begun: list[str] = []
        self.cancelled = 0
        self.hoard: list[bytearray] = []

    def open(self, method: str, options: Mapping[str, Any]) -> Handler:
        if pin := options.get("pin"):
            self.calls[pin] = self.calls.get(pin, 0) + 1
        return _EchoHandler(self, method, options)

    def release(self, pin: str) -> None:
        self.calls.pop(pin, None)


class Choir(Echo):
    """Method "echo" tells how many were finished together; "refuse" spoils it for all of a batch."""

    most_at_once = 3

    def finish_many(self, handlers: Sequence["_EchoHandler"]) -> list[list[Result]]:
        if any(handler.method == "refuse" for handler in handlers):
            raise EngineError("not together with this one")
        return [[Result({"together": len(handlers)}, bytes(handler.data))] for handler in handlers]


class _EchoHandler:
    def __init__(self, owner: Echo, method: str, options: Mapping[str, Any]) -> None:
        self.owner, self.method, self.options = owner, method, options
        self.data = bytearray()
        self.feeds = 0

    def feed(self, data: bytes) -> None:
        self.data += data
        self.feeds += 1
        if data == b"die":
            os._exit(9)

    def finish(self) -> Iterator[Result]:
        self.owner.begun.append(self.options.get("name", ""))
        match self.method:
            case "echo":
                piece = self.options.get("piece", len(self.data) or 1)
                for at in range(0, len(self.data), piece):
                    time.sleep(self.options.get("pause_s", 0))
                    yield Result({"at": at, "pid": os.getpid(), "feeds": self.feeds}, bytes(self.data[at : at + piece]))
            case "sleep":
                time.sleep(self.options["seconds"])
                yield Result({"pid": os.getpid()})
            case "state":
                yield Result(
                    {
                        "calls": self.owner.calls,
                        "begun": self.owner.begun,
                        "cancelled": self.owner.cancelled,
                        "pid": os.getpid(),
                        "threads": os.environ["OMP_NUM_THREADS"],
                        "nice": os.nice(0),
                    }
                )
            case "grow":
                self.owner.hoard.append(bytearray(os.urandom(self.options["bytes"])))
                yield Result({"pid": os.getpid()})
            case "die_once":
                if not os.path.exists(self.options["flag"]):
                    with open(self.options["flag"], "w"):
                        os._exit(9)
                yield Result({"pid": os.getpid()})
            case "die":
                os._exit(9)
            case "die_later":
                yield Result({})
                os._exit(9)
            case "refuse":
                raise EngineError("the model is busy", kind="rate_limit", retryable=True)
            case "break":
                raise KeyError("the caller said something private")
            case "silent":
                return
            case unknown:
                raise ValueError(unknown)

    def cancel(self) -> None:
        self.owner.cancelled += 1
