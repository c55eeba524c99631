"""Simulated callers against a server that lets some of them go."""

import asyncio

from callcenter.audiosocket.protocol import HANG_UP
from callcenter.bench.callers import call
from callcenter.bench.callsim.plan import Plan

WORDS = b"\x00\x10" * 160 * 5


async def test_calls_that_the_server_refuses_are_lost_and_the_others_go_on() -> None:
    connected = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connected
        connected += 1
        if connected % 2:
            writer.write(HANG_UP)
        while await reader.read(4096):
            pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    plan = Plan(
        "127.0.0.1", port, (WORDS,), calls=8, turns=1, ramp_s=0.4, settle_s=0, idle_s=0, spread_s=0, timeout_s=1
    )
    _, said = await call(plan)
    server.close()
    assert connected == 8, "nobody dials again"
    assert (said["calls_lost"], said["lost_because"]) == (4, ["hung up by the server"])
    assert said["turns_timed_out"] == 4
