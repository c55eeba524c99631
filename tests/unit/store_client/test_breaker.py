from hypothesis import given
from hypothesis import strategies as st

from store_client.breaker import Admission, Breaker, BreakerState, Outcome


def fail(breaker: Breaker, *times_s: float) -> None:
    for now_s in times_s:
        breaker.settle(breaker.admit(now_s), Outcome.FAILED, now_s)


def opened_at_100() -> Breaker:
    breaker = Breaker()
    fail(breaker, 96, 97, 98, 99, 100)
    return breaker


def test_five_failures_within_30_s_open_it() -> None:
    breaker = Breaker()
    fail(breaker, 0, 10, 20, 29)
    assert breaker.admit(29.5) is Admission.CALL
    fail(breaker, 30)
    assert breaker.state is BreakerState.OPEN
    assert breaker.admit(30.1) is Admission.REFUSED


def test_five_failures_over_a_longer_time_do_not() -> None:
    breaker = Breaker()
    fail(breaker, *range(0, 300, 8))
    assert breaker.state is BreakerState.CLOSED


def test_successes_between_failures_do_not_hide_them() -> None:
    breaker = Breaker()
    for now_s in range(5):
        fail(breaker, now_s)
        breaker.settle(breaker.admit(now_s), Outcome.SUCCEEDED, now_s)
    assert breaker.state is BreakerState.OPEN


def test_after_30_s_one_probe_is_let_through_and_nobody_else() -> None:
    breaker = opened_at_100()
    assert breaker.admit(129.9) is Admission.REFUSED
    assert not breaker.refuses(130)
    assert breaker.admit(130) is Admission.PROBE
    assert breaker.admit(130) is Admission.REFUSED


def test_a_probe_that_succeeds_closes_it_and_forgets_the_failures() -> None:
    breaker = opened_at_100()
    breaker.settle(breaker.admit(130), Outcome.SUCCEEDED, 131)
    fail(breaker, 131, 132, 133, 134)
    assert breaker.state is BreakerState.CLOSED


def test_a_probe_that_fails_opens_it_for_30_s_more() -> None:
    breaker = opened_at_100()
    breaker.settle(breaker.admit(130), Outcome.FAILED, 133)
    assert breaker.admit(162.9) is Admission.REFUSED
    assert breaker.admit(163) is Admission.PROBE


def test_after_an_abandoned_probe_the_next_call_probes() -> None:
    breaker = opened_at_100()
    breaker.settle(breaker.admit(130), Outcome.ABANDONED, 131)
    assert breaker.admit(131) is Admission.PROBE


def test_calls_that_were_out_when_it_opened_decide_nothing() -> None:
    breaker = opened_at_100()
    breaker.settle(Admission.CALL, Outcome.SUCCEEDED, 101)
    assert breaker.admit(101) is Admission.REFUSED
    assert breaker.admit(130) is Admission.PROBE
    breaker.settle(Admission.CALL, Outcome.FAILED, 131)
    breaker.settle(Admission.PROBE, Outcome.SUCCEEDED, 132)
    assert breaker.state is BreakerState.CLOSED


@given(st.lists(st.tuples(st.floats(0, 20), st.sampled_from(Outcome))))
def test_it_never_stays_shut_for_longer_than_its_time(steps: list[tuple[float, Outcome]]) -> None:
    breaker, now_s = Breaker(), 0.0
    for passed_s, outcome in steps:
        now_s += passed_s
        admission = breaker.admit(now_s)
        if admission is not Admission.REFUSED:
            breaker.settle(admission, outcome, now_s)
    assert breaker.admit(now_s + 30.001) is not Admission.REFUSED  # a hair more: floats round
