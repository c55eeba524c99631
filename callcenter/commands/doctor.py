"""callcenter doctor: what works, what is in use and why, and what to do to get better."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from callcenter.doctor.finding import Finding

MARKS = {"ok": "[green]✓[/]", "limited": "[yellow]•[/]", "off": "[dim]○[/]", "broken": "[red]✗[/]"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable: one object a component.")] = False,
) -> None:
    """Tell what works, what is in use and why, and what to do to get better. Code 1 when something needed is broken."""
    import asyncio

    from callcenter.config import load_settings
    from callcenter.doctor.examination import examine
    from callcenter.doctor.finding import Health

    findings = asyncio.run(examine(load_settings()))
    broken = any(finding.health is Health.BROKEN for finding in findings)
    if as_json:
        _print_json(findings, not broken)
    else:
        _print_table(findings)
    raise typer.Exit(1 if broken else 0)


def _print_json(findings: Sequence["Finding"], ok: bool) -> None:
    import json
    from dataclasses import asdict

    print(json.dumps({"ok": ok, "components": [asdict(finding) for finding in findings]}, ensure_ascii=False, indent=1))


def _print_table(findings: Sequence["Finding"]) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    for finding in findings:
        mark = MARKS[finding.health.value]
        console.print(
            f"{mark} [bold]{finding.component:<15}[/] {escape(finding.active)}: {escape(finding.why)}", soft_wrap=True
        )
        for choice in finding.choices:
            if not choice.active:
                more = f"; {choice.how_to_get}" if choice.how_to_get else ""
                text = f"{choice.name} ({'there' if choice.available else 'not there'}): {choice.why}{more}"
                console.print(f"{' ' * 18}[dim]{escape(text)}[/]", soft_wrap=True)
        if finding.to_do:
            console.print(f"{' ' * 18}→ {escape(finding.to_do)}", soft_wrap=True)
