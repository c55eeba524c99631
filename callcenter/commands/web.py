"""callcenter web: the managers' web interface, which this package knows by name only."""

APPLICATION = "analytics.api.app:create_app"


def web() -> None:
    """Run the managers' web interface."""
    import uvicorn

    from callcenter.config import load_settings

    settings = load_settings()
    uvicorn.run(
        APPLICATION,
        factory=True,
        host=settings.web.host,
        port=settings.web.port,
        log_level=settings.log_level,
        server_header=False,
    )
