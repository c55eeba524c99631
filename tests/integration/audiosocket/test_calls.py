"""Calls that go as calls go."""

import asyncio
import socket
import time
from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from statistics import median
from uuid import uuid4

import pytest

from callcenter.audiosocket.client import connect
from callcenter.audiosocket.protocol import encode_audio, encode_digit, encode_uuid
from callcenter.audiosocket.server import AudioSocketServer
from callcenter.config import AudioSocketSettings
from callcenter.errors import ConfigurationError
from callcenter.ports import CallInfo, CallLine, DigitReceived, LineClosed
from tests.integration.audiosocket.bench import (
    TONE,
    Echo,
    OpenRegistry,
    calling,
    hear,
    hear_end,
    sample,
    serving,
    until,
)


async def test_the_first_frame_is_heard_within_100_ms_of_the_uuid() -> None:
    waits_s = []
    async with serving(Echo()) as server:
        for _ in range(7):
            begun_s = time.monotonic()
            async with calling(server) as client:
                waits_s.append((await hear(client, 1))[0].at_s - begun_s)
    assert median(waits_s) < 0.1


async def test_a_peer_that_waits_for_our_audio_before_it_sends_its_own_gets_it() -> None:
    echo = Echo()
    async with serving(echo) as server, calling(server, sending=False) as client:
        await hear(client, 3, within_s=0.5)
        client.start_sending()
        await until(lambda: len(echo.audio) > 3)
        assert echo.lines[0].rate_hz == 8000


async def test_frames_come_every_20_ms() -> None:
    async with serving(Echo()) as server, calling(server) as client:
        heard = await hear(client, 50)
        gaps_ms = [(b.at_s - a.at_s) * 1000 for a, b in pairwise(heard)]
        assert sum(gaps_ms) / len(gaps_ms) == pytest.approx(20, abs=1)
        assert all(len(frame.pcm) == 320 for frame in heard)


