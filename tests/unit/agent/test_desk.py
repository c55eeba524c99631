from dataclasses import replace
from uuid import UUID

import pytest

from callcenter.agent.tools.desk import Desk, ReadBack
from callcenter.ports import CallerSaid
from tests.unit.agent.conversation import call

ORDER = ReadBack("confirm_order", {"order_id": "7"}, "Four tires, 16800 UAH in all. Shall I place the order?")
YES, NO = CallerSaid("yes"), CallerSaid("no")


def agrees(said: CallerSaid, action: str) -> bool:
    return said.text in ("yes", action)


@pytest.fixture
def desk() -> Desk:
    desk = Desk(call())
    desk.begin(CallerSaid("confirm it"), agrees)
    return desk


def test_a_yes_to_what_was_heard_is_an_agreement_to_just_that(desk: Desk) -> None:
    desk.ask(ORDER)
    desk.note_heard("Sure, four tires, 16800 UAH in all. Shall I")
    desk.begin(YES, agrees)
    assert desk.has_agreed("confirm_order", {"order_id": "7"})
    assert not desk.has_agreed("confirm_order", {"order_id": "8"})
    assert not desk.has_agreed("book_fitting", {"order_id": "7"})


@pytest.mark.parametrize("heard", ["", "Four tires,", "Shall I place the order?"])
def test_a_yes_to_what_was_not_heard_is_none(desk: Desk, heard: str) -> None:
    desk.ask(ORDER)
    desk.note_heard(heard)
    desk.begin(YES, agrees)
    assert desk.agreed is None


def test_a_yes_without_a_question_or_after_other_words_is_none(desk: Desk) -> None:
    desk.begin(YES, agrees)
    assert desk.agreed is None
    desk.ask(ORDER)
    desk.note_heard(ORDER.text)
    desk.begin(NO, agrees)
    desk.begin(YES, agrees)
    assert desk.agreed is None


def test_an_agreement_holds_for_one_turn(desk: Desk) -> None:
    desk.ask(ORDER)
    desk.note_heard(ORDER.text)
    desk.begin(YES, agrees)
    desk.begin(YES, agrees)
    assert desk.agreed is None


def test_the_same_action_in_the_same_turn_has_the_same_key(desk: Desk) -> None:
    four, two = {"items": [4]}, {"items": [2]}
    key = desk.idempotency_key("draft", four)
    assert key == desk.idempotency_key("draft", four)
    others = {desk.idempotency_key("draft", two), desk.idempotency_key("confirm", four)}
    desk.begin(YES, agrees)
    others.add(desk.idempotency_key("draft", four))
    others.add(Desk(replace(call(), call_id=UUID(int=2)), turn=1).idempotency_key("draft", four))
    assert len(others | {key}) == 5


def test_what_was_not_answered_keeps_its_key_in_later_turns(desk: Desk) -> None:
    key = desk.idempotency_key("book", {"time": "10:00"})
    desk.unanswered |= {key}
    desk.begin(YES, agrees)
    assert desk.idempotency_key("book", {"time": "10:00"}) == key
    assert desk.idempotency_key("book", {"time": "11:00"}) != key


def test_cancel_it_is_a_yes_to_cancelling_only(desk: Desk) -> None:
    for arguments, is_agreed in (({"action": "cancel"}, True), ({"action": "reschedule"}, False), ({}, False)):
        desk.ask(ReadBack("cancel_fitting", arguments, "You are booked. Shall I?"))
        desk.note_heard("You are booked. Shall I?")
        desk.begin(CallerSaid("cancel"), agrees)
        assert (desk.agreed is not None) == is_agreed


def test_everything_can_be_taken_back(desk: Desk) -> None:
    undo = desk.checkpoint()
    desk.ask(ORDER)
    desk.note_heard(ORDER.text)
    desk.begin(YES, agrees)
    undo()
    assert (desk.turn, desk.read_back, desk.agreed, desk.heard) == (1, None, None, False)
