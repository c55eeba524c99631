"""The client against a real socket: every way in which a server of models goes wrong."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr

from callcenter.config import LlmSettings
from callcenter.errors import ModelError
from callcenter.llm.openai_api import OpenAIChatModel, create_models
from callcenter.ports import ChatDelta, ChatMessage, ChatRequest, TextDelta, ToolRequest, Usage
from tests.fakes.openai_server import FakeOpenAI, Fault
from tests.unit.agent.conversation import toolbox

SECRET = "sk-very-secret"
WORDS = "winter tires for a Toyota Camry"
TOOLS = toolbox().specs


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as server:
        yield server


@pytest.fixture
def patience_ms() -> int:
    """Long enough for a busy machine; tests of time-outs ask for less."""
    return 10_000


@pytest.fixture
async def model(server: FakeOpenAI, patience_ms: int) -> AsyncIterator[OpenAIChatModel]:
    settings = LlmSettings(
        models=("m",), base_url=server.url, api_key=SecretStr(SECRET), first_token_timeout_ms=patience_ms
    )
    (model,) = create_models(settings)
    yield model
    await model.aclose()


def ask(words: str = WORDS, *more: ChatMessage) -> ChatRequest:
    return ChatRequest((ChatMessage("system", "You sell tires."), ChatMessage("user", words), *more), TOOLS)


async def collect(model: OpenAIChatModel, request: ChatRequest, into: list[ChatDelta] | None = None) -> list[ChatDelta]:
    collected = [] if into is None else into
    async with aclosing(model.stream(request)) as deltas:
        async for delta in deltas:
            collected.append(delta)
    return collected


async def failure(model: OpenAIChatModel, words: str = WORDS) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await collect(model, ask(words))
    return caught.value


def text(deltas: list[ChatDelta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


async def test_text_comes_in_pieces_and_usage_at_the_end(model: OpenAIChatModel) -> None:
    deltas = await collect(model, ask("hello"))
    assert text(deltas) == "Hello! Which tires are you looking for?"
    assert len(deltas) > 5
    assert isinstance(deltas[-1], Usage)
    assert deltas[-1].tokens_in > 0
    assert deltas[-1].tokens_out > 0


@pytest.mark.parametrize(
    "quirk",
    ["", "no_usage", "no_ids", "no_index", "repeat_ids", "split_names", "index_zero", "odd_finish", "object_arguments",
     "null_fields", "no_choices"],
)  # fmt: skip
async def test_tool_calls_are_understood_in_every_dialect(
    server: FakeOpenAI, model: OpenAIChatModel, quirk: str
) -> None:
    server.faults.add(Fault("quirk", text=quirk), Fault("parallel"))
    deltas = await collect(model, ask())
    requests = [delta for delta in deltas if isinstance(delta, ToolRequest)]
    assert [request.name for request in requests] == ["search_tires"] * 2
    assert len({request.id for request in requests}) == 2
    for request in requests:
        assert request.arguments == '{"season": "winter", "vehicle_make": "Toyota", "vehicle_model": "Camry"}'
    assert any(isinstance(delta, Usage) for delta in deltas) == (quirk != "no_usage")


async def test_the_answer_to_a_tool_call_goes_back_as_the_protocol_wants(
    server: FakeOpenAI, model: OpenAIChatModel
) -> None:
    broken = ToolRequest("call_1", "search_tires", '{"season": "wint')
    told = '<tool_data tool="search_tires">{"error":"bad_arguments"}</tool_data> Again.'
    await collect(
        model,
        ask(WORDS, ChatMessage("assistant", "", (broken,)), ChatMessage("tool", told, tool_call_id="call_1")),
    )
    _, _, assistant, tool = server.requests[-1]["messages"]
    assert assistant["content"] is None
    assert assistant["tool_calls"][0]["function"]["arguments"] == "{}"  # servers parse it too
    assert tool == {"role": "tool", "content": told, "tool_call_id": "call_1"}


@pytest.mark.parametrize("patience_ms", [300])
async def test_a_slow_first_token_is_waited_for_no_longer_than_the_limit(
    server: FakeOpenAI, model: OpenAIChatModel
) -> None:
    server.faults.add(Fault("first_token_ms", value=5_000))
    error = await failure(model)
    assert (error.kind, error.retryable) == ("timeout", True)


@pytest.mark.parametrize("patience_ms", [300])
async def test_a_server_that_never_answers_is_a_timeout(server: FakeOpenAI, model: OpenAIChatModel) -> None:
    server.faults.add(Fault("hang"))
    assert (await failure(model)).kind == "timeout"


@pytest.mark.parametrize("patience_ms", [300])
async def test_a_stream_that_only_keeps_the_line_open_is_a_timeout(server: FakeOpenAI, model: OpenAIChatModel) -> None:
    server.faults.add(Fault("stall", value=3))
    assert (await failure(model, "hello")).kind == "timeout"


@pytest.mark.parametrize("kind", ["cut", "drop"])
async def test_a_stream_without_an_end_was_cut(server: FakeOpenAI, model: OpenAIChatModel, kind: str) -> None:
    server.faults.add(Fault(kind, value=4))  # type: ignore[arg-type]  # of the literal's values
    deltas: list[ChatDelta] = []
    with pytest.raises(ModelError) as caught:
        await collect(model, ask("hello"), deltas)
    assert (caught.value.kind, caught.value.retryable) == ("cut", True)
    assert text(deltas) == "Hello! Which tir"


async def test_a_tool_call_that_was_cut_is_not_called(server: FakeOpenAI, model: OpenAIChatModel) -> None:
    server.faults.add(Fault("cut", value=6))
    assert (await failure(model)).kind == "cut"


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [(429, "rate_limit", True), (500, "server", True), (503, "server", True), (401, "refused", False),
     (400, "refused", False), (404, "refused", False)],
)  # fmt: skip
async def test_statuses_become_kinds(
    server: FakeOpenAI, model: OpenAIChatModel, status: int, kind: str, retryable: bool
) -> None:
    server.faults.add(Fault("status", value=status))
    error = await failure(model)
    assert (error.kind, error.retryable) == (kind, retryable)
    assert len(server.requests) == 1  # the client's library does not retry behind our back


@pytest.mark.parametrize(("retry_after", "retryable"), [("0.05", True), ("20", False), ("Wed, 21 Oct 2026", False)])
async def test_a_rate_limit_is_waited_for_only_as_long_as_a_caller_can_bear(
    server: FakeOpenAI, model: OpenAIChatModel, retry_after: str, retryable: bool
) -> None:
    server.faults.add(Fault("status", value=429, times=1, retry_after=retry_after))
    async with asyncio.timeout(3):
        error = await failure(model)
    assert (error.kind, error.retryable) == ("rate_limit", retryable)


@pytest.mark.parametrize("kind", ["garbage", "empty"])
async def test_nonsense_is_a_bad_answer(server: FakeOpenAI, model: OpenAIChatModel, kind: str) -> None:
    server.faults.add(Fault(kind))  # type: ignore[arg-type]  # of the literal's values
    assert (await failure(model)).kind == "bad_answer"


async def test_an_error_in_the_stream_is_the_servers(server: FakeOpenAI, model: OpenAIChatModel) -> None:
    server.faults.add(Fault("error_event", value=2))
    assert (await failure(model)).kind == "server"


async def test_nobody_listening_is_a_connection_error(free_port: int) -> None:
    model = OpenAIChatModel("m", LlmSettings(base_url=f"http://127.0.0.1:{free_port}/v1"))
    error = await failure(model)
    assert (error.kind, error.retryable) == ("connection", True)
    await model.aclose()


@pytest.mark.parametrize("parameter", ["max_tokens", "temperature", "stream_options"])
async def test_a_parameter_that_a_model_does_not_take_is_left_out_from_then_on(
    server: FakeOpenAI, model: OpenAIChatModel, parameter: str
) -> None:
    server.faults.add(Fault("refuse_parameter", text=parameter))
    for _ in range(2):
        assert text(await collect(model, ask("hello")))
    assert [parameter in body for body in server.requests] == [True, False, False]


async def test_broken_arguments_come_through_as_they_are(server: FakeOpenAI, model: OpenAIChatModel) -> None:
    server.faults.add(Fault("broken_arguments"))
    (request,) = [delta for delta in await collect(model, ask()) if isinstance(delta, ToolRequest)]
    assert request.arguments == '{"season"'


async def test_closing_the_stream_ends_the_request_and_leaves_the_model_usable(
    server: FakeOpenAI, model: OpenAIChatModel
) -> None:
    server.faults.add(Fault("tokens_per_second", value=20, times=1))
    async with aclosing(model.stream(ask("hello"))) as deltas:
        assert isinstance(await anext(deltas), TextDelta)
    assert text(await collect(model, ask("hello")))


async def test_what_went_wrong_names_neither_the_key_nor_the_callers_words(
    server: FakeOpenAI, model: OpenAIChatModel, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for fault in (Fault("status", value=401), Fault("error_event", value=1), Fault("garbage")):
        server.faults.clear()
        server.faults.add(fault)
        error = await failure(model, "my phone is 0671234567")
        shown = "".join(traceback.format_exception(error))
        assert "sk-" not in shown
        assert "0671234567" not in shown
    logged = caplog.text + "".join(capfd.readouterr())
    assert "0671234567" not in logged
    assert SECRET not in logged
    assert "sk-secret" not in logged


async def test_metrics_count_first_token_whole_answer_and_tokens(model: OpenAIChatModel) -> None:
    names = ["callcenter_llm_first_token_seconds_count", "callcenter_llm_latency_seconds_count"]
    before = [REGISTRY.get_sample_value(name) or 0 for name in names]
    tokens = {"model": "m", "direction": "in"}
    tokens_before = REGISTRY.get_sample_value("callcenter_tokens_total", tokens) or 0
    *_, usage = await collect(model, ask("hello"))
    assert isinstance(usage, Usage)
    assert [REGISTRY.get_sample_value(name) for name in names] == [count + 1 for count in before]
    assert REGISTRY.get_sample_value("callcenter_tokens_total", tokens) == tokens_before + usage.tokens_in
