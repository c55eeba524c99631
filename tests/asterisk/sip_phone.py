"""A SIP phone for tests: one call, A-law over RTP, keys by RFC 4733, everything heard kept with its arrival time."""

import asyncio
import random
import re
import struct
from collections import deque
from dataclasses import dataclass, field
from typing import cast

from callcenter.audio import level_dbfs
from tests.asterisk import alaw

FRAME_SAMPLES = 160
AUDIBLE_DBFS = -50.0
EVENT_PAYLOAD, ALAW_PAYLOAD = 101, 8
TONE_FRAMES = 8
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Heard:
    at_s: float
    """Event loop's clock."""
    timestamp: int
    pcm: bytes

    @property
    def audible(self) -> bool:
        return level_dbfs(self.pcm) > AUDIBLE_DBFS


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes] = asyncio.Queue()
        self.transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.received.put_nowait(data)

    @property
    def port(self) -> int:
        port: int = self.transport.get_extra_info("sockname")[1]
        return port


async def open_socket() -> Datagrams:
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", 0))
    return protocol


@dataclass(eq=False)
class SipPhone:
    """`async with SipPhone(port, number) as phone: await phone.dial("100")`."""

    sip_port: int
    number: str = "+380671234567"
    heard: list[Heard] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """The far side hung up."""

    async def __aenter__(self) -> "SipPhone":
        self._sip, self._rtp = await open_socket(), await open_socket()
        self._call_id, self._tag = f"{random.random()}", f"{random.randrange(1 << 30)}"
        self._to_tag, self._extension, self._answered = "", "", False
        self._speech: deque[bytes] = deque()
        self._keys: deque[tuple[int, int]] = deque()
        self._spoken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._answered and not self.ended.is_set():
            self._send("BYE", 2)
            await asyncio.sleep(0.2)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._sip.transport.close()
        self._rtp.transport.close()

    async def dial(self, extension: str) -> None:
        """Returns when the call is answered. Raises ConnectionError when it is not."""
        self._extension = extension
        self._send("INVITE", 1, self._sdp())
        while True:
            message = (await asyncio.wait_for(self._sip.received.get(), 10)).decode(errors="replace")
            status = message.split(" ", 2)[1]
            if status.startswith("2"):
                break
            if not status.startswith("1"):
                raise ConnectionError(message.split("\r\n")[0])
        if (tag := re.search(r"^To:.*;tag=([^\s;]+)", message, re.MULTILINE)) is None:
            raise ConnectionError("answer without a tag")
        if (media := re.search(r"m=audio (\d+)", message)) is None:
            raise ConnectionError("answer without audio")
        self._to_tag, self._remote = f";tag={tag[1]}", ("127.0.0.1", int(media[1]))
        self._send("ACK", 1)
        self._answered = True
        self._tasks = [asyncio.create_task(work()) for work in (self._signal, self._listen, self._talk)]

    async def say(self, pcm: bytes) -> float:
        """Speak 8 kHz PCM; returns, when the last sample has been sent, the clock of that moment."""
        self._spoken.clear()
        codes = alaw.encode(pcm)
        for start in range(0, len(codes), FRAME_SAMPLES):
            frame = codes[start : start + FRAME_SAMPLES]
            self._speech.append(frame.ljust(FRAME_SAMPLES, bytes([alaw.SILENCE])))
        await self._spoken.wait()
        return asyncio.get_running_loop().time()

    async def press(self, keys: str) -> None:
        for key in keys:
            code = "0123456789*#".index(key)
            self._keys.extend((code, step) for step in range(TONE_FRAMES))
            await asyncio.sleep(0.3)

    async def silence(self, ms: int = 700, within_s: float = 30.0) -> None:
        """Wait until the far side has spoken and then been silent for so long. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not self.ended.is_set():
                now_s = asyncio.get_running_loop().time()
                last = next((frame.at_s for frame in reversed(self.heard) if frame.audible), now_s)
                if now_s - last >= ms / 1000:
                    return
                await asyncio.sleep(0.02)

    async def answer(self, since_s: float, within_s: float = 15.0) -> float:
        """When the far side began to be audible after `since_s`. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while True:
                for frame in self.heard:
                    if frame.at_s >= since_s and frame.audible:
                        return frame.at_s
                await asyncio.sleep(0.02)

    def recording(self, since_s: float = 0.0) -> bytes:
        """What was heard as 8 kHz PCM, placed by its RTP timestamps."""
        frames = [frame for frame in self.heard if frame.at_s >= since_s]
        if not frames:
            return b""
        first = frames[0].timestamp
        out = bytearray()
        for frame in frames:
            place = ((frame.timestamp - first) & 0xFFFFFFFF) * 2
            if len(out) < place < len(out) + 16000 * 60:
                out.extend(bytes(place - len(out)))
            out[place : place + len(frame.pcm)] = frame.pcm
        return bytes(out)

    # ------------------------------------------------------------ SIP

    def _sdp(self) -> str:
        lines = [
            "v=0",
            "o=- 1 1 IN IP4 127.0.0.1",
            "s=-",
            "c=IN IP4 127.0.0.1",
            "t=0 0",
            f"m=audio {self._rtp.port} RTP/AVP {ALAW_PAYLOAD} {EVENT_PAYLOAD}",
            f"a=rtpmap:{ALAW_PAYLOAD} PCMA/8000",
            f"a=rtpmap:{EVENT_PAYLOAD} telephone-event/8000",
            f"a=fmtp:{EVENT_PAYLOAD} 0-16",
            "a=ptime:20",
            "a=sendrecv",
        ]
        return "\r\n".join(lines) + "\r\n"

    def _send(self, method: str, sequence: int, body: str = "") -> None:
        to = f"sip:{self._extension}@127.0.0.1:{self.sip_port}"
        me = f"sip:{self.number}@127.0.0.1:{self._sip.port}"
        lines = [
            f"{method} {to} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._sip.port};branch=z9hG4bK{random.random()}",
            "Max-Forwards: 70",
            f"From: <{me}>;tag={self._tag}",
            f"To: <{to}>{self._to_tag}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {sequence} {method}",
            f"Contact: <{me}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        packet = ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
        self._sip.transport.sendto(packet, ("127.0.0.1", self.sip_port))

    async def _signal(self) -> None:
        """Answer what the far side asks; BYE ends the call."""
        while True:
            message = (await self._sip.received.get()).decode(errors="replace")
            if not message.startswith(("BYE", "INVITE", "OPTIONS")):
                continue
            kept = [line for line in message.split("\r\n") if re.match(r"(Via|From|To|Call-ID|CSeq):", line)]
            body = self._sdp() if message.startswith("INVITE") else ""
            lines = ["SIP/2.0 200 OK", *kept, f"Contact: <sip:{self.number}@127.0.0.1:{self._sip.port}>"]
            lines += [*(["Content-Type: application/sdp"] if body else []), f"Content-Length: {len(body)}", "", body]
            self._sip.transport.sendto("\r\n".join(lines).encode(), ("127.0.0.1", self.sip_port))
            if message.startswith("BYE"):
                self.ended.set()

    # ------------------------------------------------------------ RTP

    async def _listen(self) -> None:
        while True:
            packet = await self._rtp.received.get()
            if len(packet) > 12 and packet[1] & 0x7F == ALAW_PAYLOAD:
                (timestamp,) = struct.unpack_from(">I", packet, 4)
                self.heard.append(Heard(asyncio.get_running_loop().time(), timestamp, alaw.decode(packet[12:])))

    async def _talk(self) -> None:
        """A packet every 20 ms on an absolute schedule: speech, a key, or silence."""
        loop = asyncio.get_running_loop()
        due_s, sequence, timestamp = loop.time(), 1, 1000
        silence = bytes([alaw.SILENCE]) * FRAME_SAMPLES
        while True:
            if self._keys:
                packet = self._key_packet(sequence, timestamp)
            else:
                payload = self._speech.popleft() if self._speech else silence
                packet = struct.pack(">BBHII", 0x80, ALAW_PAYLOAD, sequence & 0xFFFF, timestamp, 77) + payload
            self._rtp.transport.sendto(packet, self._remote)
            if not self._speech:
                self._spoken.set()
            sequence, timestamp, due_s = sequence + 1, timestamp + FRAME_SAMPLES, due_s + 0.02
            await asyncio.sleep(max(0.0, due_s - loop.time()))

    def _key_packet(self, sequence: int, timestamp: int) -> bytes:
        code, step = self._keys.popleft()
        marker = 0x80 if step == 0 else 0
        end = 0x80 if step >= TONE_FRAMES - 3 else 0
        began = timestamp - step * FRAME_SAMPLES  # all packets of a key carry the time of its beginning
        header = struct.pack(">BBHII", 0x80, EVENT_PAYLOAD | marker, sequence & 0xFFFF, began & 0xFFFFFFFF, 77)
        return header + struct.pack(">BBH", code, end | 10, (step + 1) * FRAME_SAMPLES)
