"""The real espeak-ng, in its worker process."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from callcenter.audio import duration_ms, level_dbfs
from callcenter.config import Settings
from callcenter.errors import ConfigurationError, SynthesisError
from callcenter.ports import Language, Voice
from callcenter.tts.choose import choose_synthesizer
from callcenter.tts.process_voice import ProcessVoice

SENTENCES: dict[Language, str] = {
    "en": "Good morning! How can I help you?",
    "uk": "Добрий день! Чим можу допомогти?",
    "ru": "Добрый день! Чем могу помочь?",
}


def espeak(**config: object) -> ProcessVoice:
    return ProcessVoice("espeak", "callcenter.tts.espeak:EspeakService", {"voices": {}, "strict": True, **config})


@pytest.fixture
async def voice() -> AsyncGenerator[ProcessVoice, None]:
    voice = espeak()
    await voice.start()
    yield voice
    await voice.aclose()


async def spoken(voice: ProcessVoice, text: str, wanted: Voice) -> bytes:
    return b"".join([chunk async for chunk in voice.speak(text, wanted)])


def alike(one: bytes, other: bytes) -> bool:
    """The same words: espeak's flutter differs from time to time, the loudness of each 20 ms does not."""
    if abs(len(one) - len(other)) > 200:
        return False
    levels = [
        np.sqrt(np.square(np.frombuffer(pcm, "<i2")[:size].reshape(-1, 160).astype(float)).mean(axis=1))
        for pcm in (one, other)
        if (size := min(len(one), len(other)) // 320 * 160)
    ]
    return bool(np.corrcoef(levels[0], levels[1])[0, 1] > 0.9)


@pytest.mark.parametrize("language", get_args(Language))
async def test_it_speaks_every_language_at_the_lines_rate(voice: ProcessVoice, language: Language) -> None:
    pcm = await spoken(voice, SENTENCES[language], Voice(language))
    assert 1500 < duration_ms(len(pcm), 8000) < 5000
    assert -28 < level_dbfs(pcm) < -14
    assert voice.speak("x", Voice(language)).rate_hz == 8000


async def test_it_begins_to_sound_at_once_and_ends_with_a_breath(voice: ProcessVoice) -> None:
    pcm = await spoken(voice, "Good morning.", Voice("en"))
    assert level_dbfs(pcm[: 8000 * 2 * 60 // 1000]) > -45
    assert level_dbfs(pcm[-8000 * 2 * 150 // 1000 :]) < -60
    clause = await spoken(voice, "Good morning,", Voice("en"))
    assert duration_ms(len(pcm), 8000) - duration_ms(len(clause), 8000) > 50


async def test_first_samples_come_before_the_last(voice: ProcessVoice) -> None:
    chunks = [chunk async for chunk in voice.speak(SENTENCES["en"] * 5, Voice("en"))]
    assert len(chunks) > 20
    assert duration_ms(len(chunks[0]), 8000) < 300


async def test_speed_and_voice_are_heard(voice: ProcessVoice) -> None:
    normal = await spoken(voice, SENTENCES["en"], Voice("en"))
    quick = await spoken(voice, SENTENCES["en"], Voice("en", "", 1.5))
    other = await spoken(voice, SENTENCES["en"], Voice("en", "en-us+f3"))
    assert len(quick) < 0.8 * len(normal)
    assert other != normal


async def test_the_same_words_sound_the_same(voice: ProcessVoice) -> None:
    first = await spoken(voice, SENTENCES["uk"], Voice("uk"))
    await spoken(voice, SENTENCES["en"], Voice("en", "", 1.3))
    assert alike(await spoken(voice, SENTENCES["uk"], Voice("uk")), first)
    assert not alike(await spoken(voice, SENTENCES["ru"], Voice("ru")), first)


async def test_twenty_calls_at_once_each_hear_their_own(voice: ProcessVoice) -> None:
    texts = [f"{SENTENCES['en']} {'Really! ' * number}" for number in range(20)]
    alone = [await spoken(voice, text, Voice("en")) for text in texts]
    together = await asyncio.gather(*(spoken(voice, text, Voice("en")) for text in texts))
    assert all(alike(*pair) for pair in zip(together, alone, strict=True))


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "\ud800", "🙂", "[[foo]]", "<speak>&amp;", "x" * 5000, "\u202e\u0000\uffff"]
)
async def test_strange_texts_do_no_harm(voice: ProcessVoice, text: str) -> None:
    await spoken(voice, text, Voice("en"))
    assert await spoken(voice, "Fine.", Voice("en"))
    assert voice.pool.restarts == 0


async def test_an_unknown_voice_is_an_error_of_that_sentence_alone(voice: ProcessVoice) -> None:
    with pytest.raises(SynthesisError) as caught:
        await spoken(voice, "Hello.", Voice("en", "nobody"))
    assert caught.value.kind == "refused"
    assert await spoken(voice, "Hello.", Voice("en"))


async def test_a_wrong_voice_in_the_settings_is_found_at_start() -> None:
    with pytest.raises(ConfigurationError, match=r"tts\.voices\.uk: espeak-ng has no voice 'nobody'"):
        await espeak(voices={"uk": "nobody"}).start()


async def test_the_name_of_a_better_voice_does_not_silence_the_fallback(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path, tts={"voices": {"en": "en_US-lessac-medium"}})
    synthesizer, _ = choose_synthesizer(settings)
    await synthesizer.start()
    assert [chunk async for chunk in synthesizer.speak("Hello.", Voice("en", "en_US-lessac-medium"))]
    await synthesizer.aclose()


async def test_leaving_in_the_middle_ends_the_job(voice: ProcessVoice) -> None:
    chunks = aiter(voice.speak(SENTENCES["en"] * 20, Voice("en")))
    await anext(chunks)
    await chunks.aclose()
    assert voice.pool.queue_depth == 0


def test_it_is_a_program_too() -> None:
    command = [sys.executable, "-m", "callcenter.tts.espeak_speak", "--language", "uk"]
    root = Path(__file__).parents[3]
    pcm = subprocess.run([*command, SENTENCES["uk"]], cwd=root, capture_output=True, check=True).stdout
    assert 1500 < duration_ms(len(pcm), 8000) < 5000
    wav = subprocess.run(
        [*command, "--wav", "--rate-hz", "16000", "Так"], cwd=root, capture_output=True, check=True
    ).stdout
    assert wav[:4] == b"RIFF"
    failed = subprocess.run([*command, "--voice", "nobody", "x"], cwd=root, capture_output=True, check=False)
    assert failed.returncode == 1
    assert b"no voice 'nobody'" in failed.stderr


def test_the_library_is_never_loaded_beside_the_calls() -> None:
    code = "import callcenter.tts.choose, callcenter.tts.espeak; print('espeak' in open('/proc/self/maps').read())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_a_long_path_to_the_environment_is_no_hindrance(tmp_path: Path) -> None:
    """espeak-ng's own buffer for the path has 160 bytes."""
    import espeakng_loader  # type: ignore[import-untyped]  # ships no types

    long = tmp_path / ("d" * 120) / ("e" * 60)
    long.mkdir(parents=True)
    (long / "espeakng_loader").symlink_to(Path(espeakng_loader.__file__).parent)
    code = "import espeakng_loader, sys; sys.argv[1:] = ['Hello']; from callcenter.tts.espeak_speak import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        env={"PYTHONPATH": f"{long}:."},
        capture_output=True,
        check=True,
    )
    assert len(done.stdout) > 2000
