"""callcenter bench: how fast and how good it is, measured from outside."""

from importlib import import_module

import typer

BENCHES = (
    "answers",
    "calls",
    "capacity",
    "echo",
    "neighbour",
    "noise",
    "overload",
    "pacing",
    "soak",
    "stt",
    "tts",
    "turns",
    "vad",
)
"""Modules of callcenter.commands.benches: each holds a function of its own name, the command."""

bench_app = typer.Typer(no_args_is_help=True)


@bench_app.callback()
def bench() -> None:
    """Measure what callers get, and what it costs. Each command names the machine, gives medians of several runs, and
    ends with code 1 when its own generator was too late for the figures to say anything."""


for _name in BENCHES:
    _module = import_module(f"callcenter.commands.benches.{_name}")
    bench_app.command(_name.replace("_", "-"))(getattr(_module, _name))
