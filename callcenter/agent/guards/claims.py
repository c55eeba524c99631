"""What a model must not say: that something is done which no tool has done, or is promised which nobody has. Pure.

A caller who hears "your order is placed" hangs up and waits for tires; one who hears "half price" comes to fetch them.
What counts as saying so stands in the language packs (`claims`, `no_claim`, `no_promise`); what is true is learned from
the tools of the call. All the shop's languages are tried. A claim that names its thing, its day or its time must be
about that one.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from callcenter.dialogue.dates import CalendarWords
from callcenter.dialogue.numbers import NumberWords
from callcenter.dialogue.patterns import NEVER, either, united
from callcenter.dialogue.words import normalize
from callcenter.shop.language import Claim, LanguagePack, Thing

Claims = frozenset[Claim]
ORDERED: Claims = frozenset({"ordered", "is_ordered", "is_done"})
BOOKED: Claims = frozenset({"booked", "is_booked", "is_done"})
MOVED: Claims = frozenset({"moved", "is_moved", "is_done"})
CANCELLED: Claims = frozenset({"cancelled", "is_cancelled", "is_done"})
CALL_BACK: Claims = frozenset({"call_back"})
PROMISES: Claims = frozenset({"discount", "free_delivery", "free_if", "gift"})
RECITAL: Claim = "recital"
DONE: Mapping[str, Mapping[str, Claims]] = {
    "create_order_draft": {"": ORDERED},
    "confirm_order": {"": ORDERED},
    "update_order_delivery": {"": frozenset({"readdressed"})},
    "cancel_order_draft": {"": CANCELLED},
    "book_fitting": {"": BOOKED},
    "cancel_fitting": {"cancel": CANCELLED, "reschedule": MOVED},
    "request_callback": {"": CALL_BACK},
}
"""By tool and its `action`: what it makes true when it is done, and untrue when it is not yet."""
SHOWN: Mapping[str, tuple[str, Claim]] = {
    "get_order_status": ("orders", "is_ordered"),
    "get_fitting_bookings": ("bookings", "is_booked"),
}
"""What was done in other calls, and is found in a list."""
ENDS_ORDER = frozenset({"confirm_order", "cancel_order_draft"})
SEARCH = "search_tires"
"""Begins another order: one that was shown before is not the one that is spoken of."""
CANCELS: Mapping[str, Thing] = {
    "cancel_order_draft": "order",
    "get_order_status": "order",
    "cancel_fitting": "booking",
    "get_fitting_bookings": "booking",
}
DATED = frozenset({"book_fitting", "cancel_fitting", "get_fitting_bookings"})
TIME = re.compile(r"(?<![\d.:])([01]?\d|2[0-3])[:.]([0-5]\d)(?![\d.:])")
CLAUSE_END = re.compile(r"[,;:—–]\s")
SENTENCE_END = re.compile(r"[.!…]\s|\n")


class ClaimWords:
    """How it is said, in all languages. Shared by calls."""

    def __init__(self, packs: Iterable[LanguagePack]) -> None:
        packs = tuple(packs)
        self._claims = united(pack.claims for pack in packs)
        self._condition = self._claims.pop("free_if", NEVER)
        self._things = united(pack.things for pack in packs)
        numbers = NumberWords.of(packs, ordinals=True)
        self._calendar = CalendarWords((pack.calendar for pack in packs), numbers)
        self._no_claim = either(words for pack in packs for words in pack.no_claim)
        self._no_promise = either(words for pack in packs for words in pack.no_promise)

    def told(self, sentence: str) -> set[Claim]:
        """What the last clause of the (perhaps unfinished) sentence says is done; nothing for a question, a condition
        or a "not"."""
        if sentence.rstrip().endswith("?"):
            return set()
        clause = normalize(_last_part(sentence, CLAUSE_END))
        found = {claim: match for claim, pattern in self._claims.items() if (match := pattern.search(clause))}
        if "free_delivery" in found:  # which is no gift beside it
            found.pop("gift", None)
            if self._condition.search(normalize(sentence)):
                found["free_if"] = found.pop("free_delivery")
        return {claim for claim, match in found.items() if not self._denied(claim).search(clause, 0, match.end())}

    def promised(self, text: str) -> set[Claim]:
        """What a whole text of the shop's own promises."""
        sentences = SENTENCE_END.split(text)
        told = {claim for sentence in sentences for one in CLAUSE_END.split(sentence) for claim in self.told(one)}
        if any(self._is_free_if(sentence) for sentence in sentences):
            told.add("free_if")
        return told & PROMISES

    def _is_free_if(self, sentence: str) -> bool:
        words = normalize(sentence)
        return self._condition.search(words) is not None and self._claims["free_delivery"].search(words) is not None

    def things(self, sentence: str) -> set[Thing]:
        """What the last clause is about."""
        clause = normalize(_last_part(sentence, CLAUSE_END))
        return {thing for thing, pattern in self._things.items() if pattern.search(clause)}

    def day(self, sentence: str, today: dt.date) -> tuple[dt.date | None, bool]:
        """That the last clause names, and whether it is told by more than its name in the week."""
        clause = normalize(TIME.sub(" ", _last_part(sentence, CLAUSE_END)))
        dated = self._calendar.read(clause, today)
        return dated.date, any(map(str.isdigit, dated.words))

    def _denied(self, claim: Claim) -> re.Pattern[str]:
        """The instructions are told with a "never" in them, too."""
        if claim == RECITAL:
            return NEVER
        return self._no_promise if claim in PROMISES else self._no_claim


