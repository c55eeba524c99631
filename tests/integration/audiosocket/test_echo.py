"""What goes out at once: the echo that the line is measured by, and a peer that reads when it pleases."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from callcenter.audiosocket.connection import USUAL_RUN, Connection
from callcenter.audiosocket.protocol import AsteriskDecoder, AudioArrived, encode_audio, encode_digit, encode_uuid
from callcenter.audiosocket.server import AudioSocketServer
from callcenter.config import AudioSocketSettings
from callcenter.echo import AnyCall, echo, tone
from tests.integration.audiosocket.bench import calling, hear, until


@asynccontextmanager
async def echoing() -> AsyncIterator[AudioSocketServer]:
    server = AudioSocketServer(AudioSocketSettings(port=0), AnyCall(), echo, keep_rate=True)
    await server.start()
    try:
        yield server
    finally:
        await server.aclose()


async def echoed(server: AudioSocketServer, stream: bytes, piece_bytes: int, answer_bytes: int) -> bytes:
    """What comes back of a stream that is written in pieces."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    writer.write(encode_uuid(uuid4()))
    for start in range(0, len(stream), piece_bytes):
        writer.write(stream[start : start + piece_bytes])
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        answer = await reader.readexactly(answer_bytes)
    writer.close()
    return answer


@pytest.mark.parametrize("piece_bytes", [1, 2, 100, 323, 325, 1000, 100_000])
async def test_frames_come_back_as_they_went_however_they_are_cut(piece_bytes: int) -> None:
    stream = b"".join(encode_audio(bytes([n]) * 320, 8000) for n in range(12))
    async with echoing() as server:
        assert await echoed(server, stream, piece_bytes, len(stream)) == stream


@pytest.mark.parametrize("rate_hz", [8000, 12000, 16000, 44100, 192000])
async def test_frames_of_every_rate_come_back_as_they_went(rate_hz: int) -> None:
    stream = b"".join(encode_audio(bytes([n, n]) * (rate_hz // 50), rate_hz) for n in range(8))
    async with echoing() as server:
        assert await echoed(server, stream, len(stream) // 8, len(stream)) == stream


async def test_frames_of_any_length_come_back_and_keys_do_not() -> None:
    frames = [encode_audio(bytes([n]) * length, 8000) for n, length in enumerate((320, 4, 320, 8192, 2, 320))]
    async with echoing() as server:
        sent = encode_digit("5").join(frames)
        assert await echoed(server, sent, len(sent), sum(map(len, frames))) == b"".join(frames)


async def test_a_long_run_of_usual_frames_is_like_any_other() -> None:
    frames = [encode_audio(n.to_bytes(2, "big") * 160, 8000) for n in range(2 * USUAL_RUN + 10)]
    async with echoing() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(encode_uuid(uuid4()))
        async with asyncio.timeout(30):
            for frame in frames:
                writer.write(frame)
                assert await reader.readexactly(len(frame)) == frame
        writer.close()


async def test_a_flood_of_usual_frames_is_cut_off_too() -> None:
    frame = encode_audio(bytes(320), 8000)
    async with echoing() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(encode_uuid(uuid4()))
        returned = 0
        async with asyncio.timeout(30):
            try:
                while returned < 2000:
                    writer.write(frame)
                    await reader.readexactly(len(frame))
                    returned += 1
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
        writer.close()
        assert 500 < returned < 2000


async def test_what_a_slow_reader_gets_is_whole_frames_in_their_order() -> None:
    """The kernel takes half a frame: the other half must come before all that follows."""
    frames = [encode_audio(n.to_bytes(2, "little") * 3840, 192000) for n in range(150)]
    async with echoing() as server:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sock, ("127.0.0.1", server.port))
        await loop.sock_sendall(sock, encode_uuid(uuid4()))
        for frame in frames:
            await loop.sock_sendall(sock, frame)
            await asyncio.sleep(0.002)
        decoder, heard = AsteriskDecoder(), list[int]()
        async with asyncio.timeout(20):
            while not heard or len(heard) < 20:
                for event in decoder.feed(await loop.sock_recv(sock, 5000)):
                    assert isinstance(event, AudioArrived)
                    assert event.pcm == event.pcm[:2] * 3840
                    heard.append(int.from_bytes(event.pcm[:2], "little"))
        sock.close()
    assert heard == sorted(set(heard))


async def test_a_tone_is_paced_at_the_callers_rate() -> None:
    server = AudioSocketServer(AudioSocketSettings(port=0), AnyCall(), tone, keep_rate=True)
    await server.start()
    async with calling(server, rate_hz=44100) as client:
        heard = await hear(client, 5)
    await server.aclose()
    assert {len(frame.pcm) for frame in heard} == {1764}
    assert any(heard[0].pcm)


async def test_an_ended_call_is_freed_at_once_without_the_garbage_collector() -> None:
    def alive() -> int:
        return sum(type(each) is Connection for each in gc.get_objects())  # isinstance would ask lazy proxies

    frame = encode_audio(bytes(320), 8000)
    async with echoing() as server:
        before = alive()
        gc.disable()
        try:
            for _ in range(5):
                await echoed(server, frame, len(frame), len(frame))
            await until(lambda: server.active_calls == 0)
            await until(lambda: alive() <= before)
        finally:
            gc.enable()
