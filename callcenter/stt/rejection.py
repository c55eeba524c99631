"""When the embedded recognizer does not believe its own hypothesis. Pure.

The measure is the log likelihood ratio of grammar and phone loop, a frame of words (see sphinx_engine). By it one
threshold serves grammars of 6 sentences and of 7,000: what is in them is refused in 2-10% of tries, foreign speech in
97% (`python -m callcenter.stt.bench`).
"""

import math

REJECT_BELOW = -0.0016
CONFIDENCE_STEP = 0.0006


def confidence(likelihood_ratio: float | None) -> float:
    """0..1; under 0.5 it is rejected. None, no hypothesis at all, is 0."""
    if likelihood_ratio is None:
        return 0.0
    return 1 / (1 + math.exp(-max(-50.0, (likelihood_ratio - REJECT_BELOW) / CONFIDENCE_STEP)))
