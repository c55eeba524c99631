"""The command `callcenter`. Only the command that is called is imported, so that --help answers at once."""

import os
import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from callcenter.errors import CallCenterError, ConfigurationError


@dataclass(frozen=True, slots=True)
class Command:
    module: str
    attribute: str
    """A function, or a Typer application whose commands come below this one."""
    help: str


COMMANDS = {
    "run": Command("callcenter.commands.run", "run", "Start everything on this machine, also what it lacks."),
    "call": Command("callcenter.commands.call", "call", "Call the media server, as Asterisk would."),
    "chat": Command("callcenter.commands.chat", "chat", "Talk to the agent in writing."),
    "doctor": Command(
        "callcenter.commands.doctor", "doctor", "Tell what works, what is in use, and how to get better."
    ),
    "serve": Command("callcenter.commands.serve", "serve", "Run the media server: it takes the calls."),
    "web": Command("callcenter.commands.web", "web", "Run the managers' web interface."),
    "worker": Command("callcenter.commands.worker", "worker", "Run the jobs that follow a call (Celery)."),
    "models": Command("callcenter.commands.models", "models_app", "Speech models: which there are, how to get them."),
    "db": Command("callcenter.commands.db", "db_app", "The journal's tables."),
    "bench": Command("callcenter.commands.bench", "bench_app", "Measure what callers get."),
    "replay": Command("callcenter.commands.replay", "replay_app", "Recorded calls once more, under other settings."),
    "shop": Command("callcenter.commands.shop", "shop_app", "The shop's data: check it, look at it."),
}


OUR_PACKAGES = ("callcenter", "store_client", "demo_store", "analytics")


def main() -> None:
    """Run the command line. A CallCenterError is one line: code 2 for what the user must mend, else 1."""
    # Our matrices are small: numpy's second thread only waits for the next one, at 20 ms of CPU each time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        called = _called(sys.argv[1:])
        if called in COMMANDS and called != "run":
            _join_running()
        build(called)()
    except ConfigurationError as error:
        sys.exit(_complain(error, 2))
    except CallCenterError as error:
        sys.exit(_complain(error, 1))
    except ModuleNotFoundError as error:
        if (error.name or "callcenter").split(".")[0] in OUR_PACKAGES:
            raise
        sys.exit(_complain(f"the Python package {error.name} is missing; `make setup` installs what is needed", 2))
    except KeyboardInterrupt:
        sys.exit(130)


def build(called: str | None) -> typer.Typer:
    """The application in which `called` is real and every other command is its line in the help."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, context_settings=HELP_OPTIONS
    )
    app.callback()(_options)
    for name, command in COMMANDS.items():
        if name != called:
            app.command(name, help=command.help)(_not_called)
            continue
        real = getattr(import_module(command.module), command.attribute)
        if isinstance(real, typer.Typer):
            app.add_typer(real, name=name, help=command.help)
        else:
            app.command(name)(real)
    return app


HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


def _called(arguments: list[str]) -> str | None:
    return next((argument for argument in arguments if not argument.startswith("-")), None)


def _join_running() -> None:
    """Lead this command to what `callcenter run` runs in the same folder: its PostgreSQL, its ports. The environment
    that the user has set goes first."""
    from callcenter.config import load_settings
    from callcenter.embedded.running import environment_of_running

    for name, value in environment_of_running(load_settings().state_dir).items():
        os.environ.setdefault(name, value)


def _print_version(wanted: bool) -> None:
    if not wanted:
        return
    try:
        print(f"callcenter {version('callcenter')}")
    except PackageNotFoundError:
        print("callcenter (from its source folder)")
    raise typer.Exit


def _options(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """A voice agent that answers a shop's phone over Asterisk AudioSocket and fails to a human."""


def _not_called() -> None:
    """Stands in the help for a command that this run does not need."""


def _complain(error: CallCenterError | str, code: int) -> int:
    print(f"callcenter: {' '.join(str(error).split())}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
