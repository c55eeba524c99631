"""Whether what the caller said over our voice was meant to interrupt us. Pure."""

from callcenter.ports import Transcript

UNKNOWN_SPEECH_MS = 600
"""Speech over ours that was not understood counts as an interruption from this length on; shorter it is a cough, a
horn, somebody else in the room."""

BACKCHANNELS = frozenset({"uh-huh", "uh huh", "mhm", "mm", "hm", "aha", "ага", "угу", "мгм", "ну ну"})
"""Said to show that one listens. "Yes" and "okay" are not here: they may answer the question being asked."""


def is_interruption(transcript: Transcript, speech_ms: int) -> bool:
    """False: go on where the voice stopped."""
    words = transcript.text.strip(" .,!?…").lower()
    if not words:
        return transcript.rejected and speech_ms >= UNKNOWN_SPEECH_MS
    return words not in BACKCHANNELS
