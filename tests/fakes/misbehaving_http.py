"""An HTTP server on a real socket that does to each request what its script says next."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: tuple[str, ...] = ()
    closes: bool = False
    """The connection, afterwards and without saying so."""

    @classmethod
    def of(cls, content: Any, status: int = 200, *headers: str, closes: bool = False) -> "Reply":
        return cls(status, json.dumps(content).encode(), headers, closes)


@dataclass(frozen=True, slots=True)
class Hang:
    """Read the request and say nothing."""


@dataclass(frozen=True, slots=True)
class Half:
    """Half an answer, then close."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Read the request and close."""


@dataclass(frozen=True, slots=True)
class Trickle:
    """A byte every 50 ms: no single read ever times out."""


Behaviour = Reply | Hang | Half | Drop | Trickle


class MisbehavingServer:
    def __init__(self) -> None:
        self.script: list[Behaviour] = []
        """What the next requests get; the last entry stays for all that follow."""
        self.requests: list[str] = []
        """Their request lines' targets."""
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                self.requests.append(head[0].split(" ")[1])
                self.headers.append({k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:])})
                self.bodies.append(await reader.readexactly(int(self.headers[-1].get("content-length", 0))))
                if not await self._behave(writer, self.script.pop(0) if len(self.script) > 1 else self.script[0]):
                    break
        writer.close()

    async def _behave(self, writer: asyncio.StreamWriter, behaviour: Behaviour) -> bool:
        """Whether the connection lives on."""
        match behaviour:
            case Reply(status, body, headers, closes):
                head = (f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers)
                writer.write("".join(f"{line}\r\n" for line in (*head, "")).encode() + body)
                return not closes
            case Hang():
                await asyncio.sleep(60)
            case Half():
                writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data":')
                return False
            case Drop():
                return False
            case Trickle():
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                for _ in range(1000):
                    writer.write(b" ")
                    await asyncio.sleep(0.05)
        return True


@asynccontextmanager
async def misbehaving_server() -> AsyncIterator[MisbehavingServer]:
    behaving = MisbehavingServer()
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(behaving.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(lambda _: writer.close())

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    behaving.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/v1"
    try:
        yield behaving
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
