import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callcenter.ports import Language
from callcenter.text_normalization import verbalize

NBSP = "\u00a0"

ENGLISH = {
    "numbers": [
        ("0", "zero"),
        ("I found 21 tires.", "I found twenty-one tires."),
        ("1,200 or 1 200", "one thousand two hundred or one thousand two hundred"),
        ("1000001", "one million one"),
        ("2.5 and -3", "two point five and minus three"),
        ("007", "zero zero seven"),
        ("half is ½", "half is one two"),
        ("٣ and ³", "three and three"),
    ],
    "sizes": [
        ("215/55 R17", "two fifteen, fifty-five, R seventeen"),
        ("205/60R16 94T", "two oh five, sixty, R sixteen ninety-four T"),
        ("R17", "R seventeen"),
        ("225/70 R15C 112/110R", "two twenty-five, seventy, R fifteen C one hundred twelve one hundred ten R"),
        ("300/35 ZR20", "three hundred, thirty-five, R twenty"),
        ("195/65", "one ninety-five, sixty-five"),
    ],
    "prices": [
        ("It is 2500 UAH.", "It is two thousand five hundred hryvnias."),
        ("₴1", "one hryvnia"),
        ("$12.50 each", "twelve dollars fifty cents each"),
        (f"4{NBSP}500 грн", "four thousand five hundred hryvnias"),
        ("2000-3000 UAH", "two thousand to three thousand hryvnias"),
        ("1200 UAH/pcs", "one thousand two hundred hryvnias per piece"),
        ("1.01 EUR", "one euro one cent"),
    ],
    "dates": [
        ("2026-11-20", "November twentieth, twenty twenty-six"),
        ("on 20.11.2026", "on November twentieth, twenty twenty-six"),
        ("20 November", "November twentieth"),
        ("November 3rd, 2005", "November third, twenty oh five"),
        ("the 1st and 22nd", "the first and twenty-second"),
        ("a 2018 Toyota", "a twenty eighteen Toyota"),
        ("in 2000", "in two thousand"),
        ("since 1999", "since nineteen ninety-nine"),
        ("11/20/2026", "November twentieth, twenty twenty-six"),
    ],
    "times": [
        ("at 10:30", "at ten thirty A M"),
        ("at 18:00.", "at six P M."),
        ("9:05 pm", "nine oh five P M"),
        ("9:00-18:00", "nine A M to six P M"),
        ("until 7 p.m. today", "until seven P M today"),
    ],
    "telephones and orders": [
        (
            "+380671234567",
            "plus three eight, zero six seven, one two three, four five, six seven",
        ),
        ("067 123 45 67", "zero six seven, one two three, four five, six seven"),
        ("No. 10234", "number one zero two, three four"),
        ("order 10234 is ready", "order one zero two, three four is ready"),
        ("TS-10234", "T S one zero two, three four"),
        ("#5", "number five"),
        ("branch No. 12", "branch number twelve"),
    ],
    "units": [
        ("10%", "ten percent"),
        ("1 km, 20 km/h, 4 pcs.", "one kilometer, twenty kilometers per hour, four pieces."),
        ("2-3 days", "two to three days"),
        ("10–15%", "ten to fifteen percent"),
        ("-15°C", "minus fifteen degrees"),
        ('a 16" wheel', "a sixteen inch wheel"),
        ("Mon-Fri", "Monday to Friday"),
        ("Mazda CX-5", "Mazda C X five"),
        ("Mr. Smith & Co", "mister Smith and Co"),
    ],
}

