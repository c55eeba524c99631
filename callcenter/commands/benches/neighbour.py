"""callcenter bench neighbour."""

from typing import Annotated

import typer


def neighbour(
    calls: Annotated[int, typer.Option(min=1, max=1000, help="So many at once.")] = 100,
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="Of each half of a run.")] = 8.0,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Worker processes that compute.")] = 1,
    runs: Annotated[int, typer.Option(min=1, max=20)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")] = False,
) -> None:
    """How much later voices come while a worker process computes without a pause: with and without, in each run."""
    import uvloop

    from callcenter.bench.neighbour import bench

    report = uvloop.run(bench(calls, seconds, jobs, runs))
    report.print(as_json=as_json)
    if not report.trustworthy:
        raise typer.Exit(1)
