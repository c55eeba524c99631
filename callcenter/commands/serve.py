"""callcenter serve: the media server."""


def serve() -> None:
    """Run the media server: it takes the calls. Ends calls in good order at SIGTERM or Ctrl-C."""
    import uvloop

    from callcenter.app import serve as serve_calls
    from callcenter.config import load_settings

    uvloop.run(serve_calls(load_settings()))