@pytest.mark.parametrize("rate_hz", [8000, 16000])
async def test_the_first_audio_tells_the_rate_of_both_ways(rate_hz: int) -> None:
    echo = Echo()
    async with serving(echo) as server, calling(server, rate_hz=rate_hz) as client:
        heard = await hear(client, 5)
        await until(lambda: len(echo.audio) > 3)
    assert echo.lines[0].rate_hz == rate_hz
    assert {frame.rate_hz for frame in heard} == {rate_hz}
    assert {len(pcm) for pcm in echo.audio} == {rate_hz // 50 * 2}


@pytest.mark.parametrize("rate_hz", [12000, 24000, 44100, 48000, 192000])
async def test_any_other_rate_becomes_16_khz(rate_hz: int) -> None:
    echo = Echo()
    async with serving(echo) as server, calling(server, rate_hz=rate_hz) as client:
        heard = await hear(client, 25)
    assert echo.lines[0].rate_hz == 16000
    assert {frame.rate_hz for frame in heard} == {16000}
    assert len(b"".join(echo.audio)) == pytest.approx(len(echo.audio) * 640, abs=160)


async def test_audio_at_another_rate_than_the_one_settled_is_resampled() -> None:
    echo = Echo()
    async with serving(echo) as server, calling(server, sending=False) as client:
        await hear(client, 3)
        for _ in range(10):
            client.send(encode_audio(bytes(640), 16000))
        await until(lambda: len(echo.audio) == 10)
    assert echo.lines[0].rate_hz == 8000
    assert len(b"".join(echo.audio)) == pytest.approx(3200, abs=100)


async def test_audio_arrives_as_it_was_sent_and_keys_between_it() -> None:
    echo = Echo()
    async with serving(echo) as server, calling(server) as client:
        client.press("12*#")
        client.say(TONE * 5)
        await until(lambda: echo.audio.count(TONE) == 5)
    assert echo.digits == "12*#"


async def test_eof_is_the_callers_hang_up() -> None:
    echo, registry = Echo(), OpenRegistry()
    async with serving(echo, registry) as server:
        async with calling(server) as client:
            await hear(client, 3)
        await until(lambda: registry.released)
        assert echo.closed == 1
        assert registry.next == {}
        assert server.active_calls == 0


async def test_a_reset_is_the_callers_hang_up() -> None:
    echo, registry = Echo(), OpenRegistry()
    async with serving(echo, registry) as server:
        client = await connect("127.0.0.1", server.port, uuid4())
        await hear(client, 3)
        client.reset()
        await until(lambda: registry.released)
    assert echo.closed == 1


async def test_the_line_says_that_it_is_closed_as_often_as_it_is_asked() -> None:
    said: list[object] = []

    async def ask_twice(call: CallInfo, line: CallLine) -> None:
        while not isinstance(await line.receive(), LineClosed):
            pass
        said.extend([await line.receive(), await line.receive()])
        line.start_playing(lambda: b"")

    async with serving(ask_twice) as server, calling(server) as client:
        await asyncio.sleep(0.05)
        client.close()
        await until(lambda: said)
    assert said == [LineClosed(), LineClosed()]


async def test_our_end_is_a_hang_up_frame_and_the_peer_closes_first() -> None:
    async def say_bye(call: CallInfo, line: CallLine) -> None:
        line.start_playing(lambda: TONE)
        await asyncio.sleep(0.1)
        await line.hang_up()
        await line.hang_up()

    async with serving(say_bye) as server, calling(server) as client:
        ended = await hear_end(client)
        assert ended.by_server


async def test_a_peer_that_ignores_our_hang_up_is_closed_after_two_seconds() -> None:
    async def leave(call: CallInfo, line: CallLine) -> None:
        pass

    async with serving(leave) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(encode_uuid(uuid4()))
        assert await reader.readexactly(3) == b"\0\0\0"
        begun_s = asyncio.get_running_loop().time()
        for _ in range(20):
            writer.write(encode_audio(TONE, 8000))  # read to the end, though nobody listens: no reset
            await asyncio.sleep(0.02)
        assert await reader.read() == b""
        assert asyncio.get_running_loop().time() - begun_s == pytest.approx(2, abs=0.3)
        writer.close()


async def test_when_the_handler_is_slow_the_oldest_audio_goes_but_no_key_and_not_the_close() -> None:
    got: list[object] = []
    go_on = asyncio.Event()

    async def be_slow(call: CallInfo, line: CallLine) -> None:
        await go_on.wait()
        while not isinstance(said := await line.receive(), LineClosed):
            got.append(said)
        got.append(said)

    before = sample("frames_dropped_total", direction="in")
    async with serving(be_slow) as server, calling(server, sending=False) as client:
        client.send(encode_digit("7"))
        for n in range(80):
            client.send(encode_audio(bytes([n]) * 320, 8000))
        await until(lambda: sample("frames_dropped_total", direction="in") == before + 30)
        client.close()
        await asyncio.sleep(0.05)
        go_on.set()
        await until(lambda: got and isinstance(got[-1], LineClosed))
        assert got[0] == DigitReceived("7")
        assert got[1] == bytes([30]) * 320
        assert len(got) == 52


async def test_two_servers_cannot_have_one_port_and_the_error_names_the_key() -> None:
    async with serving(Echo()) as server:
        second = AudioSocketServer(AudioSocketSettings(port=server.port), OpenRegistry(), Echo())
        with pytest.raises(
            ConfigurationError, match=rf"audiosocket\.port: {server.port} .*CALLCENTER_AUDIOSOCKET__PORT"
        ):
            await second.start()


async def test_an_address_of_another_machine_is_a_configuration_error() -> None:
    server = AudioSocketServer(AudioSocketSettings(host="192.0.2.1", port=0), OpenRegistry(), Echo())
    with pytest.raises(ConfigurationError, match=r"audiosocket\.host: .*CALLCENTER_AUDIOSOCKET__HOST"):
        await server.start()


async def test_nagle_is_off() -> None:
    seen: list[int] = []

    async def look(call: CallInfo, line: CallLine) -> None:
        transport = line._out._transport  # type: ignore[attr-defined]  # no port shows the socket
        seen.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    async with serving(look) as server, calling(server) as client:
        await hear_end(client)
    assert seen[0] != 0


async def test_a_call_starts_in_utc() -> None:
    echo = Echo()
    async with serving(echo) as server, calling(server) as client:
        await hear(client, 1)
    assert isinstance(echo.calls[0].started_at, datetime)


async def test_a_wait_that_is_given_up_does_not_keep_the_next_from_hearing() -> None:
    heard: list[object] = []

    async def be_impatient(call: CallInfo, line: CallLine) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(line.receive(), 0.05)
        heard.append(await line.receive())

    async with serving(be_impatient) as server, calling(server, sending=False) as client:
        await asyncio.sleep(0.15)
        client.send(encode_digit("3"))
        await until(lambda: heard)
    assert heard == [DigitReceived("3")]
