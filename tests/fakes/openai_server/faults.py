"""What goes wrong with the server, whatever it is asked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

FaultKind = Literal[
    "status",  # answer with this HTTP status; `retry_after` may be given
    "first_token_ms",  # wait so long before the first token
    "tokens_per_second",
    "hang",  # take the request and never answer
    "stall",  # stop after `value` tokens, keeping the line open with comments
    "cut",  # end the stream after `value` tokens, in good order but without a finish reason
    "drop",  # break the connection after `value` tokens
    "error_event",  # an error object in the stream after `value` tokens
    "garbage",  # the stream is no JSON
    "empty",  # an answer without text and without calls
    "refuse_parameter",  # 400 when the request has the parameter named in `text`
    "broken_arguments",  # tool arguments that are no JSON
    "out_of_schema",  # tool arguments with fields and values that the tool does not have
    "unknown_tool",  # call a tool that was not offered
    "parallel",  # call the tool, and the same once more, in one answer
    "recite",  # say the system prompt
    "invent_price",  # name a price that no tool gave
    "quirk",  # a dialect of the protocol named in `text`, see wire.py
]


@dataclass(slots=True)
class Fault:
    kind: FaultKind
    value: float = 0
    text: str = ""
    times: int | None = None
    """For so many requests; None: until taken back."""
    model: str | None = None
    """Only for this model."""
    retry_after: str | None = None

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> "Fault":
        fault = cls(**given)
        if fault.kind not in get_args(FaultKind):
            raise ValueError(f"no such fault: {fault.kind}")
        return fault


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        self._faults.extend(faults)

    def clear(self) -> None:
        self._faults.clear()

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._faults]

    def take(self, model: str) -> "Misfortune":
        """What goes wrong with one request; counts it."""
        met: list[Fault] = []
        for fault in self._faults:
            if fault.model in (None, model) and fault.times != 0 and not any(one.kind == fault.kind for one in met):
                met.append(fault)
                if fault.times is not None:
                    fault.times -= 1
        return Misfortune({fault.kind: fault for fault in met})


@dataclass(frozen=True, slots=True)
class Misfortune:
    """The faults that one request meets."""

    by_kind: Mapping[FaultKind, Fault]

    def __contains__(self, kind: FaultKind) -> bool:
        return kind in self.by_kind

    def value(self, kind: FaultKind, default: float) -> float:
        return self.by_kind[kind].value if kind in self.by_kind else default

    def text(self, kind: FaultKind) -> str:
        return self.by_kind[kind].text if kind in self.by_kind else ""
