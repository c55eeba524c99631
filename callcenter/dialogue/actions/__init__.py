"""What can be done about what a caller wants: the verbs that flows.yaml knows. Each takes the turn and changes it."""

from collections.abc import Callable, Mapping

from callcenter.dialogue.actions import answers, offers, search, talk
from callcenter.dialogue.turn import Turn

Action = Callable[[Turn], None]

ACTIONS: Mapping[str, Action] = {
    action.__name__: action
    for action in (
        search.look_for,
        search.take_any_season,
        search.start_over,
        offers.offer_more,
        offers.offer_cheaper,
        offers.offer_another_brand,
        offers.choose,
        offers.check_stock,
        offers.tell_price,
        offers.tell_details,
        answers.accept,
        answers.turn_down,
        answers.agree,
        answers.disagree,
        talk.fetch_operator,
        talk.calm_down,
        talk.promise_callback,
        talk.decline_order,
        talk.decline_order_status,
        talk.decline_fitting,
        talk.decline_advice,
        talk.repeat,
        talk.tell_help,
        talk.tell_about_self,
        talk.answer_hello,
        talk.answer_thanks,
        talk.wait,
        answers.ask_what_else,
        talk.say_goodbye,
    )
}
