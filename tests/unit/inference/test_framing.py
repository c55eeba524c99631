import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.inference.framing import Decoder, Frame, Kind, encode

frames = st.builds(
    Frame,
    st.sampled_from(Kind),
    st.integers(0, 2**32 - 1),
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3),
    st.binary(max_size=300),
)


@given(st.lists(frames, max_size=6), st.lists(st.integers(1, 50), min_size=1))
def test_frames_come_out_as_they_went_in_however_the_stream_is_cut(sent: list[Frame], cuts: list[int]) -> None:
    stream = b"".join(encode(*frame) for frame in sent)
    decoder = Decoder()
    received = []
    at = index = 0
    while at < len(stream):
        size = cuts[index % len(cuts)]
        received += decoder.feed(stream[at : at + size])
        at += size
        index += 1
    assert received == sent


def test_a_broken_length_raises() -> None:
    with pytest.raises(ValueError, match="frame of"):
        Decoder().feed(b"\xff" * 20)
