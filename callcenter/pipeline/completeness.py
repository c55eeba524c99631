"""How complete a thought is by its words. Pure."""

from callcenter.ports import Expectation, Transcript


def completeness(transcript: Transcript, expectation: Expectation) -> float:
    """0..1; 0.5 when the words tell nothing."""
    return 0.5
