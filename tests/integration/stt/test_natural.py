"""What callers would say of themselves, nobody having told them the grammar, is heard as it was meant."""

from pathlib import Path

import numpy as np
import yaml

from callcenter.dialogue.grammar import build_grammars
from callcenter.dialogue.understanding import Understanding
from callcenter.ports import CallerSaid
from callcenter.shop import Shop
from callcenter.stt.bench import Listener
from callcenter.stt.synthetic import ENGLISH, Mouths, over_the_line

SENTENCES = Path(__file__).parents[2] / "data" / "natural_sentences.yaml"
STATES = ("root", "results", "order_delivery", "order_payment")
"""Where callers use most words."""


def test_most_of_what_callers_say_is_heard_as_meant() -> None:
    shop = Shop.load(Path("shops/tires"))
    understanding, listener = Understanding(shop.packs.values(), shop.names()), Listener(build_grammars(shop))
    rng, said, wrong = np.random.default_rng(0), 0, list[str]()
    sentences = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    with Mouths() as mouths:
        for state in STATES:
            for number, text in enumerate(sentences[state]):
                heard, _, refused = listener.hear(
                    state, over_the_line(mouths.say(text, ENGLISH[number % len(ENGLISH)]), rng)
                )
                meant, understood = (understanding.read(CallerSaid(one)) for one in (text, heard))
                said += 1
                if refused or (meant.intents, meant.wish) != (understood.intents, understood.wish):
                    wrong.append(f"{text} -> {'' if refused else heard}")
    assert len(wrong) <= 0.3 * said, "\n".join(wrong)
