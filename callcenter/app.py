"""The media server: the only place where its parts are put together and their lifetimes owned.

Parts start in the order of what needs what, and end in the reverse: lines first, the journal last, so that the last
words of the last call are kept.
"""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import UUID

import structlog

from callcenter import metrics
from callcenter.agent.choose import create_agent, store_names
from callcenter.audiosocket.server import AudioSocketServer
from callcenter.config import Settings
from callcenter.dialogue.grammar import build_grammars
from callcenter.fake_models import Fakes, FixedRecognizer, ScriptedModel, ToneVoice
from callcenter.journal import open_journal
from callcenter.journal.relay import JournalRelay
from callcenter.journal.spool import SpoolJournal
from callcenter.llm.openai_api import create_models
from callcenter.logs import configure_logging
from callcenter.media.admission import watch_overload
from callcenter.media.load import Load
from callcenter.media.loop_watch import LoopWatch
from callcenter.media.place import Place
from callcenter.media.slots import Slots
from callcenter.pipeline.handover import unserved
from callcenter.pipeline.session import Parts, serve_call
from callcenter.ports import (
    Agent,
    CallExchange,
    CallInfo,
    CallLine,
    Language,
    Recognizer,
    Synthesizer,
    TurnModel,
    Voice,
)
from callcenter.readiness import Watched, look, pool_of
from callcenter.shop import CatalogueNames, Shop
from callcenter.stt.choose import choose_recognizer
from callcenter.telephony.http import create_app
from callcenter.telephony.redis_registry import RedisCallRegistry
from callcenter.telephony.refusals import Refusals
from callcenter.telephony.registry import InMemoryCallRegistry
from callcenter.telephony.server import HttpServer
from callcenter.text_normalization import SentenceSplitter, verbalize
from callcenter.tts.cache import CachedSynthesizer
from callcenter.tts.choose import choose_synthesizer
from callcenter.vad.silero import SileroDetector
from callcenter.vad.smart_turn import SmartTurn
from store_client.client import StoreClient

DELIVER_S = 3.0
"""At the end the last calls' records are carried to PostgreSQL; what it does not take waits for the next start."""
STORE_NAMES_RETRY_S = 0.3
STORE_NAMES_WAIT_S = 5.0
"""The store may be starting beside us; the shop's own list of cars and brands serves when it does not come."""
LAST_QUESTION_S = 0.5
"""After the last call's end the dialplan still asks where it goes."""
GRAMMAR_RECOGNIZER = "pocketsphinx"
MEASURING = "--fake-models"
log = structlog.get_logger()


async def serve(settings: Settings, fakes: Fakes | None = None, place: Place | None = None) -> None:
    """Run the media server until SIGTERM or SIGINT, then end the calls in good order. Raises ConfigurationError.

    fakes: stand-ins instead of models. place: which of several workers we are; else we are alone."""
    place = place or Place()
    configure_logging(settings, place.name)
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    async with MediaServer(settings, place, fakes).running() as server:
        log.info("media_server_ready", audiosocket=server.audio_port, http=server.http_port)
        await stop.wait()
        log.info("media_server_draining", calls=server.active_calls)
        await server.drain()


