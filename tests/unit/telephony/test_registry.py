from datetime import UTC
from uuid import UUID, uuid4

import pytest

from callcenter.config import TelephonySettings
from callcenter.errors import CallRefused, RefusalReason
from callcenter.ports import CallRegistry
from callcenter.telephony.announcement import describe
from callcenter.telephony.registry import KEPT_S, MAX_KEPT, InMemoryCallRegistry

NUMBER = "+380671234567"


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def make(clock: Clock, **settings: object) -> InMemoryCallRegistry:
    return InMemoryCallRegistry(TelephonySettings.model_validate(settings), "en", monotonic=clock)


async def admission(registry: InMemoryCallRegistry, call_id: UUID) -> RefusalReason | None:
    try:
        await registry.admit(call_id, "127.0.0.1")
    except CallRefused as refusal:
        return refusal.reason
    return None


async def announcement(registry: InMemoryCallRegistry, call_id: UUID, number: str = NUMBER) -> RefusalReason | None:
    try:
        await registry.announce(describe(call_id, number, "100", "en"))
    except CallRefused as refusal:
        return refusal.reason
    return None


async def test_an_announced_call_is_admitted_with_what_was_told_of_it(clock: Clock) -> None:
    registry: CallRegistry = (telephony := make(clock))
    call_id = uuid4()
    await telephony.announce(describe(call_id, "067 123 45 67", "0800 100", "en"))
    call = await registry.admit(call_id, "127.0.0.1")
    assert (call.call_id, call.caller_id, call.called_id, call.language) == (call_id, NUMBER, "0800 100", "en")
    assert call.started_at.tzinfo is UTC
    assert await telephony.started_at(call_id) == call.started_at


async def test_a_call_that_nobody_announced_is_refused(clock: Clock) -> None:
    assert await admission(make(clock), uuid4()) is RefusalReason.UNKNOWN_UUID


async def test_a_call_that_nobody_announced_may_be_accepted_and_has_no_number(clock: Clock) -> None:
    registry, call_id = make(clock, accept_unknown=True), uuid4()
    call = await registry.admit(call_id, "127.0.0.1")
    assert (call.caller_id, call.called_id) == (None, None)
    assert await admission(registry, call_id) is RefusalReason.DUPLICATE_UUID


async def test_an_announcement_lapses(clock: Clock) -> None:
    registry, call_id = make(clock, announced_ttl_s=60), uuid4()
    assert await announcement(registry, call_id) is None
    clock.now_s += 61
    assert await admission(registry, call_id) is RefusalReason.UNKNOWN_UUID


async def test_what_became_of_a_call_that_was_never_admitted_can_still_be_journaled(clock: Clock) -> None:
    registry, lapsed, refused = make(clock), uuid4(), uuid4()
    await registry.announce(describe(lapsed, NUMBER, "", "en"))
    registry.drain()
    assert await announcement(registry, refused) is RefusalReason.DRAINING
    clock.now_s += 3600
    assert await registry.started_at(lapsed) is not None
    assert await registry.started_at(refused) is not None
    assert await registry.next_step(refused) == "queue"


async def test_a_lapsed_announcement_is_as_good_as_none_where_none_is_needed(clock: Clock) -> None:
    registry, call_id = make(clock, accept_unknown=True), uuid4()
    await registry.announce(describe(call_id, NUMBER, "", "en"))
    clock.now_s += 61
    assert await admission(registry, call_id) is None


async def test_a_uuid_serves_for_one_call(clock: Clock) -> None:
    registry, call_id = make(clock), uuid4()
    assert await announcement(registry, call_id) is None
    assert await announcement(registry, call_id) is RefusalReason.DUPLICATE_UUID
    assert await admission(registry, call_id) is None
    assert await admission(registry, call_id) is RefusalReason.DUPLICATE_UUID
    registry.release(call_id)
    assert await admission(registry, call_id) is RefusalReason.DUPLICATE_UUID
    assert await announcement(registry, call_id) is RefusalReason.DUPLICATE_UUID


async def test_the_next_step_is_the_queue_unless_the_session_says_bye(clock: Clock) -> None:
    registry, call_id = make(clock), uuid4()
    assert await registry.next_step(call_id) == "queue"
    registry.decide_next(call_id, "bye")
    assert await registry.next_step(call_id) == "queue"
    await registry.announce(describe(call_id, NUMBER, "", "en"))
    assert await registry.next_step(call_id) == "queue"
    await registry.admit(call_id, "127.0.0.1")
    assert await registry.next_step(call_id) == "queue"
    registry.decide_next(call_id, "bye")
    registry.release(call_id)
    assert await registry.next_step(call_id) == "bye"


async def test_an_ended_call_is_known_until_its_caller_has_surely_left_the_operators_too(clock: Clock) -> None:
    registry, call_id = make(clock), uuid4()
    await registry.announce(describe(call_id, NUMBER, "", "en"))
    await registry.admit(call_id, "127.0.0.1")
    clock.now_s += 10 * KEPT_S
    registry.release(call_id)
    clock.now_s += KEPT_S - 1
    assert await registry.started_at(call_id) is not None
    clock.now_s += 2
    assert await registry.started_at(call_id) is None


async def test_calls_an_hour_from_one_number_are_limited(clock: Clock) -> None:
    registry = make(clock, calls_per_hour=3)
    calls = [uuid4() for _ in range(5)]
    assert [await announcement(registry, call, "0671234567") for call in calls[:3]] == [None] * 3
    assert await announcement(registry, calls[3], NUMBER) is RefusalReason.TOO_MANY_FROM_CALLER
    assert await admission(registry, calls[3]) is RefusalReason.TOO_MANY_FROM_CALLER
    assert await registry.next_step(calls[3]) == "queue"
    assert await announcement(registry, uuid4(), "+380671234568") is None
    clock.now_s += 3601
    assert await announcement(registry, calls[4]) is None


async def test_withheld_numbers_are_not_one_caller(clock: Clock) -> None:
    registry = make(clock, calls_per_hour=1)
    assert [await announcement(registry, uuid4(), number) for number in ("", "anonymous", "Anonymous ")] == [None] * 3


async def test_a_draining_registry_takes_no_more_calls_and_still_answers_for_the_old(clock: Clock) -> None:
    registry, old, waiting = make(clock), uuid4(), uuid4()
    await registry.announce(describe(old, NUMBER, "", "en"))
    await registry.announce(describe(waiting, NUMBER, "", "en"))
    await registry.admit(old, "127.0.0.1")
    registry.drain()
    assert registry.draining
    assert await announcement(registry, uuid4()) is RefusalReason.DRAINING
    assert await admission(registry, waiting) is RefusalReason.DRAINING
    registry.decide_next(old, "bye")
    registry.release(old)
    assert await registry.next_step(old) == "bye"


async def test_memory_is_bounded_and_calls_in_progress_stay(clock: Clock) -> None:
    registry, active = make(clock, calls_per_hour=10**6), uuid4()
    await registry.announce(describe(active, NUMBER, "", "en"))
    await registry.admit(active, "127.0.0.1")
    first = uuid4()
    await registry.announce(describe(first, "", "", "en"))
    for _ in range(MAX_KEPT):
        await registry.announce(describe(uuid4(), "", "", "en"))
    clock.now_s += 20
    await registry.announce(describe(uuid4(), "", "", "en"))
    assert len(registry._calls) <= MAX_KEPT + 2
    assert await registry.started_at(first) is None
    assert await registry.started_at(active) is not None
    clock.now_s += KEPT_S
    await registry.announce(describe(uuid4(), "", "", "en"))
    assert len(registry._calls) == 2
