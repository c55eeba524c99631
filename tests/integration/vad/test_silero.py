"""Silero's real model: what it takes for speech, and that sharing it changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from callcenter.audio import resample
from callcenter.errors import ConfigurationError, RecognitionError
from callcenter.stt.synthetic import Caller, Mouths, over_the_line
from callcenter.vad.silero import MODEL, SileroDetector

Rate = Literal[8000, 16000]


@pytest.fixture(scope="module")
def speech() -> Iterator[dict[str, bytes]]:
    """A sentence in each language at 8 kHz; 240 ms of line noise before it and 500 ms after."""
    said = {"en-us": "I need winter tires for my car.", "uk": "Мені потрібні зимові шини.", "ru": "Мне нужны шины."}
    with Mouths() as mouths:
        rng = np.random.default_rng(0)
        yield {voice: over_the_line(mouths.say(text, Caller(voice)), rng) for voice, text in said.items()}


@pytest.fixture
async def detector() -> AsyncIterator[SileroDetector]:
    detector = SileroDetector()
    await detector.start()
    yield detector
    await detector.aclose()


async def probabilities(detector: SileroDetector, pcm: bytes, rate_hz: Rate, step: int) -> list[float]:
    stream = detector.open(rate_hz)
    found: list[float] = []
    for at in range(0, len(pcm), step):
        found += [window.probability for window in await stream.feed(pcm[at : at + step])]
    return found


@pytest.mark.parametrize("rate_hz", [8000, 16000])
@pytest.mark.parametrize("voice", ["en-us", "uk", "ru"])
async def test_speech_is_found_where_it_is(
    detector: SileroDetector, speech: dict[str, bytes], voice: str, rate_hz: Rate
) -> None:
    pcm = resample(speech[voice], 8000, rate_hz)
    found = await probabilities(detector, pcm, rate_hz, step=rate_hz // 50 * 2)
    assert len(found) == len(pcm) // 2 // (rate_hz * 32 // 1000)
    before, spoken, after = found[:6], found[10:-20], found[-3:]
    assert max(before) < 0.3
    assert max(after) < 0.3
    assert sum(p > 0.5 for p in spoken) > 0.7 * len(spoken)


@pytest.mark.parametrize("rate_hz", [8000, 16000])
async def test_silence_hum_and_noise_are_not_speech(detector: SileroDetector, rate_hz: Rate) -> None:
    time = np.arange(rate_hz * 2) / rate_hz
    noise = np.random.default_rng(0).standard_normal(time.size) * 500
    hum = 3000 * np.sin(2 * np.pi * 50 * time)
    for samples in (np.zeros(time.size), noise, hum):
        found = await probabilities(detector, samples.astype("<i2").tobytes(), rate_hz, step=640)
        assert sum(p > 0.5 for p in found) <= 1


@pytest.mark.parametrize("rate_hz", [8000, 16000])
async def test_the_rewritten_network_computes_what_sileros_own_file_does(
    detector: SileroDetector, speech: dict[str, bytes], rate_hz: Rate
) -> None:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]  # ships no types

    pcm = resample(b"".join(speech.values()), 8000, rate_hz)
    context, window = rate_hz * 4 // 1000, rate_hz * 32 // 1000
    samples = np.concatenate([np.zeros(context), np.frombuffer(pcm, "<i2") / 32768]).astype(np.float32)
    original = InferenceSession(MODEL.read_bytes(), providers=["CPUExecutionProvider"])
    state, expected = np.zeros((2, 1, 128), np.float32), []
    for start in range(0, samples.size - context - window + 1, window):
        inputs = {"input": samples[np.newaxis, start : start + context + window], "state": state}
        probability, state = original.run(None, inputs | {"sr": np.array(rate_hz, np.int64)})
        expected.append(float(probability[0, 0]))
    assert await probabilities(detector, pcm, rate_hz, step=640) == pytest.approx(expected, abs=1e-4)


async def test_each_window_has_its_level(detector: SileroDetector) -> None:
    full_scale = np.tile(np.array([32767, -32768], "<i2"), 128).tobytes()
    levels = [window.level_dbfs for window in await detector.open(8000).feed(full_scale + bytes(512))]
    assert levels == pytest.approx([0, -96], abs=0.1)


async def test_the_size_of_the_pieces_does_not_matter(detector: SileroDetector, speech: dict[str, bytes]) -> None:
    at_once = await probabilities(detector, speech["uk"], 8000, step=len(speech["uk"]))
    in_odd_pieces = await probabilities(detector, speech["uk"], 8000, step=246)
    assert in_odd_pieces == pytest.approx(at_once, abs=1e-4)


async def test_calls_in_one_batch_get_what_each_would_get_alone(
    detector: SileroDetector, speech: dict[str, bytes]
) -> None:
    calls: list[tuple[bytes, Rate]] = [(pcm[offset:], 8000) for pcm in speech.values() for offset in (0, 2000, 5000)]
    calls += [(resample(pcm, 8000, 16000), 16000) for pcm in speech.values()]
    alone = [await probabilities(detector, pcm, rate_hz, step=8000) for pcm, rate_hz in calls]
    together = await asyncio.gather(*(probabilities(detector, pcm, rate_hz, step=320) for pcm, rate_hz in calls))
    for one, shared in zip(alone, together, strict=True):
        assert shared == pytest.approx(one, abs=1e-3)


async def test_a_reset_stream_is_as_new(detector: SileroDetector, speech: dict[str, bytes]) -> None:
    stream = detector.open(8000)
    first = [window.probability for window in await stream.feed(speech["ru"])]
    stream.reset()
    again = [window.probability for window in await stream.feed(speech["ru"])]
    assert again == pytest.approx(first, abs=1e-4)


async def test_a_cancelled_feed_harms_no_other_call(detector: SileroDetector, speech: dict[str, bytes]) -> None:
    gone = asyncio.create_task(probabilities(detector, speech["uk"], 8000, step=320))
    alive = asyncio.create_task(probabilities(detector, speech["uk"], 8000, step=320))
    await asyncio.sleep(0.01)
    gone.cancel()
    assert max(await alive) > 0.5


async def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"not a model")
    detector = SileroDetector(model)
    with pytest.raises(ConfigurationError, match=r"model\.onnx"):
        await detector.start()
    await detector.aclose()


async def test_a_detector_that_is_closed_says_so() -> None:
    detector = SileroDetector()
    with pytest.raises(RecognitionError) as caught:
        await detector.open(8000).feed(bytes(640))
    assert caught.value.kind == "closed"
    await detector.start()
    stream = detector.open(8000)
    await stream.feed(bytes(640))
    await detector.aclose()
    with pytest.raises(RecognitionError):
        await stream.feed(bytes(640))
