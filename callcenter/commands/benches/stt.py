"""callcenter bench stt."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from callcenter.config import Settings


def stt(
    sentences: Annotated[int, typer.Option(min=1, max=500, help="So many in each run.")] = 24,
    callers: Annotated[int, typer.Option(min=1, max=100, help="So many speak at once.")] = 4,
    runs: Annotated[int, typer.Option(min=1, max=20)] = 5,
    check: Annotated[
        bool, typer.Option("--check", help="Find out whether the Whisper model may be given short windows.")
    ] = False,
    recordings: Annotated[
        Path | None, typer.Option(help="With --check: a folder of WAV files of people who speak.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")] = False,
) -> None:
    """How fast the configured recognizer answers when the caller has stopped, and what it costs.

    With --check: the Whisper model of the settings hears sentences in short windows and padded to 30 s. The shortest in
    which it hears the same are used from the next start on (setting stt.whisper_window); code 1 when there are none.
    """
    from callcenter.config import load_settings

    settings = load_settings()
    passed = (
        _check(settings, sentences, recordings, as_json=as_json)
        if check
        else _measure(settings, sentences, callers, runs, as_json=as_json)
    )
    if not passed:
        raise typer.Exit(1)


def _measure(settings: "Settings", sentences: int, callers: int, runs: int, *, as_json: bool) -> bool:
    import asyncio

    from callcenter.bench.stt import bench

    report = asyncio.run(bench(settings, sentences, callers, runs))
    report.print(as_json=as_json)
    return report.trustworthy


def _check(settings: "Settings", sentences: int, recordings: Path | None, *, as_json: bool) -> bool:
    import json
    from dataclasses import asdict

    from callcenter.bench.machine import describe_machine
    from callcenter.bench.whisper_check import check_configured
    from callcenter.stt.whisper_model import WHOLE_S

    verdict, file = check_configured(settings, sentences, recordings)
    if as_json:
        told = {"machine": asdict(describe_machine()), **asdict(verdict), "window_s": verdict.window_s}
        print(json.dumps(told, indent=2))
        return verdict.window_s < WHOLE_S
    print(describe_machine())
    print(f"{verdict.utterances} utterances that the model is sure of, {verdict.words} words")
    for one in verdict.comparisons:
        print(
            f"windows of {one.window_s:>2} s: {one.different_words:.1%} of the words differ, log probability lost "
            f"{one.log_probability_lost:.3f}, {one.times_as_fast:.1f} times as fast"
        )
    print(f"used from the next start on: windows of {verdict.window_s} s ({file})")
    return verdict.window_s < WHOLE_S
