"""Every Protocol between the live call and what it is made of.

One rule for all: a port's methods never block the event loop, and fail by raising the `errors.EngineError` of their
stage (never None, never a bare exception of a library). Audio is signed 16-bit little-endian mono PCM in `bytes`, and
every place that passes it says at which rate. Models are shared; sessions and streams belong to one call.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol
from uuid import UUID

from callcenter.errors import RefusalReason
from callcenter.records import Change, Found, Record, Scenario, TransferReason

Language = Literal["en", "uk", "ru"]


# ---------------------------------------------------------------- the call


@dataclass(frozen=True, slots=True)
class CallInfo:
    """What is known of a call before its first word."""

    call_id: UUID
    started_at: datetime
    """Timezone-aware UTC; with call_id the key of everything journaled."""
    caller_id: str | None
    """E.164 ("+380671234567") where it could be parsed, else as given; None when withheld. Never logged."""
    called_id: str | None
    language: Language
    """What we speak in this call."""


@dataclass(frozen=True, slots=True)
class DigitReceived:
    digit: str
    """One of 0-9, * and #. Never logged."""


@dataclass(frozen=True, slots=True)
class LineClosed:
    """The caller hung up, or the line broke. Nothing comes after it."""


LineInput = bytes | DigitReceived | LineClosed
"""bytes: audio at the line's rate, any whole number of samples, 20 ms as a rule. As it is: a class around it would cost
as much as all else that the transport does to bring a frame in."""


class CallLine(Protocol):
    """The telephone line of one call, as the pipeline sees it."""

    @property
    def rate_hz(self) -> int:
        """Of the audio, both ways; settled before the session starts."""

    def receive(self) -> Awaitable[LineInput]:
        """The next input; a wait that is cancelled may take it along. Always drained by the transport: when the session
        is slow the oldest audio is dropped (and counted), never a digit and never the close."""

    def receive_waiting(self) -> bytes:
        """The audio that has come meanwhile and waits, all of it, without a wait: b"" when the next input is to come
        yet, or is none."""

    def start_playing(self, next_frame: Callable[[], bytes]) -> None:
        """From now on pull one 20 ms frame every 20 ms, on absolute deadlines, and send it. `next_frame` must return
        at once; it gives silence when there is nothing to say. More than 60 ms late means skip, never burst."""

    async def hang_up(self) -> None:
        """End our part: the hang-up frame, then read until the peer closes. Idempotent."""


# ---------------------------------------------------------------- hearing


class Activity(NamedTuple):
    """Of one window of the caller's audio."""

    probability: float
    """Of speech, 0..1."""
    level_dbfs: float
    """RMS against full scale, -96 for digital silence."""


class VoiceStream(Protocol):
    """Voice activity of one call."""

    @property
    def window_ms(self) -> int:
        """How much audio one Activity stands for."""

    async def feed(self, pcm: bytes, *, urgent: bool = True) -> Sequence[Activity]:
        """Of every whole window that `pcm` completed (often none or one). Not `urgent`: it may wait a little for the
        windows of other calls, which is cheaper."""

    def reset(self) -> None:
        """Forget the past: what follows is another utterance."""


class VoiceDetector(Protocol):
    """A shared VAD model."""

    async def start(self) -> None: ...

    def open(self, rate_hz: Literal[8000, 16000]) -> VoiceStream: ...

    async def aclose(self) -> None: ...


