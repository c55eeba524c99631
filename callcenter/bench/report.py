"""Figures of several runs, their medians, and whether they may be believed.

A run in which the generator itself was late says something of the machine and nothing of the server: it is thrown away
and made again, and when too few good ones remain nothing is reported.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from callcenter.bench.machine import Machine, describe_machine


@dataclass(frozen=True, slots=True)
class Run:
    """One run. A figure's name ends in its unit: "response_p50_ms"."""

    figures: Mapping[str, float | None]
    """None: there was nothing to measure."""
    fault: str = ""
    """Why this run says nothing ("generator late by 12 ms (p99), at most 2 allowed"); "" for a good one."""


@dataclass(frozen=True, slots=True)
class Report:
    title: str
    machine: Machine
    settings: Mapping[str, Any]
    """What was asked for: calls, seconds, options of the server."""
    wanted_runs: int
    runs: tuple[Run, ...]

    @property
    def good(self) -> tuple[Run, ...]:
        return tuple(run for run in self.runs if not run.fault)

    @property
    def trustworthy(self) -> bool:
        return len(self.good) >= self.wanted_runs

    def values(self, name: str) -> list[float]:
        return [value for run in self.good if (value := run.figures.get(name)) is not None]

    def medians(self) -> dict[str, float | None]:
        names = dict.fromkeys(name for run in self.good for name in run.figures)
        return {name: round(median(values), 3) if (values := self.values(name)) else None for name in names}

    def as_json(self) -> dict[str, Any]:
        """No medians when they cannot be believed; the faults say why."""
        return {
            "title": self.title,
            "machine": asdict(self.machine),
            "settings": dict(self.settings),
            "trustworthy": self.trustworthy,
            "medians": self.medians() if self.trustworthy else None,
            "runs": [{"figures": dict(run.figures), "fault": run.fault} for run in self.runs],
        }

    def print(self, *, as_json: bool) -> None:
        if as_json:
            print(json.dumps(self.as_json(), indent=2))
            return
        console = Console()
        console.print(f"[bold]{self.title}[/]")
        console.print(str(self.machine), highlight=False)
        told = [f"{name} {value}" for name, value in self.settings.items()]
        console.print(", ".join([*told, f"{len(self.good)} good runs of {len(self.runs)}"]), highlight=False)
        for run in self.runs:
            if run.fault:
                console.print(f"thrown away: {run.fault}", highlight=False)
        if not self.trustworthy:
            console.print(
                f"Nothing to report: {len(self.good)} good runs of the {self.wanted_runs} wanted. Is the machine busy?"
            )
            return
        table = Table("figure", "median", "least", "most")
        for name, middle in self.medians().items():
            values = self.values(name)
            table.add_row(
                name,
                *("-" if not values else f"{each:g}" for each in (middle or 0, min(values or [0]), max(values or [0]))),
            )
        console.print(table)


async def repeat(
    title: str,
    settings: Mapping[str, Any],
    runs: int,
    once: Callable[[], Awaitable[Run]],
    *,
    most_faults: int | None = None,
) -> Report:
    """Run until there are so many good runs, or too many (by default as many as wanted) that say nothing."""
    machine = describe_machine()
    done: list[Run] = []
    faults = runs if most_faults is None else most_faults
    while sum(not run.fault for run in done) < runs and sum(bool(run.fault) for run in done) <= faults:
        done.append(await once())
    return Report(title, machine, settings, runs, tuple(done))
