"""callcenter bench pacing."""

from typing import Annotated

import typer


def pacing(
    calls: Annotated[int, typer.Option(min=1, max=2000, help="So many at once.")] = 500,
    seconds: Annotated[float, typer.Option(min=0.5, max=60)] = 10.0,
    runs: Annotated[int, typer.Option(min=1, max=20)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")] = False,
) -> None:
    """How late frames come to calls into which one process speaks, as heard at the other end."""
    import uvloop

    from callcenter.bench.pacing import bench

    report = uvloop.run(bench(calls, seconds, runs))
    report.print(as_json=as_json)
    if not report.trustworthy:
        raise typer.Exit(1)
