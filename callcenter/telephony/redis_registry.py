"""The calls that Asterisk has announced, in a Redis that several media workers share.

Whichever worker was told of a call, whichever gets its connection, and whichever the dialplan asks: they agree. The
rule when Redis does not answer within 200 ms: calls in progress go on, new ones are refused, and where a call goes
next is the queue. A call that nobody can look up might be a second one with its UUID or one too many of its caller, and
its caller's number would be missing: a human is the better answer, and the caller has it at once.

Callers' numbers lie there hashed, for an hour, and sealed until the call is admitted, for minutes at most (sealing.py);
so does the line for the operator's phone, which the dialplan asks for as soon as the call has left us: it is written
anew with each turn of the caller's, so that another worker can tell it when the one that had the call is dead.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar, cast
from uuid import UUID

import structlog

from callcenter import metrics
from callcenter.config import TelephonySettings
from callcenter.errors import CallRefused, ConfigurationError, RefusalReason, RegistryError
from callcenter.ports import CallInfo, Language, NextStep, Unserved
from callcenter.telephony import redis_scripts as scripts
from callcenter.telephony.registry import KEPT_S
from callcenter.telephony.sealing import Seal

ANSWER_S = 0.2
"""The longest that Redis is waited for: the caller hears nothing meanwhile."""
ACTIVE_KEPT_S = 24 * 3600
"""An active call is known for so long even if its worker dies: no call is longer."""
LATE_S = 60
"""So long after its announcement has lapsed a call's number is known still: its refusal is journaled with it."""
HANDOVER_KEPT_S = 120
"""The dialplan asks for it at once; a queue may ask again."""
RELEASE_POLL_S = 0.005
MAX_WRITES = 1000
PING_S = 5.0
UNSERVED: Mapping[str, Unserved] = {"": "unknown", "announced": "never_came", "active": "broke_off"}
SILENT_S = 60.0
T = TypeVar("T")
log = structlog.get_logger(__name__)


