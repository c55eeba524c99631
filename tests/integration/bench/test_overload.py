"""The short form of `callcenter bench overload`: who has a place is answered, nobody else gets one."""

from callcenter.bench.overload import measure_overload
from tests.integration.bench.settings import PATIENT


async def test_calls_in_progress_stay_and_the_rest_is_refused() -> None:
    report = await measure_overload(calls=3, seconds=12, runs=1, environment=PATIENT)
    figures = report.runs[0].figures
    assert figures["calls_lost_at_1x"] == figures["calls_lost_at_2x"] == 0
    assert figures["unanswered_at_2x"] == 0
    assert figures["response_p95_ms_at_1x"]
    assert figures["response_p95_ms_at_2x"]
    assert figures["admitted_beyond"] == figures["neither"] == 0
    assert figures["refused"] == figures["offered_too_many"]
    assert (figures["refused"] or 0) >= 3 * 5
