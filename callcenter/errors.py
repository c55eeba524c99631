"""The errors of the live call.

CallCenterError
 ├─ ConfigurationError         a setting is wrong; names its key and what to do; the program ends with code 2
 ├─ ProtocolError              the peer broke AudioSocket; costs that connection alone
 ├─ CallRefused                the call is not admitted; the dialplan goes on to the operators
 ├─ RegistryError              the registry of calls does not answer; the dialplan goes on to the operators
 └─ EngineError                a component failed; the session answers as product.md's table says
     ├─ RecognitionError       stage "stt"
     ├─ ModelError             stage "llm"
     ├─ SynthesisError         stage "tts"
     └─ AgentError             stage "agent": neither the LLM nor the rules could take the turn
"""

from enum import StrEnum


class CallCenterError(Exception):
    """Root of the errors this package raises."""


class ConfigurationError(CallCenterError):
    """A setting is missing or wrong. The message names the key, the value's fault and what to do."""


class ProtocolError(CallCenterError):
    """The peer sent what AudioSocket does not allow."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        """A short name for metrics: "garbage", "oversize", "odd_uuid"."""


class RefusalReason(StrEnum):
    UNKNOWN_UUID = "unknown_uuid"
    PEER_NOT_ALLOWED = "peer_not_allowed"
    FULL = "full"
    LOOP_LATE = "loop_late"
    """The worker's event loop is too busy to carry one more call in time."""
    RECOGNIZER_BUSY = "recognizer_busy"
    REGISTRY_AWAY = "registry_away"
    """Nobody can tell whether the call was announced: Redis does not answer."""
    DRAINING = "draining"
    DUPLICATE_UUID = "duplicate_uuid"
    TOO_MANY_FROM_CALLER = "too_many_from_caller"


class CallRefused(CallCenterError):
    """The call is not admitted: the dialplan sends it to the operators."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(f"call refused: {reason.value}")
        self.reason = reason


class RegistryError(CallCenterError):
    """The registry of calls does not answer."""


class EngineError(CallCenterError):
    """A component behind a port failed."""

    stage = "engine"

    def __init__(self, message: str, *, kind: str = "failure", retryable: bool = False) -> None:
        super().__init__(message)
        self.kind = kind
        """A short name for metrics, of few values: "timeout", "connection", "rate_limit", "died", "bad_answer"."""
        self.retryable = retryable


class RecognitionError(EngineError):
    stage = "stt"


class ModelError(EngineError):
    stage = "llm"


class SynthesisError(EngineError):
    stage = "tts"


class AgentError(EngineError):
    stage = "agent"
