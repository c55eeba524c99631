"""A speech server on a real socket that behaves, and that does not."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from typing import Any

import pytest

from callcenter.errors import SynthesisError
from callcenter.ports import Voice
from callcenter.tts.line_audio import SENTENCE_PAUSE_MS
from callcenter.tts.openai_api import API_RATE_HZ, OpenAIVoice

Serve = Callable[[asyncio.StreamWriter], Awaitable[None]]
PCM = bytes(range(1, 251)) * 40


class Server:
    def __init__(self) -> None:
        self.url = ""
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.disconnected = asyncio.Event()


@asynccontextmanager
async def serving(answer: Serve) -> AsyncGenerator[Server, None]:
    server = Server()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
            server.requests.append(json.loads(await reader.readexactly(int(headers["content-length"]))))
            server.keys.append(headers.get("authorization", ""))
            await answer(writer)
            await writer.drain()
        server.disconnected.set()

    tasks = set[asyncio.Task[None]]()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(serve(reader, writer)))

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    async with listening:
        yield server
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def whole(body: bytes, status: int = 200) -> Serve:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    return answer


def in_chunks(*chunks: bytes, pause_s: float = 0.0, end: bool = True) -> Serve:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for chunk in chunks:
            writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            await writer.drain()
            await asyncio.sleep(pause_s)
        if end:
            writer.write(b"0\r\n\r\n")

    return answer


async def hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def spoken(url: str, *, timeout_s: float = 2.0, voice: Voice | None = None, **options: Any) -> list[bytes]:
    synthesizer = OpenAIVoice(url, "secret", "tts-1", timeout_s=timeout_s, **options)
    await synthesizer.start()
    try:
        return [chunk async for chunk in synthesizer.speak("Hello.", voice or Voice("en"))]
    finally:
        await synthesizer.aclose()


def words_of(chunks: list[bytes]) -> bytes:
    """Without the pause after them."""
    pcm, pause = b"".join(chunks), bytes(API_RATE_HZ * SENTENCE_PAUSE_MS // 1000 * 2)
    assert pcm.endswith(pause)
    return pcm[: -len(pause)]


async def failure(answer: Serve, **options: Any) -> SynthesisError:
    async with serving(answer) as server:
        with pytest.raises(SynthesisError) as caught:
            await spoken(server.url, **options)
    assert "private" not in str(caught.value)
    return caught.value


async def test_it_asks_as_the_api_says_and_gives_the_samples() -> None:
    async with serving(whole(PCM)) as server:
        assert words_of(await spoken(server.url, voice=Voice("en", "nova", 1.2))) == PCM
    assert server.requests == [
        {"model": "tts-1", "input": "Hello.", "voice": "nova", "response_format": "pcm", "speed": 1.2}
    ]
    assert server.keys == ["bearer secret"]


async def test_the_settings_name_the_voice() -> None:
    async with serving(whole(PCM)) as server:
        await spoken(server.url, voices={"uk": "onyx"}, voice=Voice("uk"))
        await spoken(server.url)
    assert [request["voice"] for request in server.requests] == ["onyx", "alloy"]


async def test_audio_comes_while_it_is_made_and_in_whole_samples() -> None:
    async with serving(in_chunks(PCM[:101], PCM[101:102], PCM[102:333], PCM[333:], pause_s=0.03)) as server:
        chunks = await spoken(server.url)
    assert len(chunks) >= 3
    assert all(len(chunk) % 2 == 0 for chunk in chunks)
    assert words_of(chunks) == PCM


async def test_leaving_hangs_up() -> None:
    async with serving(in_chunks(*[PCM] * 100, pause_s=0.05)) as server:
        voice = OpenAIVoice(server.url, None, "tts-1")
        chunks = aiter(voice.speak("Hello.", Voice("en")))
        await anext(chunks)
        await chunks.aclose()
        await asyncio.wait_for(server.disconnected.wait(), 2)
        assert server.keys == [""]
        await voice.aclose()


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (429, "rate_limit", True),
        (500, "server", True),
        (503, "server", True),
        (401, "refused", False),
        (400, "refused", False),
        (404, "refused", False),
    ],
)
async def test_a_refusal_has_its_kind(status: int, kind: str, retryable: bool) -> None:
    error = await failure(whole(b'{"error": "private"}', status))
    assert (error.kind, error.retryable, error.stage) == (kind, retryable, "tts")


async def test_silence_and_stalls_are_timeouts() -> None:
    assert (await failure(hang, timeout_s=0.2)).kind == "timeout"
    assert (await failure(in_chunks(PCM, PCM, pause_s=5), timeout_s=0.2)).kind == "timeout"


async def test_a_broken_connection_is_said_even_in_the_middle() -> None:
    assert (await failure(in_chunks(PCM, end=False))).kind == "connection"
    with pytest.raises(SynthesisError) as caught:
        await spoken("http://127.0.0.1:9/v1")
    assert (caught.value.kind, caught.value.retryable) == ("connection", True)


@pytest.mark.parametrize("body", [b"", b"RIFF0000WAVEfmt ", b'{"private": 1}', b"ID3\x04", b"<html>"])
async def test_what_is_not_raw_audio_is_a_bad_answer(body: bytes) -> None:
    assert (await failure(whole(body))).kind == "bad_answer"


async def test_a_server_that_speaks_no_http_is_a_connection_error() -> None:
    async def garbage(writer: asyncio.StreamWriter) -> None:
        writer.write(b"private nonsense\r\n\r\n")

    assert (await failure(garbage)).kind == "connection"
