"""How loud the caller and the line are: tells when the voice has fallen silent before a voice detector dares to. Pure.

Silero's probability stays up for 100 to 250 ms after the last sound of a voice (8 kHz); its level falls at once.
"""

from callcenter.ports import Activity

UNVOICED = 0.2
"""A probability under which a window tells of the line alone."""
FLOOR_FALL, FLOOR_RISE = 0.4, 0.04
"""Share of the way to a window's level that the floor goes, down and up: a breath is not the line."""
SPEECH_RISE, SPEECH_FALL = 0.5, 0.03
LOWEST_DBFS = -70.0
"""Networks that suppress silence send digital zeros: nobody speaks as softly as that."""


class Levels:
    """Of one call; an utterance starts with `begin`."""

    def __init__(self, fall_db: float, margin_db: float) -> None:
        """Silence is `fall_db` under the voice, or within `margin_db` of the line's own noise."""
        self._fall_db, self._margin_db = fall_db, margin_db
        self.floor_dbfs = LOWEST_DBFS
        self.speech_dbfs = LOWEST_DBFS
        self._heard_line = False

    def begin(self) -> None:
        self.speech_dbfs = LOWEST_DBFS

    def feed(self, activity: Activity, *, voiced: bool) -> None:
        level = max(activity.level_dbfs, LOWEST_DBFS)
        if voiced:
            self.speech_dbfs += (level - self.speech_dbfs) * (SPEECH_RISE if level > self.speech_dbfs else SPEECH_FALL)
        elif activity.probability < UNVOICED:
            step = FLOOR_FALL if level < self.floor_dbfs else FLOOR_RISE
            self.floor_dbfs = level if not self._heard_line else self.floor_dbfs + (level - self.floor_dbfs) * step
            self._heard_line = True

    def silent(self, level_dbfs: float) -> bool:
        """Not the caller's voice, whatever the detector says. False until the line itself has been heard."""
        under_voice = level_dbfs < self.speech_dbfs - self._fall_db
        at_floor = self._heard_line and level_dbfs < self.floor_dbfs + self._margin_db
        return under_voice or (at_floor and level_dbfs < self.speech_dbfs - self._margin_db)
