"""What a model must not say: that something is done which no tool has done, or is promised which nobody has. Pure.

A caller who hears "your order is placed" hangs up and waits for tires; one who hears "half price" comes to fetch them.
What counts as saying so stands in the language packs (`claims`, `no_claim`, `no_promise`); what is true is learned from
the tools of the call. All the shop's languages are tried.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from callcenter.dialogue.patterns import NEVER, either, united
from callcenter.dialogue.words import normalize
from callcenter.shop.language import Claim, LanguagePack

Claims = frozenset[Claim]
ORDERED: Claims = frozenset({"ordered", "is_ordered"})
BOOKED: Claims = frozenset({"booked", "is_booked"})
MOVED: Claims = frozenset({"moved", "is_moved"})
CANCELLED: Claims = frozenset({"cancelled", "is_cancelled"})
CALL_BACK: Claims = frozenset({"call_back"})
PROMISES: Claims = frozenset({"discount", "free_delivery", "free_if", "gift"})
RECITAL: Claim = "recital"
DONE: Mapping[str, Mapping[str, Claims]] = {
    "create_order_draft": {"": ORDERED},
    "confirm_order": {"": ORDERED},
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
CLAUSE_END = re.compile(r"[,;:—–]\s")
SENTENCE_END = re.compile(r"[.!…]\s|\n")


class ClaimWords:
    """How it is said, in all languages. Shared by calls."""

    def __init__(self, packs: Iterable[LanguagePack]) -> None:
        packs = tuple(packs)
        self._claims = united(pack.claims for pack in packs)
        self._condition = self._claims.pop("free_if", NEVER)
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

    def _denied(self, claim: Claim) -> re.Pattern[str]:
        """The instructions are told with a "never" in them, too."""
        if claim == RECITAL:
            return NEVER
        return self._no_promise if claim in PROMISES else self._no_claim


class ClaimGuard:
    """Of one call: what a model may say is done."""

    def __init__(self, words: ClaimWords) -> None:
        self._words = words
        self._true: Claims = frozenset()
        self._draft_open = False

    def learn(self, tool: str, arguments: Mapping[str, Any], result: Any) -> None:
        """A tool has run without failing. `result`: as the journal gets it."""
        if not isinstance(result, Mapping):
            return
        claims = DONE.get(tool, {}).get(str(arguments.get("action", "")))
        if claims is not None:
            done = _is_done(tool, result)
            self._true = self._true | claims if done else self._true - claims
            self._draft_open = tool == "create_order_draft" or (self._draft_open and not (done and "order" in tool))
        listed, shown = SHOWN.get(tool, ("", "is_ordered"))
        found = result.get(listed) or ()
        if found and not (self._draft_open and shown == "is_ordered"):  # of the open one it would not be so
            self._true |= {shown}
        if any(isinstance(one, Mapping) and one.get("status") == "cancelled" for one in found):
            self._true |= {"is_cancelled"}
        self._learn_promises(result)

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
        unfounded = self._words.told(_last_part(text, SENTENCE_END)) - self._true
        if "free_delivery" in self._true:
            unfounded.discard("free_if")
        return RECITAL if RECITAL in unfounded else min(unfounded, default=None)

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        kept, draft_open = self._true, self._draft_open

        def undo() -> None:
            self._true, self._draft_open = kept, draft_open

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


def _last_part(text: str, end: re.Pattern[str]) -> str:
    """Behind the last of these ends that is not the text's own."""
    text = text.strip()
    return text[max((match.end() for match in end.finditer(text)), default=0) :]
