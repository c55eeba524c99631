"""The dialplan's three calls and the watchers' three, over real sockets."""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from callcenter.config import HttpSettings, TelephonySettings
from callcenter.errors import CallRefused, ConfigurationError, RefusalReason
from callcenter.media.slots import Slots
from callcenter.records import CallEnded, CallLeftAsterisk, CallStarted, EventRecorded, HandoverBegun
from callcenter.telephony.http import ComponentState, create_app
from callcenter.telephony.registry import InMemoryCallRegistry
from callcenter.telephony.server import HttpServer
from tests.fakes.parts import FakeJournal

NUMBER = "+380671234567"


@dataclass
class Exchange:
    """What the dialplan can reach, and what stands behind it."""

    client: httpx.AsyncClient
    registry: InMemoryCallRegistry
    journal: FakeJournal
    port: int
    slots: Slots
    components: dict[str, ComponentState] = field(default_factory=dict)

    async def post(self, path: str, **fields: object) -> httpx.Response:
        return await self.client.post(f"/telephony/{path}", data={name: str(value) for name, value in fields.items()})


@asynccontextmanager
async def exchange(allow: tuple[str, ...] = ("127.0.0.0/8",), **settings: object) -> AsyncIterator[Exchange]:
    registry = InMemoryCallRegistry(TelephonySettings.model_validate(settings), "en")
    journal, slots = FakeJournal(), Slots(50)
    slots.open()
    components = {"recognizer": ComponentState(True, "pocketsphinx"), "journal": ComponentState(True)}
    http = HttpSettings(port=0, allow=allow)
    app = create_app(http, registry, journal, slots=slots, language="en", readiness=lambda: components, explain=str)
    server = HttpServer(app, http)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
            yield Exchange(client, registry, journal, server.port, slots, components)
    finally:
        await server.aclose()


async def test_a_call_is_announced_asked_for_and_ended() -> None:
    async with exchange() as at:
        call_id = uuid4()
        started = await at.post("start", uuid=call_id, **{"from": NUMBER}, did="100")
        assert (started.status_code, started.text) == (200, "ok")
        assert started.headers["content-type"].startswith("text/plain")
        call = await at.registry.admit(call_id, "127.0.0.1")
        assert (call.caller_id, call.called_id) == (NUMBER, "100")
        at.registry.decide_next(call_id, "bye")
        at.registry.release(call_id)
        assert (await at.post("next", uuid=call_id)).text == "bye"
        ended = await at.post("end", uuid=call_id, cause=16, queue="", wait=12, member="PJSIP/operator1", talked=61)
        assert (ended.status_code, ended.text) == (200, "ok")
        record = at.journal.records[0]
        assert isinstance(record, CallLeftAsterisk)
        assert (record.call_id, record.call_started_at) == (call_id, call.started_at)
        assert (record.hangup_cause, record.queue_status, record.queue_wait_seconds) == (16, None, 12)
        assert (record.operator_answered, record.operator_talked_seconds) == (True, 61)
        assert record.at.utcoffset() is not None


async def test_the_bytes_that_asterisk_sends_are_understood() -> None:
    call_id = "40325ec2-5efd-4bd3-805f-53576e581d13"
    body = f"uuid={call_id}&from=%2B380671234567&did=100"
    async with exchange() as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(
            (
                f"POST /telephony/start HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: asterisk-libcurl-agent/1.0\r\n"
                f"Accept: */*\r\nContent-Length: {len(body)}\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
                f"{body}"
            ).encode()
        )
        answer = await reader.readuntil(b"ok")
        writer.close()
        assert answer.startswith(b"HTTP/1.1 200")
        assert (await at.registry.admit(UUID(call_id), "127.0.0.1")).caller_id == NUMBER


@pytest.mark.parametrize(
    ("fields", "answered", "status"),
    [
        ({"cause": 16, "queue": "TIMEOUT", "wait": "", "member": "", "talked": ""}, False, "TIMEOUT"),
        ({"cause": 16, "queue": "", "wait": "", "member": "", "talked": ""}, None, None),
        ({"cause": 0, "queue": "ABANDON", "wait": 30, "member": "", "talked": ""}, False, "ABANDON"),
        ({}, None, None),
    ],
)
async def test_what_became_of_the_caller_is_told_by_the_queue(
    fields: dict[str, object], answered: bool | None, status: str | None
) -> None:
    async with exchange() as at:
        call_id = uuid4()
        await at.post("start", uuid=call_id)
        assert (await at.post("end", uuid=call_id, **fields)).text == "ok"
        record = at.journal.records[0]
        assert isinstance(record, CallLeftAsterisk)
        assert (record.operator_answered, record.queue_status) == (answered, status)
        assert record.operator_talked_seconds is None


