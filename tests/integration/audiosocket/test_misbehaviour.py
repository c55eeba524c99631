"""What no telephone does costs the one connection that does it; a call beside it goes on undisturbed."""

import asyncio
import random
import socket
from contextlib import suppress
from itertools import pairwise
from statistics import median
from uuid import UUID, uuid4

import pytest

from callcenter.audiosocket.client import Heard, connect
from callcenter.audiosocket.protocol import HANG_UP, encode_audio, encode_digit, encode_uuid
from callcenter.config import AudioSocketSettings
from callcenter.errors import RefusalReason
from callcenter.ports import CallInfo, CallLine, LineClosed
from tests.integration.audiosocket.bench import (
    SILENCE,
    TONE,
    Echo,
    OpenRegistry,
    calling,
    hear,
    hear_end,
    sample,
    send_raw,
    serving,
    until,
)

ALL_SLOTS = AudioSocketSettings().max_calls

BEGIN = encode_uuid(UUID("40325ec2-5efd-4bd3-805f-53576e581d13"))


def is_steady(heard: list[Heard]) -> bool:
    """As it should be, but for what other tests on this machine do to it."""
    gaps_s = [after.at_s - before.at_s for before, after in pairwise(heard)]
    return 0.015 < median(gaps_s) < 0.025 and max(gaps_s) < 1


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "garbage"),
        (b"\x16\x03\x01\x02\x00\x01\x00", "no_uuid"),  # a TLS client: its first byte is audio's kind at 48 kHz
        (b"\x10\xff\xff", "oversize"),
        (b"\x01\x00\x05short", "odd_uuid"),
        (encode_audio(SILENCE, 8000), "no_uuid"),
        (encode_digit("1"), "no_uuid"),
    ],
)
async def test_no_call_comes_of_garbage(data: bytes, kind: str) -> None:
    echo, before = Echo(), sample("connections_rejected_total", kind=kind)
    async with serving(echo) as server:
        assert await send_raw(server, data) == HANG_UP
        assert sample("connections_rejected_total", kind=kind) == before + 1
        assert server.free_slots == ALL_SLOTS
    assert echo.calls == []


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"\x42\x00\x01x", "garbage"), (b"\x10\xff\xff", "oversize"), (BEGIN, "second_uuid")],
)
async def test_garbage_in_the_middle_of_a_call_ends_it_at_a_human(data: bytes, kind: str) -> None:
    registry, before = OpenRegistry(), sample("connections_rejected_total", kind=kind)

    async def converse(call: CallInfo, line: CallLine) -> None:
        line.start_playing(lambda: SILENCE)
        while not isinstance(await line.receive(), LineClosed):
            pass
        registry.decide_next(call.call_id, "bye")  # it cannot know why the line closed
        await line.hang_up()

    async with serving(converse, registry) as server, calling(server) as client:
        await hear(client, 3)
        client.send(data)
        assert (await hear_end(client)).by_server
        assert [steps[-1] for steps in registry.next.values()] == ["queue"]
    assert sample("connections_rejected_total", kind=kind) == before + 1


async def test_a_connection_that_ends_without_a_uuid_is_an_unanswered_channel_and_no_fault() -> None:
    before = sample("connections_rejected_total", kind="garbage")
    echo = Echo()
    async with serving(echo) as server:
        client = await connect("127.0.0.1", server.port, None, sending=False)
        client.close()
        await asyncio.sleep(0.05)
        assert server.free_slots == ALL_SLOTS
    assert echo.calls == []
    assert sample("connections_rejected_total", kind="garbage") == before


async def test_a_uuid_that_trickles_in_is_waited_for_no_longer_than_the_settings_say() -> None:
    before = sample("connections_rejected_total", kind="no_uuid_in_time")
    async with serving(Echo(), uuid_timeout_ms=300) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        begun_s = asyncio.get_running_loop().time()

        async def trickle() -> None:
            for byte in BEGIN:
                writer.write(bytes([byte]))
                await asyncio.sleep(0.05)

        trickling = asyncio.create_task(trickle())
        assert await reader.readexactly(3) == HANG_UP
        assert asyncio.get_running_loop().time() - begun_s == pytest.approx(0.3, abs=0.15)
        trickling.cancel()
        writer.close()
    assert sample("connections_rejected_total", kind="no_uuid_in_time") == before + 1


async def test_a_whole_uuid_that_trickles_in_in_time_is_a_call() -> None:
    echo = Echo()
    async with serving(echo) as server:
        client = await connect("127.0.0.1", server.port, None, sending=False)
        for byte in BEGIN:
            client.send(bytes([byte]))
            await asyncio.sleep(0.002)
        await hear(client, 2)
        client.close()
    assert len(echo.calls) == 1


