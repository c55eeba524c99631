"""callcenter bench soak."""

from typing import Annotated

import typer


def soak(
    calls: Annotated[int, typer.Option(min=1, max=100_000, help="In a row.")] = 1000,
    at_once: Annotated[int, typer.Option(min=1, max=300, help="At most so many at a time.")] = 40,
    runs: Annotated[int, typer.Option(min=1, max=50, help="One takes minutes, and a leak shows in each.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, and nothing else.")] = False,
) -> None:
    """Many calls in a row: memory, descriptors, threads and tasks of the server before, halfway and after."""
    import asyncio

    from callcenter.bench.soak import measure_soak

    report = asyncio.run(measure_soak(calls, at_once, runs))
    report.print(as_json=as_json)
    if not report.trustworthy:
        raise typer.Exit(1)