class TurnModel(Protocol):
    """A model that hears in the voice whether the caller has finished: one voter of several, shared by all calls."""

    async def start(self) -> None: ...

    async def complete(self, pcm: bytes, rate_hz: Literal[8000, 16000]) -> float:
        """Probability, 0..1, that the turn is complete; `pcm` is the utterance from its start to the pause. Raises
        RecognitionError."""

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Grammar:
    """What may be said in one state of the dialogue, for recognizers that need it."""

    name: str
    jsgf: str
    """A complete JSGF document with one public rule; lower-case words."""
    pronunciations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """ARPABET variants ("N OW K IY AH N") of the words that the recognizer's own dictionary may lack."""
    size: int = 0
    """Sentences that it accepts."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the dialogue expects the caller to say next."""

    state: str = "root"
    """Name of a Grammar; a recognizer of free speech may use it as a hint or not at all."""
    choices: tuple[str, ...] = ()
    """Phrases that may be said in this turn only (this caller's order numbers), added to the grammar."""
    dictation: bool = False
    """Digits or an address, said in groups: the end of the turn is waited for longer."""
    prompt: str = ""
    """Words likely to be heard (brands, models): the initial prompt of recognizers like Whisper."""


@dataclass(frozen=True, slots=True)
class Transcript:
    text: str
    """"" when nothing was understood."""
    language: str
    """Detected: "en", "uk", "ru", "mixed" or another ISO code."""
    confidence: float
    """0..1, as comparable over backends as can be had."""
    audio_ms: int
    latency_ms: int
    """From finish() to the result."""
    backend: str
    grammar: str | None = None
    grammar_size: int | None = None
    rejected: bool = False
    """Something was said, but not in this recognizer's grammar or language; `text` is then ""."""


class Utterance(Protocol):
    """One utterance being recognized while it is spoken."""

    def feed(self, pcm: bytes) -> None:
        """Add audio at the session's rate. Never blocks."""

    async def finish(self) -> Transcript:
        """The caller stopped. Raises RecognitionError. May be called once; a cancelled await frees everything."""

    def cancel(self) -> None:
        """Throw it away. Idempotent, also after finish()."""


class RecognitionSession(Protocol):
    """Recognition for one call: keeps what is learnt of the line (cepstral means, language)."""

    def begin(self, expectation: Expectation, *, continues: bool = False) -> Utterance:
        """`continues`: the utterance begun before was a guess in a pause, its transcript is void, and all of its audio
        is fed again, with what follows. What it taught of the line is forgotten; else it is kept from now on. Raises
        RecognitionError."""

    async def aclose(self) -> None: ...


class Recognizer(Protocol):
    """A speech-to-text backend, shared by all calls."""

    @property
    def name(self) -> str: ...

    async def start(self) -> None:
        """Load models. Raises ConfigurationError (names what is missing, and how to get it) or RecognitionError."""

    def open(self, call_id: UUID, rate_hz: Literal[8000, 16000], language: Language) -> RecognitionSession: ...

    async def aclose(self) -> None: ...


# ---------------------------------------------------------------- speaking


@dataclass(frozen=True, slots=True)
class Voice:
    language: Language
    name: str = ""
    """The backend's own name of a voice; "" is the backend's default for the language."""
    speed: float = 1.0


class SpeechStream(Protocol):
    """Speech of one sentence, arriving while it is made."""

    @property
    def rate_hz(self) -> int: ...

    @property
    def cached(self) -> bool:
        """It came from the cache: nothing was synthesized, nothing is billed."""

    def __aiter__(self) -> AsyncGenerator[bytes, None]:
        """Chunks of PCM, each a whole number of samples. Raises SynthesisError. Closing the iterator ends the work."""


class Synthesizer(Protocol):
    """A text-to-speech backend, shared by all calls."""

    @property
    def name(self) -> str: ...

    async def start(self) -> None:
        """Load voices. Raises ConfigurationError or SynthesisError."""

    def speak(self, text: str, voice: Voice) -> SpeechStream:
        """`text` is already words only (see text_normalization): no digits, no abbreviations."""

    async def aclose(self) -> None: ...


