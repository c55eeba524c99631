"""What a bench reports, and when it reports nothing."""

import asyncio

import pytest

from callcenter.bench.machine import describe_machine
from callcenter.bench.report import Report, Run, repeat

GOOD, LATE = Run({"response_p50_ms": 500.0}), Run({"response_p50_ms": 900.0}, "generator late by 20 ms")


def report(*runs: Run, wanted: int) -> Report:
    return Report("a bench", describe_machine(), {"calls": 10}, wanted, runs)


def test_medians_are_of_the_good_runs() -> None:
    runs = (Run({"a_ms": 1.0}), LATE, Run({"a_ms": 9.0}), Run({"a_ms": 2.0, "b_ms": None}))
    assert report(*runs, wanted=3).medians() == {"a_ms": 2.0, "b_ms": None}


def test_too_few_good_runs_give_no_medians(capsys: pytest.CaptureFixture[str]) -> None:
    untrusted = report(GOOD, LATE, LATE, wanted=2)
    assert not untrusted.trustworthy
    assert untrusted.as_json()["medians"] is None
    untrusted.print(as_json=False)
    printed = capsys.readouterr().out
    assert "generator late by 20 ms" in printed
    assert "Nothing to report" in printed


def test_runs_that_say_nothing_are_made_again() -> None:
    runs = iter([LATE, GOOD, LATE, GOOD])

    async def once() -> Run:
        return next(runs)

    done = asyncio.run(repeat("a bench", {}, 2, once))
    assert done.trustworthy
    assert [bool(run.fault) for run in done.runs] == [True, False, True, False]


def test_a_busy_machine_is_given_up() -> None:
    async def once() -> Run:
        return LATE

    done = asyncio.run(repeat("a bench", {}, 2, once))
    assert not done.trustworthy
    assert len(done.runs) == 3


def test_the_machine_is_named() -> None:
    machine = describe_machine()
    assert machine.cores >= 1
    assert machine.python in str(machine)
