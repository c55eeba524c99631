import asyncio

from hypothesis import given
from hypothesis import strategies as st

from callcenter.pipeline.player import QUEUE_FRAMES, Player, Segment
from tests.fakes.virtual_time import run

FRAME = 320


def tone(frames: float) -> bytes:
    return b"\x01\x10" * int(FRAME / 2 * frames)


def test_silence_when_there_is_nothing_to_say() -> None:
    async def test() -> None:
        assert Player(8000, lambda _: None).next_frame() == bytes(FRAME)

    run(test())


def test_audio_of_any_sizes_comes_out_in_whole_frames_padded_only_at_the_end() -> None:
    async def test() -> None:
        player, segment = Player(8000, lambda _: None), Segment("hello")
        for size in (0.3, 1.4, 0.8):
            await player.put(segment, tone(size))
        player.complete(segment)
        played = b"".join(player.next_frame() for _ in range(3))
        assert played == tone(2.5).ljust(3 * FRAME, b"\0")
        assert not player.pending
        assert segment.heard() == "hello"

    run(test())


def test_a_full_queue_makes_the_reply_wait() -> None:
    async def test() -> None:
        player, segment = Player(8000, lambda _: None), Segment("long")
        putting = asyncio.create_task(player.put(segment, tone(QUEUE_FRAMES + 10)))
        await asyncio.sleep(0.1)
        assert not putting.done()
        for _ in range(10):
            player.next_frame()
        await asyncio.wait_for(putting, 1)

    run(test())


def test_a_paused_voice_is_silent_and_loses_nothing() -> None:
    async def test() -> None:
        player, segment = Player(8000, lambda _: None), Segment("hello there")
        await player.put(segment, tone(2))
        player.complete(segment)
        player.paused = True
        assert player.next_frame() == bytes(FRAME)
        player.paused = False
        assert player.next_frame() == player.next_frame() == tone(1)

    run(test())


def test_progress_is_told_at_the_first_frame_every_second_and_at_the_end() -> None:
    async def test() -> None:
        told: list[int] = []
        player = Player(8000, lambda segment: told.append(segment.played_ms))
        segment = Segment("a sentence of two seconds")
        putting = asyncio.create_task(player.put(segment, tone(110)))
        for _ in range(110):
            await asyncio.sleep(0.02)
            player.next_frame()
        await putting
        player.complete(segment)
        assert told == [20, 1000, 2000, 2200]

    run(test())


def test_heard_text_stops_at_the_last_whole_word() -> None:
    segment = Segment("one two three four", queued_ms=1800, played_ms=900, complete=True)
    assert segment.heard() == "one two"


@given(st.text(), st.integers(0, 5000), st.integers(0, 5000), st.booleans())
def test_heard_text_is_always_a_beginning_of_what_was_said(text: str, queued: int, played: int, whole: bool) -> None:
    segment = Segment(text, queued_ms=max(queued, played), played_ms=played, complete=whole)
    assert text.startswith(segment.heard())
