"""The transcription API against servers on real sockets: the fake OpenAI, and one that misbehaves."""

import asyncio
import io
import time
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from callcenter.errors import RecognitionError
from callcenter.ports import Expectation, Transcript
from callcenter.stt.openai_api import OpenAIRecognizer
from tests.fakes.misbehaving_http import Half, Hang, MisbehavingServer, Reply, Trickle, misbehaving_server
from tests.fakes.openai_server import FakeOpenAI, Fault

NOISE = (np.random.default_rng(0).standard_normal(16000) * 2000).astype("<i2").tobytes()


async def recognize(recognizer: OpenAIRecognizer, pcm: bytes = NOISE, prompt: str = "") -> Transcript:
    utterance = recognizer.open(uuid4(), 8000, "uk").begin(Expectation(prompt=prompt))
    for at in range(0, len(pcm), 320):
        utterance.feed(pcm[at : at + 320])
    return await utterance.finish()


@asynccontextmanager
async def asking(url: str, *, timeout_s: float = 5.0) -> AsyncIterator[OpenAIRecognizer]:
    recognizer = OpenAIRecognizer(url, "sk-secret", "whisper-1", timeout_s=timeout_s)
    await recognizer.start()
    try:
        yield recognizer
    finally:
        await recognizer.aclose()


@asynccontextmanager
async def answered(*answers: Any, timeout_s: float = 5.0) -> AsyncIterator[tuple[OpenAIRecognizer, MisbehavingServer]]:
    """What the server says, in turn; a dict is a good answer."""
    async with misbehaving_server() as server:
        server.script = [Reply.of(answer) if isinstance(answer, dict) else answer for answer in answers]
        async with asking(server.url, timeout_s=timeout_s) as recognizer:
            yield recognizer, server


async def arrived(server: MisbehavingServer, requests: int) -> None:
    for _ in range(500):
        if len(server.requests) >= requests:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("no request came")


async def failure_of(recognizer: OpenAIRecognizer) -> RecognitionError:
    with pytest.raises(RecognitionError) as caught:
        await recognize(recognizer)
    assert "sk-secret" not in str(caught.value)
    return caught.value


async def test_the_wav_goes_up_and_the_words_come_back() -> None:
    async with FakeOpenAI() as server, asking(server.url) as recognizer:
        server.transcripts.append("Де моє замовлення?")
        transcript = await recognize(recognizer, prompt="Nokian")
    assert (transcript.text, transcript.language, transcript.rejected) == ("Де моє замовлення?", "uk", False)
    assert (transcript.backend, transcript.audio_ms) == ("openai", 2000)


async def test_silence_is_rejected() -> None:
    async with FakeOpenAI() as server, asking(server.url) as recognizer:
        transcript = await recognize(recognizer, bytes(16000))
    assert (transcript.text, transcript.rejected) == ("", True)


async def test_the_request_is_a_whole_wav_of_16_khz_with_the_key_and_the_prompt() -> None:
    async with answered({"text": "yes"}) as (recognizer, server):
        await recognize(recognizer, prompt="Nokian, Michelin")
        assert server.requests == ["/api/v1/audio/transcriptions"]
        assert server.headers[0]["authorization"] == "Bearer sk-secret"
        body = server.bodies[0]
    assert b'name="prompt"\r\n\r\nNokian, Michelin' in body
    assert b"verbose_json" in body
    start = body.index(b"RIFF")
    with wave.open(io.BytesIO(body[start:])) as file:
        assert (file.getframerate(), file.getnchannels()) == (16000, 1)
        assert file.getnframes() == pytest.approx(32000, abs=100)


async def test_what_the_server_is_not_sure_of_is_rejected() -> None:
    sure = {"text": " Мені потрібні шини.", "avg_logprob": -0.2, "no_speech_prob": 0.01, "compression_ratio": 1.1}
    made_up = {"text": " Дякую за перегляд!", "avg_logprob": -0.3, "no_speech_prob": 0.9, "compression_ratio": 0.9}
    answer = {"text": "both", "language": "ukrainian", "segments": [sure, made_up]}
    async with answered(answer) as (recognizer, _):
        transcript = await recognize(recognizer)
    assert (transcript.text, transcript.language) == ("Мені потрібні шини.", "uk")
    assert transcript.confidence == pytest.approx(0.82, abs=0.01)


