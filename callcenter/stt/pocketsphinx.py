"""The embedded recognizer: English, by grammars, 2 ms after the end of speech and without a model to fetch.

It understands what the shop's grammars foresee, and knows when something else was said (`Transcript.rejected`).
"""

from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from typing import Literal
from uuid import UUID

from callcenter import metrics
from callcenter.errors import ConfigurationError, RecognitionError
from callcenter.inference.pool import WorkerPool
from callcenter.inference.service import Result
from callcenter.ports import Expectation, Grammar, Language, Transcript
from callcenter.stt.process_utterance import ProcessUtterance
from callcenter.stt.rejection import confidence
from callcenter.stt.sphinx_engine import LINE_MEANS, engine_config

GET_POCKETSPHINX = "pip install 'callcenter[embedded]'"
READY_UTTERANCES = 3
"""Each worker prepares for so many at once: 20 callers who speak 28% of the time, on two workers."""


class PocketsphinxRecognizer:
    """`ports.Recognizer`. There must be a grammar "root"."""

    name = "pocketsphinx"

    def __init__(
        self,
        grammars: Mapping[str, Grammar],
        *,
        workers: int = 2,
        timeout_s: float = 8.0,
        memory_limit_mb: int = 4096,
    ) -> None:
        self.grammars = grammars
        self.pool = WorkerPool(
            "callcenter.stt.sphinx_engine:Engine",
            engine_config(grammars, ready=READY_UTTERANCES),
            error=RecognitionError,
            workers=workers,
            timeout_s=timeout_s,
            memory_limit_mb=memory_limit_mb,
        )

    async def start(self) -> None:
        if not find_spec("pocketsphinx"):
            raise ConfigurationError(f"stt.backend: pocketsphinx is not installed; {GET_POCKETSPHINX}")
        if "root" not in self.grammars:
            raise ConfigurationError('stt.backend: the shop gives pocketsphinx no grammar "root"')
        await self.pool.start()

    def open(self, call_id: UUID, rate_hz: Literal[8000, 16000], language: Language) -> "GrammarSession":
        return GrammarSession(self, rate_hz)

    async def aclose(self) -> None:
        await self.pool.aclose()


class GrammarSession:
    """`ports.RecognitionSession`: keeps the line's cepstral means. What was rejected does not move them: it may have
    been noise. Nor does a guess, whose audio comes once more in the utterance that continues it."""

    def __init__(self, recognizer: PocketsphinxRecognizer, rate_hz: Literal[8000, 16000]) -> None:
        self.recognizer = recognizer
        self.rate_hz = rate_hz
        self.means = LINE_MEANS
        self._begun = 0
        self._guessed: str | None = None
        """The means after the last utterance, until it is known that it was no guess."""

    def begin(self, expectation: Expectation, *, continues: bool = False) -> ProcessUtterance:
        if self._guessed and not continues:
            self.means = self._guessed
        self._guessed = None
        self._begun += 1
        options = {
            "grammar": expectation.state,
            "choices": list(expectation.choices),
            "means": self.means,
            "rate_hz": self.rate_hz,
        }
        return ProcessUtterance(self.recognizer.pool, options, partial(self._interpret, expectation, self._begun))

    async def aclose(self) -> None:
        """Nothing is kept elsewhere; utterances are their owner's to cancel."""

    def _interpret(
        self, expected: Expectation, number: int, result: Result, audio_ms: int, latency_ms: int
    ) -> Transcript:
        values = result.values
        if values["unknown_choices"]:
            metrics.errors_total.labels("stt", "unknown_word").inc(values["unknown_choices"])
        sure = confidence(values["likelihood_ratio"])
        rejected = sure < 0.5
        if not rejected and number == self._begun:
            self._guessed = values["means"]
        elif not rejected:  # the next one has begun meanwhile, and nobody gave this one up
            self.means = values["means"]
        return Transcript(
            text="" if rejected else values["text"],
            language="en",
            confidence=sure,
            audio_ms=audio_ms,
            latency_ms=latency_ms,
            backend=self.recognizer.name,
            grammar=expected.state,
            grammar_size=self.recognizer.grammars[expected.state].size + len(expected.choices),
            rejected=rejected,
        )
