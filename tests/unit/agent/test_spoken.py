import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.agent.spoken import LONGEST_ANSWER, SpokenText


def released(*pieces: str) -> list[str]:
    spoken = SpokenText()
    return [clause for clause in [*map(spoken.feed, pieces), spoken.rest()] if clause]


def test_words_are_released_clause_by_clause() -> None:
    assert released("Hel", "lo, I ha", "ve two. The fi", "rst") == ["Hello, ", "I have two. ", "The first"]


def test_what_is_left_when_the_stream_breaks_was_never_released() -> None:
    spoken = SpokenText()
    assert spoken.feed("I have two. The first is the Noki") == "I have two. "


def test_a_number_is_never_cut() -> None:
    assert released("It is 4,600", ".50 UAH in 215/55 R17. Yes?") == ["It is 4,600.50 UAH in 215/55 R17. ", "Yes?"]


def test_words_without_an_end_are_not_held_for_ever() -> None:
    pieces = released(*["and so on "] * 40)
    assert len(pieces) > 2
    assert all(piece.endswith(" ") for piece in pieces[:-1])


def test_nobody_listens_to_an_answer_without_an_end() -> None:
    said = "".join(released(*["And so on. "] * 10_000))
    assert LONGEST_ANSWER - 20 < len(said) <= LONGEST_ANSWER
    assert "".join(released("Well. ", "x" * 100_000)) == "Well. "
    assert len("".join(released(*["x" * 100] * 1000))) <= LONGEST_ANSWER


@pytest.mark.parametrize("tag", ["think", "thinking", "tool_call", "tool_data"])
def test_thoughts_and_written_calls_are_not_spoken(tag: str) -> None:
    text = f'Hello. <{tag} a="b">Should I tell him. No! Well</{tag}>How are you? <{tag}>And never closed'
    for size in (1, 3, 7, len(text)):
        pieces = [text[i : i + size] for i in range(0, len(text), size)]
        assert "".join(released(*pieces)).split() == ["Hello.", "How", "are", "you?"]


def test_marks_for_the_eye_are_left_out() -> None:
    assert released("**Nokian** costs `4600`.\n# Yes") == ["Nokian costs 4600.\n", " Yes"]


def test_an_ordinary_less_than_is_words() -> None:
    assert "".join(released("It is ", "< 5000 ", "UAH, is it not?")) == "It is < 5000 UAH, is it not?"


@given(st.lists(st.text(alphabet="ab <>/think.,!\n"), max_size=12))
def test_however_the_stream_is_split_the_same_words_come_out(pieces: list[str]) -> None:
    assert "".join(released(*pieces)) == "".join(released("".join(pieces)))
