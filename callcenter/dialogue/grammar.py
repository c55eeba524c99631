"""The grammars of the embedded recognizer, one for each state of the dialogue, made of the shop's sentences and the
names of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass

from callcenter.dialogue import jsgf
from callcenter.dialogue.names import Vehicle
from callcenter.dialogue.numbers import TireSize
from callcenter.dialogue.understanding import Understanding
from callcenter.ports import CallerSaid, Grammar
from callcenter.shop import CatalogueNames, Shop

VOID = "<VOID>"
"""JSGF's rule that nothing fits: of names that there are none of."""
_UNITS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
UNITS = _UNITS.split()
TENS = dict(zip(range(20, 100, 10), _TENS.split(), strict=True))


@dataclass(frozen=True, slots=True)
class Sentences:
    """One state's grammar before it is written as JSGF."""

    state: str
    expression: jsgf.Either
    rules: Mapping[str, jsgf.Either]
    texts: Mapping[str, str]
    """The rules as text."""
    text: str
    """The expression as text."""


def build_grammars(shop: Shop, names: CatalogueNames | None = None) -> dict[str, Grammar]:
    """By state; `names` are the store's own, once they are known. Raises ConfigurationError."""
    return {state: _written(shop, one) for state, one in sentences(shop, names).items()}


def sentences(shop: Shop, names: CatalogueNames | None = None) -> dict[str, Sentences]:
    """What may be said, by state."""
    texts, rules = _texts(shop, names), dict[str, jsgf.Either]()
    for name, text in texts.items():
        try:
            rules[name] = jsgf.NOTHING if text == VOID else jsgf.parse(text)
        except jsgf.GrammarError as error:
            raise shop.fault("grammar.yaml", ("rules", name), str(error)) from error
    made: dict[str, Sentences] = {}
    for state, several in shop.listening.states.items():
        text = " | ".join(several)
        try:
            expression = jsgf.parse(text)
            jsgf.count(expression, rules)
        except jsgf.GrammarError as error:
            raise shop.fault("grammar.yaml", ("states", state), str(error)) from error
        made[state] = Sentences(state, expression, rules, texts, text)
    return made


def spoken_size(size: TireSize) -> str:
    """As it is said: "two fifteen fifty five seventeen"."""
    hundreds, rest = divmod(size.width, 100)
    width = f"{UNITS[hundreds]} oh {UNITS[rest]}" if rest < 10 else f"{UNITS[hundreds]} {_two_digits(rest)}"
    return f"{width} {_two_digits(size.profile)} [r] {_two_digits(size.diameter)}"


def _written(shop: Shop, one: Sentences) -> Grammar:
    needed = jsgf.used(one.expression, one.rules)
    lines = ["#JSGF V1.0;", f"grammar {one.state};", f"public <{one.state}_said> = {one.text};"]
    lines += [f"<{name}> = {one.texts[name]};" for name in sorted(needed)]
    said = jsgf.words(one.expression, one.rules)
    return Grammar(
        name=one.state,
        jsgf="\n".join(lines) + "\n",
        pronunciations={word: shop.pronunciations[word] for word in sorted(said) if word in shop.pronunciations},
        size=jsgf.count(one.expression, one.rules),
    )


def _texts(shop: Shop, names: CatalogueNames | None) -> dict[str, str]:
    """The shop's rules, and those made of names."""
    known = shop.names(names)
    spoken, understanding = shop.listening.spoken, Understanding(shop.packs.values(), known)
    full_cars, cars = [], []
    for make, model in known.models:
        for way in spoken.models.get(make, {}).get(model, ()):
            with_make = [f"{name} {way}" for name in spoken.makes.get(make, ())]
            alone = understanding.read(CallerSaid(way)).wish.vehicle == Vehicle(make, model)
            full_cars += with_make
            cars += with_make + [way] * alone
    sizes = [spoken_size(size) for text in known.sizes if (size := TireSize.written(text))]
    brands = [way for brand in known.brands for way in spoken.brands.get(brand, ())]
    made = {"car": cars, "full_car": full_cars, "brand": brands, "size": sizes}
    return dict(shop.listening.rules) | {name: " | ".join(ways) or VOID for name, ways in made.items()}


def _two_digits(number: int) -> str:
    if number < 20:
        return UNITS[number]
    tens, unit = number // 10 * 10, number % 10
    return f"{TENS[tens]} {UNITS[unit]}" if unit else TENS[tens]
