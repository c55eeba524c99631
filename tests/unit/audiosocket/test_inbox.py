import pytest

from callcenter.audiosocket.inbox import MAX_DIGITS, MAX_FRAMES, Inbox
from callcenter.errors import ProtocolError
from callcenter.ports import DigitReceived, LineClosed


def test_inputs_come_out_in_the_order_they_came_in_and_the_close_last() -> None:
    inbox = Inbox()
    assert not inbox
    inbox.put_audio(b"a1")
    inbox.put_digit("5")
    inbox.put_audio(b"a2")
    inbox.close()
    taken = [inbox.take() for _ in range(5)]
    assert taken == [b"a1", DigitReceived("5"), b"a2", LineClosed(), LineClosed()]


def test_audio_that_waits_is_taken_together_up_to_what_is_none() -> None:
    inbox = Inbox()
    assert inbox.take_audio() == b""
    for audio in (b"a1", b"a2"):
        inbox.put_audio(audio)
    inbox.put_digit("5")
    inbox.put_audio(b"a3")
    assert inbox.take_audio() == b"a1a2"
    assert inbox.take_audio() == b""
    assert [inbox.take(), inbox.take()] == [DigitReceived("5"), b"a3"]


def test_when_full_the_oldest_audio_goes_but_no_digit_and_not_the_close() -> None:
    inbox = Inbox()
    inbox.put_digit("1")
    dropped = [inbox.put_audio(bytes([n])) for n in range(MAX_FRAMES)]
    inbox.put_digit("2")
    dropped += [inbox.put_audio(bytes([100 + n])) for n in range(3)]
    inbox.close()
    assert dropped == [False] * MAX_FRAMES + [True] * 3
    taken = []
    while not isinstance(last := inbox.take(), LineClosed):
        taken.append(last)
    assert taken[0] == DigitReceived("1")
    assert taken[1] == bytes([3])
    assert taken[-4:] == [DigitReceived("2"), *(bytes([100 + n]) for n in range(3))]
    assert len(taken) == MAX_FRAMES + 2


def test_room_is_made_again_by_taking() -> None:
    inbox = Inbox()
    for _ in range(MAX_FRAMES):
        inbox.put_audio(b"ab")
    inbox.take()
    assert not inbox.put_audio(b"cd")


def test_more_digits_than_a_caller_can_press_break_the_line() -> None:
    inbox = Inbox()
    for _ in range(MAX_DIGITS):
        inbox.put_digit("1")
    with pytest.raises(ProtocolError, match="digits"):
        inbox.put_digit("1")
