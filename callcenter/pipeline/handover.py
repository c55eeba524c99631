"""What an operator is told of a call: put together from what happened in it, whoever answered. A model's own words for
him are quoted beside it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import structlog

from callcenter import metrics
from callcenter.agent.tools.changes import Action
from callcenter.ports import AgentSession, CallInfo, Language, Unserved
from callcenter.records import Found, HandoverBegun, Scenario, TransferReason
from callcenter.shop import Shop

CHANGES = frozenset(get_args(Action))
TOLD_AS_DONE = frozenset({"order.drop", "booking.move", "booking.cancel", "callback"})
"""What is placed or booked is in the agent's own words."""
log = structlog.get_logger()


def hand_over(
    call: CallInfo,
    agent: AgentSession | None,
    shop: Shop,
    scenario: Scenario,
    reason: TransferReason,
    words: str = "",
) -> HandoverBegun:
    """agent: None where the call broke before it had one. Never raises: a caller is handed over whatever broke."""
    found, summary = Found(), ""
    try:
        if agent is not None:
            found = agent.found()
            summary = " ".join([*_doubts(shop, call, found), agent.summary(), *_facts(shop, call, found)]).strip()
    except Exception as error:  # the boundary: our own words about a call must not cost the caller the operator
        metrics.errors_total.labels("session", type(error).__name__).inc()
        # no traceback: its messages may hold the caller's words
        log.error("summary_broke", call_id=str(call.call_id), error=type(error).__name__)  # noqa: TRY400
    return HandoverBegun(
        call_id=call.call_id,
        call_started_at=call.started_at,
        at=datetime.now(UTC),
        reason=reason,
        scenario=scenario,
        language=call.language,
        summary=summary,
        words=words,
        found=found,
    )


def _doubts(shop: Shop, call: CallInfo, found: Found) -> Iterator[str]:
    """What the shop has not answered to is said first of all to who can look it up."""
    for one in found.unsure:
        if one["action"] not in CHANGES:
            continue
        if told := one.get("told"):
            yield str(told)
        else:
            yield shop.phrase("summary.unsure", call.language, action=one["action"], number=_number(one))
        if items := one.get("items"):
            yield shop.phrase("summary.unsure_goods", call.language, items=items, total=one.get("total"))


def _facts(shop: Shop, call: CallInfo, found: Found) -> Iterator[str]:
    """Of the tools' doing, what the agent's own summary does not tell."""

    def phrase(key: str, **params: Any) -> str:
        return shop.phrase(f"summary.{key}", call.language, **params)

    for one in found.refused:
        what = {"action": one["action"], "number": _number(one), "reason": one.get("reason")}
        yield phrase("refused", **what, items=one.get("items") or ())
    for one in found.done:
        if one["action"] in TOLD_AS_DONE:
            where = {"station": one.get("station"), "date": one.get("date"), "time": one.get("time")}
            number = _number(one) if one["action"] == "order.drop" else ""
            topic = str(one.get("topic") or "").rstrip(".")
            yield phrase("done", action=one["action"], number=number, topic=topic, **where)
    if found.orders:
        yield phrase("orders", names=found.orders)
    if found.times:
        yield phrase("times", names=found.times[:1])
    if found.articles:
        yield phrase("articles", names=found.articles)
    if any(one["action"] not in CHANGES for one in found.unsure):
        yield phrase("not_looked_up")


def _number(one: Mapping[str, Any]) -> str:
    return str(one.get("object", "")).partition(":")[2]


def broken_off(call: CallInfo, agent: AgentSession, shop: Shop, scenario: Scenario) -> str:
    """What the display shows should this call's process die now. Never raises."""
    told = hand_over(call, agent, shop, scenario, TransferReason.COMPONENT_FAILURE)
    return f"{unserved('broke_off', shop, call.language)} {told.summary}".strip()


def unserved(why: Unserved, shop: Shop, language: Language) -> str:
    """The same of a call that nobody served, or whose process has died. Never raises."""
    try:
        return shop.phrase("summary.unserved", language, reason=str(why))
    except Exception as error:  # as above
        metrics.errors_total.labels("session", type(error).__name__).inc()
        log.error("display_broke", error=type(error).__name__)  # noqa: TRY400
        return ""


def in_a_line(handover: HandoverBegun, shop: Shop, call: CallInfo) -> str:
    """For the display of a telephone, the reason first; as long as it comes. Never raises."""
    try:
        return shop.phrase(
            "summary.display",
            call.language,
            reason=handover.reason.value,
            summary=handover.summary,
            words=handover.words,
        )
    except Exception as error:  # as above
        metrics.errors_total.labels("session", type(error).__name__).inc()
        log.error("display_broke", call_id=str(call.call_id), error=type(error).__name__)  # noqa: TRY400
        return handover.summary
