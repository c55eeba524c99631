"""Words of a grammar and how they sound."""

from pathlib import Path

import pytest

from callcenter.ports import Grammar
from callcenter.stt.sphinx_dictionary import Dictionary, dictionary_file, pronounce, with_choices, words_of

JSGF = """#JSGF V1.0 utf-8 en;
// a comment with words
grammar root;
/* another
   one */
public <root> = [i need] <season> tires {tag of it} | /0.5/ okay | (that's right)+ ;
<season> = winter | summer*;
"""


@pytest.fixture
def dictionary(tmp_path: Path) -> Dictionary:
    path = tmp_path / "cmu.dict"
    path.write_text("a AH\na(2) EY\na's EY Z\nread R EH D\nread(2) R IY D\nthread TH R EH D\nwinter W IH N T ER\n")
    return Dictionary(path)


def test_only_words_are_words() -> None:
    assert words_of(JSGF) == ["i", "need", "okay", "right", "summer", "that's", "tires", "winter"]


def test_a_word_has_all_its_variants(dictionary: Dictionary) -> None:
    assert dictionary.variants("a") == ("AH", "EY")
    assert dictionary.variants("read") == ("R EH D", "R IY D")
    assert dictionary.variants("rea") == ()


def test_the_grammars_own_ways_come_first_and_unknown_words_are_named(dictionary: Dictionary) -> None:
    known, unknown = pronounce(
        ["winter", "nokian", "qqxyz"], {"nokian": ("N OW K IY AH N",), "winter": ("W IH N ER",)}, dictionary
    )
    assert known == {"winter": ("W IH N ER", "W IH N T ER"), "nokian": ("N OW K IY AH N",)}
    assert unknown == ["qqxyz"]
    assert dictionary_file(known) == "nokian N OW K IY AH N\nwinter W IH N ER\nwinter(2) W IH N T ER\n"


def test_choices_are_added_beside_the_public_rule() -> None:
    extended = with_choices(Grammar("root", JSGF), ["number one two", "number three"])
    assert extended.count("public") == 1
    assert "<root> = [i need]" in extended
    assert "public <this-turn> = <root> | number one two | number three;" in extended


def test_a_grammar_without_a_public_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="no public rule"):
        with_choices(Grammar("odd", "#JSGF V1.0;\ngrammar odd;\n<odd> = yes;\n"), ["no"])