async def test_a_peer_that_falls_silent_is_gone() -> None:
    echo, before = Echo(), sample("connections_rejected_total", kind="silent")
    async with serving(echo, stalled_timeout_ms=500) as server, calling(server, sending=False) as client:
        client.send(encode_audio(SILENCE, 8000)[:100])  # half a frame, and never the rest
        assert (await hear_end(client)).by_server
    assert echo.closed == 1
    assert sample("connections_rejected_total", kind="silent") == before + 1


async def test_half_a_frame_a_second_does_not_keep_a_peer_alive() -> None:
    echo = Echo()
    async with serving(echo, stalled_timeout_ms=500) as server, calling(server, sending=False) as client:
        for byte in encode_audio(SILENCE, 8000)[:30]:
            client.send(bytes([byte]))
            await asyncio.sleep(0.02)
        assert (await hear_end(client, within_s=0.4)).by_server


async def test_a_peer_that_does_not_read_loses_frames_and_then_the_call() -> None:
    echo = Echo()
    dropped = sample("frames_dropped_total", direction="out")
    rejected = sample("connections_rejected_total", kind="not_reading")
    async with serving(echo, stalled_timeout_ms=500) as server, calling(server) as good:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sock, ("127.0.0.1", server.port))
        await loop.sock_sendall(sock, encode_uuid(uuid4()))
        await until(lambda: len(echo.lines) == 2)

        async def keep_sending() -> None:
            with suppress(OSError):
                while True:
                    await loop.sock_sendall(sock, encode_audio(bytes(640), 16000))
                    await asyncio.sleep(0.02)

        sending = asyncio.create_task(keep_sending())
        await until(lambda: echo.closed == 1, within_s=15)
        assert sample("frames_dropped_total", direction="out") - dropped >= 20
        assert sample("connections_rejected_total", kind="not_reading") == rejected + 1
        heard = await hear(good, 150)
        assert is_steady(heard)
        sending.cancel()
        sock.close()


async def test_audio_far_ahead_of_real_time_is_cut_off() -> None:
    echo, before = Echo(), sample("connections_rejected_total", kind="flood")
    async with serving(echo) as server, calling(server) as good:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(encode_uuid(uuid4()) + encode_audio(TONE, 8000) * 2000)
        with suppress(ConnectionResetError):
            async with asyncio.timeout(3):
                while await reader.read(4096):
                    pass
        writer.close()
        assert sample("connections_rejected_total", kind="flood") == before + 1
        await hear(good, 5)


async def test_more_connections_than_can_be_calls_are_closed_unheard() -> None:
    before = sample("connections_rejected_total", kind="too_many")
    async with serving(Echo(), max_calls=1) as server:
        streams = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(70)]
        await until(lambda: sample("connections_rejected_total", kind="too_many") == before + 5)
        for _, writer in streams:
            writer.close()


async def test_a_storm_of_noise_beside_a_call_leaves_the_call_as_it_was() -> None:
    noise = random.Random(7)
    echo = Echo()
    async with serving(echo) as server, calling(server) as good:
        for n in range(120):
            data = noise.randbytes(noise.randrange(1, 3000))
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(BEGIN[: n % 20] + data)
            if n % 3 == 0:
                writer.transport.abort()
            writer.close()
            await asyncio.sleep(0.003)
        heard = await hear(good, 40)
        assert len(echo.calls) >= 1
        assert is_steady(heard)
        good.say(TONE)
        await until(lambda: TONE in echo.audio)


async def test_a_handler_that_fails_costs_its_own_call_and_a_human_takes_it() -> None:
    registry, before = OpenRegistry(), sample("errors_total", component="session", kind="ZeroDivisionError")
    bad = uuid4()
    echo = Echo()

    async def handle(call: CallInfo, line: CallLine) -> None:
        if call.call_id == bad:
            line.start_playing(lambda: SILENCE)
            await asyncio.sleep(0.05)
            raise ExceptionGroup("of a TaskGroup", [ZeroDivisionError("a secret of the caller's")])
        await echo(call, line)

    async with serving(handle, registry) as server, calling(server) as good, calling(server, call_id=bad) as client:
        assert (await hear_end(client)).by_server
        assert registry.next == {bad: ["queue"]}
        await until(lambda: registry.released == [bad])
        assert len(await hear(good, 5)) == 5
        assert server.active_calls == 1
    assert sample("errors_total", component="session", kind="ZeroDivisionError") == before + 1


