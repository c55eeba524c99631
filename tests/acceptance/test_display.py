"""What an operator's phone shows, through the shipped dialplan and a real Asterisk, whatever the agent answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest

from callcenter.config import HttpSettings, TelephonySettings
from callcenter.media.slots import Slots
from callcenter.telephony.http import create_app
from callcenter.telephony.registry import InMemoryCallRegistry
from callcenter.telephony.server import HttpServer
from tests.asterisk import bench
from tests.asterisk.operator_phone import OperatorPhone, Shown
from tests.asterisk.sip_phone import SipPhone
from tests.fakes.parts import FakeJournal

CALLER = "+380671234567"
EVIL = 'Шукає зимові шини на "Škoda", ${SHELL(touch /tmp/x)} $[1/0] \\${X};)\r\nX-Evil: 1, 215/55 R17 '
pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(120)]


class Exchange(InMemoryCallRegistry):
    """Hands every call over with the same words."""

    def __init__(self, told: str, after_s: float) -> None:
        super().__init__(TelephonySettings(), "uk")
        self.told, self.after_s, self.asked = told, after_s, 0

    async def handover(self, call_id: UUID) -> str:
        self.asked += 1
        await asyncio.sleep(self.after_s)
        return self.told


@asynccontextmanager
async def serving(exchange: Exchange) -> AsyncIterator[str]:
    """The telephony endpoints; nobody takes the audio."""
    http, slots = HttpSettings(port=0), Slots(5)
    slots.open()
    app = create_app(http, exchange, FakeJournal(), slots=slots, language="uk", readiness=dict, explain=lambda why: "")
    server = HttpServer(app, http)
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.aclose()


@pytest.mark.parametrize(
    ("told", "after_s", "name"),
    [
        (EVIL, 0.0, "Шукає зимові шини на Škoda SHELL touch /tmp/x 1/0 X X-Evil: 1 215/55 R17"),
        ("", 0.0, ""),
        ("too late", 5.0, ""),
    ],
    ids=["words that a caller could say", "nothing is known", "an agent that hangs"],
)
async def test_the_operator_sees_the_words_and_the_queue_comes_in_any_case(
    asterisk_files: Path, tmp_path: Path, told: str, after_s: float, name: str
) -> None:
    exchange = Exchange(told, after_s)
    async with serving(exchange) as http, OperatorPhone() as operator:
        asterisk = await bench.start(tmp_path, asterisk_files, "127.0.0.1:9", http, operator.port)
        try:
            async with SipPhone(asterisk.sip_port, CALLER) as phone:
                await phone.dial("100")
                assert await asterisk.saw("answered PJSIP/", within_s=20)
        finally:
            await asterisk.stop()
    assert exchange.asked == 1
    assert operator.shown == [Shown(name, CALLER)]
    assert "Function SHELL" not in asterisk.log
