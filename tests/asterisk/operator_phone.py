"""An operator's SIP phone for tests: picks up at once, says nothing, and remembers what its display showed by then."""

import asyncio
import re
from dataclasses import dataclass, field

from tests.asterisk.sip_phone import open_socket


@dataclass(frozen=True, slots=True)
class Shown:
    """Of the From header of a call that came in."""

    name: str
    number: str


@dataclass(eq=False)
class OperatorPhone:
    """`async with OperatorPhone() as phone:`, then `phone.shown`, one for each call."""

    shown: list[Shown] = field(default_factory=list)

    async def __aenter__(self) -> "OperatorPhone":
        self._sip, self._rtp = await open_socket(), await open_socket()
        self._rung: set[str] = set()
        self._task = asyncio.create_task(self._answer())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._sip.transport.close()
        self._rtp.transport.close()

    @property
    def port(self) -> int:
        return self._sip.port

    async def _answer(self) -> None:
        while True:
            message = (await self._sip.received.get()).decode()
            method = message.split(" ", 1)[0]
            if method in ("ACK", "SIP/2.0"):
                continue
            call_id = _header(message, "Call-ID")
            if method == "INVITE" and call_id not in self._rung:  # else it was sent again, or changes the audio
                self._rung.add(call_id)
                self.shown.append(_shown(_header(message, "From")))
            self._reply(message, self._sdp() if method == "INVITE" else "")

    def _reply(self, message: str, body: str) -> None:
        kept = [line for line in message.split("\r\n") if re.match(r"(Via|From|Call-ID|CSeq):", line)]
        to = _header(message, "To")
        lines = ["SIP/2.0 200 OK", *kept, f"To: {to}" if ";tag=" in to else f"To: {to};tag=operator"]
        lines += [f"Contact: <sip:operator1@127.0.0.1:{self.port}>"]
        lines += [*(["Content-Type: application/sdp"] if body else []), f"Content-Length: {len(body)}", "", body]
        via = re.search(r"^Via: SIP/2\.0/UDP ([\d.]+):(\d+)", message, re.MULTILINE)
        assert via is not None
        self._sip.transport.sendto("\r\n".join(lines).encode(), (via[1], int(via[2])))

    def _sdp(self) -> str:
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
        lines += [f"m=audio {self._rtp.port} RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=ptime:20", "a=sendrecv"]
        return "\r\n".join(lines) + "\r\n"


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}: (.*?)\r$", message, re.MULTILINE)
    assert found is not None
    return found[1]


def _shown(header: str) -> Shown:
    found = re.match(r'(?:"([^"]*)" )?<sip:([^@>]*)@', header)
    assert found is not None, header
    return Shown(found[1] or "", found[2])
