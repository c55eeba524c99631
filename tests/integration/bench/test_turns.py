"""The turn-taking bench in a short form: that it measures what it says, never how well."""

from collections import Counter

from callcenter.bench.turn_set import COUNTS, Turn, make_turns
from callcenter.bench.turns import WAYS, measure


def test_the_set_is_the_same_each_time_and_its_halves_share_no_phrase() -> None:
    turns = list(make_turns(share=0.2))
    again = list(make_turns(share=0.2))
    for one, other in zip(turns, again, strict=True):
        assert (one.name, one.half, one.words_at(one.ends_ms)) == (
            other.name,
            other.half,
            other.words_at(other.ends_ms),
        )
        assert abs(one.ends_ms - other.ends_ms) <= 40, "espeak-ng draws its breath noise anew each time"
    for half, counts in COUNTS.items():
        made = Counter(turn.kind for turn in turns if turn.half == half and turn.kind != "human")
        assert made == {kind: round(count * 0.2) for kind, count in counts.items() if kind != "human"}
    said: dict[str, set[str]] = {"tune": set(), "report": set()}
    for turn in (each for each in turns if each.kind != "human"):  # recordings cut elsewhere hold the same words
        said[turn.half].add(turn.words_at(turn.ends_ms))
    assert said["tune"]
    assert said["report"]
    assert not {text for text in said["tune"] & said["report"] if len(text.split()) > 3}


def test_the_words_are_those_that_were_said_so_far() -> None:
    turn = Turn("t", "pause", "en", "tune", False, b"", ((1000, "i need"), (2000, "i need tires")))
    assert [turn.words_at(at_ms) for at_ms in (900, 1000, 1999, 2500)] == ["", "i need", "i need", "i need tires"]
    assert turn.ends_ms == 2000


async def test_compares_every_way_on_the_same_turns() -> None:
    figures = (await measure("report", share=0.1)).figures
    for way in WAYS:
        share = figures[f"{way}.cut_off_pct"]
        assert share is not None
        assert 0 <= share <= 100
    assert figures["ours.missed"] == 0
    short, long = figures["fixed_500.delay_p50_ms"], figures["fixed_800.delay_p50_ms"]
    assert short is not None
    assert long is not None
    assert 450 < short < 600 < long < 900