@pytest.mark.parametrize("wrong", [b"", b"\0", bytes(640), None])
async def test_a_player_that_fails_costs_its_own_call(wrong: bytes | None) -> None:
    registry = OpenRegistry()

    def next_frame() -> bytes:
        if wrong is None:
            raise RuntimeError("broken player")
        return wrong

    async def handle(call: CallInfo, line: CallLine) -> None:
        line.start_playing(next_frame if line.rate_hz == 8000 else lambda: bytes(640))
        while not isinstance(await line.receive(), LineClosed):
            pass

    async with (
        serving(handle, registry) as server,
        calling(server, rate_hz=16000) as good,
        calling(server) as client,
    ):
        assert (await hear_end(client)).by_server
        assert list(registry.next.values()) == [["queue"]]
        assert len(await hear(good, 5)) == 5


# ---------------------------------------------------------------- refusals and limits


async def test_a_refused_call_gets_the_hang_up_at_once() -> None:
    before = sample("refused_total", reason="unknown_uuid")
    echo = Echo()
    async with serving(echo, OpenRegistry(refuses=RefusalReason.UNKNOWN_UUID)) as server:
        begun_s = asyncio.get_running_loop().time()
        async with calling(server) as client:
            received = await client.receive()
            assert not isinstance(received, Heard)
            assert received.by_server
            assert received.at_s - begun_s < 0.5
        assert server.free_slots == ALL_SLOTS
    assert echo.calls == []
    assert sample("refused_total", reason="unknown_uuid") == before + 1


async def test_calls_beyond_the_limit_are_refused_until_one_ends() -> None:
    before = sample("refused_total", reason="full")
    async with serving(Echo(), max_calls=2) as server, calling(server) as first:
        async with calling(server) as second:
            await hear(first, 1)
            await hear(second, 1)
            assert server.free_slots == 0
            assert sample("free_slots") == 0
            async with calling(server) as third:
                assert (await hear_end(third)).by_server
            await hear(first, 5)
        await until(lambda: server.free_slots == 1)
        async with calling(server) as fourth:
            await hear(fourth, 1)
            assert sample("active_calls") == 2
    assert sample("refused_total", reason="full") == before + 1


async def test_a_peer_that_is_not_allowed_is_let_go_at_once_and_takes_no_place() -> None:
    before = sample("refused_total", reason="peer_not_allowed")
    echo = Echo()
    async with serving(echo, allow=("10.0.0.0/8",)) as server:
        client = await connect("127.0.0.1", server.port, None, sending=False)
        assert not (await hear_end(client)).by_server
    assert echo.calls == []
    assert sample("refused_total", reason="peer_not_allowed") == before + 1


async def test_a_registry_that_breaks_costs_the_call_alone() -> None:
    class Broken(OpenRegistry):
        async def admit(self, call_id: object, peer: str) -> CallInfo:
            raise TimeoutError

    before = sample("errors_total", component="registry", kind="TimeoutError")
    async with serving(Echo(), Broken()) as server, calling(server) as client:
        assert (await hear_end(client)).by_server
        assert server.free_slots == ALL_SLOTS
    assert sample("errors_total", component="registry", kind="TimeoutError") == before + 1


# ---------------------------------------------------------------- the end of the server


async def test_draining_takes_no_new_calls_and_waits_for_those_in_progress() -> None:
    echo, registry = Echo(), OpenRegistry()
    async with serving(echo, registry) as server, calling(server) as client:
        await hear(client, 3)
        draining = asyncio.create_task(server.drain(10))
        await asyncio.sleep(0.05)
        assert server.free_slots == 0
        with pytest.raises(OSError, match=r"refused|Connect"):
            await connect("127.0.0.1", server.port, uuid4())
        assert len(await hear(client, 5)) == 5
        assert not draining.done()
        client.close()
        async with asyncio.timeout(1):
            await draining
        assert registry.next == {}


async def test_after_the_grace_period_calls_are_handed_to_the_operators() -> None:
    echo, registry = Echo(), OpenRegistry()
    async with serving(echo, registry) as server, calling(server) as client:
        await hear(client, 3)
        begun_s = asyncio.get_running_loop().time()
        draining = asyncio.create_task(server.drain(0.2))
        assert (await hear_end(client)).by_server
        await draining
        assert asyncio.get_running_loop().time() - begun_s < 1
        assert list(registry.next.values()) == [["queue"]]
        assert len(registry.released) == 1
        assert server.active_calls == 0


async def test_closing_ends_connections_of_every_kind() -> None:
    async with serving(Echo()) as server:
        idle = await asyncio.open_connection("127.0.0.1", server.port)
        client = await connect("127.0.0.1", server.port, uuid4())
        await hear(client, 1)
        closing = asyncio.create_task(server.aclose())
        await hear_end(client)
        assert await idle[0].read(3) == HANG_UP
        idle[1].close()
        async with asyncio.timeout(1):
            await closing