# ---------------------------------------------------------------- deciding: the model


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """A tool call as a model asked for it; nothing in it is trusted."""

    id: str
    name: str
    arguments: str
    """JSON as the model wrote it, perhaps broken."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_requests: tuple[ToolRequest, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class ToolSpec:
    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON schema of an object."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    messages: tuple[ChatMessage, ...]
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int = 300
    temperature: float = 0.3


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    tokens_in: int
    tokens_out: int
    tokens_cached: int = 0


ChatDelta = TextDelta | ToolRequest | Usage


class ChatModel(Protocol):
    @property
    def name(self) -> str: ...

    def stream(self, request: ChatRequest) -> AsyncGenerator[ChatDelta, None]:
        """Text as it comes, each tool request once it is whole, usage at the end. Raises ModelError; a stream that is
        cut before its end raises too. Closing the iterator ends the request."""

    async def aclose(self) -> None: ...


# ---------------------------------------------------------------- deciding: the agent


class Gate(Protocol):
    """Such as asyncio.Event: closed until somebody opens it."""

    async def wait(self) -> object: ...


@dataclass(frozen=True, slots=True)
class CallerSaid:
    """The caller's turn, as the agent gets it."""

    text: str
    language: str = "en"
    confidence: float = 1.0
    rejected: bool = False
    """Speech that was not understood; `text` is ""."""
    keyed: bool = False
    """Typed on the keypad: `text` is digits."""
    settled: Gate | None = field(default=None, compare=False)
    """Given for words that the caller may yet go on from: what changes anything outside of the session waits for it."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words to speak, whole or in pieces; the reply cuts them into sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolStarted:
    tool_name: str
    arguments: Mapping[str, Any]
    filler: str = "filler.first"
    """Key of the phrase for a caller whom it keeps waiting."""


@dataclass(frozen=True, slots=True)
class ToolFinished:
    tool_name: str
    arguments: Mapping[str, Any]
    result: Any
    """JSON-serializable, in full."""
    duration_ms: int
    success: bool
    error: str | None = None
    change: Change | None = None
    """What it changed in the shop, or was to change."""


@dataclass(frozen=True, slots=True)
class ArticlesUsed:
    """The answer is made from these articles of the shop's: their ids."""

    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelAsked:
    """A model is being asked."""

    model: str
    tokens_in: int
    """Estimated, at four characters a token: what is known when the answer is given up before ModelAnswered."""


@dataclass(frozen=True, slots=True)
class FirstToken:
    """The model has begun to answer."""


@dataclass(frozen=True, slots=True)
class ModelAnswered:
    """Who decided this turn, and what it took."""

    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    first_token_ms: int | None = None


@dataclass(frozen=True, slots=True)
class FellBack:
    """A component failed, and a lower tier takes over."""

    component: Literal["llm", "store"]
    tier: str
    """Who answers instead: the next model's name, "rules", "operator"."""
    kind: str
    """EngineError.kind."""


@dataclass(frozen=True, slots=True)
class ScenarioRecognized:
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class GoalReached:
    """What the caller wanted was done or answered: the call counts as resolved unless a human is asked for later."""

    scenario: Scenario


@dataclass(frozen=True, slots=True)
class CallbackPromised:
    topic: str
    best_time: str


@dataclass(frozen=True, slots=True)
class TransferRequested:
    """Hand the call to an operator once everything said so far has been played out."""

    reason: TransferReason
    summary: str
    by_model: bool = field(default=False, compare=False)
    """The summary is a model's own words: quoted as such, and believed by nobody."""


@dataclass(frozen=True, slots=True)
class HangupRequested:
    """The conversation is over: hang up once everything said so far has been played out."""


AgentAct = (
    Said
    | ToolStarted
    | ToolFinished
    | ArticlesUsed
    | ModelAsked
    | FirstToken
    | ModelAnswered
    | FellBack
    | ScenarioRecognized
    | GoalReached
    | CallbackPromised
    | TransferRequested
    | HangupRequested
)


