"""The codec against what real calls through Asterisk showed, and against what no telephone sends."""

from collections.abc import Iterable
from itertools import pairwise
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.audiosocket.protocol import (
    HANG_UP,
    HEADER_BYTES,
    KIND_OF_RATE,
    MAX_PAYLOAD_BYTES,
    AsteriskDecoder,
    AudioArrived,
    CallIdentified,
    Decoder,
    DigitArrived,
    Event,
    HungUp,
    encode_audio,
    encode_digit,
    encode_uuid,
)
from callcenter.errors import ProtocolError

CALL = UUID("40325ec2-5efd-4bd3-805f-53576e581d13")
BEGIN = encode_uuid(CALL)
FRAME = bytes(range(256)) + bytes(64)


def decode(pieces: Iterable[bytes], decoder: Decoder | None = None) -> tuple[list[Event], str | None]:
    """Every event, and the kind of the fault that ended the stream."""
    decoder = decoder or Decoder()
    events: list[Event] = []
    try:
        for piece in pieces:
            events.extend(decoder.feed(piece))
    except ProtocolError as error:
        return events, error.kind
    return events, None


def events_of(stream: bytes) -> list[Event]:
    events, fault = decode([stream])
    assert fault is None
    return events


def fault_of(stream: bytes) -> str | None:
    return decode([stream])[1]


def frame(kind: int, payload: bytes) -> bytes:
    return bytes((kind, len(payload) >> 8, len(payload) & 255)) + payload


def test_a_call_begins_with_sixteen_bytes_of_uuid() -> None:
    assert encode_uuid(CALL) == b"\x01\x00\x10" + CALL.bytes
    assert events_of(BEGIN) == [CallIdentified(CALL)]


def test_audio_is_320_bytes_of_kind_0x10_with_a_big_endian_length() -> None:
    assert encode_audio(FRAME, 8000) == b"\x10\x01\x40" + FRAME
    assert events_of(BEGIN + encode_audio(FRAME, 8000))[1:] == [AudioArrived(8000, FRAME)]


def test_a_last_frame_of_four_bytes_is_audio_like_any_other() -> None:
    assert events_of(BEGIN + frame(0x10, b"\1\2\3\4"))[1:] == [AudioArrived(8000, b"\1\2\3\4")]


