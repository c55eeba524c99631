"""Two workers, one Redis: what one was told the other knows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from callcenter.config import TelephonySettings
from callcenter.embedded.redis import EmbeddedRedis
from callcenter.errors import CallRefused, RefusalReason, RegistryError
from callcenter.ports import CallExchange
from callcenter.telephony.announcement import describe
from callcenter.telephony.redis_registry import RedisCallRegistry

NUMBER = "+380671234567"
SECRET = b"s" * 32


@asynccontextmanager
async def registries(
    url: str, count: int = 2, secret: bytes = SECRET, **settings: object
) -> AsyncIterator[list[RedisCallRegistry]]:
    values = TelephonySettings.model_validate(settings)
    async with AsyncExitStack() as stack:
        made = [RedisCallRegistry(url, values, "en", secret) for _ in range(count)]
        for registry in made:
            await registry.start()
            stack.push_async_callback(registry.aclose)
        yield made


async def announce(
    registry: CallExchange, call_id: UUID, number: str = NUMBER, refusal: RefusalReason | None = None
) -> RefusalReason | None:
    try:
        await registry.announce(describe(call_id, number, "100", "en"), refusal)
    except CallRefused as refused:
        return refused.reason
    return None


async def admit(registry: CallExchange, call_id: UUID) -> RefusalReason | None:
    try:
        await registry.admit(call_id, "127.0.0.1")
    except CallRefused as refused:
        return refused.reason
    return None


async def contents(url: str) -> str:
    """Everything that Redis holds, as text."""
    async with Redis.from_url(url, decode_responses=True) as redis:
        found: dict[object, object] = {}
        for key in sorted(await redis.keys("*")):
            match await redis.type(key):
                case "hash":
                    found[key] = await redis.hgetall(key)
                case "zset":
                    found[key] = await redis.zrange(key, 0, -1)
                case _:
                    found[key] = await redis.get(key)
    return repr(found)


async def test_a_call_that_one_worker_was_told_of_is_taken_by_another(redis_url: str) -> None:
    async with registries(redis_url) as (told, taking):
        call = describe(uuid4(), "067 123 45 67", "0800 100", "en")
        await told.announce(call)
        assert await taking.waiting(call.call_id) == call
        assert await taking.admit(call.call_id, "127.0.0.1") == call
        assert await told.waiting(call.call_id) is None
        assert await told.started_at(call.call_id) == call.started_at


async def test_of_many_workers_that_want_a_call_at_once_one_gets_it(redis_url: str) -> None:
    async with registries(redis_url, 8) as workers:
        call_id = uuid4()
        assert await announce(workers[0], call_id) is None
        outcomes = await asyncio.gather(*(admit(worker, call_id) for worker in workers))
        assert sorted(map(str, outcomes)) == sorted(["None", *["duplicate_uuid"] * 7])


async def test_a_call_that_nobody_announced_is_refused_or_has_no_number(redis_url: str) -> None:
    async with registries(redis_url) as (strict, _):
        assert await admit(strict, uuid4()) is RefusalReason.UNKNOWN_UUID
    async with registries(redis_url, accept_unknown=True) as (one, other):
        call_id = uuid4()
        call = await one.admit(call_id, "127.0.0.1")
        assert (call.caller_id, call.called_id) == (None, None)
        assert await admit(other, call_id) is RefusalReason.DUPLICATE_UUID
        assert await other.started_at(call_id) == call.started_at


async def test_an_announcement_lapses_and_the_calls_end_can_still_be_journaled(redis_url: str) -> None:
    async with registries(redis_url, announced_ttl_s=1) as (one, other):
        call_id = uuid4()
        assert await announce(one, call_id) is None
        await asyncio.sleep(1.1)
        assert await admit(other, call_id) is RefusalReason.UNKNOWN_UUID
        assert await other.started_at(call_id) is not None
        assert await other.next_step(call_id) == "queue"


async def test_a_call_refused_when_it_was_announced_stays_refused_everywhere(redis_url: str) -> None:
    async with registries(redis_url) as (one, other):
        call_id = uuid4()
        assert await announce(one, call_id, refusal=RefusalReason.FULL) is RefusalReason.FULL
        assert await admit(other, call_id) is RefusalReason.FULL
        assert await other.waiting(call_id) is None
        assert await announce(other, call_id) is RefusalReason.DUPLICATE_UUID


async def test_any_worker_knows_what_the_operators_phone_is_to_show_and_redis_cannot_read_it(redis_url: str) -> None:
    async with registries(redis_url) as (one, other):
        call_id, unknown = uuid4(), uuid4()
        await announce(one, call_id)
        await admit(one, call_id)
        one.decide_next(call_id, "queue", "Asked for you. Wants winter tires")
        one.decide_next(call_id, "queue")  # the line broke after that
        one.decide_next(unknown, "queue", "nobody's")
        one.release(call_id)
        assert await other.next_step(call_id) == "queue"
        assert await other.handover(call_id) == "Asked for you. Wants winter tires"
        assert await other.handover(unknown) == ""
        assert "winter" not in await contents(redis_url)
        async with Redis.from_url(redis_url) as redis:
            assert 0 < await redis.ttl(f"callcenter:handover:{call_id}") <= 120
    async with registries(redis_url, 1, b"another machine's secret........") as (stranger,):
        assert await stranger.handover(call_id) == ""


async def test_without_redis_the_operators_phone_is_told_nothing(own_redis: EmbeddedRedis) -> None:
    async with registries(own_redis.url(), 1) as (registry,):
        own_redis.stop()
        assert await registry.handover(uuid4()) == ""
        assert await registry.unserved(uuid4()) is None


async def test_any_worker_says_where_the_call_goes_the_moment_it_has_ended(redis_url: str) -> None:
    async with registries(redis_url) as (one, other):
        for step in ("bye", "queue"):
            call_id = uuid4()
            await announce(one, call_id)
            await one.admit(call_id, "127.0.0.1")
            one.decide_next(call_id, "bye")
            asked = asyncio.create_task(other.next_step(call_id))
            await asyncio.sleep(0.01)
            one.decide_next(call_id, "queue" if step == "queue" else "bye")
            one.release(call_id)
            assert await asked == step
        assert await other.next_step(uuid4()) == "queue"


async def test_a_call_whose_worker_died_goes_to_the_queue(redis_url: str) -> None:
    async with registries(redis_url) as (dead, other):
        call_id = uuid4()
        await announce(dead, call_id)
        await dead.admit(call_id, "127.0.0.1")
        assert await other.next_step(call_id) == "queue"
        assert await other.unserved(call_id) == "broke_off"
        dead.decide_next(call_id, "queue", "The agent broke off. Said: winter tires.")
        await asyncio.sleep(0.05)
        assert await other.handover(call_id) == "The agent broke off. Said: winter tires."


async def test_any_worker_knows_why_a_call_was_not_served(redis_url: str) -> None:
    async with registries(redis_url) as (one, other):
        waiting, full, served, unknown = (uuid4() for _ in range(4))
        await announce(one, waiting)
        await announce(one, full, refusal=RefusalReason.FULL)
        await announce(one, served)
        await admit(one, served)
        one.release(served)
        assert await other.next_step(served) == "queue"
        told = [await other.unserved(call_id) for call_id in (waiting, full, served, unknown)]
        assert told == ["never_came", RefusalReason.FULL, None, "unknown"]


async def test_calls_an_hour_from_one_number_are_counted_over_all_workers(redis_url: str) -> None:
    async with registries(redis_url, 3, calls_per_hour=2) as (one, two, three):
        last = uuid4()
        assert [await announce(one, uuid4()), await announce(two, uuid4(), "0671234567")] == [None, None]
        assert await announce(three, last) is RefusalReason.TOO_MANY_FROM_CALLER
        assert await admit(one, last) is RefusalReason.TOO_MANY_FROM_CALLER
        assert await announce(three, uuid4(), "+380671234568") is None
        assert [await announce(three, uuid4(), "anonymous") for _ in range(4)] == [None] * 4


async def test_one_draining_worker_takes_no_more_and_the_other_one_does(redis_url: str) -> None:
    async with registries(redis_url) as (going, staying):
        call_id = uuid4()
        assert await announce(staying, call_id) is None
        going.drain()
        assert await announce(going, uuid4()) is RefusalReason.DRAINING
        assert await admit(going, call_id) is RefusalReason.DRAINING
        assert await admit(staying, call_id) is None


async def test_no_number_can_be_read_in_redis_and_everything_has_an_end(redis_url: str) -> None:
    async with registries(redis_url, calls_per_hour=1) as (one, other):
        for number in (NUMBER, NUMBER, "anonymous"):
            call_id = uuid4()
            await announce(one, call_id, number)
            await admit(other, call_id)
            other.release(call_id)
        await announce(one, uuid4(), "+380671234568")
    held = await contents(redis_url)
    assert [held.count(f"callcenter:{kind}:") for kind in ("call", "caller", "who")] == [4, 2, 1]
    assert "67123456" not in held
    assert NUMBER[1:].encode().hex() not in held
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        assert all([0 < await redis.ttl(key) <= 24 * 3600 for key in await redis.keys("*")])


async def test_a_number_sealed_at_another_machine_counts_as_withheld(redis_url: str) -> None:
    async with registries(redis_url, 1) as (here,), registries(redis_url, 1, b"other") as (there,):
        call_id = uuid4()
        await announce(here, call_id)
        assert (await there.admit(call_id, "127.0.0.1")).caller_id is None


async def test_what_redis_forgot_goes_to_the_queue(redis_server: EmbeddedRedis, redis_url: str) -> None:
    async with registries(redis_url, 1) as (registry,):
        call_id = uuid4()
        await announce(registry, call_id)
        await registry.admit(call_id, "127.0.0.1")
        redis_server.empty()
        registry.decide_next(call_id, "bye")
        registry.release(call_id)
        assert await registry.next_step(call_id) == "queue"
        assert await registry.started_at(call_id) is None
    assert await contents(redis_url) == "{}"


async def test_without_redis_new_calls_are_refused_and_old_ones_go_on_to_the_queue(own_redis: EmbeddedRedis) -> None:
    async with registries(own_redis.url(), 1) as (registry,):
        talking, waiting = uuid4(), uuid4()
        await announce(registry, talking)
        await announce(registry, waiting)
        await registry.admit(talking, "127.0.0.1")
        assert registry.fault == ""
        own_redis.stop()
        assert await admit(registry, waiting) is RefusalReason.REGISTRY_AWAY
        assert await announce(registry, uuid4()) is RefusalReason.REGISTRY_AWAY
        assert "Redis does not answer" in registry.fault
        registry.decide_next(talking, "bye")
        registry.release(talking)
        assert await registry.next_step(talking) == "queue"
        with pytest.raises(RegistryError):
            await registry.started_at(talking)
        own_redis.start()
        later = uuid4()
        assert await announce(registry, later) is None
        assert await admit(registry, later) is None
        assert registry.fault == ""


async def test_a_redis_that_hangs_is_not_waited_for() -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while await reader.read(4096):
                pass
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with registries(f"redis://127.0.0.1:{port}/0", 1) as (registry,), asyncio.timeout(10):
        assert await admit(registry, uuid4()) is RefusalReason.REGISTRY_AWAY
        assert await registry.next_step(uuid4()) == "queue"
    server.close()
    await asyncio.sleep(0.05)  # until the last of its handlers has seen the end
