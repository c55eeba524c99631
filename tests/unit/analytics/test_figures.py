"""The figures of a call."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.figures import Percentiles, Turn, figures, percentile


def test_turns_tools_and_latencies_are_counted_by_kind() -> None:
    turns = [
        Turn(0, "bot", "x" * 140, "x" * 140, tts_latency_ms=50),
        Turn(1, "customer", "winter tires", stt_audio_ms=3000, stt_latency_ms=300),
        Turn(2, "bot", "y" * 200, "y" * 70, interrupted=True, response_latency_ms=700, llm_latency_ms=400),
        Turn(3, "customer", "", rejected=True, stt_audio_ms=1000, stt_latency_ms=100),
        Turn(4, "bot", "z" * 70, None, response_latency_ms=900, llm_latency_ms=500),
    ]
    found = figures(turns, [True, False, True], duration_s=60)
    assert (found.customer_turns, found.bot_turns) == (2, 3)
    assert (found.interrupted_turns, found.rejected_turns) == (1, 1)
    assert (found.tool_calls, found.failed_tool_calls) == (3, 1)
    assert found.latencies == {
        "response_latency_ms": Percentiles(800, 890),
        "stt_latency_ms": Percentiles(200, 290),
        "llm_latency_ms": Percentiles(450, 495),
        "tts_latency_ms": Percentiles(50, 50),
    }
    assert found.customer_talk_share == pytest.approx(4 / 60, abs=1e-4)
    assert found.bot_talk_share == pytest.approx(20 / 60, abs=1e-4)


def test_a_call_without_turns_or_time_has_figures_too() -> None:
    found = figures([], [], duration_s=0)
    assert (found.customer_turns, found.latencies, found.customer_talk_share) == (0, {}, None)


def test_a_talk_share_is_never_more_than_all() -> None:
    assert figures([Turn(1, "customer", stt_audio_ms=9000)], [], duration_s=3).customer_talk_share == 1


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=50), st.sampled_from([0.5, 0.95, 0.0, 1.0]))
def test_percentiles_are_numpys(values: list[int], share: float) -> None:
    assert percentile(values, share) == pytest.approx(float(np.quantile(values, share)), abs=1e-3)
