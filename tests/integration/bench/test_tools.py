"""The bench of the tools runs, and tells of each tool."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from callcenter.bench.report import Run
from store_client.fake import FakeStore
from tests.bench.tools import over_http, over_memory, serving
from tests.unit.agent.conversation import toolbox

ONE_ARTICLE = Path(__file__).parents[2] / "data/knowledge"
READ_BACK = {"confirm_order", "book_fitting", "cancel_fitting"}


def tools_of(run: Run) -> set[str]:
    return {name.removesuffix("_p95_ms") for name in run.figures if name.endswith("_p95_ms")}


def every_tool() -> set[str]:
    names = {spec.name for spec in toolbox(FakeStore()).specs}
    return names | {f"{name}_read_back" for name in READ_BACK}


async def test_over_a_store_in_memory_every_tool_is_told() -> None:
    run = await over_memory(calls=2, rounds=1, pause_s=0.001)
    assert every_tool() <= tools_of(run)


def test_over_the_real_store_every_tool_is_told(make_database: Callable[[], str]) -> None:
    with serving(make_database(), ONE_ARTICLE) as url:
        run = asyncio.run(over_http(url, calls=1, rounds=1, pause_s=0.0))
    assert every_tool() <= tools_of(run)
    assert run.figures["all_cpu_p95_ms"] is not None
