from collections.abc import Callable, Iterator

import numpy as np
import pytest

from callcenter.stt.synthetic import Caller, Mouths, over_the_line

Speak = Callable[..., bytes]


@pytest.fixture(scope="package")
def speak() -> Iterator[Speak]:
    """speak("winter tires", "en-us+f2"): what comes out of an 8 kHz line."""
    with Mouths() as mouths:

        def say(text: str, voice: str = "en-us") -> bytes:
            return over_the_line(mouths.say(text, Caller(voice)), np.random.default_rng(len(text)))

        yield say
