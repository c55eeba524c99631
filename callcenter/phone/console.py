"""The call as a person reads it."""

from rich.console import Console
from rich.markup import escape

from callcenter.phone.conversation import Saying
from callcenter.phone.report import CallReport
from callcenter.phone.script import TurnResult


class ConsoleProgress:
    """Prints what happens while it happens."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, event: Saying | TurnResult) -> None:
        match event:
            case Saying():
                how = "interrupts" if event.interrupting else "says"
                self._console.print(f"  [bold cyan]caller[/] {how}: {escape(event.label)}", highlight=False)
            case TurnResult():
                self._console.print(f"  [bold green]agent [/] {describe_answer(event)}", highlight=False)


def describe_answer(turn: TurnResult) -> str:
    """One line."""
    if turn.answer_ms is None:
        return "[red]gave no answer[/]"
    words = ["began before the caller had finished" if turn.early else f"answered after {turn.latency_ms} ms"]
    words.append(f"spoke {turn.answer_ms / 1000:.1f} s{', was interrupted' if turn.cut else ''}")
    if turn.stopped_after_ms is not None:
        words.append(f"had stopped {turn.stopped_after_ms} ms after the interruption began")
    if turn.gaps_ms:
        words.append(f"[yellow]{len(turn.gaps_ms)} gaps, the longest {max(turn.gaps_ms)} ms[/]")
    return ", ".join(words)


ENDINGS = {
    "agent": "the agent hung up",
    "caller": "the caller hung up",
    "failure": "[red]the line broke[/]",
}


def print_report(console: Console, report: CallReport) -> None:
    if report.announced != "ok":
        console.print(f"  [yellow]the media server said: {escape(report.announced)}[/]", highlight=False)
    if report.greeting_latency_ms is not None:
        greeting = f"greeting after {report.greeting_latency_ms} ms, {(report.greeting_ms or 0) / 1000:.1f} s long"
        console.print(f"  {greeting}", highlight=False)
    goes = "the call is over" if report.next == "bye" else "the dialplan takes the caller to the operators' queue"
    console.print(f"  {ENDINGS[report.ended_by]} after {report.duration_s:.1f} s; {goes}", highlight=False)
    line = report.line
    console.print(
        f"  [dim]{line.frames_received} frames, {line.frames_late} late; jitter p50 {line.jitter_ms_p50} ms, "
        f"p99 {line.jitter_ms_p99} ms, max {line.jitter_ms_max} ms "
        f"(the phone's own lateness p99 {line.own_late_ms_p99} ms)[/]",
        highlight=False,
    )
