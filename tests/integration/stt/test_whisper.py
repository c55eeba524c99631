"""Whisper in its worker process: the real faster-whisper on a tiny model that always writes the same."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from callcenter.errors import ConfigurationError, RecognitionError
from callcenter.ports import Expectation, RecognitionSession, Transcript
from callcenter.stt.models import NEEDED_FILES
from callcenter.stt.whisper import WhisperRecognizer
from callcenter.stt.whisper_model import LoadedWhisper
from tests.fakes.tiny_whisper import make_tiny_whisper

pytest.importorskip("faster_whisper", reason="the whisper extra is not installed")

NOISE = (np.random.default_rng(0).standard_normal(16000) * 2000).astype("<i2").tobytes()
SAYS = "де моє замовлення"


@pytest.fixture(scope="package")
def ukrainian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_whisper(tmp_path_factory.mktemp("whisper") / "uk", says=SAYS, language="uk")


@asynccontextmanager
async def running(model: Path, window_s: int = 30) -> AsyncIterator[WhisperRecognizer]:
    recognizer = WhisperRecognizer(model, window_s=window_s, workers=1, timeout_s=60)
    await recognizer.start()
    try:
        yield recognizer
    finally:
        await recognizer.aclose()


async def recognize(session: RecognitionSession, pcm: bytes, prompt: str = "") -> Transcript:
    utterance = session.begin(Expectation(prompt=prompt))
    for at in range(0, len(pcm), 320):
        utterance.feed(pcm[at : at + 320])
    return await utterance.finish()


async def test_what_the_model_writes_comes_with_its_language(ukrainian: Path) -> None:
    async with running(ukrainian) as recognizer:
        transcript = await recognize(recognizer.open(uuid4(), 8000, "uk"), NOISE)
        assert (transcript.text, transcript.language, transcript.rejected) == (SAYS, "uk", False)
        assert transcript.confidence > 0.9
        assert (transcript.backend, transcript.audio_ms, transcript.grammar) == ("whisper", 2000, None)


async def test_other_languages_than_the_callers_are_not_believed(tmp_path: Path) -> None:
    model = make_tiny_whisper(tmp_path / "cy", says="llanfair", language="cy")
    async with running(model) as recognizer:
        assert (await recognize(recognizer.open(uuid4(), 8000, "en"), NOISE)).language in ("en", "uk", "ru", "mixed")


async def test_nonsense_and_next_to_nothing_are_rejected(tmp_path: Path, ukrainian: Path) -> None:
    async with running(make_tiny_whisper(tmp_path / "nonsense")) as recognizer:
        transcript = await recognize(recognizer.open(uuid4(), 16000, "en"), NOISE)
        assert (transcript.text, transcript.rejected) == ("", True)
    async with running(ukrainian) as recognizer:
        assert (await recognize(recognizer.open(uuid4(), 8000, "uk"), NOISE[:640])).rejected
        assert (await recognize(recognizer.open(uuid4(), 8000, "uk"), b"")).rejected


async def test_a_prompt_reaches_the_model(ukrainian: Path) -> None:
    async with running(ukrainian) as recognizer:
        session = recognizer.open(uuid4(), 8000, "uk")
        assert (await recognize(session, NOISE, prompt="Nokian, Michelin")).text != SAYS
        assert (await recognize(session, NOISE)).text == SAYS


async def test_speech_longer_than_a_window_is_transcribed_to_its_end(ukrainian: Path) -> None:
    async with running(ukrainian) as recognizer:
        transcript = await recognize(recognizer.open(uuid4(), 8000, "uk"), NOISE * 17)
        assert transcript.text.count(SAYS) == 2


def test_padded_windows_hear_what_faster_whisper_itself_does(tmp_path: Path) -> None:
    from faster_whisper import WhisperModel  # type: ignore[import-untyped]  # ships no types

    folder = make_tiny_whisper(tmp_path / "nonsense")
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)
    for prompt in ("", "Nokian, Michelin"):
        audio = np.random.default_rng(5).standard_normal(40_000).astype(np.float32) * np.float32(0.1)
        (ours,) = LoadedWhisper(str(folder)).hear([audio], prompt, 30)
        theirs, _ = model.transcribe(
            audio,
            language=ours.language,
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
            initial_prompt=prompt or None,
            max_new_tokens=58,
            no_speech_threshold=None,
        )
        (expected,) = theirs
        assert ours.segments[0].text == expected.text.strip()
        assert ours.segments[0].log_probability == pytest.approx(expected.avg_logprob, abs=1e-3)
        assert ours.segments[0].compression_ratio == pytest.approx(expected.compression_ratio, abs=0.05)


async def test_short_windows_hear_several_at_once_and_each_its_own(ukrainian: Path) -> None:
    async with running(ukrainian, 2) as recognizer:
        session = recognizer.open(uuid4(), 8000, "uk")
        heard = await asyncio.gather(
            *(recognize(session, NOISE[: 8000 * seconds]) for seconds in (1, 2, 2, 1)),
            recognize(session, NOISE[:640]),
            recognize(session, NOISE, prompt="Nokian, Michelin"),
        )
        assert [transcript.text for transcript in heard[:4]] == [SAYS] * 4
        assert {transcript.language for transcript in heard[:4]} == {"uk"}
        assert heard[4].rejected
        assert heard[5].text != SAYS


async def test_cancelled_and_killed_utterances_leave_the_next_call_alone(ukrainian: Path) -> None:
    async with running(ukrainian) as recognizer:
        session = recognizer.open(uuid4(), 8000, "uk")
        cancelled = session.begin(Expectation())
        cancelled.feed(NOISE)
        cancelled.cancel()
        cancelled.cancel()
        with pytest.raises(RecognitionError):
            await cancelled.finish()
        interrupted = session.begin(Expectation())
        interrupted.feed(NOISE)
        for pid in recognizer.pool.rss_bytes():
            os.kill(pid, signal.SIGKILL)
        assert (await interrupted.finish()).text == SAYS  # by the next worker
        abandoned = asyncio.create_task(recognize(session, NOISE))
        await asyncio.sleep(0)
        abandoned.cancel()
        assert (await recognize(session, NOISE)).text == SAYS
        assert recognizer.pool.queue_depth == 0


async def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    recognizer = WhisperRecognizer(tmp_path / "nothing")
    with pytest.raises(ConfigurationError, match=r"nothing must hold model\.bin"):
        await recognizer.start()


async def test_a_broken_model_is_an_error_at_the_start(tmp_path: Path) -> None:
    for name in NEEDED_FILES:
        (tmp_path / name).write_bytes(b"not a model")
    recognizer = WhisperRecognizer(tmp_path, workers=1)
    with pytest.raises(RecognitionError):
        await recognizer.start()
