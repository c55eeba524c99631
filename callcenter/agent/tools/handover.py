"""The tools that bring in a human: now, or by a call back."""

from typing import Annotated, Literal

from pydantic import Field

from callcenter.agent.tools.desk import Desk
from callcenter.agent.tools.registry import GENERAL_FILLER, Tool, ToolFailed, ToolOutcome
from callcenter.agent.tools.schema import Arguments
from callcenter.ports import CallbackPromised, TransferRequested
from callcenter.records import Scenario, TransferReason

WITHHELD = "The caller's number is withheld: say that nobody can call back, and offer the operator."


class TransferArguments(Arguments):
    reason: Annotated[
        Literal["customer_request", "cannot_help", "complex_question", "negative_emotion"],
        Field(description="Why a human is needed"),
    ]
    summary: Annotated[
        str,
        Field(max_length=500, description="For the operator: what the caller wants and what was found, 1-2 sentences"),
    ] = ""


async def _transfer(arguments: TransferArguments, _: Desk) -> ToolOutcome:
    request = TransferRequested(TransferReason(arguments.reason), arguments.summary, by_model=True)
    return ToolOutcome({"transfer": "requested", "reason": arguments.reason}, answers=False, transfer=request)


def transfer_to_operator() -> Tool:
    return Tool(
        name="transfer_to_operator",
        description=(
            "Hand the call to a human operator: when the caller asks for one, is upset, or needs what you cannot do."
        ),
        arguments=TransferArguments,
        handler=_transfer,
        scenario=Scenario.OPERATOR_REQUEST,
        filler=GENERAL_FILLER,
    )


class CallbackArguments(Arguments):
    topic: Annotated[str, Field(min_length=2, max_length=200, description="What the caller wants to be called about")]
    best_time: Annotated[str, Field(max_length=60, description="When, in the caller's words")] = ""


async def _call_back(arguments: CallbackArguments, desk: Desk) -> ToolOutcome:
    if desk.caller is None:
        raise ToolFailed("withheld", WITHHELD)
    result = {"promised": True, **arguments.model_dump()}
    if desk.called_back_in == desk.turn:  # a caller asks for one call-back at a time; a model may do so twice
        return ToolOutcome({**result, "already": True})
    desk.called_back_in = desk.turn
    return ToolOutcome(result, callback=CallbackPromised(arguments.topic, arguments.best_time))


def request_callback() -> Tool:
    return Tool(
        name="request_callback",
        description="Promise that somebody of the shop will call this caller back.",
        arguments=CallbackArguments,
        handler=_call_back,
        scenario=Scenario.OTHER,
        filler=GENERAL_FILLER,
        changes=True,
    )
