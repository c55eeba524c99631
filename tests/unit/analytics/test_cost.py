"""What a call costs, to the last digit."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.cost import Backends, backends_of, cost_of_call
from analytics.figures import Turn
from callcenter.config import Settings, SttSettings, TtsSettings
from callcenter.shop.prices import Price, PriceTable
from callcenter.shop.source import read_yaml

CLOUD = Backends("openai", "openai")
DAY = date(2026, 11, 20)


def price(component: str, unit: str, usd: str, model: str = "*", since: str = "2026-01-01") -> Price:
    return Price.model_validate({"component": component, "unit": unit, "usd": usd, "model": model, "valid_from": since})


TABLE = PriceTable(
    prices=(
        price("stt", "audio_minute", "0.006", "openai"),
        price("stt", "audio_minute", "0", "pocketsphinx"),
        price("tts", "million_characters", "15", "openai"),
        price("llm", "million_tokens_in", "0.15"),
        price("llm", "million_tokens_out", "0.60"),
        price("llm", "million_tokens_in", "0", "rules"),
        price("llm", "million_tokens_in", "5", "big-model"),
        price("llm", "million_tokens_out", "15", "big-model"),
        price("telephony", "minute", "0.01"),
        price("telephony", "minute", "0.02", since="2026-11-21"),
    )
)


def test_every_unit_is_priced_by_its_own_model() -> None:
    turns = [
        Turn(0, "bot", tts_characters=200),
        Turn(1, "customer", stt_audio_ms=30_000),
        Turn(2, "bot", model="small-model", tokens_in=2000, tokens_out=100, tts_characters=100),
        Turn(4, "bot", model="big-model", tokens_in=2000, tokens_out=100),
        Turn(6, "bot", model="rules", tts_characters=0),
    ]
    cost = cost_of_call(turns, 90, TABLE, CLOUD, DAY)
    assert cost.by_component == {
        "stt": Decimal("0.003"),
        "llm": Decimal("0.0003") + Decimal("0.00006") + Decimal("0.01") + Decimal("0.0015"),
        "tts": Decimal("0.0045"),
        "telephony": Decimal("0.015"),
    }
    assert cost.total_usd == Decimal("0.03436")
    assert cost.by_turn[2] == Decimal("0.00186")
    assert cost.by_model["llm", "big-model"] == Decimal("0.0115")
    assert not cost.unpriced


def test_the_price_of_the_day_of_the_call_holds() -> None:
    costs = [cost_of_call([], 60, TABLE, CLOUD, day).total_usd for day in (DAY, date(2026, 11, 21))]
    assert costs == [Decimal("0.01"), Decimal("0.02")]


def test_what_the_table_does_not_know_is_named_not_guessed() -> None:
    before_any_price = cost_of_call([Turn(1, "customer", stt_audio_ms=1000)], 60, TABLE, CLOUD, date(2025, 1, 1))
    assert before_any_price.total_usd == 0
    assert before_any_price.unpriced == {"stt", "telephony"}


def test_a_turn_heard_by_grammar_was_heard_on_this_machine() -> None:
    turn = Turn(1, "customer", stt_audio_ms=60_000, grammar="season")
    cost = cost_of_call([turn], 0, TABLE, CLOUD, DAY)
    assert cost.by_component["stt"] == 0
    assert not cost.unpriced


def test_a_turn_that_says_who_heard_and_spoke_is_priced_by_it() -> None:
    turns = [
        Turn(1, "customer", stt_audio_ms=60_000, stt_backend="pocketsphinx"),
        Turn(2, "bot", tts_characters=1000, tts_backend="openai"),
        Turn(3, "customer", stt_audio_ms=60_000, grammar="season", stt_backend="openai"),
    ]
    cost = cost_of_call(turns, 0, TABLE, Backends("openai", "espeak"), DAY)
    assert (cost.by_component["stt"], cost.by_component["tts"]) == (Decimal("0.006"), Decimal("0.015"))


def test_guesses_that_were_thrown_away_are_paid_for_and_told_apart() -> None:
    turn = Turn(
        2,
        "bot",
        model="big-model",
        tokens_in=1000,
        wasted_tokens_in=2000,
        wasted_tokens_out=100,
        wasted_tts_characters=100,
        wasted_stt_audio_ms=30_000,
    )
    cost = cost_of_call([turn], 0, TABLE, CLOUD, DAY)
    assert cost.by_component["llm"] == Decimal("0.005") + Decimal("0.01") + Decimal("0.0015")
    assert (cost.by_component["tts"], cost.by_component["stt"]) == (Decimal("0.0015"), Decimal("0.003"))
    assert cost.wasted_usd == Decimal("0.016")
    assert cost.by_turn[2] == cost.total_usd == Decimal("0.021")


def test_what_a_model_guessed_is_paid_for_though_the_rules_answered_in_the_end() -> None:
    cost = cost_of_call([Turn(2, "bot", model="rules", wasted_tokens_in=1_000_000)], 0, TABLE, CLOUD, DAY)
    assert cost.wasted_usd == cost.by_component["llm"] == Decimal("0.15")


def test_a_call_served_by_this_machine_alone_costs_the_line_alone() -> None:
    prices = read_yaml(Path("shops/tires/prices.yaml")).parse(PriceTable)
    turns = [Turn(0, "bot", tts_characters=500), Turn(1, "customer", stt_audio_ms=9000, grammar="root", model="rules")]
    cost = cost_of_call(turns, 60, prices, backends_of(Settings()), DAY)
    assert cost.by_component == {"stt": 0, "llm": 0, "tts": 0, "telephony": Decimal("0.01")}
    assert not cost.unpriced


@pytest.mark.parametrize(
    ("stt", "tts", "backends"),
    [
        (SttSettings(), TtsSettings(), Backends("whisper", "espeak")),
        (SttSettings(base_url="http://s"), TtsSettings(base_url="http://s"), Backends("openai", "openai")),
        (SttSettings(backend="whisper"), TtsSettings(backend="piper"), Backends("whisper", "piper")),
    ],
)
def test_the_settings_tell_who_hears_and_speaks(stt: SttSettings, tts: TtsSettings, backends: Backends) -> None:
    assert backends_of(Settings(stt=stt, tts=tts)) == backends


units = st.integers(0, 10**7)


@given(
    turns=st.lists(
        st.builds(
            Turn,
            turn_number=st.integers(0, 50),
            speaker=st.sampled_from(["bot", "customer"]),
            model=st.sampled_from([None, "rules", "big-model", "unheard-of"]),
            tokens_in=units,
            tokens_out=units,
            tts_characters=units,
            stt_audio_ms=units,
            wasted_tokens_in=units,
            wasted_tts_characters=units,
            stt_backend=st.sampled_from([None, "openai", "unheard-of"]),
        ),
        max_size=20,
    ),
    duration_s=st.floats(0, 1e5),
)
def test_parts_add_up_to_the_whole_whichever_way_they_are_cut(turns: list[Turn], duration_s: float) -> None:
    cost = cost_of_call(turns, duration_s, TABLE, CLOUD, DAY)
    assert sum(cost.by_model.values(), Decimal(0)) == cost.total_usd
    assert sum(cost.by_turn.values(), Decimal(0)) == cost.total_usd - cost.by_component["telephony"]
    assert 0 <= cost.wasted_usd <= cost.total_usd
    assert all(usd >= 0 for usd in cost.by_component.values())
