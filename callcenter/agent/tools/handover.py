"""The tool that fetches a human."""

from typing import Annotated, Literal

from pydantic import Field

from callcenter.agent.tools.registry import Tool, ToolOutcome
from callcenter.agent.tools.schema import Arguments
from callcenter.ports import TransferRequested
from callcenter.records import Scenario, TransferReason


class TransferArguments(Arguments):
    reason: Annotated[
        Literal["customer_request", "cannot_help", "complex_question", "negative_emotion"],
        Field(description="Why a human is needed"),
    ]
    summary: Annotated[
        str,
        Field(max_length=500, description="For the operator: what the caller wants and what was found, 1-2 sentences"),
    ] = ""


async def _transfer(arguments: TransferArguments) -> ToolOutcome:
    request = TransferRequested(TransferReason(arguments.reason), arguments.summary)
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
    )