class AgentSession(Protocol):
    """The mind of one call."""

    def greet(self) -> str:
        """The opening words: known before the call, so that they come from the cache."""

    def respond(self, said: CallerSaid) -> AsyncGenerator[AgentAct, None]:
        """Answer the caller. Closed early when the caller interrupts. Raises AgentError when nobody could answer."""

    def heard(self, text: str) -> None:
        """What the caller really heard of the last answer: the memory of the conversation holds that, not the rest."""

    def expectation(self) -> Expectation:
        """What the caller is expected to say next."""

    def checkpoint(self) -> Callable[[], None]:
        """Remember this moment; calling what is returned takes back everything that came after it. For an answer that
        is prepared before the caller has finished; never while respond() runs."""

    def summary(self) -> str:
        """For the operator: what the caller wants and what was found, in one or two sentences."""

    def found(self) -> Found:
        """What the tools of this call found and did: facts, beside the words of `summary`."""

    async def unreported(self) -> Sequence[ToolFinished]:
        """What was done in the shop while the caller interrupted or hung up, and nobody has been told of, once it is
        done. For the end of the call; never while respond() runs."""

    async def give_up(self) -> Sequence[ToolFinished]:
        """The caller is gone and no operator takes over: an order that was begun is dropped. Returns what was done in
        the shop for that. For the end of the call, after `unreported`."""


class Agent(Protocol):
    @property
    def name(self) -> str: ...

    def open(self, call: CallInfo) -> AgentSession: ...

    async def aclose(self) -> None: ...


# ---------------------------------------------------------------- the journal and the telephone exchange


class Journal(Protocol):
    def write(self, record: Record) -> None:
        """Never blocks, never raises; durable on local disk within 50 ms, in PostgreSQL when that is there."""

    async def flush(self) -> None:
        """Wait until everything written so far is durable on local disk."""

    async def aclose(self) -> None: ...


NextStep = Literal["queue", "bye"]
Unserved = RefusalReason | Literal["broke_off", "never_came", "unknown"]
"""Why a caller who is in the queue has no line for the operator: the call was refused; whoever had it is gone; its
audio never came to us; it is a call of before our start, or was not announced."""


class CallRegistry(Protocol):
    """Which calls Asterisk announced, and where each goes after us (the dialplan asks; the default is the queue)."""

    async def admit(self, call_id: UUID, peer: str) -> CallInfo:
        """Raises CallRefused."""

    def decide_next(self, call_id: UUID, step: NextStep, handover: str = "") -> None:
        """`handover`: what the operator's phone is to show, in a line; checked by whoever hands it to the dialplan."""

    def release(self, call_id: UUID) -> None:
        """The call has left us; what was decided stays known until the dialplan has asked for it."""


class CallExchange(CallRegistry, Protocol):
    """A CallRegistry and its other side: what the dialplan tells and asks."""

    @property
    def draining(self) -> bool: ...

    def drain(self) -> None:
        """From now on no call is announced or admitted by this process."""

    async def announce(self, call: CallInfo, refusal: RefusalReason | None = None) -> None:
        """A call is about to come; for `refusal`, or another reason of its own, it is refused: raises CallRefused. Its
        AudioSocket will then be refused too, and its end can still be journaled.

        A second announcement of a UUID is refused and leaves the first as it was.
        """

    async def next_step(self, call_id: UUID) -> NextStep:
        """Where the call goes after us; the queue for one that is not known."""

    async def handover(self, call_id: UUID) -> str:
        """What the operator's phone is to show of this call; "" where nothing is known. Never raises."""

    async def unserved(self, call_id: UUID) -> Unserved | None:
        """Of a call without such a line; None where it has been served, or nobody can tell. Never raises."""

    async def waiting(self, call_id: UUID) -> CallInfo | None:
        """A call that was announced, not refused then, and never admitted. Raises RegistryError."""

    async def started_at(self, call_id: UUID) -> datetime | None:
        """The other half of the key of everything journaled; None for a call that is not or no longer known. Raises
        RegistryError."""
