import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_store.assortment import sources
from demo_store.names import name_key, name_keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("X-Trail", "x trail"),
        ("Škoda", "skoda"),
        ("Х5", "X5"),  # Cyrillic Ха
        ("а4", "A4"),  # Cyrillic а
        ("п'ятірка", "пятірка"),
        ("Camry ", "CAMRY"),
    ],
)
def test_spellings_of_one_name_are_equal(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@given(st.text())
def test_any_text_has_a_key_that_is_its_own_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)


def test_within_a_make_no_two_models_share_a_name() -> None:
    for make in sources.makes():
        owners: dict[str, str] = {}
        for vehicle in make.vehicles:
            for key in name_keys(vehicle.model, vehicle.aliases):
                assert owners.setdefault(key, vehicle.model) == vehicle.model, (make.name, key)


def test_no_two_makes_and_no_two_brands_share_a_name() -> None:
    for named in (sources.makes(), sources.brands()):
        keys = [key for thing in named for key in name_keys(thing.name, thing.aliases)]
        assert len(keys) == len(set(keys))
        assert "" not in keys
