"""callcenter run: everything on this machine, with servers of our own for those it lacks."""


def run() -> None:
    """Start everything on this machine: PostgreSQL, Redis and a demo store too, unless DATABASE_URL, REDIS_URL and
    STORE_API_URL name others. Ctrl-C ends it all."""
    import asyncio

    from rich.console import Console

    from callcenter.config import load_settings
    from callcenter.embedded.components import make_plan
    from callcenter.embedded.console import ConsoleDisplay
    from callcenter.embedded.running import announce, only_run
    from callcenter.embedded.supervisor import Supervisor

    settings = load_settings()
    with only_run(settings.state_dir):
        plan = make_plan(settings)
        announce(settings.state_dir, plan.env)
        display = ConsoleDisplay(Console(), _next_steps(plan.env, settings.web.host, settings.audiosocket.host))
        supervisor = Supervisor(plan.components, settings.state_dir.resolve() / "logs", plan.env, display)
        asyncio.run(supervisor.run())


def _next_steps(env: dict[str, str], web_host: str, media_host: str) -> list[str]:
    program = _this_program()
    media = f"{media_host}:{env['CALLCENTER_AUDIOSOCKET__PORT']}"
    return [
        f'  Call it:      [bold]{program} call --say "winter tires for a Toyota Camry"[/]',
        f"  In writing:   [bold]{program} chat[/]",
        f"  Web:          [bold]http://{web_host}:{env['CALLCENTER_WEB__PORT']}[/]",
        f"  Asterisk:     copy asterisk/ to the exchange; its dialplan calls AudioSocket at {media}",
        f"  What is used: [bold]{program} doctor[/]",
        "  Ctrl-C ends everything.",
    ]


def _this_program() -> str:
    """How the user may call us: as it was called this time."""
    import os
    import sys
    from pathlib import Path

    beside_python = Path(sys.executable).with_name("callcenter")
    if beside_python.exists():
        return os.path.relpath(beside_python)
    return f"{os.path.relpath(sys.executable)} -m callcenter.cli"
