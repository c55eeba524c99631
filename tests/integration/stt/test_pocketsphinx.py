"""The embedded recognizer with the real pocketsphinx, in its worker processes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from itertools import cycle
from uuid import uuid4

import pytest

from callcenter.audio import resample
from callcenter.errors import ConfigurationError, RecognitionError
from callcenter.ports import Expectation, Grammar, RecognitionSession, Transcript
from callcenter.stt.pocketsphinx import PocketsphinxRecognizer
from callcenter.stt.sphinx_engine import LINE_MEANS, MAX_UTTERANCES
from tests.fakes.grammars import CONFIRM, GRAMMARS, ROOT, SENTENCES

Speak = Callable[..., bytes]
FRAME = 320


@pytest.fixture
async def recognizer() -> AsyncIterator[PocketsphinxRecognizer]:
    recognizer = PocketsphinxRecognizer(GRAMMARS, workers=1, timeout_s=60)  # of a machine that is busy with tests
    await recognizer.start()
    yield recognizer
    await recognizer.aclose()


async def recognize(session: RecognitionSession, pcm: bytes, expected: Expectation) -> Transcript:
    utterance = session.begin(expected)
    for at in range(0, len(pcm), FRAME):
        utterance.feed(pcm[at : at + FRAME])
        await asyncio.sleep(0)
    return await utterance.finish()


async def test_sentences_of_the_grammars_are_understood(recognizer: PocketsphinxRecognizer, speak: Speak) -> None:
    session = recognizer.open(uuid4(), 8000, "en")
    heard = [
        (sentence, await recognize(session, speak(sentence, voice), Expectation(state)))
        for state, sentences in SENTENCES.items()
        for sentence, voice in zip(sentences, cycle(("en-us", "en-us+f2", "en")), strict=False)
    ]
    right = [transcript for sentence, transcript in heard if transcript.text == sentence]
    assert len(right) >= 0.85 * len(heard)
    assert all(transcript.confidence > 0.5 for transcript in right)


async def test_a_transcript_tells_where_it_comes_from(recognizer: PocketsphinxRecognizer, speak: Speak) -> None:
    pcm = speak("where is my order")
    transcript = await recognize(recognizer.open(uuid4(), 8000, "en"), pcm, Expectation("root"))
    assert transcript.text == "where is my order"
    assert (transcript.backend, transcript.language) == ("pocketsphinx", "en")
    assert (transcript.grammar, transcript.grammar_size) == ("root", ROOT.size)
    assert transcript.audio_ms == round(len(pcm) / 16)


async def test_a_wideband_line_is_understood_too(recognizer: PocketsphinxRecognizer, speak: Speak) -> None:
    session = recognizer.open(uuid4(), 16000, "en")
    pcm = resample(speak("where is my order"), 8000, 16000)
    assert (await recognize(session, pcm, Expectation("root"))).text == "where is my order"


@pytest.mark.parametrize(
    ("voice", "said"),
    [
        ("uk", "Добрий день, чи є у вас зимові шини?"),
        ("ru", "Здравствуйте, где мой заказ?"),
        ("de", "Guten Tag, ich brauche vier neue Reifen."),
        ("en-us", "My grandmother makes the best apple pie in town."),
    ],
)
async def test_what_is_not_in_the_grammar_is_rejected(
    recognizer: PocketsphinxRecognizer, speak: Speak, voice: str, said: str
) -> None:
    transcript = await recognize(recognizer.open(uuid4(), 8000, "en"), speak(said, voice), Expectation("root"))
    assert transcript.rejected
    assert transcript.text == ""
    assert transcript.confidence < 0.5


async def test_silence_is_rejected(recognizer: PocketsphinxRecognizer) -> None:
    session = recognizer.open(uuid4(), 8000, "en")
    assert (await recognize(session, bytes(16000), Expectation("confirm"))).rejected
    assert (await recognize(session, b"", Expectation("confirm"))).rejected


async def test_choices_count_for_one_turn_only(recognizer: PocketsphinxRecognizer, speak: Speak) -> None:
    session = recognizer.open(uuid4(), 8000, "en")
    number = speak("number four seven one two")
    choices = ("number four seven one two", "number nine three three five", "number qqxyz")
    with_them = await recognize(session, number, Expectation("confirm", choices))
    assert with_them.text == "number four seven one two"
    assert with_them.grammar_size == CONFIRM.size + 3
    without = await recognize(session, number, Expectation("confirm"))
    assert "seven" not in without.text


async def test_the_lines_means_are_kept_but_not_moved_by_what_was_rejected(
    recognizer: PocketsphinxRecognizer, speak: Speak
) -> None:
    session = recognizer.open(uuid4(), 8000, "en")
    await recognize(session, speak("Я не розумію, що ви кажете.", "uk"), Expectation("root"))
    await recognize(session, speak("where is my order"), Expectation("root"))
    assert session.means == LINE_MEANS
    session.begin(Expectation("root")).cancel()
    assert session.means != LINE_MEANS
    assert float(session.means.split(",")[0]) == pytest.approx(45, abs=5)


async def test_a_guess_that_was_void_teaches_nothing_of_the_line(
    recognizer: PocketsphinxRecognizer, speak: Speak
) -> None:
    guessing, patient = (recognizer.open(uuid4(), 8000, "en") for _ in range(2))
    pcm = speak("where is my order")
    assert (await recognize(guessing, pcm, Expectation("root"))).text == "where is my order"
    again = guessing.begin(Expectation("root"), continues=True)
    again.feed(pcm)
    assert (await again.finish()).text == "where is my order"
    await recognize(patient, pcm, Expectation("root"))
    for session in (guessing, patient):
        session.begin(Expectation("root")).cancel()
    once, twice = ([float(mean) for mean in session.means.split(",")] for session in (patient, guessing))
    assert twice == pytest.approx(once, abs=0.5), "moved twice they would differ by 1.5"
    assert guessing.means != LINE_MEANS


async def test_calls_that_speak_at_once_do_not_mix(recognizer: PocketsphinxRecognizer, speak: Speak) -> None:
    sentences = SENTENCES["root"][:3]
    alone = [
        await recognize(recognizer.open(uuid4(), 8000, "en"), speak(sentence), Expectation("root"))
        for sentence in sentences
    ]
    together = await asyncio.gather(
        *(
            recognize(recognizer.open(uuid4(), 8000, "en"), speak(sentence), Expectation("root"))
            for sentence in sentences
        )
    )
    assert [transcript.text for transcript in together] == [transcript.text for transcript in alone]


async def test_cancelled_utterances_free_everything(recognizer: PocketsphinxRecognizer, speak: Speak) -> None:
    session = recognizer.open(uuid4(), 8000, "en")
    pcm = speak("where is my order")
    for _ in range(50):  # more than there can be at once
        utterance = session.begin(Expectation("root"))
        utterance.feed(pcm[:3200])
        utterance.cancel()
        utterance.cancel()
    for _ in range(40):
        utterance = session.begin(Expectation("root"))
        utterance.feed(pcm[:3200])
        waiting = asyncio.create_task(utterance.finish())
        await asyncio.sleep(0)
        waiting.cancel()
    assert (await recognize(session, pcm, Expectation("root"))).text == "where is my order"
    assert recognizer.pool.queue_depth == 0


async def test_more_utterances_at_once_than_a_worker_takes_are_refused(
    recognizer: PocketsphinxRecognizer, speak: Speak
) -> None:
    session = recognizer.open(uuid4(), 8000, "en")
    rush = [session.begin(Expectation("root")) for _ in range(MAX_UTTERANCES + 1)]
    with pytest.raises(RecognitionError) as caught:
        await rush[-1].finish()
    assert caught.value.kind == "overloaded"
    for utterance in rush:
        utterance.cancel()
    pcm = speak("where is my order")
    assert (await recognize(session, pcm, Expectation("root"))).text == "where is my order"


async def test_a_worker_killed_in_mid_utterance_is_survived(recognizer: PocketsphinxRecognizer, speak: Speak) -> None:
    session = recognizer.open(uuid4(), 8000, "en")
    pcm = speak("where is my order")
    utterance = session.begin(Expectation("root"))
    utterance.feed(pcm[:8000])
    await asyncio.sleep(0.05)
    for pid in recognizer.pool.rss_bytes():
        os.kill(pid, signal.SIGKILL)
    utterance.feed(pcm[8000:])
    assert (await utterance.finish()).text == "where is my order"
    assert (await recognize(session, pcm, Expectation("root"))).text == "where is my order"


async def test_a_worker_that_dies_again_and_again_is_an_error(recognizer: PocketsphinxRecognizer, speak: Speak) -> None:
    session = recognizer.open(uuid4(), 8000, "en")
    pcm = speak("where is my order")
    utterance = session.begin(Expectation("root"))
    utterance.feed(pcm)
    waiting = asyncio.create_task(utterance.finish())
    while not waiting.done():
        for pid in recognizer.pool.rss_bytes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.002)
    with pytest.raises(RecognitionError) as caught:
        await waiting
    assert caught.value.kind == "died"
    assert (await recognize(session, pcm, Expectation("root"))).text == "where is my order"


async def test_an_unknown_state_is_an_error(recognizer: PocketsphinxRecognizer) -> None:
    with pytest.raises(RecognitionError) as caught:
        await recognize(recognizer.open(uuid4(), 8000, "en"), bytes(3200), Expectation("nowhere"))
    assert caught.value.kind == "unknown_grammar"


@pytest.mark.parametrize(
    ("grammar", "named"),
    [
        (Grammar("root", "#JSGF V1.0;\ngrammar root;\npublic <root> = tires | qqxyz | wwxyz;\n"), "qqxyz, wwxyz"),
        (Grammar("root", "#JSGF V1.0;\ngrammar root;\npublic <root> = tires | (yes;\n"), "grammar root"),
        (replace(CONFIRM, name="other"), '"root"'),
    ],
)
async def test_a_wrong_grammar_is_named_at_the_start(grammar: Grammar, named: str) -> None:
    recognizer = PocketsphinxRecognizer({grammar.name: grammar}, workers=1)
    with pytest.raises(ConfigurationError, match=named):
        await recognizer.start()
    await recognizer.aclose()
