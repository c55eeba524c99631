"""callcenter serve: the media server."""

from typing import Annotated

import typer


def serve(
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Of AudioSocket.", show_default="settings: audiosocket")
    ] = "",
) -> None:
    """Run the media server: it takes the calls. Ends calls in good order at SIGTERM or Ctrl-C."""
    import uvloop

    from callcenter.app import serve as serve_calls
    from callcenter.config import load_settings
    from callcenter.sockets import parse_address

    settings = load_settings()
    if listen:
        host, port = parse_address(listen)
        settings = settings.model_copy(
            update={"audiosocket": settings.audiosocket.model_copy(update={"host": host, "port": port})}
        )
    uvloop.run(serve_calls(settings))
