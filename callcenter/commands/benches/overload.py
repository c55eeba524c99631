"""callcenter bench overload."""

from typing import Annotated

import typer


def overload(
    max_calls: Annotated[int, typer.Option(min=1, max=300, help="Places; as many callers more are refused.")] = 20,
    seconds: Annotated[float, typer.Option(min=10, max=600, help="Of twice the load.")] = 60,
    runs: Annotated[int, typer.Option(min=1, max=50)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, and nothing else.")] = False,
) -> None:
    """Twice as many calls as there are places: what those in progress notice, and how soon the others are refused."""
    import asyncio

    from callcenter.bench.overload import measure_overload

    report = asyncio.run(measure_overload(max_calls, seconds, runs))
    report.print(as_json=as_json)
    if not report.trustworthy:
        raise typer.Exit(1)
