"""callcenter bench calls."""

from typing import Annotated

import typer


def calls(
    calls: Annotated[int, typer.Option(min=1, max=200, help="So many at once.")] = 20,
    turns: Annotated[int, typer.Option(min=1, max=5, help="Questions a call.")] = 5,
    runs: Annotated[int, typer.Option(min=1, max=50)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, and nothing else.")] = False,
) -> None:
    """Many callers at once talk to the media server that runs here, as Asterisk's callers would: announced and greeted.

    Ends with code 1 when something went unanswered too.
    """
    import uvloop

    from callcenter.bench.calls import measure_calls
    from callcenter.config import load_settings
    from callcenter.embedded.running import environment_of_running
    from callcenter.phone.wishes import Wishes, dial

    settings = load_settings()
    report = uvloop.run(
        measure_calls(dial(Wishes(), settings, environment_of_running(settings.state_dir)), calls, turns, runs)
    )
    report.print(as_json=as_json)
    if not report.trustworthy or report.medians()["answered"] != calls:
        raise typer.Exit(1)