class RedisCallRegistry:
    """A `ports.CallExchange`."""

    def __init__(self, url: str, settings: TelephonySettings, language: Language, secret: bytes) -> None:
        """secret: shared by the workers; it protects callers' numbers. Raises ConfigurationError."""
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        self._settings, self._language, self._seal = settings, language, Seal(secret)
        try:
            self._redis = Redis.from_url(
                url,
                decode_responses=True,
                socket_timeout=ANSWER_S,
                socket_connect_timeout=ANSWER_S,
                retry=Retry(NoBackoff(), 1),  # a connection that idled may have been cut
            )
        except ValueError as error:
            raise ConfigurationError(f"redis_url: {error}; set redis_url (REDIS_URL)") from error
        self._announce, self._admit, self._decide, self._release = (
            self._redis.register_script(text)
            for text in (scripts.ANNOUNCE, scripts.ADMIT, scripts.DECIDE, scripts.RELEASE)
        )
        self._writes: asyncio.Queue[Callable[[], Awaitable[Any]]] = asyncio.Queue(MAX_WRITES)
        self._writer: asyncio.Task[NoReturn] | None = None
        self._draining = False
        self._said_s = float("-inf")
        self.fault = ""
        """Why Redis did not answer last time; "" when it did."""

    async def start(self) -> None:
        """Whether Redis answers or not."""
        self._writer = asyncio.create_task(self._write(), name="call registry")
        with suppress(RegistryError):
            await self._ask(lambda: cast(Awaitable[Any], self._redis.ping()))

    async def aclose(self) -> None:
        """What was decided is written, if Redis answers."""
        if self._writer is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_S):
                    await self._writes.join()
            self._writer.cancel()
            await asyncio.wait([self._writer])
            self._writer = None
        await self._redis.aclose()

    @property
    def draining(self) -> bool:
        return self._draining

    def drain(self) -> None:
        self._draining = True
        metrics.worker_draining.set(1)

    # ---- the dialplan's side

    async def announce(self, call: CallInfo, refusal: RefusalReason | None = None) -> None:
        if self._draining:
            refusal = RefusalReason.DRAINING
        number = call.caller_id
        keys = [_call_key(call.call_id), _who_key(call.call_id), f"callcenter:caller:{self._seal.hide(number or '')}"]
        limit = self._settings.calls_per_hour if number is not None else 0
        await self._refusing(
            lambda: self._announce(
                keys,
                [
                    call.started_at.isoformat(),
                    self._seal.seal(call.call_id, number, call.called_id),
                    refusal.value if refusal else "",
                    self._settings.announced_ttl_s,
                    round(self._settings.announced_ttl_s + LATE_S),
                    round(KEPT_S),
                    limit,
                    str(call.call_id),
                ],
            )
        )

    async def next_step(self, call_id: UUID) -> NextStep:
        """Asked as soon as the line has ended: perhaps before the worker that had the call has written what it decided.
        Its release comes behind that decision, so it is waited for."""
        with suppress(TimeoutError, RegistryError):
            async with asyncio.timeout(ANSWER_S):
                while True:
                    stage, step = await self._fields(call_id, "stage", "next")
                    if stage != "active":
                        return "bye" if step == "bye" else "queue"
                    await asyncio.sleep(RELEASE_POLL_S)
        return "queue"

    async def handover(self, call_id: UUID) -> str:
        """Asked behind next_step(), which has waited for what was decided."""
        try:
            sealed = await self._ask(lambda: cast(Awaitable[str | None], self._redis.get(_handover_key(call_id))))
            return (self._seal.open(call_id, sealed)[0] or "") if sealed else ""
        except RegistryError:  # counted and said
            return ""
        except ValueError:  # of another machine, which keeps its own key
            metrics.errors_total.labels("registry", "sealed_elsewhere").inc()
            return ""

    async def unserved(self, call_id: UUID) -> Unserved | None:
        with suppress(RegistryError):  # counted and said
            stage, refusal = await self._fields(call_id, "stage", "refusal")
            return RefusalReason(refusal) if refusal else UNSERVED.get(stage)
        return None

    async def waiting(self, call_id: UUID) -> CallInfo | None:
        stage, refusal, started_at = await self._fields(call_id, "stage", "refusal", "started_at")
        if stage != "announced" or refusal:
            return None
        who = await self._ask(lambda: cast(Awaitable[str | None], self._redis.get(_who_key(call_id))))
        return self._info(call_id, who or "", started_at)

    async def started_at(self, call_id: UUID) -> datetime | None:
        (started_at,) = await self._fields(call_id, "started_at")
        return datetime.fromisoformat(started_at) if started_at else None

    # ---- the media server's side

    async def admit(self, call_id: UUID, peer: str) -> CallInfo:
        if self._draining:
            raise CallRefused(RefusalReason.DRAINING)
        try:
            _, who, started_at = await self._refusing(
                lambda: self._admit(
                    [_call_key(call_id), _who_key(call_id)],
                    [int(self._settings.accept_unknown), datetime.now(UTC).isoformat(), ACTIVE_KEPT_S],
                )
            )
        except BaseException as error:
            if not isinstance(error, CallRefused) or error.reason is RefusalReason.REGISTRY_AWAY:
                self.release(call_id)  # Redis may have heard it all the same: no call stays admitted that nobody has
            raise
        return self._info(call_id, who, started_at)

    def decide_next(self, call_id: UUID, step: NextStep, handover: str = "") -> None:
        sealed = self._seal.seal(call_id, handover) if handover else ""
        keys = [_call_key(call_id), _handover_key(call_id)]
        self._later(lambda: self._decide(keys, [step, sealed, HANDOVER_KEPT_S]))

    def release(self, call_id: UUID) -> None:
        self._later(lambda: self._release([_call_key(call_id)], [round(KEPT_S)]))

    # ----

    def _info(self, call_id: UUID, who: str, started_at: str) -> CallInfo:
        caller_id = called_id = None
        try:
            if who:  # else nobody announced it
                caller_id, called_id = self._seal.open(call_id, who)
        except ValueError:  # announced at another machine, which keeps its own key: the number counts as withheld
            metrics.errors_total.labels("registry", "sealed_elsewhere").inc()
        return CallInfo(call_id, datetime.fromisoformat(started_at), caller_id, called_id, self._language)

    async def _fields(self, call_id: UUID, *names: str) -> list[str]:
        """Raises RegistryError."""
        found = await self._ask(
            lambda: cast(Awaitable[list[str | None]], self._redis.hmget(_call_key(call_id), list(names)))
        )
        return [value or "" for value in found]

    async def _refusing(self, command: Callable[[], Awaitable[Any]]) -> list[str]:
        """Its answer begins with a reason to refuse the call. Raises CallRefused."""
        try:
            answer = await self._ask(command)
        except RegistryError:
            raise CallRefused(RefusalReason.REGISTRY_AWAY) from None
        answers = answer if isinstance(answer, list) else [answer]
        if answers[0]:
            raise CallRefused(RefusalReason(answers[0]))
        return answers

    async def _ask(self, command: Callable[[], Awaitable[T]]) -> T:
        """Raises RegistryError."""
        from redis.exceptions import RedisError

        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await command()
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(error)
            raise RegistryError(self.fault) from error
        if self.fault:
            log.info("call_registry_answers_again")
        self.fault, self._said_s = "", float("-inf")
        return answer

    def _failed(self, error: Exception) -> None:
        metrics.errors_total.labels("registry", type(error).__name__).inc()
        self.fault = f"Redis does not answer ({type(error).__name__})"
        now_s = asyncio.get_running_loop().time()
        if now_s - self._said_s > SILENT_S:
            self._said_s = now_s
            log.error("call_registry_away", error=type(error).__name__, effect="new calls go to the operators")

    def _later(self, command: Callable[[], Awaitable[Any]]) -> None:
        try:
            self._writes.put_nowait(command)
        except asyncio.QueueFull:  # Redis has been away for long: its calls go to the queue
            metrics.errors_total.labels("registry", "not_written").inc()

    async def _write(self) -> NoReturn:
        """One after the other, so that a release never overtakes a decision."""
        while True:
            try:
                async with asyncio.timeout(PING_S):
                    command = await self._writes.get()
            except TimeoutError:  # nothing happens: is it there for the next call?
                with suppress(RegistryError):
                    await self._ask(lambda: cast(Awaitable[Any], self._redis.ping()))
                continue
            with suppress(RegistryError):  # counted and said; where it is not known a call goes to the queue
                await self._ask(command)
            self._writes.task_done()


def _call_key(call_id: UUID) -> str:
    return f"callcenter:call:{call_id}"


def _who_key(call_id: UUID) -> str:
    return f"callcenter:who:{call_id}"


def _handover_key(call_id: UUID) -> str:
    return f"callcenter:handover:{call_id}"