async def test_the_operators_phone_is_told_why_the_call_comes_and_nothing_that_the_dialplan_could_read() -> None:
    async with exchange() as at:
        call_id = uuid4()
        await at.post("start", uuid=call_id)
        evil = 'Wants: ${SHELL(rm -rf /)}, "зимові" шини\r\nX-Header: 1; $[1/0] 215/55 R17 ' + 300 * "a"
        at.registry.decide_next(call_id, "queue", evil)
        at.registry.decide_next(call_id, "queue")  # the line broke after that
        told = await at.post("handover", uuid=call_id)
        assert told.headers["content-type"] == "text/plain; charset=utf-8"
        assert told.text == "Wants: SHELL rm -rf / зимові шини X-Header: 1 1/0 215/55 R17"


async def test_the_operators_phone_is_told_of_a_call_that_was_not_served_why() -> None:
    async with exchange(calls_per_hour=1) as at:

        async def told(call_id: UUID) -> str:
            return (await at.post("handover", uuid=call_id)).text

        first, second, full, served = (uuid4() for _ in range(4))
        assert await told(first) == "unknown"
        await at.post("start", uuid=first, **{"from": "+380671234567"})
        assert await told(first) == "never came"
        await at.registry.admit(first, "127.0.0.1")
        assert await told(first) == "broke off"
        at.registry.decide_next(first, "queue", "The agent broke off. Said: winter tires.")
        assert await told(first) == "The agent broke off. Said: winter tires."
        await at.post("start", uuid=second, **{"from": "+380671234567"})
        assert await told(second) == "too many from caller"
        await at.post("start", uuid=served)
        await at.registry.admit(served, "127.0.0.1")
        at.registry.release(served)
        assert await told(served) == ""
        at.registry.drain()
        await at.post("start", uuid=full)
        assert await told(full) == "draining"


async def test_an_unknown_call_goes_to_the_queue_and_its_end_is_nobodys() -> None:
    async with exchange() as at:
        assert (await at.post("next", uuid=uuid4())).text == "queue"
        assert (await at.post("end", uuid=uuid4())).status_code == 404
        assert at.journal.records == []


async def test_a_full_server_says_so_journals_it_and_refuses_the_call_if_it_comes_all_the_same() -> None:
    async with exchange() as at:
        for _ in range(50):
            at.slots.take()
        call_id = uuid4()
        assert (await at.post("start", uuid=call_id, **{"from": NUMBER})).text == "full"
        assert [type(record) for record in at.journal.records] == [CallStarted, EventRecorded, HandoverBegun, CallEnded]
        assert at.journal.records[0].caller_id == NUMBER  # type: ignore[union-attr]  # the line above knows
        at.slots.give_back()
        with pytest.raises(CallRefused, match="full"):
            await at.registry.admit(call_id, "127.0.0.1")
        assert (await at.post("next", uuid=call_id)).text == "queue"
        assert (await at.post("end", uuid=call_id, queue="TIMEOUT")).text == "ok"


async def test_an_overloaded_server_says_full() -> None:
    async with exchange() as at:
        at.slots.set_overload(RefusalReason.LOOP_LATE)
        assert (await at.post("start", uuid=uuid4())).text == "full"
        assert (await at.client.get("/telephony/free")).text == "0"
        at.slots.set_overload(None)
        assert (await at.post("start", uuid=uuid4())).text == "ok"
        assert (await at.client.get("/telephony/free")).text == "50"


async def test_a_draining_server_says_full_and_one_call_too_many_is_refused() -> None:
    async with exchange(calls_per_hour=1) as at:
        assert (await at.post("start", uuid=uuid4(), **{"from": NUMBER})).text == "ok"
        assert (await at.post("start", uuid=uuid4(), **{"from": "0671234567"})).text == "refused"
        at.registry.drain()
        assert (await at.post("start", uuid=uuid4())).text == "full"


async def test_a_uuid_announced_twice_is_refused_and_the_first_call_stays() -> None:
    async with exchange() as at:
        call_id = uuid4()
        assert (await at.post("start", uuid=call_id, **{"from": NUMBER})).text == "ok"
        assert (await at.post("start", uuid=call_id)).text == "refused"
        assert at.journal.records == []
        assert (await at.registry.admit(call_id, "127.0.0.1")).caller_id == NUMBER


@pytest.mark.parametrize("path", ["start", "next", "handover", "end"])
@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "uuid"),
        (b"uuid=12", "uuid"),
        (b"uuid=" + b"f" * 36, "uuid"),
        (b"{}", "uuid"),
        (b"\xff\xfe\x00", "body"),
        (b"uuid=a&uuid=b", "uuid"),
        (b"&".join(b"x%d=" % n for n in range(50)), "body"),
    ],
)
async def test_bad_input_is_named(path: str, body: bytes, field: str) -> None:
    async with exchange() as at:
        answer = await at.client.post(f"/telephony/{path}", content=body)
        assert answer.status_code == 400
        assert answer.text.startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"cause": "x"}, "cause"),
        ({"queue": "%"}, "queue"),
        ({"wait": "-3"}, "wait"),
        ({"talked": "nan"}, "talked"),
        ({"member": "a\nb"}, "member"),
    ],
)
async def test_a_bad_end_is_named_and_not_journaled(fields: dict[str, object], field: str) -> None:
    async with exchange() as at:
        call_id = uuid4()
        await at.post("start", uuid=call_id)
        answer = await at.post("end", uuid=call_id, **fields)
        assert (answer.status_code, answer.text.split(":")[0]) == (400, field)
        assert at.journal.records == []


