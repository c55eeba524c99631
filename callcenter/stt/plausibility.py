"""Whether what a Whisper wrote was ever said: on noise and silence it makes up fluent sentences. Pure."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

# Whisper's own thresholds (openai/whisper, transcribe.py)
NO_SPEECH = 0.6
LOG_PROBABILITY = -1.0
COMPRESSION_RATIO = 2.4

_NOT_LETTERS = re.compile(r"[^\w\s]+")
INVENTED = frozenset(
    {
        "thank you for watching",
        "thanks for watching",
        "please subscribe",
        "you",
        "bye bye",
        "дякую за перегляд",
        "дякую за увагу",
        "дякуємо за перегляд",
        "підписуйтесь на канал",
        "спасибо за просмотр",
        "продолжение следует",
        "подписывайтесь на канал",
        "субтитры сделал dimatorzok",
        "субтитры создавал dimatorzok",
        "редактор субтитров а синецкая корректор а егорова",
    }
)
"""What Whisper has read under videos, and says when there is nothing to hear."""


@dataclass(frozen=True, slots=True)
class Segment:
    text: str
    log_probability: float = 0.0
    """Mean of its tokens."""
    no_speech: float = 0.0
    compression_ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    text: str
    """"" when nothing of it is believed."""
    confidence: float
    rejected: bool


def judge(segments: Sequence[Segment]) -> Verdict:
    """Keep the segments that are believed."""
    believed = [segment for segment in segments if _is_believed(segment)]
    text = " ".join(segment.text.strip() for segment in believed).strip()
    if not text:
        return Verdict("", 0.0, rejected=True)
    mean = sum(segment.log_probability for segment in believed) / len(believed)
    return Verdict(text, min(1.0, math.exp(mean)), rejected=False)


def _is_believed(segment: Segment) -> bool:
    words = " ".join(_NOT_LETTERS.sub(" ", segment.text.lower()).split())
    return bool(
        words
        and words not in INVENTED
        and segment.log_probability >= LOG_PROBABILITY
        and segment.compression_ratio <= COMPRESSION_RATIO
        and segment.no_speech <= NO_SPEECH
    )
