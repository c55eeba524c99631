"""Where the time of an answer goes. Pure: it is told when things happened, by one monotonic clock, in seconds.

Everything counts from the end of the caller's speech. What was prepared in the caller's silence may be done before the
turn is known to have ended: a stage may lie before the one that is named before it, never before the end of speech.
"""

from dataclasses import dataclass, field

from callcenter import metrics
from callcenter.records import Stage


@dataclass(slots=True)
class Waterfall:
    ended_at_s: float
    """The caller's last sound."""
    reached: dict[Stage, float] = field(default_factory=dict)
    waits: list[tuple[float, float]] = field(default_factory=list)
    """From when to when we waited for others: a model, a tool, or the caller to go on."""

    def reach(self, stage: Stage, at_s: float) -> None:
        """Only the first time counts."""
        self.reached.setdefault(stage, at_s)

    def wait(self, from_s: float, until_s: float) -> None:
        self.waits.append((from_s, until_s))

    def after_ms(self, stage: Stage) -> int | None:
        """Since the end of speech."""
        at_s = self.reached.get(stage)
        return None if at_s is None else max(0, round((at_s - self.ended_at_s) * 1000))

    def timeline_ms(self) -> dict[str, int]:
        return {stage.value: ms for stage in Stage if (ms := self.after_ms(stage)) is not None}

    def observe(self) -> None:
        """Count it, once the first frame is on the line."""
        metrics.response_latency.observe(self.reached[Stage.FIRST_AUDIO] - self.ended_at_s)
        metrics.own_share.observe(self.own_share_s() or 0.0)
        for stage, ms in self.timeline_ms().items():
            metrics.turn_stage.labels(stage).observe(ms / 1000)

    def end(self, at_s: float) -> None:
        """The last frame that the caller hears has been played."""
        if Stage.HEARD not in self.reached:
            self.reach(Stage.HEARD, at_s)
            metrics.turn_stage.labels(Stage.HEARD.value).observe(max(0.0, at_s - self.ended_at_s))

    def own_share_s(self) -> float | None:
        """Of the time to the first frame, what was no wait for others; None while there is no first frame."""
        if (until_s := self.reached.get(Stage.FIRST_AUDIO)) is None:
            return None
        own_s, at_s = 0.0, self.ended_at_s
        for from_s, to_s in sorted(self.waits):
            if at_s >= until_s:
                break
            own_s += max(0.0, min(from_s, until_s) - at_s)
            at_s = max(at_s, to_s)
        return own_s + max(0.0, until_s - at_s)
