import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callcenter.ports import Language
from callcenter.text_normalization import SentenceSplitter, plain


def split(text: str, language: Language = "en") -> list[str]:
    splitter = SentenceSplitter(language)
    return splitter.feed(text) + splitter.flush()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hello! How are you? Fine.", ["Hello!", "How are you?", "Fine."]),
        ("It is 2.5 mm. Good.", ["It is 2.5 mm.", "Good."]),
        ("Mr. Smith asked e.g. for No. 5. Yes.", ["Mr. Smith asked e.g. for No. 5.", "Yes."]),
        ("Wait... really?! Yes", ["Wait...", "really?!", "Yes"]),
        ("Size 215/55 R17. Price 2 500.50 UAH.", ["Size 215/55 R17.", "Price 2 500.50 UAH."]),
        ("1. Nokian\n2. Michelin", ["1. Nokian", "2. Michelin"]),
        ("- **Nokian**: 3000\n- Michelin", ["Nokian: 3000", "Michelin"]),
        ("Ціна 2500 грн. за шт. Беремо?", ["Ціна 2500 грн. за шт.", "Беремо?"]),
        ("Ціна 2500 грн. Беремо?", ["Ціна 2500 грн.", "Беремо?"]),
        ("Ми на вул. Хрещатик, буд. 22. Приходьте.", ["Ми на вул. Хрещатик, буд. 22.", "Приходьте."]),
        ("О. Петренко чекає. Так.", ["О. Петренко чекає.", "Так."]),
        ("«Добре!» — сказав він. Далі.", ["«Добре!»", "сказав він.", "Далі."]),
        ("20.11.2026 о 10:30. До зустрічі!", ["20.11.2026 о 10:30.", "До зустрічі!"]),
        ("👍👍", []),
        ("See https://shop.example/a.b?c=1. Then call.", ["See", "Then call."]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert split(text, "uk") == sentences


def test_the_first_clause_is_spoken_early() -> None:
    splitter = SentenceSplitter("en")
    assert splitter.feed("Yes, I have found three winter tires,") == ["Yes,"]
    assert splitter.feed(" th") == ["I have found three winter tires,"]
    assert splitter.feed("e cheapest of which, as far as I can see, is this one. And") == [
        "the cheapest of which, as far as I can see, is this one."
    ]
    assert splitter.flush() == ["And"]


def test_an_opening_is_spoken_at_once_and_only_one() -> None:
    splitter = SentenceSplitter("en")
    assert splitter.feed("Of course, ") == ["Of course,"]
    assert splitter.feed("yes, there is one.") == []
    assert splitter.flush() == ["yes, there is one."]
    assert splitter.feed("2, ") == []


def test_after_a_flush_the_next_first_clause_is_early_again() -> None:
    splitter = SentenceSplitter("en")
    splitter.feed("Let me look.")
    assert splitter.flush() == ["Let me look."]
    assert splitter.feed("I have found three winter tires, the") == ["I have found three winter tires,"]


def test_a_clause_does_not_end_between_figures() -> None:
    splitter = SentenceSplitter("en")
    assert splitter.feed("There are these sizes: 15, 16, 17 – 18 and R19, that is all") == [
        "There are these sizes: 15, 16, 17 – 18 and R19,"
    ]


def test_what_never_ends_is_cut_between_words_and_outside_figures() -> None:
    text = "word " * 43 + "2 500 215/55 R17 " + "word " * 100
    pieces = split(text)
    assert max(map(len, pieces)) <= 220
    assert " ".join(pieces) == text.strip()
    assert any("2 500 215/55 R17" in piece for piece in pieces)
    assert len(split("x" * 1000)) == 5


def test_an_answer_is_cut_alike_however_it_comes() -> None:
    text = (
        "Добрий день! Знайшла три моделі, найдешевша Nokian, 215/55 R17, 2 500,50 грн. за шт. Беремо? Доставка 2-3 дні."
    )
    whole = split(text, "uk")
    for seed in range(50):
        dice = random.Random(seed)
        splitter = SentenceSplitter("uk")
        pieces, at = [], 0
        while at < len(text):
            size = dice.randint(1, 9)
            pieces += splitter.feed(text[at : at + size])
            at += size
        assert pieces + splitter.flush() == whole


alphabet = st.text(alphabet="абвABc .,!?;:—-–\n0123456789гркштRР*_#👍«»“”…()[]№$₴\u00a0'", max_size=300)


@given(st.text(max_size=300) | alphabet, st.lists(st.integers(1, 40), min_size=1), st.sampled_from(["en", "uk", "ru"]))
@example("а" * 219 + ". Б", [1], "uk")
@example("x. " + "1 " * 300, [7], "en")
def test_nothing_is_lost_and_nothing_depends_on_the_pieces(text: str, cuts: list[int], language: Language) -> None:
    splitter = SentenceSplitter(language)
    pieces: list[str] = []
    at = index = 0
    while at < len(text):
        pieces += splitter.feed(text[at : at + cuts[index % len(cuts)]])
        at += cuts[index % len(cuts)]
        index += 1
    pieces += splitter.flush()
    assert pieces == split(text, language)
    assert all(pieces)
    assert max(map(len, pieces), default=0) <= 220
    if not set(text) & set("*_#`~|\\[]<>-+•–—"):  # markup may mean another thing when it is cut in two
        assert "".join("".join(pieces).split()) == "".join(plain(text).split())