async def test_a_body_is_small() -> None:
    async with exchange() as at:
        answer = await at.client.post("/telephony/start", content=b"x" * 5000)
        assert (answer.status_code, answer.text.split(":")[0]) == (413, "body")


@pytest.mark.parametrize("path", ["start", "next", "handover", "end"])
async def test_a_number_in_a_url_is_not_even_read(path: str) -> None:
    async with exchange() as at:
        assert (await at.client.get(f"/telephony/{path}", params={"uuid": str(uuid4())})).status_code == 405
        assert (await at.client.post(f"/telephony/{path}", params={"uuid": str(uuid4())})).status_code == 400


async def test_strangers_get_nothing_whatever_their_headers_say() -> None:
    async with exchange(allow=("10.0.0.0/8",)) as at:
        for path in ("/healthz", "/readyz", "/metrics", "/telephony/next"):
            answer = await at.client.request("GET", path, headers={"X-Forwarded-For": "10.0.0.1"})
            assert answer.status_code == 403


async def test_numbers_reach_no_log(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    async with exchange(calls_per_hour=1) as at:
        for number in (NUMBER, NUMBER, "bad\nnumber 0671234567"):
            await at.post("start", uuid=uuid4(), **{"from": number})
    printed = capsys.readouterr()
    written = printed.out + printed.err + "".join(r.getMessage() for r in caplog.records if "httpx" not in r.name)
    assert "1234567" not in written


async def test_health_is_told_without_looking_at_components() -> None:
    async with exchange() as at:
        at.components["journal"] = ComponentState(False, "disk full")
        assert (await at.client.get("/healthz")).status_code == 200


async def test_readiness_has_one_entry_a_component() -> None:
    async with exchange() as at:
        ready = await at.client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json() == {
            "ready": True,
            "draining": False,
            "free_slots": 50,
            "components": {
                "recognizer": {"ready": True, "detail": "pocketsphinx"},
                "journal": {"ready": True, "detail": ""},
            },
        }
        at.components["recognizer"] = ComponentState(False, "its worker died")
        unready = await at.client.get("/readyz")
        assert unready.status_code == 503
        assert unready.json()["components"]["recognizer"] == {"ready": False, "detail": "its worker died"}


async def test_a_draining_server_is_not_ready() -> None:
    async with exchange() as at:
        at.registry.drain()
        answer = await at.client.get("/readyz")
        assert (answer.status_code, answer.json()["draining"]) == (503, True)


async def test_metrics_are_prometheus_text() -> None:
    async with exchange() as at:
        answer = await at.client.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=")
        assert "# TYPE callcenter_active_calls gauge" in answer.text


WORKER = """
import asyncio, json, os, sys
from callcenter import metrics
metrics.refused_total.labels(reason="full").inc(3)
metrics.active_calls.set(2)
if sys.argv[1] == "serve":
    import httpx
    from callcenter.config import HttpSettings, TelephonySettings
    from callcenter.media.slots import Slots
    from callcenter.telephony.http import create_app
    from callcenter.telephony.registry import InMemoryCallRegistry
    from callcenter.telephony.server import HttpServer
    async def main():
        http = HttpSettings(port=0)
        app = create_app(http, InMemoryCallRegistry(TelephonySettings(), "en"), None, slots=Slots(1), language="en",
                         readiness=dict, explain=str)
        server = HttpServer(app, http)
        await server.start()
        async with httpx.AsyncClient(trust_env=False) as client:
            print(json.dumps((await client.get(f"http://127.0.0.1:{server.port}/metrics")).text))
        await server.aclose()
    asyncio.run(main())
else:
    print("up", flush=True)
    sys.stdin.read()
"""


def test_metrics_are_summed_over_workers(tmp_path: Path) -> None:
    env = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", WORKER]
    with subprocess.Popen(
        [*command, "wait"], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "up\n"
        served = subprocess.run([*command, "serve"], env=env, capture_output=True, text=True, check=True, timeout=60)
        worker.communicate("")
    text = json.loads(served.stdout)
    assert 'callcenter_refused_total{reason="full"} 6.0' in text
    assert "callcenter_active_calls 4.0" in text


async def test_a_port_in_use_names_the_key() -> None:
    async with exchange() as at:
        second = HttpServer(lambda *_: asyncio.sleep(0), HttpSettings(port=at.port))
        with pytest.raises(ConfigurationError, match=rf"http\.port: {at.port} .*CALLCENTER_HTTP__PORT"):
            await second.start()


async def test_closing_does_not_wait_for_idle_connections() -> None:
    async with exchange() as at:
        await at.client.get("/healthz")
        begun_s = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - begun_s < 2
