"""callcenter bench tts."""

from typing import Annotated

import typer


def tts(
    sentences: Annotated[int, typer.Option(min=1, max=500, help="So many in each run.")] = 30,
    runs: Annotated[int, typer.Option(min=1, max=20)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")] = False,
) -> None:
    """How soon the configured voice's first sound is there: of new sentences, and of those that were said before."""
    import uvloop

    from callcenter.bench.tts import bench
    from callcenter.config import load_settings

    report = uvloop.run(bench(load_settings(), sentences, runs))
    report.print(as_json=as_json)
    if not report.trustworthy:
        raise typer.Exit(1)
