"""Small grammars of a tire shop, for tests of recognizers that should not wait for the real shop."""

from callcenter.ports import Grammar

_ANYWHERE = "<anywhere> = operator | speak to an operator | repeat please | goodbye;\n"

ROOT = Grammar(
    "root",
    "#JSGF V1.0;\n"
    "grammar root;\n"
    "public <root> = [i need | do you have] <season> tires [for my <car>] | where is my order | book a fitting"
    " | <anywhere>;\n"
    "<season> = winter | summer | all season;\n"
    "<car> = toyota camry | toyota corolla | honda civic | ford focus | skoda octavia;\n" + _ANYWHERE,
    {"skoda": ("S K OW D AH",), "octavia": ("AA K T EY V IY AH",), "camry": ("K AE M R IY",)},
    58,
)
CONFIRM = Grammar(
    "confirm",
    "#JSGF V1.0;\ngrammar confirm;\npublic <confirm> = yes | no | yes please | no thank you | <anywhere>;\n"
    + _ANYWHERE,
    size=8,
)
GRAMMARS = {grammar.name: grammar for grammar in (ROOT, CONFIRM)}
SENTENCES = {
    "root": (
        "winter tires",
        "i need summer tires for my toyota camry",
        "do you have winter tires for my honda civic",
        "all season tires for my skoda octavia",
        "where is my order",
        "book a fitting",
    ),
    "confirm": ("yes please", "no thank you", "speak to an operator"),
}
