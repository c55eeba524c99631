"""callcenter bench turns."""

from typing import Annotated, Literal

import typer


def turns(
    half: Annotated[
        Literal["report", "tune"],
        typer.Option(help="Settings are tuned on one half of the phrases and reported on the other."),
    ] = "report",
    runs: Annotated[int, typer.Option(min=1, max=20, help="Each with other voices, pauses and noise.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")] = False,
) -> None:
    """End of turn on 370 turns with pauses, digits in groups and hesitations: false cut-offs against delay.

    As fast as the machine can, in the audio's own time: how busy it is changes nothing.
    """
    import asyncio
    from itertools import count

    from callcenter.bench.report import Run, repeat
    from callcenter.bench.turns import measure

    seeds = count(3)

    async def once() -> Run:
        return await measure(half, seed=next(seeds))

    settings = {"half": half, "runs": runs}
    report = asyncio.run(repeat("End of turn: false cut-offs against delay", settings, runs, once))
    report.print(as_json=as_json)
    if not report.trustworthy:
        raise typer.Exit(1)
