"""callcenter call: a phone in the terminal."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_NUMBER = "+380671234567"


def call(
    say: Annotated[
        list[str] | None, typer.Option(help="Words to say, when the agent has finished. Repeatable.")
    ] = None,
    wav: Annotated[
        list[Path] | None, typer.Option(help="A 16-bit recording to play, after all --say. Repeatable.")
    ] = None,
    dtmf: Annotated[str, typer.Option(help="Keys to press, after all --say and --wav.")] = "",
    number: Annotated[str, typer.Option("--from", help='The caller\'s number; "" withholds it.')] = DEFAULT_NUMBER,
    called: Annotated[str, typer.Option("--did", help="The number that was called.")] = "100",
    to: Annotated[str, typer.Option(help="host:port of the AudioSocket server.", show_default="what is running")] = "",
    http: Annotated[str, typer.Option(help="URL of the media server's own HTTP.", show_default="what is running")] = "",
    language: Annotated[str, typer.Option(help="Of the caller's voice: en, uk or ru.", show_default="settings")] = "",
    wideband: Annotated[bool, typer.Option("--wideband", help="A line of 16 kHz instead of 8.")] = False,
    interrupt_after: Annotated[
        int | None, typer.Option(metavar="MS", help="Say the next thing so long after each answer has begun.")
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Write what the caller heard into this WAV file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, and nothing else.")] = False,
) -> None:
    """Call the media server, as Asterisk would, and measure what the caller hears.

    Without --say, --wav and --dtmf you speak for yourself, into the microphone. Ends with code 1 when something that
    the caller said was not answered.
    """
    import asyncio

    from callcenter.phone.wishes import Wishes, place

    wishes = Wishes(
        says=tuple(say or ()),
        wavs=tuple(wav or ()),
        keys=dtmf,
        caller_number=number,
        called=called,
        to=to,
        http=http,
        language=language,
        rate_hz=16000 if wideband else 8000,
        interrupt_after_ms=interrupt_after,
        record=record,
        as_json=as_json,
    )
    if not asyncio.run(place(wishes)):
        raise typer.Exit(1)
