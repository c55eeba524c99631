"""callcenter bench answers."""

from typing import Annotated, Literal

import typer


def answers(
    calls: Annotated[int, typer.Option(min=1, max=500, help="So many at once.")] = 10,
    parts: Annotated[
        Literal["fakes", "speech", "rules"],
        typer.Option(
            "--with",
            help="fakes: no model is real; speech: the embedded recognizer and voice, with a fake language model; "
            "rules: those, the rule-driven agent and the demo store.",
        ),
    ] = "fakes",
    first_token_ms: Annotated[int, typer.Option(min=0, help="Of the fake language model.")] = 300,
    tokens_per_s: Annotated[float, typer.Option(min=1, help="Of the fake language model.")] = 40,
    runs: Annotated[int, typer.Option(min=1, max=50)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, and nothing else.")] = False,
) -> None:
    """How fast callers are answered, and how fast the voice stops for them."""
    import asyncio

    from callcenter.bench.answers import Asked, Parts, measure_answers

    report = asyncio.run(measure_answers(Asked(calls, Parts(parts), first_token_ms, tokens_per_s), runs))
    report.print(as_json=as_json)
    if not report.trustworthy:
        raise typer.Exit(1)
