"""The short form of `callcenter bench soak`: nothing of a call is left but memory that may be used again."""

from callcenter.bench.soak import measure_soak
from tests.integration.bench.settings import PATIENT


async def test_after_the_calls_no_task_descriptor_or_thread_is_left() -> None:
    report = await measure_soak(calls=12, at_once=6, runs=1, environment=PATIENT)
    figures = report.runs[0].figures
    assert (figures["calls"] or 0) >= 12
    assert figures["turns_answered"]
    assert figures["tasks_after"] == figures["tasks_before"]
    assert figures["descriptors_after"] == figures["descriptors_before"]
    assert figures["threads_after"] == figures["threads_before"]
    assert (figures["memory_mb_after"] or 0) > 0
