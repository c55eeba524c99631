"""One utterance, pause by pause."""

import asyncio

from callcenter.events import Transcribed
from callcenter.pipeline.hearing import MOST_GUESSED_MS, Finished, Hearing
from callcenter.ports import Expectation
from tests.fakes.parts import FakeRecognitionSession, FakeRecognizer
from tests.fakes.virtual_time import run

SECOND = b"\x00\x20" * 8000
END = Finished(800, 1.0, 1.5, "silence")


def hearing(*says: str | list[str]) -> tuple[Hearing, FakeRecognizer]:
    recognizer = FakeRecognizer(list(says))
    return Hearing(FakeRecognitionSession(recognizer), Expectation(), 8000, timeout_s=8), recognizer


def test_what_was_recognized_in_the_pause_is_the_final_text_when_nothing_follows() -> None:
    async def test() -> None:
        heard, recognizer = hearing(["six tires", "never asked for"])
        heard.feed(SECOND)
        heard.pause()
        transcript = await heard.so_far()
        assert transcript is not None
        heard.feed(bytes(3200))
        finished = await heard.finish(END)
        assert isinstance(finished, Transcribed)
        assert finished.transcript is transcript
        assert transcript.audio_ms == 1000
        assert len(recognizer.expectations) == 1

    run(test())


def test_what_follows_a_pause_is_heard_together_with_what_was_before() -> None:
    async def test() -> None:
        heard, _ = hearing(["six", "six tires"])
        heard.feed(SECOND)
        heard.pause()
        await heard.so_far()
        assert heard.go_on() == 1000
        heard.feed(SECOND)
        finished = await heard.finish(END)
        assert isinstance(finished, Transcribed)
        assert finished.transcript.text == "six tires"
        assert finished.transcript.audio_ms == 2000

    run(test())


def test_a_caller_who_pauses_often_is_not_recognized_anew_each_time() -> None:
    async def test() -> None:
        heard, recognizer = hearing("a long story")
        for _ in range(10):
            heard.feed(SECOND * 2)
            heard.pause()
            await asyncio.sleep(0.1)
            heard.go_on()
        assert len(recognizer.expectations) == 4, "2, 4 and 6 s were recognized in vain"
        assert sum((2, 4, 6)) * 1000 == MOST_GUESSED_MS
        heard.pause()
        assert heard.paused
        assert await heard.so_far() is None
        finished = await heard.finish(END)
        assert isinstance(finished, Transcribed)
        assert finished.transcript.audio_ms == 20_000

    run(test())
