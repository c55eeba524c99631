"""The fake server run as a program, its faults set over HTTP; and that it hears and speaks."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.fakes.openai_server import FakeOpenAI, Fault
from tests.fakes.openai_server.speech import as_wav, tone

PROJECT = Path(__file__).parents[3]
HELLO = {"model": "m", "messages": [{"role": "system", "content": ""}, {"role": "user", "content": "hello"}]}


@pytest.fixture
async def url() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.openai_server", "--port", "0"), cwd=PROJECT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    yield line.split()[-1].removesuffix("/v1")
    process.terminate()
    await process.communicate()


async def test_it_runs_as_a_program_and_takes_faults_over_http(url: str) -> None:
    async with httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/v1/models")).json()["data"]
        answer = await client.post("/v1/chat/completions", json=HELLO)
        assert answer.json()["choices"][0]["message"]["content"].startswith("Hello!")
        await client.post("/admin/faults", json={"kind": "status", "value": 429, "times": 1, "retry_after": "2"})
        refused = await client.post("/v1/chat/completions", json=HELLO)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
        assert (await client.post("/v1/chat/completions", json=HELLO)).status_code == 200
        await client.post("/admin/faults", json=[{"kind": "status", "value": 500}])
        assert (await client.post("/v1/chat/completions", json=HELLO)).status_code == 500
        await client.delete("/admin/faults")
        assert (await client.post("/v1/chat/completions", json=HELLO)).status_code == 200
        assert len((await client.get("/admin/requests")).json()) == 5


async def test_it_speaks_tones_and_hears_what_it_was_told_unless_there_is_silence() -> None:
    async with FakeOpenAI() as server, httpx.AsyncClient(base_url=server.url) as client:
        server.transcripts.extend(["winter tires"])
        spoken = await client.post("/audio/speech", json={"model": "tts", "voice": "a", "input": "Hello"})
        assert spoken.content.startswith(b"RIFF")

        async def hear(wav: bytes) -> str:
            answer = await client.post(
                "/audio/transcriptions", data={"model": "stt"}, files={"file": ("a.wav", wav, "audio/wav")}
            )
            text: str = answer.json()["text"]
            return text

        assert await hear(as_wav(bytes(16000))) == ""
        assert await hear(as_wav(tone("hello"))) == "winter tires"
        server.faults.add(Fault("status", 503, model="stt"))
        assert (await client.post("/audio/speech", json={"model": "tts", "voice": "a", "input": "Hi"})).is_success
