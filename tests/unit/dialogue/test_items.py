"""Which of what was offered, and how many of each."""

import pytest

from callcenter.ports import CallerSaid
from tests.unit.dialogue.talking import rules

CASES: dict[int, tuple[str, ...]] = {
    1: (
        "перша першу першої першою першій перший першого першому першим перше перші перших першими перва перву первої",
        "первый первого первому первым первом первая первую первой первое первые первых первыми",
    ),
    2: (
        "друга другу другої другою другій другий другого друге другі втора втору",
        "второй второго второму вторым втором вторая вторую второе вторые вторых вторыми",
    ),
    3: (
        "третя третю третьої третьою третій третього третьому третім третє треті третіх третіми трєтя",
        "третий третьего третьему третьим третьем третья третью третьей третье третьи третьих третьими",
    ),
    4: (
        "четверта четверту четвертої четвертою четвертій четвертий четвертого четвертому четверте четверті четвертих",
        "четвертый четвертого четвёртому четвертым четвертом четвертая четвертую четвертой четвертое четвертых",
    ),
    5: (
        "п'ята п'яту п'ятої п'ятою п'ятий п'ятого п'ятому п'яте п'ятих п'ятими",
        "пятый пятого пятому пятым пятом пятая пятую пятой пятое пятые пятых пятыми",
    ),
    -1: (
        "остання останню останньої останньою останній останнього останньому останнє останні останніх останніми",
        "последний последнего последнему последним последнем последняя последнюю последней последние последних",
    ),
}
ENGLISH = {
    1: ["the first one", "first", "the first ones", "number one", "the 1st", "option one"],
    2: ["the second one", "second", "number two", "the 2nd one", "the other one", "the latter"],
    3: ["the third one", "third", "number three", "the 3rd"],
    4: ["the fourth one", "the 4th"],
    5: ["the fifth one", "the 5th"],
    -1: ["the last one", "last"],
}


def read(words: str) -> list[tuple[int | None, int | str | None]]:
    items = rules().understanding.read(CallerSaid(words)).items
    return [(item.quantity, item.choice if item.choice is not None else item.brand) for item in items]


@pytest.mark.parametrize("choice", CASES)
def test_a_choice_is_heard_in_all_cases_of_the_word(choice: int) -> None:
    for word in " ".join(CASES[choice]).split():
        assert rules().understanding.read(CallerSaid(word)).choice == choice, word
    for words in ENGLISH[choice]:
        assert rules().understanding.read(CallerSaid(words)).choice == choice, words


def test_a_choice_of_several_is_heard_beside_its_number() -> None:
    for words in ("других теж чотири", "чотири других", "других дві", "по чотири перших і других"):
        assert rules().understanding.read(CallerSaid(words)).choice in (1, 2), words


@pytest.mark.parametrize(
    "words",
    [
        "во вторник",
        "во-первых, дорого",
        "по-перше, дорого",
        "just a second",
        "one second please",
        "a second",
        "first of all",
        "last winter",
        "о третій",
        "о п'ятій",
        "на друге число",
        "друга машина",
        "а других немає?",
        "четверть",
        "пять",
    ],
)
def test_words_that_only_sound_like_a_choice(words: str) -> None:
    assert rules().understanding.read(CallerSaid(words)).choice is None


@pytest.mark.parametrize("number", ["дві", "два", "три", "чотири", "чотирі", "п'ять", "шість", "вісім", "4"])
@pytest.mark.parametrize("of", ["перших", "других", "других шин", "третіх", "останніх"])
def test_a_number_before_a_choice_counts_it(number: str, of: str) -> None:
    (counted, choice), *_ = read(f"{number} {of}")
    assert counted in (2, 3, 4, 5, 6, 8)
    assert choice in (1, 2, 3, -1)


@pytest.mark.parametrize(
    ("words", "items"),
    [
        ("чотири других", [(4, 2)]),
        ("візьму чотири штуки других", [(4, 2)]),
        ("пару других", [(2, 2)]),
        ("комплект першої", [(4, 1)]),
        ("четыре вторых", [(4, 2)]),
        ("четыре штуки второй", [(4, 2)]),
        ("four of the second one", [(4, 2)]),
        ("four second ones", [(4, 2)]),
        ("чотири Нокіан", [(4, "Nokian")]),
        ("чотири перших і дві других", [(4, 1), (2, 2)]),
        ("перших чотири, а других дві", [(4, 1), (2, 2)]),
        ("першої чотири штуки і другої дві штуки", [(4, 1), (2, 2)]),
        ("по чотири штуки першої і другої", [(4, 1), (4, 2)]),
        ("по чотири перших і других", [(4, 1), (4, 2)]),
        ("комплект перших і пару других", [(4, 1), (2, 2)]),
        ("четыре первых и две вторых", [(4, 1), (2, 2)]),
        ("по две каждой, и первой и второй", [(2, 1), (2, 2)]),
        ("мені чотирі первої і дві другої", [(4, 1), (2, 2)]),
        ("four of the first and two of the second", [(4, 1), (2, 2)]),
        ("the first one, four, and the second one, two", [(4, 1), (2, 2)]),
        ("no, four of the first and two of the second", [(4, 1), (2, 2)]),
        ("ні, чотири перших і дві других", [(4, 1), (2, 2)]),
        ("нет, четыре первых и две вторых", [(4, 1), (2, 2)]),
        ("полкомплекта первых", [(2, 1)]),
        ("пів комплекту перших", [(2, 1)]),
        ("half a set of the first", [(2, 1)]),
        ("order -5 of the first one", []),
        ("минус две первых", []),
        ("two each of the first and the second", [(2, 1), (2, 2)]),
        ("четыре Мишлен и две Росавы", [(4, "Michelin"), (2, "Rosava")]),
        ("чотири першої, Нокіан, і дві другої", [(4, 1), (2, 2)]),
        ("чотири перших і ще другу", [(4, 1), (None, 2)]),
        ("ні, других теж чотири", []),  # the choice and a quantity
        ("першу чи другу", []),
        ("the first or the second", []),
        ("чотири останніх", [(4, -1)]),
        ("дві перших і чотири останніх", [(2, 1), (4, -1)]),
        ("перва резіна", []),
        ("перва резина", []),
        ("чотири перва резина", [(4, 1)]),
        ("остання гума на сімнадцять", []),
        ("чотири штуки", []),
        ("перша за чотири тисячі", []),
        ("давайте першу, чотири штуки", []),  # a choice and a quantity
        ("205 55 16 першу", []),
        ("вулиця Перша 4", []),
        ("", []),
    ],
)
def test_what_and_how_many_of_each(words: str, items: list[tuple[int | None, int | str]]) -> None:
    assert read(words) == items
