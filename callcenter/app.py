"""The media server: the only place where its parts are put together and their lifetimes owned.

Parts start in the order of what needs what, and end in the reverse: lines first, the journal last, so that the last
words of the last call are kept.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import UUID

import structlog

from callcenter import metrics
from callcenter.agent.choose import create_agent, store_names
from callcenter.audiosocket.server import AudioSocketServer
from callcenter.config import Settings
from callcenter.dialogue.grammar import build_grammars
from callcenter.errors import RefusalReason
from callcenter.fake_models import Fakes, FixedRecognizer, ScriptedModel, ToneVoice
from callcenter.journal import open_journal
from callcenter.journal.relay import JournalRelay
from callcenter.journal.spool import SpoolJournal
from callcenter.llm.openai_api import create_models
from callcenter.logs import configure_logging
from callcenter.loop_watch import watch_loop
from callcenter.pipeline.session import Parts, serve_call
from callcenter.ports import Agent, CallInfo, CallLine, Language, Recognizer, Synthesizer, Voice
from callcenter.records import (
    CallEnded,
    CallStarted,
    EventRecorded,
    HangupBy,
    Outcome,
    Scenario,
    TransferReason,
)
from callcenter.shop import CatalogueNames, Shop
from callcenter.stt.choose import choose_recognizer
from callcenter.telephony.http import ComponentState, create_app
from callcenter.telephony.registry import InMemoryCallRegistry
from callcenter.telephony.server import HttpServer
from callcenter.text_normalization import SentenceSplitter, verbalize
from callcenter.tts.cache import CachedSynthesizer
from callcenter.tts.choose import choose_synthesizer
from callcenter.vad.silero import SileroDetector
from store_client.client import StoreClient

DELIVER_S = 3.0
"""At the end the last calls' records are carried to PostgreSQL; what it does not take waits for the next start."""
STORE_NAMES_RETRY_S = 0.3
STORE_NAMES_WAIT_S = 5.0
"""The store may be starting beside us; the shop's own list of cars and brands serves when it does not come."""
GRAMMAR_RECOGNIZER = "pocketsphinx"
MEASURING = "--fake-models"
log = structlog.get_logger()


async def serve(settings: Settings, fakes: Fakes | None = None) -> None:
    """Run the media server until SIGTERM or SIGINT, then end the calls in good order. Raises ConfigurationError.

    fakes: stand-ins instead of models."""
    configure_logging(settings, "media")
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    async with MediaServer(settings, fakes).running() as server:
        log.info("media_server_ready", audiosocket=server.audio_port, http=server.http_port)
        await stop.wait()
        log.info("media_server_draining", calls=server.active_calls)
        await server.drain()


