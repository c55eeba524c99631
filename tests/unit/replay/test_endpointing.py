"""The turn detector over a whole recording."""

from callcenter.config import TurnSettings, VadSettings
from callcenter.ports import Activity
from callcenter.replay.endpointing import Decision, Pause, Vote, decide

SPEECH, SILENCE = Activity(0.95, -20), Activity(0.02, -60)
TURN = TurnSettings(pause_ms=160, complete_silence_ms=320, silence_ms=640, incomplete_silence_ms=1280, barge_in_ms=160)


def recording(*lengths_ms: int) -> list[Activity]:
    """Silence and speech in turns, windows of 32 ms."""
    return [SPEECH if i % 2 else SILENCE for i, ms in enumerate(lengths_ms) for _ in range(ms // 32)]


def test_finds_each_turn() -> None:
    found = list(decide(recording(320, 640, 960, 640, 960), 32, TURN, VadSettings()))
    assert found == [
        Decision(started_ms=320, at_ms=1600, silence_ms=640, confirmed_ms=480, pauses=1),
        Decision(started_ms=1920, at_ms=3200, silence_ms=640, confirmed_ms=2080, pauses=1),
    ]


def test_votes_count_from_the_moment_they_come() -> None:
    asked: list[Pause] = []

    def words(pause: Pause) -> Vote:
        asked.append(pause)
        return Vote(after_ms=256, complete=1.0)

    (decision,) = decide(recording(320, 640, 960), 32, TURN, VadSettings(), words=words)
    assert asked == [Pause(started_ms=320, at_ms=960 + 160)]
    assert decision.at_ms == 960 + 160 + 256 + 32


def test_a_vote_on_a_pause_that_is_over_is_late() -> None:
    votes = iter([Vote(after_ms=500, complete=0.0), Vote(after_ms=32, complete=1.0)])
    (decision,) = decide(recording(320, 640, 320, 640, 960), 32, TURN, VadSettings(), words=lambda _: next(votes))
    assert decision.silence_ms == 320
    assert decision.pauses == 2


def test_the_voice_is_asked_once_a_pause_where_the_words_say_nothing() -> None:
    asked: list[int] = []

    def voice(pause: Pause) -> Vote:
        asked.append(pause.at_ms)
        return Vote(after_ms=32, complete=0.0)

    (decision,) = decide(recording(320, 640, 1600), 32, TURN, VadSettings(), voice=voice)
    assert asked == [960 + TURN.voice_after_ms]
    assert decision.silence_ms == 1280
