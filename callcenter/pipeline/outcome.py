"""How a call ended, in the words of the journal. Pure: the same rules for every variant of an experiment."""

from dataclasses import dataclass

from callcenter.records import HangupBy, Outcome, Scenario, TransferReason


@dataclass(slots=True)
class CallFacts:
    """What happened in a call, as far as it decides the outcome."""

    scenario: Scenario = Scenario.OTHER
    goal_reached: bool = False
    """A tool succeeded and its answer was given, and no wish came after it that was left open."""
    wish_open: bool = False
    """The caller asked for something after the last goal was reached."""
    callback_promised: bool = False
    transferred: TransferReason | None = None
    """The call was handed to the queue."""
    broke: bool = False
    """The session failed and could not even hand over."""
    degraded: str | None = None
    hangup_by: HangupBy = HangupBy.CALLER


def outcome(facts: CallFacts) -> Outcome:
    """The first rule that holds."""
    if facts.transferred is not None:
        return Outcome.TRANSFERRED
    if facts.broke:
        return Outcome.FAILED
    if facts.callback_promised:
        return Outcome.CALLBACK
    if facts.goal_reached and not facts.wish_open:
        return Outcome.RESOLVED
    return Outcome.ABANDONED