class ClaimGuard:
    """Of one call: what a model may say is done."""

    def __init__(self, words: ClaimWords, today: dt.date | None = None) -> None:
        """`today`: None where no day is looked at."""
        self._words, self._today = words, today
        self._true: Claims = frozenset()
        self._draft_open = False
        self._only_shown = False
        """The order that is placed was not placed by us now."""
        self._orders: frozenset[str] = frozenset()
        """Numbers of those that are placed."""
        self._cancelled: frozenset[Thing] = frozenset()
        self._booked: frozenset[tuple[dt.date, str]] = frozenset()
        """Days and times of what is booked, or was."""

    def learn(self, tool: str, arguments: Mapping[str, Any], result: Any) -> None:
        """A tool has run without failing. `result`: as the journal gets it."""
        if not isinstance(result, Mapping):
            return
        claims = DONE.get(tool, {}).get(str(arguments.get("action", "")))
        if claims is not None:
            done = _is_done(tool, result)
            self._true = self._true | claims if done else self._true - claims
            self._draft_open = tool == "create_order_draft" or (self._draft_open and not (done and tool in ENDS_ORDER))
            self._only_shown = self._only_shown and not (done and tool == "confirm_order")
            if done and claims == CANCELLED:
                self._cancelled |= {CANCELS[tool]}
            if done and claims == MOVED:
                self._true |= {"is_booked"}
            if done and tool == "confirm_order":
                self._orders |= {str(result["order_number"])}
        elif tool == SEARCH and self._only_shown:
            self._true, self._only_shown = self._true - {"is_ordered"}, False
        self._learn_listed(tool, result)
        self._learn_promises(result)

    def _learn_listed(self, tool: str, result: Mapping[str, Any]) -> None:
        listed, shown = SHOWN.get(tool, ("", "is_ordered"))
        found = [one for one in result.get(listed) or () if isinstance(one, Mapping)]
        if shown == "is_ordered":
            placed = [one for one in found if one.get("status") != "draft"]
            self._orders |= {str(one["order_number"]) for one in placed if one.get("order_number")}
            if placed and not self._draft_open:  # of the open one it would not be so
                self._only_shown = self._only_shown or shown not in self._true
                self._true |= {shown}
        elif found:
            self._true |= {shown}
        if any(one.get("status") == "cancelled" for one in found):
            self._true |= {"is_cancelled"}
            self._cancelled |= {CANCELS[tool]}
        done = (result,) if "status" in result else ()
        for one in (*done, *found) if tool in DATED else ():
            if (booked := _booked(one)) is not None:
                self._booked |= {booked}

    def told(self, text: str) -> None:
        """In the shop's own words: what they promise may be promised again."""
        self._true |= self._words.promised(text)

    def _learn_promises(self, result: Mapping[str, Any]) -> None:
        delivery = result.get("delivery")
        cost = result.get("delivery_cost", delivery.get("cost") if isinstance(delivery, Mapping) else None)
        if cost is not None:  # of the order as it is now
            self._true = self._true - {"free_delivery"} | ({"free_delivery"} if float(cost) == 0 else set())
        if "free_from" in result or (isinstance(delivery, Mapping) and "free_from" in delivery):
            self._true |= {"free_if"}
        for article in result.get("texts", result.get("articles")) or ():
            if isinstance(article, Mapping):
                self.told(str(article.get("content", "")))

    def unfounded(self, text: str) -> Claim | None:
        """What the end of the text (all of the answer so far) says is done, and is not."""
        sentence = _last_part(text, SENTENCE_END)
        told = self._words.told(sentence)
        unfounded = (told - self._true) | self._of_another(told, sentence)
        if "free_delivery" in self._true:
            unfounded.discard("free_if")
        if "is_ordered" in unfounded and any(number in text for number in self._orders):
            unfounded.discard("is_ordered")
        return RECITAL if RECITAL in unfounded else min(unfounded, default=None)

    def _of_another(self, told: Claims | set[Claim], sentence: str) -> Claims:
        """Claims of what is so, but of another thing, day or time."""
        wrong: Claims = frozenset()
        told = told - {"is_done"}
        if cancelled := told & CANCELLED:
            things = self._words.things(sentence)
            if things and things.isdisjoint(self._cancelled):
                wrong |= cancelled
        if (dated := told & (BOOKED | MOVED)) and not self._is_booked_then(sentence):
            wrong |= dated
        return wrong

    def _is_booked_then(self, sentence: str) -> bool:
        if self._today is None or not self._booked:
            return True
        day, exact = self._words.day(sentence, self._today)
        days = [booked for booked, _ in self._booked]
        if day is not None and not any(
            (day.month, day.day) == (one.month, one.day) or (not exact and day.weekday() == one.weekday())
            for one in days
        ):
            return False
        named = {f"{int(hour):02}:{minute}" for hour, minute in TIME.findall(_last_part(sentence, CLAUSE_END))}
        return named <= {time for _, time in self._booked}

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        kept = self._true, self._draft_open, self._only_shown, self._orders, self._cancelled, self._booked

        def undo() -> None:
            self._true, self._draft_open, self._only_shown, self._orders, self._cancelled, self._booked = kept

        return undo


def _is_done(tool: str, result: Mapping[str, Any]) -> bool:
    """Not when it waits for the caller's yes, was refused, or nobody knows."""
    match tool:
        case "create_order_draft":
            return False
        case "confirm_order":
            return "order_number" in result and result.get("status") not in ("draft", "cancelled")
        case "cancel_order_draft":
            return "dropped" in result
        case "request_callback":
            return result.get("promised") is True
        case _:
            return "status" in result


def _booked(result: Mapping[str, Any]) -> tuple[dt.date, str] | None:
    try:
        return dt.date.fromisoformat(str(result["date"])), str(result.get("time", ""))[:5]
    except (KeyError, ValueError):
        return None


def _last_part(text: str, end: re.Pattern[str]) -> str:
    """Behind the last of these ends that is not the text's own."""
    text = text.strip()
    return text[max((match.end() for match in end.finditer(text)), default=0) :]
