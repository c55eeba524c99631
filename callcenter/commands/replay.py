"""callcenter replay: what other settings would have done with calls that were recorded."""

from pathlib import Path
from typing import Annotated

import typer

replay_app = typer.Typer(no_args_is_help=True, help="Recorded calls once more, under other settings.")
SWEEP = ("silence_ms=400", "silence_ms=500", "silence_ms=700", "silence_ms=900", "smart_turn=off")


@replay_app.callback()
def replay() -> None:
    """Recorded calls once more, under other settings."""


@replay_app.command()
def turns(
    places: Annotated[
        list[Path], typer.Argument(help="WAV files (left: the caller), or folders of them.", exists=True)
    ],
    other: Annotated[
        list[str] | None,
        typer.Option("--set", help="Settings to compare with yours: silence_ms=500,smart_turn=off. May be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")] = False,
) -> None:
    """When turns would have ended: probable cut-offs against delay, for your settings and others."""
    import asyncio
    import json
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Table

    from callcenter.config import load_settings
    from callcenter.replay.recordings import read_recordings
    from callcenter.replay.turns import compare, hear, parse_settings

    yours = load_settings()
    settings = {"yours": yours.turn} | {text: parse_settings(text, yours.turn) for text in other or SWEEP}
    rows = compare(asyncio.run(hear(read_recordings(places))), settings, yours.vad)
    if as_json:
        print(json.dumps([asdict(row) | {"cut_off_pct": row.cut_off_pct} for row in rows], indent=2))
        return
    table = Table("settings", "turns", "probably cut off", "delay p50 ms", "delay p90 ms")
    for row in rows:
        delays = ("-" if each is None else f"{each:.0f}" for each in (row.delay_p50_ms, row.delay_p90_ms))
        table.add_row(row.settings, str(row.turns), f"{row.cut_off} ({row.cut_off_pct} %)", *delays)
    Console().print(table)