UKRAINIAN = {
    "numbers": [
        ("2 шини", "дві шини"),
        ("1 шина", "одна шина"),
        ("1 шину", "одну шину"),
        ("22 зимові шини", "двадцять дві зимові шини"),
        ("2 диски", "два диски"),
        ("2 колеса", "два колеса"),
        ("1 колесо", "одне колесо"),
        ("21 день", "двадцять один день"),
        ("1001", "тисяча один"),
        ("2 000 000", "два мільйони"),
        ("2,5", "дві цілих п'ять десятих"),
        ("1.01", "одна ціла одна сота"),
        ("до 20 хвилин", "до двадцяти хвилин"),
        ("з 4 колесами", "з чотири колесами"),
        ("-5 градусів", "мінус п'ять градусів"),
    ],
    "sizes": [
        ("215/55 R17", "двісті п'ятнадцять на п'ятдесят п'ять, радіус сімнадцять"),
        ("R16", "радіус шістнадцять"),
        ("205/60 R16 92H", "двісті п'ять на шістдесят, радіус шістнадцять дев'яносто два аш"),
    ],
    "prices": [
        ("21 грн", "двадцять одна гривня"),
        ("5 грн.", "п'ять гривень."),
        ("2500 грн за шину", "дві тисячі п'ятсот гривень за шину"),
        ("2 500 ₴", "дві тисячі п'ятсот гривень"),
        ("$12.50", "дванадцять доларів п'ятдесят центів"),
        ("1 UAH", "одна гривня"),
        ("102,02 грн", "сто дві гривні дві копійки"),
        ("від 2500 грн", "від двох тисяч п'ятисот гривень"),
        ("2000-3000 грн", "від двох тисяч до трьох тисяч гривень"),
        ("1200 грн/шт.", "тисяча двісті гривень за штуку."),
        ("25 тис. км", "двадцять п'ять тисяч кілометрів"),
    ],
    "dates": [
        ("20.11.2026", "двадцятого листопада дві тисячі двадцять шостого року"),
        ("2026-03-03", "третього березня дві тисячі двадцять шостого року"),
        ("на 20 листопада", "на двадцяте листопада"),
        ("1 грудня 2030 року", "першого грудня дві тисячі тридцятого року"),
        ("2018 рік", "дві тисячі вісімнадцятий рік"),
        ("у 2000 році", "у двотисячному році"),
        ("5-й", "п'ятий"),
        ("3-тя і 2-га", "третя і друга"),
    ],
    "times": [
        ("о 10:30", "о десятій тридцять"),
        ("10:05", "десята нуль п'ять"),
        ("з 9:00 до 18:00", "з дев'ятої до вісімнадцятої"),
        ("9:00–18:00", "з дев'ятої до вісімнадцятої"),
        ("відчиняємо о 9:00.", "відчиняємо о дев'ятій."),
    ],
    "telephones and orders": [
        ("+380671234567", "плюс тридцять вісім, нуль шістдесят сім, сто двадцять три, сорок п'ять, шістдесят сім"),
        ("№ 10234", "номер один нуль два, три чотири"),
        ("замовлення 10234", "замовлення один нуль два, три чотири"),
        ("замовлення № TS-10234", "замовлення номер те ес один нуль два, три чотири"),
        ("відділення № 5", "відділення номер п'ять"),
    ],
    "units": [
        ("10%", "десять відсотків"),
        ("1 %", "один відсоток"),
        ("2,5 км", "дві цілих п'ять десятих кілометра"),
        ("4 шт.", "чотири штуки."),
        ("2 шт. в наявності", "дві штуки в наявності"),
        ("90 км/год", "дев'яносто кілометрів на годину"),
        ("20 см", "двадцять сантиметрів"),
        ("2-3 дні", "два-три дні"),
        ("у 2-х відділеннях, 5-ти містах", "у двох відділеннях, п'яти містах"),
        ("-15°C", "мінус п'ятнадцять градусів"),
        ("Пн-Пт, сб.", "з понеділка до п'ятниці, субота"),
        ("GPS і ТОВ", "же пе ес і ТОВ"),
        ("2–3 години", "дві-три години"),
        ("10-15 хвилин", "від десяти до п'ятнадцяти хвилин"),
        ("вул. Хрещатик, 22", "вулиця Хрещатик, двадцять два"),
        ("BMW X5", "бе ем ве ікс п'ять"),
        ("Blizzak LM005, DM-V3", "Blizzak ел ем нуль нуль п'ять, де ем ве три"),
        ("Open Country A/T III", "Open Country а те три"),
    ],
}

