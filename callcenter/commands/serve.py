"""callcenter serve: the media server."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from callcenter.config import Settings

MOST_CALLS = 1000
"""With --fake-models, unless the settings say otherwise: what is measured is how many there can be."""
NEVER_S = 86_400.0


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
    fake_models: Annotated[
        bool,
        typer.Option(
            "--fake-models",
            help="Recognizer, language model and voice are replaced by ones of known speed; any UUID is taken, nobody "
            "is greeted or asked whether they are still there. For measuring the rest.",
        ),
    ] = False,
    fake_llm: Annotated[
        bool, typer.Option("--fake-llm", help="The same, with only the language model replaced.")
    ] = False,
    first_token_ms: Annotated[int, typer.Option(min=0, help="Of the fake language model.")] = 300,
    tokens_per_s: Annotated[float, typer.Option(min=1, help="Of the fake language model.")] = 40,
) -> None:
    """Run the media server: it takes the calls. Ends calls in good order at SIGTERM or Ctrl-C."""
    from callcenter.config import load_settings
    from callcenter.media.workers import become_worker
    from callcenter.sockets import parse_address

    settings = load_settings()
    if listen:
        host, port = parse_address(listen)
        settings = _changed(settings, "audiosocket", host=host, port=port)
    if app is not App.SHOP:
        _serve_line(settings, app)
        return
    if fake_models or fake_llm:
        settings = _for_measuring(settings)
    settings, place = become_worker(settings)

    # only now: the parent of several workers stays light, and what these import must find it as it is in a worker
    import uvloop

    from callcenter.app import serve as serve_calls
    from callcenter.fake_models import Fakes

    fakes = Fakes(first_token_ms, tokens_per_s, llm_only=not fake_models) if fake_models or fake_llm else None
    uvloop.run(serve_calls(settings, fakes, place))


def _serve_line(settings: "Settings", app: App) -> None:
    import uvloop

    from callcenter.echo import echo, serve_line, tone

    uvloop.run(serve_line(settings, echo if app is App.ECHO else tone))


def _for_measuring(settings: "Settings") -> "Settings":
    if "max_calls" not in settings.audiosocket.model_fields_set:
        settings = _changed(settings, "audiosocket", max_calls=MOST_CALLS)
    settings = _changed(settings, "call", greet=False, silence_prompt_s=NEVER_S)
    return _changed(settings, "telephony", accept_unknown=True)


def _changed(settings: "Settings", section: str, **values: Any) -> "Settings":
    return settings.model_copy(update={section: getattr(settings, section).model_copy(update=values)})
