"""The short form of `callcenter bench answers`: everything is answered, nothing is lost or cut."""

from callcenter.bench.answers import Asked, measure_answers
from tests.integration.bench.settings import PATIENT


async def test_every_turn_is_answered_whole_and_the_server_accounts_for_it() -> None:
    report = await measure_answers(
        Asked(calls=3, first_token_ms=100, tokens_per_s=100, turns=3), runs=1, environment=PATIENT
    )
    figures = report.runs[0].figures
    assert figures["turns_answered"] == figures["turns_wanted"] == 9
    assert figures["calls_lost"] == figures["answered_early"] == figures["stalled"] == 0
    assert figures["answers_cut_ms"] == 0
    assert figures["barge_in_p50_ms"]
    assert figures["own_share_p95_ms"]
    assert figures["cpu_talk_s_a_call_minute"]
