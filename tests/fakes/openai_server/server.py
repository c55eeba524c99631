"""The server: routes, faults, and how it is run."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.fakes.openai_server import embeddings, speech
from tests.fakes.openai_server.faults import Fault, Faults, Misfortune
from tests.fakes.openai_server.mind import Answer, decide
from tests.fakes.openai_server.wire import Chunks, whole

STALLS = 3600
KEPT_REQUESTS = 200


class FakeOpenAI:
    """The server in this process, on a port of its own while the `async with` lasts."""

    def __init__(self, port: int = 0, mind: Callable[[dict[str, Any]], Answer] = decide) -> None:
        """mind: what is answered to a request's body."""
        self.faults = Faults()
        self._mind = mind
        self.requests: deque[dict[str, Any]] = deque(maxlen=KEPT_REQUESTS)
        """Bodies of chat.completions and embeddings, the newest last."""
        self.transcripts: deque[str] = deque()
        self._port = port
        self._server = _Server(
            uvicorn.Config(self.application(), port=port, log_level="critical", lifespan="off", ws="none")
        )
        self._closing = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def admin_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/admin"

    async def __aenter__(self) -> "FakeOpenAI":
        self._serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            if self._serving.done():
                raise RuntimeError(f"cannot listen on port {self._port}")
            await asyncio.sleep(0.01)
        self._port = self._server.servers[0].sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.should_exit = self._server.force_exit = True
        if self._serving is not None:
            await self._serving

    async def serve_forever(self) -> None:
        async with self:
            print(f"listening on {self.url}", flush=True)
            await asyncio.sleep(float("inf"))

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/models", self._models),
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
                Route("/v1/embeddings", self._embeddings, methods=["POST"]),
                Route("/v1/audio/speech", self._speech, methods=["POST"]),
                Route("/v1/audio/transcriptions", self._transcription, methods=["POST"]),
                Route("/admin/faults", self._admin_faults, methods=["GET", "POST", "DELETE"]),
                Route("/admin/transcripts", self._admin_transcripts, methods=["POST"]),
                Route("/admin/requests", self._admin_requests),
            ]
        )

    # ---------------------------------------------------------------- chat.completions

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        met = self.faults.take(body["model"])
        if (refused := _refused(body, met)) is not None:
            return refused
        if "hang" in met:
            await self._closing.wait()
        answer = _worse(self._mind(body), body, met)
        raw = [json.dumps(call.arguments) if call.written is None else call.written for call in answer.calls]
        if "broken_arguments" in met:
            raw = [f"{{{arguments[1:9]}" for arguments in raw]
        chunks = Chunks(body, answer, raw, met.text("quirk"))
        if not body.get("stream"):
            return JSONResponse(whole(chunks, body, answer, raw))
        return StreamingResponse(_stream(chunks, met), media_type="text/event-stream")

    async def _models(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [{"id": "fake", "object": "model", "owned_by": "tests"}]})

    async def _embeddings(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        met = self.faults.take(body["model"])
        if (refused := _refused(body, met)) is not None:
            return refused
        if "hang" in met:
            await self._closing.wait()
        try:
            return JSONResponse(embeddings.answer(body))
        except embeddings.Refused as error:
            return _error(error.status, str(error))

    # ---------------------------------------------------------------- audio

    async def _speech(self, request: Request) -> Response:
        body = await request.json()
        met = self.faults.take(body["model"])
        if (refused := _refused(body, met)) is not None:
            return refused
        pcm = speech.tone(body["input"])
        if body.get("response_format") == "pcm":
            return Response(pcm, media_type="audio/pcm")
        return Response(speech.as_wav(pcm), media_type="audio/wav")

    async def _transcription(self, request: Request) -> Response:
        fields = speech.form(request.headers["content-type"], await request.body())
        met = self.faults.take(fields["model"].decode())
        if (refused := _refused({}, met)) is not None:
            return refused
        silent = speech.is_silent(fields["file"])
        text = "" if silent or not self.transcripts else self.transcripts.popleft()
        language = fields.get("language", b"en").decode()
        return JSONResponse({"text": text, "language": language, "duration": 1.0, "segments": []})

    # ---------------------------------------------------------------- admin

    async def _admin_faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.faults.clear()
        elif request.method == "POST":
            given = await request.json()
            self.faults.add(*(Fault.parse(one) for one in (given if isinstance(given, list) else [given])))
        return JSONResponse(self.faults.listed())

    async def _admin_transcripts(self, request: Request) -> Response:
        self.transcripts.extend(await request.json())
        return JSONResponse(list(self.transcripts))

    async def _admin_requests(self, request: Request) -> Response:
        return JSONResponse(list(self.requests))


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the test runner's, or Python's own."""
        yield


def _error(status: int, message: str, **details: Any) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": "fake", **details}}, status_code=status)


def _refused(body: dict[str, Any], met: Misfortune) -> Response | None:
    if (parameter := met.text("refuse_parameter")) and parameter in body:
        message = f"Unsupported parameter: '{parameter}'"
        return _error(400, message, param=parameter, code="unsupported_parameter")
    if "status" not in met:
        return None
    # real servers echo what they were sent: none of it may come through to logs
    response = _error(int(met.value("status", 500)), f"cannot take {json.dumps(body)[-300:]} with key sk-secret")
    if (retry_after := met.by_kind["status"].retry_after) is not None:
        response.headers["retry-after"] = retry_after
    return response


def _worse(answer: Answer, body: dict[str, Any], met: Misfortune) -> Answer:
    """What models do on bad days."""
    if "empty" in met:
        return Answer()
    if "recite" in met:
        return Answer(body["messages"][0]["content"])
    if "invent_price" in met and not answer.calls:
        return replace(answer, text=f"{answer.text} And there is one more for 777777 UAH.")
    calls = answer.calls
    if "unknown_tool" in met:
        calls = [replace(call, name="delete_everything") for call in calls]
    if "out_of_schema" in met:
        calls = [replace(call, arguments={**call.arguments, "width": "wide", "discount": 100}) for call in calls]
    if "parallel" in met:
        calls = [one for call in calls for one in (call, call)]
    return replace(answer, calls=calls)


async def _stream(chunks: Chunks, met: Misfortune) -> AsyncIterator[bytes]:
    pause_s = 1 / speed if (speed := met.value("tokens_per_second", 0)) else 0
    if "garbage" in met:
        yield b"data: {this is no json\n\n"
        return
    for chunk in chunks.beginning():
        yield _event(chunk)
    await asyncio.sleep(met.value("first_token_ms", 0) / 1000)
    for number, chunk in enumerate(chunks.body()):
        if "cut" in met and number >= met.value("cut", 0):
            return
        if "drop" in met and number >= met.value("drop", 0):
            raise ConnectionAbortedError("as the fault demands")
        if "error_event" in met and number >= met.value("error_event", 0):
            yield _event({"error": {"message": "overloaded with key sk-secret", "type": "server_error"}})
            return
        if "stall" in met and number >= met.value("stall", 0):
            for _ in range(STALLS):
                yield b": still here\n\n"
                await asyncio.sleep(0.05)
        yield _event(chunk)
        await asyncio.sleep(pause_s)
    for chunk in chunks.end():
        yield _event(chunk)
    yield b"data: [DONE]\n\n"


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"
