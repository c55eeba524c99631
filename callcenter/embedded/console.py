"""The supervisor's words on the terminal: one line a component, and what still is on its way."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.status import Status


class ConsoleDisplay:
    def __init__(self, console: Console, next_steps: Sequence[str]) -> None:
        """`next_steps`: rich markup, printed when all is ready."""
        self._console = console
        self._next_steps = next_steps
        self._pending: list[str] = []
        self._status: Status | None = None
        self._all_ready = False

    def starting(self, name: str) -> None:
        self._pending.append(name)
        self._show_pending()

    def ready(self, name: str, seconds: float, where: str) -> None:
        self._pending.remove(name)
        self._line(f"[green]✓[/] {name:<14} {seconds:5.1f} s   [dim]{escape(where)}[/]")
        self._show_pending()

    def all_ready(self, seconds: float) -> None:
        self._all_ready = True
        self._show_pending()
        self._line(f"\n[bold green]Ready[/] in {seconds:.1f} s.\n")
        for step in self._next_steps:
            self._line(step)

    def died(self, name: str, how: str, restart_in_s: float, log: Path) -> None:
        self._line(f"[red]✗[/] {name} {escape(how)}; starting it again in {restart_in_s:.1f} s [dim](log: {log})[/]")

    def back(self, name: str, seconds: float) -> None:
        self._line(f"[green]✓[/] {name} is back after {seconds:.1f} s")

    def failed(self, name: str, lines: Sequence[str], log: Path) -> None:
        self._line(f"[red]✗[/] {name} did not start. The end of {log}:")
        for line in lines:
            self._line(f"[dim]{name} │[/] {escape(line)}")

    def stopping(self, why: str) -> None:
        self._all_ready = True
        self._show_pending()
        self._line(f"{why}: ending. Calls in progress may finish; once more to end at once.")

    def stopped(self, seconds: float) -> None:
        self._all_ready = True
        self._show_pending()
        self._line(f"Everything has ended ({seconds:.1f} s).")

    def _line(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)

    def _show_pending(self) -> None:
        """The moving line at the bottom: only on a terminal, only while something is being started."""
        if self._status is not None and (self._all_ready or not self._pending):
            self._status.stop()
            self._status = None
        elif self._console.is_terminal and self._pending and not self._all_ready:
            text = f"starting: {', '.join(self._pending)}"
            if self._status is None:
                self._status = self._console.status(text)
                self._status.start()
            self._status.update(text)
