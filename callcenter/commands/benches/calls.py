"""callcenter bench calls."""

from typing import Annotated

import typer


def calls(
    calls: Annotated[int, typer.Option(min=1, max=200, help="So many at once.")] = 20,
    turns: Annotated[int, typer.Option(min=1, max=5, help="Questions a call.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")] = False,
) -> None:
    """Many callers at once talk to the media server that runs here: lateness of frames, response, losses.

    Ends with code 1 when something went unanswered, or when our own lateness shows that the machine was too busy.
    """
    import asyncio
    import json

    import uvloop
    from rich.console import Console
    from rich.table import Table

    from callcenter.audio import LINE_RATE_HZ
    from callcenter.config import load_settings
    from callcenter.embedded.running import environment_of_running
    from callcenter.phone.crowd import place_calls
    from callcenter.phone.speech import espeak_voice
    from callcenter.phone.wishes import Wishes, dial

    settings = load_settings()
    dialed = dial(Wishes(), settings, environment_of_running(settings.state_dir))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        report, _ = runner.run(place_calls(dialed, calls, espeak_voice("en", LINE_RATE_HZ), turns))
    figures = report.figures()
    if as_json:
        print(json.dumps(figures, indent=2))
    else:
        table = Table("figure", "value", title=f"{calls} calls at once")
        for name, value in figures.items():
            if name not in ("reports", "call_ids"):
                table.add_row(name, str(value))
        Console().print(table)
    if report.answered < report.calls or not report.trustworthy:
        raise typer.Exit(1)
