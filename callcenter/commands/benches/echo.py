"""callcenter bench echo."""

from typing import Annotated

import typer


def echo(
    calls: Annotated[int, typer.Option(min=1, max=2000, help="So many at once.")] = 800,
    seconds: Annotated[float, typer.Option(min=0.5, max=60)] = 10.0,
    runs: Annotated[int, typer.Option(min=1, max=20)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")] = False,
) -> None:
    """What the line itself costs: CPU of echoed calls against the same echo in C, jitter, memory, and whether each
    frame came back once, to its own call, also when frames arrive cut in two."""
    import uvloop

    from callcenter.bench.echo import bench, faulty_frames

    report = uvloop.run(bench(calls, seconds, runs))
    report.print(as_json=as_json)
    if not report.trustworthy or faulty_frames(report):
        raise typer.Exit(1)
