"""callcenter bench capacity."""

from typing import Annotated

import typer


def capacity(
    step: Annotated[int, typer.Option(min=1, max=200, help="So many calls more each time.")] = 20,
    most: Annotated[int, typer.Option(min=1, max=1000, help="Look no further.")] = 200,
    runs: Annotated[int, typer.Option(min=1, max=50, help="At each number of calls.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as JSON, and nothing else.")] = False,
) -> None:
    """The most calls at once without a gap that is heard and with answers in time; everything real but the models."""
    import asyncio
    import json

    from callcenter.bench.answers import find_capacity

    most_calls, reports = asyncio.run(find_capacity(runs, step, most))
    if as_json:
        print(json.dumps({"capacity": most_calls, "reports": [report.as_json() for report in reports]}, indent=2))
    else:
        for report in reports:
            report.print(as_json=False)
        print(f"{most_calls} calls at once")
    if not all(report.trustworthy for report in reports):
        raise typer.Exit(1)
