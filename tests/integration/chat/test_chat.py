"""`callcenter chat` as a user runs it: a process, the demo store, no network."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from callcenter.embedded.redis import free_port as find_free_port
from tests.fakes.openai_server import FakeOpenAI

PROJECT = Path(__file__).parents[3]


async def chat(
    state: Path, *options: str, lines: str = "", env: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    inherited = {
        k: v for k, v in os.environ.items() if not k.startswith(("CALLCENTER_", "OPENAI_", "STORE_", "DATABASE"))
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "callcenter.cli", "chat", *options),
        cwd=PROJECT,
        env={
            **inherited,
            "CALLCENTER_STATE_DIR": str(state),
            "CALLCENTER_STORE__PORT": str(find_free_port()),  # whoever runs a store on this machine keeps it
            **(env or {}),
        },
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(lines.encode())
    return process.returncode or 0, out.decode(), err.decode()


def turns(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all: its catalogue is made once."""
    return tmp_path_factory.mktemp("chat")


async def test_said_lines_are_answered_with_the_demo_stores_tires(state: Path) -> None:
    code, out, err = await chat(state, "--json", "--say", "winter tires for a Toyota Camry", "--say", "operator please")
    assert code == 0, err
    greeting, search, operator = turns(out)
    assert "automatic assistant" in greeting["greeting"]
    (tool,) = search["tools"]
    assert tool["success"]
    first = tool["result"]["tires"][0]
    assert f"{first['brand']} {first['model']}" in search["answer"]
    assert (search["scenario"], search["goal"], search["model"]) == ("tire_search", "tire_search", "rules")
    assert operator["transfer"]["reason"] == "customer_request"


@pytest.mark.parametrize(
    ("language", "line"), [("uk", "зимові шини на тойоту камрі"), ("ru", "зимние шины на тойоту камри")]
)
async def test_lines_come_from_standard_input_too(state: Path, language: str, line: str) -> None:
    code, out, err = await chat(state, "--language", language, "--json", lines=f"{line}\n\n#2055516\n")
    assert code == 0, err
    _, search, keyed = turns(out)
    assert "Toyota Camry" in search["answer"]
    assert keyed["tools"][0]["arguments"]["width"] == 205


async def test_people_see_the_tools_between_the_lines(state: Path) -> None:
    code, out, err = await chat(state, "--say", "winter tires for a Toyota Camry", "--say", "operator")
    assert code == 0, err
    assert "> winter tires for a Toyota Camry\n· search_tires(vehicle_make=Toyota" in out
    assert "For Toyota Camry I have" in out
    assert out.rstrip().splitlines()[-1].startswith("· the call goes to the operator (customer_request): Tires: winter")


async def test_a_language_model_chats_with_the_same_tools(state: Path) -> None:
    async with FakeOpenAI() as server:
        env = {"OPENAI_BASE_URL": server.url, "OPENAI_MODEL": "large", "OPENAI_API_KEY": "test"}
        code, out, err = await chat(state, "--json", "--say", "winter tires for a Toyota Camry", env=env)
    assert code == 0, err
    _, search = turns(out)
    assert search["model"] == "large"
    assert search["tools"][0]["result"]["tires"][0]["model"] in search["answer"]


async def test_a_model_that_is_away_is_replaced_by_the_rules(state: Path, free_port: int) -> None:
    env = {"OPENAI_BASE_URL": f"http://127.0.0.1:{free_port}/v1", "OPENAI_MODEL": "large"}
    code, out, err = await chat(state, "--json", "--say", "winter tires for a Toyota Camry", env=env)
    assert code == 0, err
    _, search = turns(out)
    assert search["fallbacks"] == [{"component": "llm", "tier": "rules", "kind": "connection"}]
    assert search["model"] == "rules"
    assert err == ""


@pytest.mark.parametrize(
    ("options", "env", "named"),
    [
        (("--say", "hi"), {"STORE_API_URL": "http://127.0.0.1:1/api/v1"}, "STORE_API_URL"),
        (("--language", "de"), {}, "en, uk, ru"),
        (("--say", "hi"), {"CALLCENTER_SHOP": "/nowhere"}, "CALLCENTER_SHOP"),
    ],
)
async def test_what_the_user_must_mend_is_one_line_and_code_2(
    tmp_path: Path, options: tuple[str, ...], env: dict[str, str], named: str
) -> None:
    code, out, err = await chat(tmp_path, *options, env=env)
    assert code == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert named in err
