import asyncio

from hypothesis import given
from hypothesis import strategies as st

from callcenter.pipeline.player import QUEUE_FRAMES, Player, Segment, Track
from tests.fakes.virtual_time import run

FRAME = 320


def tone(frames: float) -> bytes:
    return b"\x01\x10" * int(FRAME / 2 * frames)


def playing() -> Player:
    return Player(8000, lambda _: None)


def test_a_prepared_answer_is_not_heard_until_it_is_played() -> None:
    async def test() -> None:
        player, heard, prepared = playing(), Track(8000), Track(8000)
        player.play(heard)
        await heard.put(Segment("one"), b"\x01\x10" * 320)
        await prepared.put(Segment("two"), b"\x02\x20" * 160)
        assert player.next_frame() == b"\x01\x10" * 160
        player.play(prepared)
        assert player.next_frame() == b"\x02\x20" * 160
        assert not heard.pending
        assert player.next_frame() == bytes(FRAME)

    run(test())


def test_silence_when_there_is_nothing_to_say() -> None:
    async def test() -> None:
        assert playing().next_frame() == bytes(FRAME)

    run(test())


def test_audio_of_any_sizes_comes_out_in_whole_frames_padded_only_at_the_end() -> None:
    async def test() -> None:
        player, track, segment = playing(), Track(8000), Segment("hello")
        player.play(track)
        for size in (0.3, 1.4, 0.8):
            await track.put(segment, tone(size))
        track.complete(segment)
        played = b"".join(player.next_frame() for _ in range(3))
        assert played == tone(2.5).ljust(3 * FRAME, b"\0")
        assert not player.pending
        assert segment.heard() == "hello"

    run(test())


def test_a_full_queue_makes_the_reply_wait() -> None:
    async def test() -> None:
        track, segment = Track(8000), Segment("long")
        putting = asyncio.create_task(track.put(segment, tone(QUEUE_FRAMES + 10)))
        await asyncio.sleep(0.1)
        assert not putting.done()
        for _ in range(10):
            track.take()
        await asyncio.wait_for(putting, 1)

    run(test())


def test_a_paused_voice_is_silent_and_loses_nothing() -> None:
    async def test() -> None:
        player, track, segment = playing(), Track(8000), Segment("hello there")
        player.play(track)
        await track.put(segment, tone(2))
        track.complete(segment)
        player.paused = True
        assert player.next_frame() == bytes(FRAME)
        player.paused = False
        assert player.next_frame() == player.next_frame() == tone(1)

    run(test())


def test_progress_is_told_at_the_first_frame_every_second_and_at_the_end() -> None:
    async def test() -> None:
        told: list[int] = []
        player = Player(8000, lambda segment: told.append(segment.played_ms))
        track, segment = Track(8000), Segment("a sentence of two seconds")
        player.play(track)
        putting = asyncio.create_task(track.put(segment, tone(110)))
        for played in range(110):
            await asyncio.sleep(0.02)
            if putting.done():
                track.complete(segment)
            player.next_frame()
            assert segment.played_ms == 20 * (played + 1)
        assert told == [20, 1000, 2000, 2200]

    run(test())


def test_heard_text_stops_at_the_last_whole_word() -> None:
    segment = Segment("one two three four", queued_ms=1800, played_ms=900, complete=True)
    assert segment.heard() == "one two"


@given(st.text(), st.integers(0, 5000), st.integers(0, 5000), st.booleans())
def test_heard_text_is_always_a_beginning_of_what_was_said(text: str, queued: int, played: int, whole: bool) -> None:
    segment = Segment(text, queued_ms=max(queued, played), played_ms=played, complete=whole)
    assert text.startswith(segment.heard())
