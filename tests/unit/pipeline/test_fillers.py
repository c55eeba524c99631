"""Words for a caller whom a tool keeps waiting."""

import asyncio

from callcenter.ports import (
    Said,
    ToolFinished,
    ToolStarted,
)
from tests.unit.pipeline.calling import Call, converse, greeted, shop


def test_a_slow_tool_is_bridged_with_words_and_a_slower_one_with_others() -> None:
    slow = ToolFinished("search_tires", {}, {}, 6000, success=True)

    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(16)

    call = converse(caller, {"winter tires": [ToolStarted("search_tires", {}), 8.0, slow, Said("Six models.")]})
    first, again = (shop().phrase(f"filler.{key}", "en") for key in ("first", "again"))
    turn = call.turns()[2]
    assert turn.content_heard == f"{first} {again} Six models."
    assert call.agent.heard_texts[-1] == "Six models."


def test_what_a_slow_tool_does_is_told_where_it_has_words_for_that() -> None:
    slow = ToolFinished("search_knowledge_base", {}, {}, 1500, success=True)
    quick = ToolFinished("get_order_status", {}, {}, 100, success=True)
    slower = ToolFinished("confirm_order", {}, {}, 2500, success=True)

    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("which ones")
        await asyncio.sleep(6)
        await call.ask("the best ones")
        await asyncio.sleep(10)

    call = converse(
        caller,
        {
            "which ones": [
                ToolStarted("search_knowledge_base", {}, "filler.knowledge"),
                *(2.5, slow, Said("Winter ones.")),
            ],
            "the best ones": [
                *(ToolStarted("get_order_status", {}, "filler.status"), 0.1, quick),
                *(ToolStarted("confirm_order", {}, "filler.order"), 3.0, slower, Said("Done.")),
            ],
        },
    )
    knowledge, order = (shop().phrase(f"filler.{key}", "en") for key in ("knowledge", "order"))
    assert call.turns()[2].content_heard == f"{knowledge} Winter ones."
    assert call.turns()[4].content_heard == f"{order} Done."


def test_a_quick_tool_needs_no_words() -> None:
    quick = ToolFinished("search_tires", {}, {}, 600, success=True)

    async def caller(call: Call) -> None:
        await greeted(call)
        await call.ask("winter tires")
        await asyncio.sleep(5)

    call = converse(caller, {"winter tires": [ToolStarted("search_tires", {}), 0.9, quick, Said("Six models.")]})
    assert call.turns()[2].content_heard == "Six models."
