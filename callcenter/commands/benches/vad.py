"""callcenter bench vad."""

from typing import Annotated

import typer


def vad(
    calls: Annotated[int, typer.Option(min=1, max=4000, help="So many at once.")] = 500,
    seconds: Annotated[float, typer.Option(min=0.2, max=60)] = 5.0,
    runs: Annotated[int, typer.Option(min=1, max=20)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")] = False,
) -> None:
    """How many calls' voice activity one core hears, with the real detector fed in real time."""
    import uvloop

    from callcenter.bench.vad import bench

    report = uvloop.run(bench(calls, seconds, runs))
    report.print(as_json=as_json)
    if not report.trustworthy:
        raise typer.Exit(1)
