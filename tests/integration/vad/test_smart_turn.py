"""smart-turn's real model: what it hears, and what becomes of questions that it cannot answer in time."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from callcenter.audio import resample
from callcenter.errors import ConfigurationError, RecognitionError
from callcenter.replay.recordings import read_left
from callcenter.vad.log_mel import log_mel
from callcenter.vad.smart_turn import Network, SmartTurn

SPEECH = Path(__file__).parents[2] / "data" / "speech"


def spoken(name: str, until_ms: int) -> bytes:
    """At 16 kHz, with 200 ms of silence behind it."""
    samples, rate_hz = read_left(SPEECH / name)
    return resample(samples[: until_ms * rate_hz // 1000].tobytes(), rate_hz, 16000) + bytes(6400)


@pytest.fixture
async def model() -> AsyncIterator[SmartTurn]:
    model = SmartTurn(timeout_ms=10_000)
    await model.start()
    yield model
    await model.aclose()


async def test_hears_whether_a_sentence_is_over(model: SmartTurn) -> None:
    assert await model.complete(spoken("living_room_light_en.wav", 1500), 16000) > 0.9
    assert await model.complete(spoken("weather_question.wav", 930), 16000) < 0.1


async def test_a_telephone_will_do(model: SmartTurn) -> None:
    narrow = resample(spoken("living_room_light_en.wav", 1500), 16000, 8000)
    assert await model.complete(narrow, 8000) > 0.9


async def test_of_long_speech_the_end_counts(model: SmartTurn) -> None:
    end = spoken("jfk.wav", 11_000)
    assert await model.complete(bytes(320_000) + end, 16000) == await model.complete(end, 16000)


def test_the_spectrogram_is_whisper_s() -> None:
    extractor = pytest.importorskip("faster_whisper.feature_extractor", reason="the extra whisper is the reference")
    audio = np.frombuffer(spoken("weather_question.wav", 1860), "<i2").astype(np.float32) / np.float32(32768)
    padded = np.pad(audio, (128_000 - audio.size, 0))
    padded = (padded - padded.mean()) / np.sqrt(padded.var() + 1e-7)
    expected = extractor.FeatureExtractor(chunk_length=8)(padded.astype(np.float32), padding=0)
    assert np.abs(log_mel(audio) - expected[:, :800]).max() < 1e-4


async def test_a_late_vote_is_dropped_and_an_overloaded_voter_is_not_asked() -> None:
    answering = threading.Event()

    class Slow(Network):
        def __init__(self) -> None:
            """No model: it answers when the test lets it."""

        def vote(self, pcm: bytes, rate_hz: int) -> float:
            answering.wait(10)
            return 0.7

    model = SmartTurn(timeout_ms=500, waiting=2, load=Slow)
    await model.start()
    asked = await asyncio.gather(*(model.complete(b"", 8000) for _ in range(5)), return_exceptions=True)
    kinds = [error.kind for error in asked if isinstance(error, RecognitionError)]
    assert sorted(kinds) == [*["overloaded"] * 2, *["timeout"] * 3]
    answering.set()
    assert await patiently(model) == 0.7
    await model.aclose()


async def patiently(model: SmartTurn) -> float:
    """Asked again until it has let go of the questions that came too late."""
    while True:
        try:
            return await model.complete(b"", 8000)
        except RecognitionError as error:
            if error.kind != "overloaded":
                raise
            await asyncio.sleep(0.01)


async def test_a_model_that_is_not_running_says_so() -> None:
    with pytest.raises(RecognitionError, match="not running"):
        await SmartTurn(timeout_ms=50).complete(b"", 8000)


def test_a_changed_model_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "model.onnx"
    broken.write_bytes(b"something else")
    with pytest.raises(ConfigurationError, match="is not smart-turn's model"):
        Network(broken)
    with pytest.raises(ConfigurationError, match="install callcenter again"):
        Network(tmp_path / "missing.onnx")
