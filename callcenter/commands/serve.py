"""callcenter serve: the media server."""

from enum import StrEnum
from typing import Annotated

import typer


class App(StrEnum):
    SHOP = "shop"
    ECHO = "echo"
    TONE = "tone"


def serve(
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Of AudioSocket.", show_default="settings: audiosocket")
    ] = "",
    app: Annotated[
        App,
        typer.Option(help="echo and tone: the line alone, for measuring; any UUID, no HTTP, no settings but its own."),
    ] = App.SHOP,
) -> None:
    """Run the media server: it takes the calls. Ends calls in good order at SIGTERM or Ctrl-C."""
    import uvloop

    from callcenter.config import load_settings
    from callcenter.sockets import parse_address

    settings = load_settings()
    if listen:
        host, port = parse_address(listen)
        settings = settings.model_copy(
            update={"audiosocket": settings.audiosocket.model_copy(update={"host": host, "port": port})}
        )
    if app is not App.SHOP:
        from callcenter.echo import echo, serve_line, tone

        uvloop.run(serve_line(settings, echo if app is App.ECHO else tone))
        return

    from callcenter.app import serve as serve_calls

    uvloop.run(serve_calls(settings))
