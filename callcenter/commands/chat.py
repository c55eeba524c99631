"""callcenter chat: the agent of the calls, in writing."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from callcenter.config import Settings


def chat(
    language: Annotated[str | None, typer.Option(help="en, uk or ru; else the configured one.")] = None,
    say: Annotated[
        list[str] | None, typer.Option(help="Say this instead of asking for input; may be repeated. #205 is typed.")
    ] = None,
    caller: Annotated[str | None, typer.Option("--from", help="The caller's number, like +380671234567.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a turn.")] = False,
) -> None:
    """Talk to the agent of the calls in writing. Lines come from the terminal, from --say, or from standard input; a
    line that begins with # is typed on the keypad. Ends with the line's end, a transfer, or a goodbye."""
    from callcenter.chat.conversation import converse
    from callcenter.chat.transcript import JsonTranscript, TerminalTranscript
    from callcenter.config import load_settings

    settings = _speaking(load_settings(), language)
    transcript = JsonTranscript() if as_json else TerminalTranscript()
    if not converse(settings, caller, say, transcript):
        raise typer.Exit(1)


def _speaking(settings: "Settings", language: str | None) -> "Settings":
    from typing import get_args

    from callcenter.errors import ConfigurationError
    from callcenter.ports import Language

    if language is None:
        return settings
    if language not in get_args(Language):
        raise ConfigurationError(f"--language: {language} is not spoken; choose one of {', '.join(get_args(Language))}")
    return settings.model_copy(update={"language": language})
