"""What a call cost, from its measured units and the shop's price table. Pure.

Every amount is a Decimal in US dollars. A unit that the table has no price for costs nothing here, and its component is
named in `unpriced`: a gap in the table is to be seen, not guessed.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
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
RULES = "rules"
"""Stands for a model where no model decided; whatever was guessed before such a turn was no work of theirs."""


@dataclass(frozen=True, slots=True)
class Backends:
    """Who hears and speaks where a turn does not say it itself, by the names of the price table."""

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
    wasted_usd: Decimal = Decimal(0)
    """What guesses cost that were thrown away; contained in the amounts above."""
    unpriced: set[Component] = field(default_factory=set)

    @property
    def total_usd(self) -> Decimal:
        return sum(self.by_component.values(), Decimal(0))


def cost_of_call(turns: Sequence[Turn], duration_s: float, prices: PriceTable, backends: Backends, on: date) -> Cost:
    """`on`: the day of the call, whose prices hold."""
    cost = Cost()

    def add(component: Component, unit: Unit, model: str, units: Decimal) -> Decimal:
        price_usd = prices.price_usd(component, unit, model, on) if units else Decimal(0)
        if price_usd is None:
            cost.unpriced.add(component)
            return Decimal(0)
        amount_usd = (price_usd * units).quantize(PLACES)
        if units:
            cost.by_component[component] += amount_usd
            cost.by_model[component, model] += amount_usd
        return amount_usd

    for turn in turns:
        for work in _used(turn, backends):
            cost.by_turn[turn.turn_number] += add(*work)
        for work in _wasted(turn, backends):
            amount_usd = add(*work)
            cost.by_turn[turn.turn_number] += amount_usd
            cost.wasted_usd += amount_usd
    add("telephony", "minute", "*", Decimal(str(duration_s)) / 60)
    return cost


Work = tuple[Component, Unit, str, Decimal]
"""Component, unit, whose price, how many units."""


def _used(turn: Turn, backends: Backends) -> Iterator[Work]:
    model = turn.model or "*"
    yield "stt", "audio_minute", _recognizer(turn, backends), turn.stt_audio_ms / MINUTE_MS
    yield "tts", "million_characters", turn.tts_backend or backends.tts, turn.tts_characters / MILLION
    yield "llm", "million_tokens_in", model, turn.tokens_in / MILLION
    yield "llm", "million_tokens_out", model, turn.tokens_out / MILLION


def _wasted(turn: Turn, backends: Backends) -> Iterator[Work]:
    model = "*" if turn.model in (None, RULES) else turn.model
    yield "stt", "audio_minute", _recognizer(turn, backends), turn.wasted_stt_audio_ms / MINUTE_MS
    yield "tts", "million_characters", turn.tts_backend or backends.tts, turn.wasted_tts_characters / MILLION
    yield "llm", "million_tokens_in", model, turn.wasted_tokens_in / MILLION
    yield "llm", "million_tokens_out", model, turn.wasted_tokens_out / MILLION


def _recognizer(turn: Turn, backends: Backends) -> str:
    return turn.stt_backend or (GRAMMAR_RECOGNIZER if turn.grammar else backends.stt)