RUSSIAN = {
    "numbers": [
        ("2 шины", "две шины"),
        ("1 шину", "одну шину"),
        ("2 диска", "два диска"),
        ("1 колесо", "одно колесо"),
        ("5 гривен", "пять гривен"),
        ("до 20 минут", "до двадцати минут"),
        ("0,25", "ноль целых двадцать пять сотых"),
    ],
    "sizes": [("215/55 R17 94T", "двести пятнадцать на пятьдесят пять, радиус семнадцать девяносто четыре тэ")],
    "prices": [
        ("21 грн", "двадцать одна гривна"),
        ("2 грн", "две гривны"),
        ("от 2500 грн", "от двух тысяч пятисот гривен"),
        ("2$", "два доллара"),
    ],
    "dates": [
        ("20.11.2026", "двадцатого ноября две тысячи двадцать шестого года"),
        ("на 2 мая", "на второе мая"),
        ("2016 год", "две тысячи шестнадцатый год"),
        ("2006 год", "две тысячи шестой год"),
        ("в 2013 году", "в две тысячи тринадцатом году"),
        ("3-го", "третьего"),
    ],
    "times": [
        ("в 10:30", "в десять тридцать"),
        ("в 18:00", "в восемнадцать ноль ноль"),
        ("с 9:00 до 18:00", "с девяти до восемнадцати"),
    ],
    "telephones and orders": [
        ("0671234567", "ноль шестьдесят семь, сто двадцать три, сорок пять, шестьдесят семь"),
        ("заказ 10234", "заказ один ноль два, три четыре"),
    ],
    "units": [
        ("11%", "одиннадцать процентов"),
        ("1,5 км", "одна целая пять десятых километра"),
        ("90 км/ч", "девяносто километров в час"),
        ("2-3 дня", "два-три дня"),
        ("ул. Садовая", "улица Садовая"),
    ],
}


def cases(tables: dict[str, list[tuple[str, str]]]) -> list[object]:
    return [pytest.param(*case, id=f"{kind}: {case[0]}") for kind, table in tables.items() for case in table]


@pytest.mark.parametrize(("written", "spoken"), cases(ENGLISH))
def test_english(written: str, spoken: str) -> None:
    assert verbalize(written, "en") == spoken


@pytest.mark.parametrize(("written", "spoken"), cases(UKRAINIAN))
def test_ukrainian(written: str, spoken: str) -> None:
    assert verbalize(written, "uk") == spoken


@pytest.mark.parametrize(("written", "spoken"), cases(RUSSIAN))
def test_russian(written: str, spoken: str) -> None:
    assert verbalize(written, "ru") == spoken


LEXICON = {"Michelin": "мішлен", "Pilot Sport 4": "пайлот спорт чотири", "X-Ice": "ікс айс"}


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Michelin X-Ice, 4 шт.", "мішлен ікс айс, чотири штуки."),
        ("MICHELIN Pilot Sport 4", "мішлен пайлот спорт чотири"),
        ("Michelins", "Michelins"),
    ],
)
def test_the_shops_names_are_written_as_they_sound(written: str, spoken: str) -> None:
    assert verbalize(written, "uk", LEXICON) == spoken


def test_markup_is_not_spoken() -> None:
    written = "## **Nokian** 👍 [here](https://shop.example/a?b=1): `R16` costs ~~3000~~ *2500 UAH* https://x.example"
    assert verbalize(written, "en") == "Nokian here: R sixteen costs three thousand two thousand five hundred hryvnias"


@pytest.mark.parametrize("empty", ["", "   ", "👍", "***", "https://shop.example"])
def test_nothing_to_say_is_the_empty_text(empty: str) -> None:
    assert verbalize(empty, "uk") == ""


figures = st.text(alphabet="0123456789 .,:/-–+%$₴№#RРTгрнштUAHp²½٣१፩", max_size=40)


@given(st.text(max_size=80) | figures, st.sampled_from(["en", "uk", "ru"]))
@example("99999999999999999999", "uk")
@example("24:00 00:00", "ru")
@example("0/0 ②Ⅳ一", "en")
@example("1.2.3.4-5-6/7", "uk")
def test_whatever_is_written_no_figure_is_left_and_nothing_is_raised(text: str, language: Language) -> None:
    spoken = verbalize(text, language)
    assert not any(character.isdigit() for character in spoken)
    assert spoken == " ".join(spoken.split())


@given(st.integers(0, 10**15 - 1), st.sampled_from(["en", "uk", "ru"]))
def test_a_number_is_read_the_same_with_and_without_spaces_between_thousands(number: int, language: Language) -> None:
    assert verbalize(f"{number:,}".replace(",", NBSP), language) == verbalize(str(number), language)
