"""What a model must not say: that something is done which no tool has done. Pure.

A caller who hears "your order is placed" hangs up and waits for tires. What counts as saying so stands in the language
packs (`claims`, `no_claim`); what is true is learned from the tools of the call. All the shop's languages are tried.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from callcenter.dialogue.patterns import either, united
from callcenter.dialogue.words import normalize
from callcenter.shop.language import Claim, LanguagePack

DONE: Mapping[str, Mapping[str, Claim]] = {
    "create_order_draft": {"": "ordered"},
    "confirm_order": {"": "ordered"},
    "cancel_order_draft": {"": "cancelled"},
    "book_fitting": {"": "booked"},
    "cancel_fitting": {"cancel": "cancelled", "reschedule": "moved"},
    "request_callback": {"": "call_back"},
}
"""By tool and its `action`: what it makes true when it is done, and untrue when it is not yet."""
SHOWN: Mapping[str, tuple[str, frozenset[Claim]]] = {
    "get_order_status": ("orders", frozenset({"ordered", "cancelled"})),
    "get_fitting_bookings": ("bookings", frozenset({"booked"})),
}
"""What was done in other calls, and is found in a list."""
CLAUSE_ENDS = ",;:—–"


class ClaimWords:
    """How it is said, in all languages. Shared by calls."""

    def __init__(self, packs: Iterable[LanguagePack]) -> None:
        packs = tuple(packs)
        self._claims = united(pack.claims for pack in packs)
        self._no_claim = either(words for pack in packs for words in pack.no_claim)

    def told(self, sentence: str) -> set[Claim]:
        """What the last clause of the (perhaps unfinished) sentence says is done; nothing for a question, a condition
        or a "not"."""
        if sentence.rstrip().endswith("?"):
            return set()
        clause = normalize(_last_part(sentence.strip(), CLAUSE_ENDS))
        found = {claim: match for claim, pattern in self._claims.items() if (match := pattern.search(clause))}
        return {claim for claim, match in found.items() if not self._no_claim.search(clause, 0, match.end())}


class ClaimGuard:
    """Of one call: what a model may say is done."""

    def __init__(self, words: ClaimWords) -> None:
        self._words = words
        self._true: frozenset[Claim] = frozenset()

    def learn(self, tool: str, arguments: Mapping[str, Any], result: Any) -> None:
        """A tool has run without failing. `result`: as the journal gets it."""
        if not isinstance(result, Mapping):
            return
        claim = DONE.get(tool, {}).get(str(arguments.get("action", "")))
        if claim is not None:
            self._true = self._true | {claim} if _is_done(tool, result) else self._true - {claim}
        listed, shown = SHOWN.get(tool, ("", frozenset[Claim]()))
        if result.get(listed):
            self._true |= shown

    def unfounded(self, text: str) -> Claim | None:
        """What the end of the text (all of the answer so far) says is done, and is not."""
        return next(iter(self._words.told(_last_part(text.strip(), ".!…\n")) - self._true), None)

    def checkpoint(self) -> Callable[[], None]:
        """Calling what is returned takes back everything that came after now."""
        kept = self._true

        def undo() -> None:
            self._true = kept

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


def _last_part(text: str, ends: str) -> str:
    """Behind the last of these characters that is not the text's own end."""
    start = max(text.rstrip(ends + " ").rfind(end) for end in ends)
    return text[start + 1 :]
