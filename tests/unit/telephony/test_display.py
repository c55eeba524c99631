"""A line that may stand in the dialplan, whatever a caller has said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.telephony.display import MARKS, MOST, for_display


@given(text=st.text(max_size=400))
def test_nothing_that_the_dialplan_reads_is_let_through(text: str) -> None:
    line = for_display(text)
    assert len(line) <= MOST
    assert line == line.strip()
    assert not set(line) & set("\"'\\$[]{}(),;&|=<>`%@*~^_\r\n\t\0")
    assert all(character.isalnum() or character in MARKS for character in line)
    assert for_display(line) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("${DB(x)}", "DB x"),
        ("Asked for you. The caller looks for tires.", "Asked for you. The caller looks for tires."),
        ("З'єднати з обʼєктом", "Зєднати з обєктом"),
        ("Шини 215/55 R17, до 5 000 грн", "Шини 215/55 R17 до 5 000 грн"),
        ("\u202eevil\u200b\u0007", "evil"),
        ("ﬀ🙂№7", "ﬀ №7"),
        ("\u0438\u0306", "й"),
    ],
)
def test_words_stay_readable(text: str, line: str) -> None:
    assert for_display(text) == line


def test_a_long_line_ends_with_a_whole_word_where_it_can() -> None:
    assert for_display("word " * 40) == ("word " * 16).strip()
    assert for_display("x" * 200) == "x" * MOST


def test_a_sentence_that_would_be_cut_off_is_left_out_when_enough_is_said_before_it() -> None:
    said = "Asked for you. The caller looks for winter tires for Volkswagen Golf."
    assert for_display(f"{said} Named so far: Nokian") == said
    assert for_display("Upset. " + "word " * 40) == ("Upset. " + "word " * 14).strip()
