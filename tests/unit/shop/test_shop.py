"""A shop is data: what it says, when it is open, and that every fault of its files is named."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callcenter.commands.shop import shop_app
from callcenter.dialogue.engine import Rules
from callcenter.dialogue.grammar import build_grammars
from callcenter.errors import ConfigurationError
from callcenter.ports import CallerSaid, Language
from callcenter.shop import Shop
from callcenter.shop.checking import faults_of
from callcenter.text_normalization import verbalize

TIRES = Path(__file__).parents[3] / "shops" / "tires"
LANGUAGES: tuple[Language, ...] = ("en", "uk", "ru")
FRIDAY_NOON = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # 12:00 in Kyiv
FRIDAY_NIGHT = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)

Edit = Callable[[str, str, str], Path]


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop.load(TIRES)


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """A copy of the shop in which one piece of one file is another."""

    def edit(file: str, old: str, new: str) -> Path:
        folder = tmp_path / "shop"
        shutil.copytree(TIRES, folder, dirs_exist_ok=True)
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return edit


def test_the_reference_shop_has_no_faults(shop: Shop) -> None:
    assert faults_of(shop) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_greeting_tells_of_the_assistant_the_hours_and_the_recording(shop: Shop, language: Language) -> None:
    automatic = {"en": "automatic assistant", "uk": "автоматичний асистент", "ru": "автоматический ассистент"}[language]
    by_day, by_night = shop.greeting(language, FRIDAY_NOON), shop.greeting(language, FRIDAY_NIGHT)
    assert automatic in by_day
    assert automatic in by_night
    assert by_day != by_night
    assert shop.phrase("greeting.recorded", language) in shop.greeting(language, FRIDAY_NOON, recorded=True)
    assert shop.phrase("greeting.guide", language) in shop.greeting(language, FRIDAY_NOON, guided=True)
    assert by_day == shop.greeting(language, FRIDAY_NOON)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (FRIDAY_NOON, True),
        (datetime(2026, 11, 20, 6, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 20, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 20, 18, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 10, 0, tzinfo=UTC), False),  # a Sunday
        (datetime(2027, 1, 1, 10, 0, tzinfo=UTC), False),  # a Friday, and New Year
        (datetime(2026, 7, 3, 6, 30, tzinfo=UTC), True),  # summer time
    ],
)
def test_hours_and_holidays_are_those_of_the_shops_own_clock(shop: Shop, moment: datetime, is_open: bool) -> None:
    assert shop.facts.is_open(moment) is is_open


@pytest.mark.parametrize("language", LANGUAGES)
def test_fixed_phrases_can_be_spoken_as_they_are(shop: Shop, language: Language) -> None:
    fixed = shop.fixed_phrases(language)
    assert shop.phrase("goodbye", language) in fixed
    assert shop.greeting(language, FRIDAY_NOON).startswith(fixed[0])
    for text in fixed:
        assert verbalize(text, language)
        assert not any(character.isdigit() or character in "{}" for character in text)


def test_variations_take_turns_by_the_seed(shop: Shop) -> None:
    said = [shop.phrase("filler.first", "uk", seed=seed) for seed in range(6)]
    assert len(set(said[:3])) == 3
    assert said[:3] == said[3:]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_caller_who_waits_long_hears_something_else_each_time_and_from_the_cache(
    shop: Shop, language: Language
) -> None:
    said = [shop.phrase(key, language, seed=seed) for key in ("filler.first", "filler.again") for seed in range(3)]
    assert len(set(said)) == 6
    assert set(said) <= set(shop.fixed_phrases(language))


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 варіант"), (3, "3 варіанти"), (5, "5 варіантів"), (11, "11 варіантів"), (22, "22 варіанти")],
)
def test_words_follow_their_number(shop: Shop, count: int, words: str) -> None:
    tire = {"brand": "Nokian", "model": "R5", "price": 100}
    said = shop.phrase("results.found", "uk", count=count, season="зимові", size="", vehicle="", tires=[tire])
    assert f"є {words}." in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_prompt_tells_its_facts_and_never_a_template(shop: Shop, language: Language) -> None:
    bare = shop.system_prompt(language)
    full = shop.system_prompt(language, today="2026-11-20", open_now=False, caller_known=True)
    assert "2026-11-20" in full
    assert "2026-11-20" not in bare
    for prompt in (bare, full):
        assert "search_tires" in prompt
        assert "transfer_to_operator" in prompt
        assert not set("{}") & set(prompt)


def test_prices_hold_from_their_day(edited: Edit) -> None:
    line = '  - {component: telephony, unit: minute, valid_from: 2024-01-01, usd: "0.01"}\n'
    dearer = line + '  - {component: telephony, unit: minute, valid_from: 2026-05-01, usd: "0.02"}\n'
    prices = Shop.load(edited("prices.yaml", line, dearer)).prices
    assert prices.price_usd("telephony", "minute", "any", date(2023, 1, 1)) is None
    assert prices.price_usd("telephony", "minute", "any", date(2026, 4, 30)) == Decimal("0.01")
    assert prices.price_usd("telephony", "minute", "any", date(2026, 5, 1)) == Decimal("0.02")
    assert prices.price_usd("llm", "million_tokens_in", "rules", date(2026, 5, 1)) == 0
    assert prices.price_usd("llm", "million_tokens_in", "gpt-x", date(2026, 5, 1)) == Decimal("0.15")


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            "shop.yaml",
            "sat: 10:00-18:00",
            "sat: 18:00-10:00",
            "shop.yaml, line 19: working_hours.sat: Value error, opens after",
        ),
        ("shop.yaml", "timezone: Europe/Kyiv", "timezone: Europe/Kiyv", "shop.yaml, line 7: timezone"),
        ("shop.yaml", "currency: UAH", "currency: UAH\ncolour: red", "shop.yaml, line 12: colour"),
        ("shop.yaml", 'date: "08-24"', 'date: "08-34"', "shop.yaml, line 24: holidays.2"),
        ("shop.yaml", "languages: [en, uk, ru]", "languages: [en, uk, ru", "is not valid YAML"),
        ("phrases/en.yaml", "Anything else?", "Anything {{ else }}?", "phrases/en.yaml, line"),
        ("phrases/uk.yaml", "wait: Звісно", "wayt: Звісно", "wayt: no such phrase"),
        ("phrases/ru.yaml", "wait: Конечно, жду.", "", "phrases missing: wait"),
        ("phrases/en.yaml", "Take your time", "Take 5 minutes", "wait.0: holds digits"),
        ("phrases/en.yaml", "wait: Take", "wait: Wait\nwait: Take", "wait: stands twice"),
        (
            "phrases/en.yaml",
            "{{ size }}. Is that right?",
            "{{ sise }}. Is that right?",
            "confirm.size.1: asks for sise",
        ),
        ("lang/uk.yaml", "- оператор\\w*", "- (оператор\\w*)+", "intents.operator.0: could take very long"),
        ("lang/uk.yaml", "- оператор\\w*", "- .*оператор", "intents.operator.0: could take very long"),
        ("lang/uk.yaml", "- оператор\\w*", "- (оператор", "intents.operator.0: is no valid pattern"),
        (
            "lang/en.yaml",
            "season_names: {winter: winter,",
            "season_names: {winner: winter,",
            "season_names: winter missing",
        ),
        ("lang/en.yaml", "- in {n} days?( time)?", "- in some days?", "calendar.in_days.0: lacks {n}"),
        ("lang/uk.yaml", "- '{day} (числа|число|го)'", "- '{dey} числа'", "days_of_month.0: {dey} stands for nothing"),
        ("lang/uk.yaml", "- відбій", "- забудьте {n}", "no_longer.3: {n} stands for nothing here"),
        ("lang/en.yaml", "- between {from} and {to}", "- between them", "clock.ranges.0: lacks {from} or {to}"),
        ("lang/en.yaml", "sun: [sundays?]", "son: [sundays?]", "calendar.weekdays.son"),
        ("lang/en.yaml", 'noon: "12:00"', 'noon: "25:00"', "clock.words.noon"),
        ("lang/ru.yaml", "  online:\n", "  onlain:\n", "payment_methods.onlain"),
        (
            "lang/uk.yaml",
            "    - мене (звати|звуть|зовуть) {rest}",
            "    - мене (звати",
            "free_text.name.0: is no valid",
        ),
        (
            "flows.yaml",
            "operator: fetch_operator",
            "operator: fetch_waiter",
            "first.operator: no action 'fetch_waiter'",
        ),
        ("flows.yaml", "angry: calm_down", "hungry: calm_down", "first.hungry: no such intent"),
        ("flows.yaml", "help: help.season", "help: help.seasons", "states.season.help: no phrase"),
        ("flows.yaml", "state: season}", "state: saison}", "needs.1.state: no such state"),
        ("flows.yaml", "  order_change:", "  order_chance:", "states: state 'order_change' is missing"),
        ("flows.yaml", "  fitting:\n    cancel", "  fittings:\n    cancel", "topic: no topic 'fitting'"),
        ("flows.yaml", "availability: check_stock\n    price", "stock: check_stock\n    price", "topics.order.stock"),
        ("flows.yaml", "asks: date", "asks: dates", "states.fitting_date.asks"),
        ("grammar.yaml", "season: winter | summer", "season: winter | (summer", "rules.season: '(' is not closed"),
        ("grammar.yaml", "- any season", "- any <saison>", "states.season: no rule <saison>"),
        ("pronunciations.yaml", "toyo: [T OW Y OW]", "toyo: [T OW1 Y OW]", "toyo: OW1 is no ARPABET phone"),
        ("prices.yaml", "unit: minute", "unit: fortnight", "prices.11.unit"),
        ("catalogue.yaml", "models:\n", "models:\n  Moskvich: {}\n", "models.Moskvich: is no make"),
        ("prompts/system.uk.md.j2", "{% endif %}", "", "system.uk.md.j2, line"),
    ],
)
def test_a_fault_names_file_line_and_key(edited: Edit, file: str, old: str, new: str, fault: str) -> None:
    folder = edited(file, old, new)
    with pytest.raises(ConfigurationError) as raised:
        _use(folder)
    assert fault in str(raised.value)
    assert f"{folder / file}" in str(raised.value)


def test_all_faults_are_told_at_once(edited: Edit) -> None:
    edited("phrases/en.yaml", "Take your time", "Take 5 minutes")
    folder = edited("phrases/uk.yaml", "wait: Звісно", "wayt: Звісно")
    (folder / "flows.yaml").write_text("kneads: []\n")
    with pytest.raises(ConfigurationError) as raised:
        Shop.load(folder)
    assert [line for line in str(raised.value).splitlines() if "kneads" in line]
    assert [line for line in str(raised.value).splitlines() if "wayt" in line]


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            "phrases/uk.yaml",
            "Яка саме модель {{ make }}?",
            "Яка саме модель, , {{ make }}?",
            "ask.model.0: is not said cleanly",
        ),
        (
            "phrases/ru.yaml",
            "До {{ price | money }} за штуку ничего нет.",
            "Ничего нет.",
            "does not say price, as en, uk does",
        ),
        (
            "phrases/en.yaml",
            "{{ tire.price | money }} for one tire",
            "{{ tire.prise | money }} for one tire",
            "does not render",
        ),
    ],
)
def test_checking_finds_what_loading_does_not(edited: Edit, file: str, old: str, new: str, fault: str) -> None:
    faults = faults_of(Shop.load(edited(file, old, new)))
    assert any(fault in one for one in faults)


def test_a_folder_that_is_no_shop_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such shop folder"):
        Shop.load(tmp_path / "none")
    with pytest.raises(ConfigurationError, match=r"shop\.yaml: cannot be read"):
        Shop.load(tmp_path)


def test_the_command_ends_with_code_2_and_names_the_fault(edited: Edit) -> None:
    folder = edited("grammar.yaml", "- any season", "- any xyzzy")
    ended = CliRunner().invoke(shop_app, ["check", str(folder)])
    assert ended.exit_code == 2
    assert "states.season: nobody knows how 'xyzzy' sounds" in ended.stderr
    assert CliRunner().invoke(shop_app, ["check", str(TIRES)]).exit_code == 0


@pytest.mark.parametrize("language", ["uk", "ru"])
def test_names_in_latin_letters_are_read_by_the_lexicon(shop: Shop, language: Language) -> None:
    read = verbalize("Nokian Hakkapeliitta R5, Toyota Land Cruiser Prado", language, shop.lexicon(language))
    assert not any("a" <= letter <= "z" for letter in read.casefold())


def test_a_shop_may_speak_one_language(edited: Edit) -> None:
    folder = edited("shop.yaml", "languages: [en, uk, ru]", "languages: [en]")
    for unspoken in ("uk", "ru"):
        (folder / "lang" / f"{unspoken}.yaml").unlink()
        (folder / "phrases" / f"{unspoken}.yaml").unlink()
    shop = Shop.load(folder)
    engine = Rules(shop).open("en", caller_known=True, max_misunderstood=3, today=date(2026, 11, 2))
    assert engine.hear(CallerSaid("winter tires"))
    with pytest.raises(ConfigurationError, match="name: not told in uk"):
        Shop.load(edited("shop.yaml", "  uk: магазин шин «Коло»\n", ""))


def test_another_shop_needs_no_python(edited: Edit) -> None:
    folder = edited("shop.yaml", "en: the Kolo tire shop", "en: the Round shop")
    shop = Shop.load(folder)
    assert "the Round shop" in shop.greeting("en", FRIDAY_NOON)
    assert _use(folder)


def _use(folder: Path) -> object:
    shop = Shop.load(folder)
    Rules(shop)
    return build_grammars(shop)