class MediaServer:
    def __init__(self, settings: Settings, place: Place, fakes: Fakes | None = None) -> None:
        """Raises ConfigurationError."""
        self._settings, self._place, self._fakes = settings, place, fakes
        self._shop = Shop.load(settings.shop)
        self._slots = Slots(settings.audiosocket.max_calls, place.board, place.number)
        self._watch = LoopWatch(settings.media)
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
            self._exchange = await self._start_exchange(stack)
            self._store = self._new_store_client()
            stack.push_async_callback(self._store.aclose)
            detector = SileroDetector()
            stack.push_async_callback(detector.aclose)
            turn_model = await self._start_turn_model(stack)
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
                self._exchange,
                settings,
                turn_model,
            )
            if isinstance(synthesizer, CachedSynthesizer):
                await self._warm(synthesizer, self._agent)
            gc.collect()
            gc.freeze()  # what was loaded to start is never garbage: looking through it stops all calls for 100 ms
            await self._listen(stack)
            yield self

    async def drain(self) -> None:
        """Take no more calls, let the others end within the grace period, hand the rest to the operators."""
        self._exchange.drain()
        calls = self._audio.active_calls
        await self._audio.drain(self._settings.call.drain_s)
        if calls:
            await asyncio.sleep(LAST_QUESTION_S)

    # ------------------------------------------------------------ parts

    async def _start_journal(self, stack: AsyncExitStack) -> SpoolJournal:
        journal = open_journal(self._settings, self._place.name)
        stack.push_async_callback(journal.aclose)
        if (dsn := self._settings.database_url) is not None:
            relay = asyncio.create_task(JournalRelay(journal, dsn.get_secret_value()).run(), name="journal relay")
            stack.push_async_callback(_end, relay)
            stack.push_async_callback(journal.delivered, DELIVER_S)
        else:
            log.warning("journal_stays_local", why="database_url (DATABASE_URL) is not set")
        return journal

    async def _start_exchange(self, stack: AsyncExitStack) -> CallExchange:
        """Where the announced calls are known: in memory, or where several workers find them."""
        settings = self._settings
        if self._place.is_alone:
            return InMemoryCallRegistry(settings.telephony, settings.language)
        assert settings.redis_url is not None, "worker_count() asked"  # noqa: S101
        registry = RedisCallRegistry(
            settings.redis_url.get_secret_value(),
            settings.telephony,
            settings.language,
            self._journal.folder.caller_secret,
        )
        await registry.start()
        stack.push_async_callback(registry.aclose)
        return registry

    async def _start_turn_model(self, stack: AsyncExitStack) -> TurnModel | None:
        turn = self._settings.turn
        if turn.smart_turn == "off":
            return None
        model = SmartTurn(timeout_ms=turn.voice_timeout_ms)
        stack.push_async_callback(model.aclose)
        await model.start()
        return model

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
        settings, shared = self._settings, not self._place.is_alone
        overload = watch_overload(settings.admission, self._slots, self._load)
        self._tasks.append(asyncio.create_task(self._watch.run(), name="loop watch"))
        self._tasks.append(asyncio.create_task(overload, name="admission"))
        for task in self._tasks:
            stack.push_async_callback(_end, task)
        refusals = Refusals(self._exchange, self._journal)
        stack.push_async_callback(refusals.aclose)
        self._audio = AudioSocketServer(
            settings.audiosocket,
            self._exchange,
            self._serve_call,
            slots=self._slots,
            on_refused=refusals.note_connection,
            reuse_port=shared,
        )
        watched = self._watched()
        app = create_app(
            settings.http,
            self._exchange,
            self._journal,
            slots=self._slots,
            language=settings.language,
            readiness=lambda: look(watched),
            explain=lambda why: unserved(why, self._shop, settings.language),
        )
        self._http = HttpServer(app, settings.http, reuse_port=shared)
        await self._http.start()
        stack.push_async_callback(self._http.aclose)
        await self._audio.start()
        stack.push_async_callback(self._audio.aclose)

    async def _serve_call(self, call: CallInfo, line: CallLine) -> None:
        await serve_call(self._parts, call, line)

    def _load(self) -> Load:
        pool = pool_of(self._recognizer)
        if pool is None:
            return Load(self._watch.lag_ms, 0, 0.0)
        return Load(self._watch.lag_ms, pool.queue_depth, pool.oldest_wait_s * 1000)

    def _watched(self) -> Watched:
        return Watched(
            self._recognizer,
            self._recognizer_why,
            self._synthesizer,
            self._voice_why,
            self._agent,
            self._store,
            self._settings.store.url,
            self._journal,
            self._exchange,
            self._place,
        )


_NOBODY = UUID(int=0)


async def _warm_rest(synthesizer: CachedSynthesizer, sentences: list[str], voice: Voice) -> None:
    if missing := await synthesizer.warm(sentences, voice):
        log.warning("phrases_not_cached", count=missing)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