class MediaServer:
    def __init__(self, settings: Settings, fakes: Fakes | None = None) -> None:
        """Raises ConfigurationError."""
        self._settings, self._fakes = settings, fakes
        self._shop = Shop.load(settings.shop)
        self._registry = InMemoryCallRegistry(settings.telephony, settings.language)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def audio_port(self) -> int:
        return self._audio.port

    @property
    def http_port(self) -> int:
        return self._http.port

    @property
    def active_calls(self) -> int:
        return self._audio.active_calls

    @asynccontextmanager
    async def running(self) -> AsyncIterator["MediaServer"]:
        """Everything started, and ended afterwards."""
        settings = self._settings
        async with AsyncExitStack() as stack:
            self._journal = await self._start_journal(stack)
            self._store = self._new_store_client()
            stack.push_async_callback(self._store.aclose)
            detector = SileroDetector()
            stack.push_async_callback(detector.aclose)
            synthesizer, self._voice_why = self._choose_synthesizer()
            stack.push_async_callback(synthesizer.aclose)
            names, *_ = await asyncio.gather(self._store_names(), detector.start(), synthesizer.start())
            self._recognizer, self._recognizer_why = self._choose_recognizer(names)
            stack.push_async_callback(self._recognizer.aclose)
            await self._recognizer.start()
            self._agent = self._create_agent(names)
            stack.push_async_callback(self._agent.aclose)
            self._synthesizer = synthesizer
            self._parts = Parts(
                detector,
                self._recognizer,
                synthesizer,
                self._agent,
                self._shop,
                self._journal,
                self._registry,
                settings,
            )
            if isinstance(synthesizer, CachedSynthesizer):
                await self._warm(synthesizer, self._agent)
            await self._listen(stack)
            yield self

    async def drain(self) -> None:
        """Take no more calls, let the others end within the grace period, hand the rest to the operators."""
        self._registry.drain()
        await self._audio.drain(self._settings.call.drain_s)

    # ------------------------------------------------------------ parts

    async def _start_journal(self, stack: AsyncExitStack) -> SpoolJournal:
        journal = open_journal(self._settings, "media")
        stack.push_async_callback(journal.aclose)
        if (dsn := self._settings.database_url) is not None:
            relay = asyncio.create_task(JournalRelay(journal, dsn.get_secret_value()).run(), name="journal relay")
            stack.push_async_callback(_end, relay)
            stack.push_async_callback(journal.delivered, DELIVER_S)
        else:
            log.warning("journal_stays_local", why="database_url (DATABASE_URL) is not set")
        return journal

    def _new_store_client(self) -> StoreClient:
        store = self._settings.store
        return StoreClient(
            store.url,
            store.api_key.get_secret_value(),
            timeout_s=store.timeout_ms / 1000,
            language="en" if self._settings.language == "en" else "uk",
            on_state_change=lambda state: metrics.breaker_open.labels("store").set(state == "open"),
        )

    async def _store_names(self) -> CatalogueNames | None:
        """The store's cars and brands, waited for while it starts beside us; None when it does not come."""
        if self._fakes is not None:
            return None
        began_s = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() - began_s < STORE_NAMES_WAIT_S:
            client = self._new_store_client()  # one a try: a store that is only starting must not open calls' breaker
            try:
                if (names := await store_names(client)) is not None:
                    return names
            finally:
                await client.aclose()
            await asyncio.sleep(STORE_NAMES_RETRY_S)
        return None

    def _choose_synthesizer(self) -> tuple[Synthesizer, str]:
        if self._fakes is not None and not self._fakes.llm_only:
            return ToneVoice(), MEASURING
        return choose_synthesizer(self._settings)

    def _choose_recognizer(self, names: CatalogueNames | None) -> tuple[Recognizer, str]:
        if self._fakes is not None and not self._fakes.llm_only:
            return FixedRecognizer(), MEASURING
        return choose_recognizer(self._settings, build_grammars(self._shop, names))

    def _create_agent(self, names: CatalogueNames | None) -> Agent:
        guided = self._recognizer.name == GRAMMAR_RECOGNIZER
        models = [ScriptedModel(self._fakes)] if self._fakes is not None else create_models(self._settings.llm)
        return create_agent(self._settings, self._shop, self._store, models, names=names, guided=guided)

    async def _warm(self, synthesizer: CachedSynthesizer, agent: Agent) -> None:
        """Every phrase that is said the same in every call goes to the cache; the greeting before the first call."""
        language, tts = self._settings.language, self._settings.tts
        voice = Voice(language, tts.voices.get(language, ""), tts.speed)
        nobody = CallInfo(_NOBODY, datetime.now(UTC), None, None, language)
        await synthesizer.warm(self._sentences(agent.open(nobody).greet(), language), voice)
        rest = [sentence for text in self._shop.fixed_phrases(language) for sentence in self._sentences(text, language)]
        self._tasks.append(asyncio.create_task(_warm_rest(synthesizer, rest, voice), name="warm"))

    def _sentences(self, text: str, language: Language) -> list[str]:
        splitter = SentenceSplitter(language)
        lexicon = self._shop.lexicon(language)
        return [verbalize(sentence, language, lexicon) for sentence in (*splitter.feed(text), *splitter.flush())]

    async def _listen(self, stack: AsyncExitStack) -> None:
        settings = self._settings
        self._tasks.append(asyncio.create_task(watch_loop(), name="loop watch"))
        self._audio = AudioSocketServer(
            settings.audiosocket, self._registry, self._serve_call, on_refused=self._note_refused
        )
        app = create_app(
            settings.http,
            self._registry,
            self._journal,
            free_slots=lambda: self._audio.free_slots,
            readiness=self._readiness,
        )
        self._http = HttpServer(app, settings.http)
        for task in self._tasks:
            stack.push_async_callback(_end, task)
        await self._audio.start()
        stack.push_async_callback(self._audio.aclose)
        await self._http.start()
        stack.push_async_callback(self._http.aclose)

    async def _serve_call(self, call: CallInfo, line: CallLine) -> None:
        await serve_call(self._parts, call, line)

    def _note_refused(self, call_id: UUID, reason: RefusalReason) -> None:
        """A call that Asterisk announced and we sent to the operators is in the journal too."""
        if (call := self._registry.announced(call_id)) is None:
            return
        key = call.call_id, call.started_at
        self._journal.write(CallStarted(*key, call.caller_id, call.called_id, call.language))
        self._journal.write(EventRecorded(*key, 0, datetime.now(UTC), "refused", {"reason": reason.value}))
        self._journal.write(
            CallEnded(
                *key,
                ended_at=datetime.now(UTC),
                outcome=Outcome.REFUSED,
                hangup_by=HangupBy.AGENT,
                scenario=Scenario.OTHER,
                language=call.language,
                transfer_reason=TransferReason.REFUSED,
            )
        )
        metrics.calls_total.labels(Scenario.OTHER.value, Outcome.REFUSED.value).inc()
        metrics.transfers_total.labels(TransferReason.REFUSED.value).inc()

    def _readiness(self) -> Mapping[str, ComponentState]:
        """What calls cannot do without is ready by now; the store and PostgreSQL may come and go."""
        store = "its circuit breaker is open" if self._store.breaker_open else self._settings.store.url
        return {
            "recognizer": ComponentState(True, f"{self._recognizer.name}: {self._recognizer_why}"),
            "voice": ComponentState(True, f"{self._synthesizer.name}: {self._voice_why}"),
            "agent": ComponentState(True, self._agent.name),
            "store": ComponentState(True, store),
            "journal": ComponentState(True, f"{self._journal.depth} records not in PostgreSQL yet"),
        }


_NOBODY = UUID(int=0)


async def _warm_rest(synthesizer: CachedSynthesizer, sentences: list[str], voice: Voice) -> None:
    if missing := await synthesizer.warm(sentences, voice):
        log.warning("phrases_not_cached", count=missing)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
