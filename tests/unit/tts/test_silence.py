import numpy as np
import pytest

from callcenter.audio import SAMPLE_BYTES, duration_ms
from callcenter.tts.line_audio import to_line
from callcenter.tts.silence import LEAD_MS, RELEASE_MS, SilenceTrimmer

RATE_HZ = 8000
HISS = (np.random.default_rng(0).standard_normal(RATE_HZ) * 20).astype("<i2").tobytes()
"""A second of noise, 64 dB under full scale."""


def silence(ms: int) -> bytes:
    return HISS[: RATE_HZ * ms // 1000 * SAMPLE_BYTES]


def tone(ms: int) -> bytes:
    time = np.arange(RATE_HZ * ms // 1000) / RATE_HZ
    return (8000 * np.sin(2 * np.pi * 400 * time)).astype("<i2").tobytes()


def trimmed(pcm: bytes, step: int = 320) -> bytes:
    trimmer = SilenceTrimmer(RATE_HZ)
    pieces = [trimmer.feed(pcm[at : at + step]) for at in range(0, len(pcm), step)]
    return b"".join(pieces) + trimmer.finish()


@pytest.mark.parametrize("step", [2, 50, 320, 100_000])
def test_silence_goes_at_both_ends_and_stays_between_words(step: int) -> None:
    word, pause = tone(200), silence(300)
    heard = trimmed(silence(150) + word + pause + word + silence(400), step)
    assert word + pause + word in heard
    assert duration_ms(len(heard), RATE_HZ) == pytest.approx(700 + LEAD_MS + RELEASE_MS, abs=3)


def test_a_soft_onset_is_kept() -> None:
    assert trimmed(silence(100) + tone(100)).startswith(silence(100)[-RATE_HZ * LEAD_MS // 1000 * SAMPLE_BYTES :])


def test_speech_that_begins_at_once_is_left_alone() -> None:
    assert trimmed(tone(200)) == tone(200)


def test_where_nothing_is_said_nothing_is_left() -> None:
    assert trimmed(silence(500)) == b""
    assert trimmed(b"") == b""


def test_a_sentence_begins_early_and_ends_with_its_pause() -> None:
    pieces = [result.data for result in to_line([silence(200) + tone(1000) + silence(200)], RATE_HZ, RATE_HZ, 180)]
    assert duration_ms(sum(map(len, pieces)), RATE_HZ) == pytest.approx(LEAD_MS + 1000 + RELEASE_MS + 180, abs=3)
    pieces = [result.data for result in to_line([tone(1000)], RATE_HZ, RATE_HZ, 180)]
    assert duration_ms(len(pieces[0]), RATE_HZ) <= 80