@pytest.mark.parametrize(
    ("kind", "rate_hz"),
    list(enumerate((8000, 12000, 16000, 24000, 32000, 44100, 48000, 96000, 192000), start=0x10)),
)
def test_kinds_0x10_to_0x18_are_rates(kind: int, rate_hz: int) -> None:
    assert KIND_OF_RATE[rate_hz] == kind
    pcm = bytes(rate_hz // 50 * 2)
    assert encode_audio(pcm, rate_hz)[0] == kind
    assert events_of(BEGIN + encode_audio(pcm, rate_hz))[1:] == [AudioArrived(rate_hz, pcm)]


def test_sixteen_khz_is_0x12_with_640_bytes() -> None:
    assert encode_audio(bytes(640), 16000)[:3] == b"\x12\x02\x80"


@pytest.mark.parametrize("digit", "0123456789*#")
def test_a_key_is_one_ascii_character(digit: str) -> None:
    assert events_of(BEGIN + frame(0x03, digit.encode()))[1:] == [DigitArrived(digit)]
    assert encode_digit(digit) == frame(0x03, digit.encode())


@pytest.mark.parametrize("digit", "ABCD")
def test_tones_without_a_key_mean_nothing(digit: str) -> None:
    assert events_of(BEGIN + frame(0x03, digit.encode()))[1:] == []


def test_hang_up_ends_the_call_and_nothing_after_it_is_read() -> None:
    assert HANG_UP == b"\0\0\0"
    assert events_of(BEGIN + HANG_UP + b"\x77garbage")[1:] == [HungUp()]


def test_an_error_frame_ends_the_call_whatever_it_holds() -> None:
    assert events_of(BEGIN + frame(0xFF, b"\x02"))[1:] == [HungUp(by_error=True)]


def test_a_hang_up_may_come_before_the_uuid() -> None:
    assert events_of(HANG_UP) == [HungUp()]


def test_audio_of_length_zero_is_passed_over() -> None:
    assert events_of(BEGIN + frame(0x10, b"") + encode_audio(FRAME, 8000))[1:] == [AudioArrived(8000, FRAME)]


def test_after_a_frame_of_odd_length_samples_do_not_shift() -> None:
    odd = frame(0x10, FRAME + b"\x7f")
    whole = AudioArrived(8000, FRAME)
    assert events_of(BEGIN + odd + encode_audio(FRAME, 8000) + odd)[1:] == [whole, whole, whole]
    assert events_of(BEGIN + frame(0x10, b"\x7f"))[1:] == []


@pytest.mark.parametrize(
    ("stream", "fault"),
    [
        (b"GET / HTTP/1.1\r\n", "garbage"),
        (BEGIN + frame(0x02, b"x"), "garbage"),
        (BEGIN + frame(0x19, FRAME), "garbage"),
        (BEGIN + b"\x10\xfa\x00", "oversize"),
        (BEGIN + b"\x10" + (MAX_PAYLOAD_BYTES + 1).to_bytes(2, "big"), "oversize"),
        (b"\x01\xff\xff", "oversize"),
        (frame(0x01, b"short"), "odd_uuid"),
        (frame(0x01, str(CALL).encode()), "odd_uuid"),
        (BEGIN + BEGIN, "second_uuid"),
        (encode_audio(FRAME, 8000), "no_uuid"),
        (encode_digit("1"), "no_uuid"),
        (BEGIN + frame(0x03, b""), "odd_digit"),
        (BEGIN + frame(0x03, b"12"), "odd_digit"),
        (BEGIN + frame(0x03, b"x"), "odd_digit"),
        (BEGIN + frame(0x03, b"\xff"), "odd_digit"),
    ],
)
def test_what_no_telephone_sends_is_a_protocol_error(stream: bytes, fault: str) -> None:
    assert fault_of(stream) == fault


def test_the_largest_frame_is_taken() -> None:
    assert len(events_of(BEGIN + frame(0x10, bytes(MAX_PAYLOAD_BYTES)))) == 2


def test_a_faulty_header_is_not_waited_out() -> None:
    assert decode([b"\x10", b"\x01", b"\x40"])[1] == "no_uuid"


def test_what_came_before_a_fault_is_not_lost() -> None:
    events, fault = decode([BEGIN + encode_audio(FRAME, 8000) + b"\x77\0\0"])
    assert (events, fault) == ([CallIdentified(CALL), AudioArrived(8000, FRAME)], "garbage")


def test_a_broken_stream_stays_broken() -> None:
    decoder = Decoder()
    assert decode([b"\x77\0\0"], decoder)[1] == "garbage"
    assert decode([BEGIN], decoder) == ([], "garbage")


@pytest.mark.parametrize("pcm", [b"", b"\1", bytes(MAX_PAYLOAD_BYTES + 2)])
def test_audio_that_would_kill_the_call_or_turn_to_noise_is_not_encoded(pcm: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be a frame"):
        encode_audio(pcm, 8000)


@pytest.mark.parametrize("digit", ["", "12", "x", "é"])
def test_only_keys_are_encoded(digit: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        encode_digit(digit)


@pytest.mark.parametrize(
    ("stream", "fault"),
    [
        (encode_audio(FRAME, 8000) + HANG_UP, None),
        (frame(0x10, b""), "empty_audio"),
        (frame(0x10, b"\1\2\3"), "odd_audio"),
        (BEGIN, "garbage"),
        (encode_digit("1"), "garbage"),
        (frame(0xFF, b"\1"), "garbage"),
        (frame(0x42, b"\1"), "garbage"),
        (b"\x10\xfa\x00", "oversize"),
    ],
)
def test_asterisk_takes_nothing_but_audio_and_the_hang_up_from_a_server(stream: bytes, fault: str | None) -> None:
    assert decode([stream], AsteriskDecoder())[1] == fault


# ---------------------------------------------------------------- any stream, any cut

PAYLOADS = st.binary(max_size=40) | st.integers(0, MAX_PAYLOAD_BYTES + 2).map(bytes)
KINDS = st.sampled_from([0x00, 0x01, 0x03, *range(0x10, 0x19), 0xFF]) | st.integers(0, 255)
FRAMES = st.builds(frame, KINDS, PAYLOADS) | st.just(encode_audio(FRAME, 8000)) | st.just(encode_digit("5"))
STREAMS = st.one_of(
    st.binary(max_size=200),
    st.lists(FRAMES, max_size=12).map(b"".join),
    st.lists(FRAMES, max_size=12).map(lambda frames: BEGIN + b"".join(frames)),
)


@given(STREAMS, st.lists(st.integers(0, 2**14), max_size=20))
@settings(max_examples=600, deadline=None)
def test_however_a_stream_is_cut_its_events_are_the_same(stream: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    pieces = [stream[start:stop] for start, stop in pairwise(places)]
    assert decode(pieces) == decode([stream])
    assert decode(pieces, AsteriskDecoder()) == decode([stream], AsteriskDecoder())


@given(STREAMS)
@settings(max_examples=100, deadline=None)
def test_byte_by_byte_is_no_different(stream: bytes) -> None:
    assert decode(stream[n : n + 1] for n in range(len(stream))) == decode([stream])


@given(st.binary(min_size=1, max_size=MAX_PAYLOAD_BYTES // 2), st.sampled_from(sorted(KIND_OF_RATE)))
@settings(deadline=None)
def test_audio_comes_back_as_it_went(half: bytes, rate_hz: int) -> None:
    assert events_of(BEGIN + encode_audio(half + half, rate_hz))[1:] == [AudioArrived(rate_hz, half + half)]


def test_a_hundred_thousand_random_streams_raise_nothing_but_protocol_errors() -> None:
    """Pure noise fails at its first header; so most of these begin like a call and go on with plausible kinds."""
    random = np.random.default_rng(20261120)
    noise = random.integers(0, 256, 100_000 * 48, dtype=np.uint8).tobytes()
    kinds = bytes((0x00, 0x01, 0x03, *range(0x10, 0x19), 0xFF, 0x02))
    faults = 0
    for n in range(100_000):
        stream = bytearray(noise[n * 48 : n * 48 + 48])
        if n % 4:
            stream[0] = kinds[stream[0] % len(kinds)]
            stream[1] = 0
            stream[2] %= 40
            stream = bytearray(BEGIN) + stream
        cut = stream[-1] % len(stream)
        faults += decode([bytes(stream[:cut]), bytes(stream[cut:])])[1] is not None
    assert 40_000 < faults < 100_000


def is_usual(decoder: Decoder, data: bytes) -> bool:
    header, length = decoder.usual
    return len(data) == length and data.startswith(header)


@given(STREAMS, st.lists(st.integers(0, 2**14), max_size=20), st.booleans())
@settings(max_examples=600, deadline=None)
def test_a_usual_frame_that_is_not_fed_is_the_frame_that_it_would_have_been(
    stream: bytes, cuts: list[int], whole_frames: bool
) -> None:
    stream += encode_audio(FRAME, 8000) * 3
    if whole_frames:
        cuts = [len(stream) - 323 * n for n in range(4)]
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    decoder, events = Decoder(), list[Event]()
    try:
        for start, stop in pairwise(places):
            piece = stream[start:stop]
            if is_usual(decoder, piece):
                last = next(event for event in reversed(events) if isinstance(event, AudioArrived))
                events.append(AudioArrived(last.rate_hz, piece[HEADER_BYTES:]))
            else:
                events += decoder.feed(piece)
    except ProtocolError:
        pass
    assert events == decode([stream])[0]


def test_a_frame_is_usual_when_it_comes_whole_and_like_the_last() -> None:
    decoder, usual = Decoder(), encode_audio(FRAME, 8000)
    assert not is_usual(decoder, usual)
    list(decoder.feed(BEGIN + usual))
    assert is_usual(decoder, usual)
    assert not is_usual(decoder, usual[:-1])
    assert not is_usual(decoder, encode_audio(FRAME, 16000))
    list(decoder.feed(usual[:100]))
    assert not is_usual(decoder, usual)
    list(decoder.feed(usual[100:]))
    assert is_usual(decoder, usual)
    list(decoder.feed(HANG_UP))
    assert not is_usual(decoder, usual)
