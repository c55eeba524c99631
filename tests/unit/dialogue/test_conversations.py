"""Whole conversations, as data: conversations/<language>.yaml and <language>_<subject>.yaml.

A turn says what is heard (or rejected), and what of the answer must be so: the tools and their arguments, words of the
answer, the acts (all of them, in order), the state, and words of the operator's summary. `orders` are those that the
shop has had before.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter.ports import CallerSaid, Language
from callcenter.text_normalization import verbalize
from store_client import StoreUnavailable
from store_client.fake import FakeStore
from tests.unit.dialogue.talking import CALLER, Call, earlier_order, new_engine, open_tools, tire_shop

FOLDER = Path(__file__).parent / "conversations"
LANGUAGES: dict[str, Language] = {"en": "en", "uk": "uk", "ru": "ru", "surzhyk": "uk"}


def _conversations() -> list[Any]:
    return [
        pytest.param(LANGUAGES[file.stem.partition("_")[0]], conversation, id=f"{file.stem}: {conversation['name']}")
        for file in sorted(FOLDER.glob("*.yaml"))
        for conversation in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("language", "conversation"), _conversations())
async def test_the_engine_holds_the_conversation(language: Language, conversation: dict[str, Any]) -> None:
    store = FakeStore()
    for order in conversation.get("orders", ()):
        store.add_order(earlier_order(**order))
    known = conversation.get("caller_known", True)
    tools = open_tools(store, caller_id=CALLER if known else None, language=language)
    call = Call(new_engine(language, caller_known=known), tools)
    for number, turn in enumerate(conversation["turns"]):
        match turn.get("store"):
            case "down":
                store.fail(StoreUnavailable("timeout", "the store is away"))
                continue
            case "up":
                store.recover()
                continue
            case _:
                pass
        where = f"turn {number}: {turn.get('hear', '(not understood)')}"
        await _check(call, turn, where, language)


async def _check(call: Call, turn: dict[str, Any], where: str, language: Language) -> None:
    said = CallerSaid(
        turn.get("hear", ""),
        language=language,
        confidence=turn.get("confidence", 1.0),
        rejected=turn.get("rejected", False),
        keyed=turn.get("keyed", False),
    )
    answer = await call.say(said)
    assert answer.text, where
    words_only = verbalize(answer.text, language, tire_shop().lexicon(language))
    assert not any(character.isdigit() or character in "{}<>" for character in words_only), where
    for words in turn.get("says", ()):
        assert words.casefold() in answer.text.casefold(), where
    if "tool" in turn:
        assert answer.tools == turn["tool"], where
    if "acts" in turn:
        assert answer.acts == turn["acts"], where
    if "state" in turn:
        assert call.engine.expectation().state == turn["state"], where
    for words in turn.get("summary", ()):
        assert words.casefold() in call.engine.summary().casefold(), where
