"""Several media workers on the same two ports: what callers, the dialplan and whoever watches get of them."""

import asyncio
import os
import signal
import socket
from uuid import uuid4

import psutil
import pytest

from callcenter.audiosocket.client import connect
from callcenter.embedded.redis import EmbeddedRedis
from tests.integration.media.conftest import SHORT_DRAIN, StartServer, hear, hear_end

NUMBER = "+380671234567"


def still_there(processes: list[psutil.Process], within_s: float = 10) -> list[psutil.Process]:
    _, alive = psutil.wait_procs(processes, timeout=within_s)
    return [process for process in alive if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


async def test_they_share_calls_slots_and_figures(start_server: StartServer) -> None:
    server = await start_server(CALLCENTER_AUDIOSOCKET__MAX_CALLS="60")
    calls = await server.calls_on_each_worker()
    there = sum(map(len, calls.values()))
    for _ in range(6):  # whoever answers
        ready = (await server.get("/readyz")).json()
        assert (ready["ready"], ready["free_slots"]) == (True, 60 - there)
        assert ready["components"]["media_workers"]["detail"] == "2 of 2 are there"
        figures = (await server.get("/metrics")).text
        assert f"callcenter_active_calls {there}.0" in figures
        assert f"callcenter_free_slots {60 - there}.0" in figures
        assert "callcenter_media_workers_missing 0.0" in figures
        assert (await server.get("/telephony/free")).text == str(60 - there)
    for client in (client for clients in calls.values() for client in clients):
        client.close()
    await server.until(lambda: len(server.events("call_ended")) == there)
    assert 'callcenter_calls_total{outcome="abandoned",scenario="other"} ' in (await server.get("/metrics")).text
    workers = server.workers()
    assert await server.end() == 0
    assert still_there(workers, 0.5) == []


async def test_whoever_was_told_of_a_call_anybody_takes_it_and_anybody_says_where_it_goes(
    start_server: StartServer,
) -> None:
    server = await start_server(CALLCENTER_TELEPHONY__CALLS_PER_HOUR="5")
    for said in ["ok"] * 5 + ["refused"]:
        call_id = uuid4()
        assert await server.post("start", uuid=str(call_id), did="100", **{"from": NUMBER}) == said
        client = await server.call(call_id)
        if said == "refused":
            assert (await hear_end(client)).by_server
            assert await server.post("next", uuid=str(call_id)) == "queue"
        else:
            await hear(client)
            client.close()  # the caller hung up: nothing is left to do
            assert await server.post("next", uuid=str(call_id)) == "bye"
        assert await server.post("end", uuid=str(call_id), cause="16") == "ok"


async def test_the_limit_counts_over_all_workers(start_server: StartServer) -> None:
    server = await start_server(CALLCENTER_AUDIOSOCKET__MAX_CALLS="3")
    clients = [await server.call() for _ in range(3)]
    for client in clients:
        await hear(client)
    for _ in range(4):
        assert (await hear_end(await server.call())).by_server
        assert await server.post("start", uuid=str(uuid4())) == "full"
    clients[0].close()
    await server.until(lambda: bool(server.events("call_ended")))
    assert await server.post("start", uuid=str(uuid4())) == "ok"


async def test_without_redis_calls_go_on_and_new_ones_go_to_the_operators(
    start_server: StartServer, own_redis: EmbeddedRedis
) -> None:
    server = await start_server(REDIS_URL=own_redis.url())
    calls = await server.calls_on_each_worker()
    own_redis.stop()
    refused = uuid4()
    assert await server.post("start", uuid=str(refused)) == "full"
    for _ in range(4):
        assert (await hear_end(await server.call())).by_server
    assert await server.post("next", uuid=str(refused)) == "queue"
    async with asyncio.timeout(10):  # each worker finds out by itself
        while (ready := await server.get("/readyz")).status_code != 503:  # noqa: ASYNC110  another process
            await asyncio.sleep(0.1)
    assert ready.json()["components"]["call_registry"]["ready"] is False
    for client in (client for clients in calls.values() for client in clients):
        for _ in range(5):
            await hear(client)
    own_redis.start()
    call_id = uuid4()
    assert await server.post("start", uuid=str(call_id)) == "ok"
    await hear(await server.call(call_id))


async def test_one_that_dies_is_started_again_and_the_other_ones_calls_go_on(start_server: StartServer) -> None:
    server = await start_server()
    calls = await server.calls_on_each_worker()
    dead, living = calls
    os.kill(dead, signal.SIGKILL)
    for client in calls[dead]:
        assert not (await hear_end(client)).by_server
    await server.until(lambda: len(server.events("media_server_ready")) == 3)
    (death,) = server.events("media_worker_died")
    assert (death["reason"], death["worker"]) == ("SIGKILL", 0)
    assert [worker.pid for worker in server.workers()] != [dead, living]
    for client in calls[living]:
        await hear(client)
    figures = (await server.get("/metrics")).text
    assert f"callcenter_active_calls {len(calls[living])}.0" in figures
    assert "callcenter_media_worker_deaths 1.0" in figures
    taken_over = [line for line in server.events("journal_taken_over") if line["calls_closed"]]
    assert [line["calls_closed"] for line in taken_over] == [len(calls[dead])], "the dead one's calls, no other"
    await server.calls_on_each_worker()  # and the new one takes its share


async def test_at_sigterm_running_calls_go_on_new_ones_go_elsewhere_and_then_operators_have_them(
    start_server: StartServer,
) -> None:
    server = await start_server(**SHORT_DRAIN)
    calls = await server.calls_on_each_worker()
    workers = server.workers()
    server.process.send_signal(signal.SIGTERM)
    await server.until(lambda: len(server.events("media_server_draining")) == 2)
    assert await server.post("start", uuid=str(uuid4())) == "full"
    assert (await server.get("/readyz")).status_code == 503
    with pytest.raises(OSError, match=r"refused|Connect"):
        await connect("127.0.0.1", server.audio_port, uuid4())
    clients = [client for each in calls.values() for client in each]
    for client in clients:
        await hear(client)
    for client in clients:
        assert (await hear_end(client)).by_server
    assert await server.process.wait() == 0
    assert {line["outcome"] for line in server.events("call_ended")} == {"transferred"}
    assert len(server.events("call_ended")) == len(clients)
    assert still_there(workers, 0.5) == []


async def test_nobody_survives_the_parents_sudden_death(start_server: StartServer) -> None:
    server = await start_server()
    workers = server.workers()
    assert len(workers) == 2
    server.process.kill()
    assert still_there(workers) == []


async def test_an_overloaded_worker_refuses_at_once_and_says_why(start_server: StartServer) -> None:
    limits = {"CALLCENTER_ADMISSION__LOOP_LAG_MS": "0.001", "CALLCENTER_ADMISSION__LOOP_LAG_RESUME_MS": "0.001"}
    server = await start_server(CALLCENTER_MEDIA__WORKERS="1", **limits)
    await server.until(lambda: bool(server.events("calls_refused")))
    assert server.events("calls_refused")[0]["reason"] == "loop_late"
    assert await server.post("start", uuid=str(uuid4())) == "full"
    assert (await hear_end(await server.call())).by_server
    assert (await server.get("/telephony/free")).text == "0"
    assert (await server.get("/readyz")).json()["free_slots"] == 0
    figures = (await server.get("/metrics")).text
    assert 'callcenter_admission_closed{reason="loop_late"} 1.0' in figures
    assert 'callcenter_refused_total{reason="loop_late"} 2.0' in figures


async def test_one_worker_is_the_program_itself(start_server: StartServer) -> None:
    server = await start_server(CALLCENTER_MEDIA__WORKERS="1")
    assert server.workers() == []
    assert "call_registry" not in (await server.get("/readyz")).json()["components"]


async def test_what_is_wrong_is_said_once(start_server: StartServer) -> None:
    server = await start_server(REDIS_URL="")
    assert await server.process.wait() == 2
    assert "media.workers: 2 need Redis" in server.log.read_text()
    server = await start_server(REDIS_URL="elsewhere:6379")
    assert await server.process.wait() == 2
    assert server.log.read_text().count("redis_url:") == 1, server.log.read_text()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = await start_server(CALLCENTER_HTTP__PORT=str(taken.getsockname()[1]))
    assert await server.process.wait() == 2
    assert server.log.read_text().count("\n") == 1, server.log.read_text()
    server = await start_server(CALLCENTER_SHOP="/nowhere")
    assert await server.process.wait() == 2
    assert server.log.read_text().count("/nowhere") == 1, server.log.read_text()


async def test_a_second_server_does_not_share_the_port(start_server: StartServer) -> None:
    first = await start_server()
    second = await start_server(CALLCENTER_HTTP__PORT=first.http.rpartition(":")[2])
    assert await second.process.wait() == 2
    assert "used by another program" in second.log.read_text()
