"""callcenter bench noise."""

from typing import Annotated

import typer


def noise(
    minutes: Annotated[float, typer.Option(min=0.5, max=60, help="Of each noise.")] = 5.0,
    runs: Annotated[int, typer.Option(min=1, max=20, help="Each with other levels and pauses.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")] = False,
) -> None:
    """Noise on the caller's side while the agent speaks: how often our voice is held or given up for nothing.

    As fast as the machine can, in the audio's own time: how busy it is changes nothing.
    """
    import asyncio
    from itertools import count

    from callcenter.bench.noise import measure
    from callcenter.bench.report import Run, repeat

    seeds = count(5)

    async def once() -> Run:
        return await measure(seed=next(seeds), minutes=minutes)

    settings = {"minutes": minutes, "runs": runs}
    report = asyncio.run(repeat("Noise on the caller's side while the agent speaks", settings, runs, once))
    report.print(as_json=as_json)
    if not report.trustworthy:
        raise typer.Exit(1)