async def test_a_model_without_verbose_json_is_asked_for_plain_json() -> None:
    unsupported = Reply.of({"error": {"param": "response_format", "message": "not with this model"}}, status=400)
    async with answered(unsupported, {"text": "Мне нужны шины, ещё одна"}) as (recognizer, server):
        assert (await recognize(recognizer)).language == "ru"
        await recognize(recognizer)
    assert [b"verbose_json" in body for body in server.bodies] == [True, False, False]


@pytest.mark.parametrize("trouble", [Fault("status", value=429, times=1), Fault("status", value=503, times=1)])
async def test_passing_trouble_is_met_by_asking_again(trouble: Fault) -> None:
    async with FakeOpenAI() as server, asking(server.url) as recognizer:
        server.faults.add(trouble)
        server.transcripts.append("так")
        assert (await recognize(recognizer)).text == "так"


@pytest.mark.parametrize(
    ("fault", "kind", "retryable"),
    [
        (Fault("status", value=429), "rate_limit", True),
        (Fault("status", value=429, retry_after="60"), "rate_limit", False),
        (Fault("status", value=429, retry_after="Fri, 20 Nov 2026 20:00:00 GMT"), "rate_limit", False),
        (Fault("status", value=500), "server", True),
        (Fault("status", value=401), "refused", False),
        (Fault("status", value=413), "refused", False),
    ],
)
async def test_a_refusal_has_its_kind_and_tells_no_secret(fault: Fault, kind: str, retryable: bool) -> None:
    async with FakeOpenAI() as server, asking(server.url) as recognizer:
        server.faults.add(fault)
        error = await failure_of(recognizer)
    assert (error.kind, error.retryable) == (kind, retryable)


@pytest.mark.parametrize(
    "answer",
    [
        Reply(200, b"{this is no json"),
        Reply(200, b"[]"),
        Reply(200, b'{"text": 5}'),
        Reply(200, b'{"error": "none"}'),
        Reply(200, b"\xff\xfe"),
    ],
)
async def test_an_answer_that_is_none_is_a_bad_answer(answer: Reply) -> None:
    async with answered(answer) as (recognizer, _):
        assert (await failure_of(recognizer)).kind == "bad_answer"


async def test_odd_segments_do_not_hide_the_text() -> None:
    for segments in ([{"text": "x"}], ["x"], [None], {"a": 1}, [{"text": "x", "avg_logprob": "high"}]):
        async with answered({"text": "так", "segments": segments, "language": 7}) as (recognizer, _):
            assert (await recognize(recognizer)).text == "так"


@pytest.mark.parametrize("behaviour", [Hang(), Trickle()])
async def test_a_server_that_does_not_answer_in_time_is_a_timeout(behaviour: Hang | Trickle) -> None:
    async with answered(behaviour, timeout_s=0.3) as (recognizer, _):
        began_s = time.monotonic()
        error = await failure_of(recognizer)
        assert error.kind == "timeout"
        assert time.monotonic() - began_s < 3


async def test_half_an_answer_is_asked_for_again() -> None:
    async with answered(Half(), {"text": "так"}) as (recognizer, server):
        assert (await recognize(recognizer)).text == "так"
        assert len(server.requests) == 2


async def test_nobody_listening_is_a_connection_error(free_port: int) -> None:
    async with asking(f"http://127.0.0.1:{free_port}/v1") as recognizer:
        assert (await failure_of(recognizer)).kind == "connection"


async def test_a_cancelled_utterance_ends_its_request() -> None:
    async with answered(Hang()) as (recognizer, server):
        utterance = recognizer.open(uuid4(), 8000, "en").begin(Expectation())
        utterance.feed(NOISE)
        waiting = asyncio.create_task(utterance.finish())
        await arrived(server, 1)
        utterance.cancel()
        with pytest.raises(RecognitionError) as caught:
            await waiting
        assert caught.value.kind == "closed"
        utterance.cancel()
        abandoned = asyncio.create_task(recognize(recognizer))
        await arrived(server, 2)
        abandoned.cancel()
        with pytest.raises(asyncio.CancelledError):
            await abandoned
