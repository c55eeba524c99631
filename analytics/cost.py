"""What a call cost, from its measured units and the shop's price table. Pure.

Every amount is a Decimal in US dollars. A unit that the table has no price for costs nothing here, and its component is
named in `unpriced`: a gap in the table is to be seen, not guessed.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from analytics.figures import Turn
from callcenter.config import Settings
from callcenter.shop.prices import Component, PriceTable, Unit

PLACES = Decimal("0.00000001")
MILLION = Decimal(1_000_000)
MINUTE_MS = Decimal(60_000)
GRAMMAR_RECOGNIZER = "pocketsphinx"


@dataclass(frozen=True, slots=True)
class Backends:
    """Who hears and speaks, by the names of the price table."""

    stt: str
    tts: str


def backends_of(settings: Settings) -> Backends:
    """By the settings: `auto` takes a server when one is named for speech, else something that runs here."""
    stt, tts = settings.stt, settings.tts
    heard = "openai" if stt.base_url or stt.api_key else "whisper"
    spoken = "openai" if tts.base_url or tts.api_key else "espeak"
    return Backends(
        stt=heard if stt.backend == "auto" else stt.backend, tts=spoken if tts.backend == "auto" else tts.backend
    )


@dataclass(slots=True)
class Cost:
    by_component: dict[Component, Decimal] = field(
        default_factory=lambda: {"stt": Decimal(0), "llm": Decimal(0), "tts": Decimal(0), "telephony": Decimal(0)}
    )
    by_turn: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    by_model: dict[tuple[Component, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    unpriced: set[Component] = field(default_factory=set)

    @property
    def total_usd(self) -> Decimal:
        return sum(self.by_component.values(), Decimal(0))


def cost_of_call(turns: Sequence[Turn], duration_s: float, prices: PriceTable, backends: Backends, on: date) -> Cost:
    """`on`: the day of the call, whose prices hold."""
    cost = Cost()

    def add(component: Component, unit: Unit, model: str, units: Decimal, turn_number: int | None) -> None:
        if units == 0:
            return
        price_usd = prices.price_usd(component, unit, model, on)
        if price_usd is None:
            cost.unpriced.add(component)
            return
        amount_usd = (price_usd * units).quantize(PLACES)
        cost.by_component[component] += amount_usd
        cost.by_model[component, model] += amount_usd
        if turn_number is not None:
            cost.by_turn[turn_number] += amount_usd

    for turn in turns:
        recognizer = GRAMMAR_RECOGNIZER if turn.grammar else backends.stt
        add("stt", "audio_minute", recognizer, turn.stt_audio_ms / MINUTE_MS, turn.turn_number)
        add("tts", "million_characters", backends.tts, turn.tts_characters / MILLION, turn.turn_number)
        model = turn.model or "*"
        add("llm", "million_tokens_in", model, turn.tokens_in / MILLION, turn.turn_number)
        add("llm", "million_tokens_out", model, turn.tokens_out / MILLION, turn.turn_number)
    add("telephony", "minute", "*", Decimal(str(duration_s)) / 60, None)
    return cost
