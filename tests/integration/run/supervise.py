"""Runs the supervisor over small programs, which the test describes in JSON on the command line."""

import asyncio
import json
import sys
from pathlib import Path

from rich.console import Console

from callcenter.embedded.component import Component, answers_ready
from callcenter.embedded.console import ConsoleDisplay
from callcenter.embedded.supervisor import Supervisor
from callcenter.errors import CallCenterError, ConfigurationError

PROGRAM = Path(__file__).with_name("program.py")


def component(folder: Path, name: str, port: int, manner: str, needs: list[str], stage: int) -> Component:
    return Component(
        name=name,
        command=(sys.executable, str(PROGRAM), name, str(port), str(folder), manner),
        ready=answers_ready("127.0.0.1", port),
        needs=tuple(needs),
        where=f"port {port}",
        stop_stage=stage,
        stop_timeout_s=1,
    )


def main() -> None:
    folder = Path(sys.argv[1])
    components = [component(folder, **described) for described in json.loads(sys.argv[2])]
    display = ConsoleDisplay(Console(), ["Now call it."])
    try:
        asyncio.run(Supervisor(components, folder / "logs", {}, display).run())
    except CallCenterError as error:
        print(error, file=sys.stderr)
        sys.exit(2 if isinstance(error, ConfigurationError) else 1)


if __name__ == "__main__":
    main()
