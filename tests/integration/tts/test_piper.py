"""The real Piper library in its worker process, on a tiny random voice."""

from pathlib import Path

import pytest

from callcenter.audio import duration_ms, level_dbfs
from callcenter.config import Settings
from callcenter.errors import ConfigurationError, SynthesisError
from callcenter.ports import Voice
from callcenter.tts.choose import choose_synthesizer
from callcenter.tts.process_voice import ProcessVoice
from tests.fakes.tiny_piper import HOP, write_voice


def piper(**voices: Path) -> ProcessVoice:
    paths = {language: str(path) for language, path in voices.items()}
    return ProcessVoice("piper", "callcenter.tts.piper:PiperService", {"voices": paths})


async def spoken(voice: ProcessVoice, text: str, wanted: Voice) -> list[bytes]:
    return [chunk async for chunk in voice.speak(text, wanted)]


async def test_it_speaks_at_the_lines_rate(tmp_path: Path) -> None:
    voice = piper(en=write_voice(tmp_path / "en.onnx"), uk=write_voice(tmp_path / "uk.onnx", espeak_voice="uk"))
    await voice.start()
    for wanted, text in ((Voice("en"), "Hello, how are you?"), (Voice("uk"), "Добрий день, чим допомогти?")):
        pcm = b"".join(await spoken(voice, text, wanted))
        assert duration_ms(len(pcm), 8000) > 200
        assert level_dbfs(pcm) > -20
    await voice.aclose()


async def test_each_phoneme_makes_its_samples(tmp_path: Path) -> None:
    voice = piper(en=write_voice(tmp_path / "en.onnx", rate_hz=16000))
    await voice.start()
    short = sum(map(len, await spoken(voice, "Oh", Voice("en"))))
    long = sum(map(len, await spoken(voice, "Oh oh oh oh oh oh", Voice("en"))))
    assert (long - short) % HOP == 0
    assert long > short + 5 * HOP
    await voice.aclose()


async def test_a_language_without_a_voice_is_an_error_of_that_sentence(tmp_path: Path) -> None:
    voice = piper(en=write_voice(tmp_path / "en.onnx"))
    await voice.start()
    with pytest.raises(SynthesisError) as caught:
        await spoken(voice, "Привіт", Voice("uk"))
    assert caught.value.kind == "refused"
    assert await spoken(voice, "Hello", Voice("en"))
    await voice.aclose()


async def test_files_that_are_no_voice_are_named(tmp_path: Path) -> None:
    good = write_voice(tmp_path / "good.onnx")
    with pytest.raises(ConfigurationError, match=r"tts\.voices\.en: .*none\.onnx.* cannot be read"):
        await piper(en=tmp_path / "none.onnx").start()
    good.write_bytes(b"not a model")
    with pytest.raises(ConfigurationError, match=r"good\.onnx is not a Piper voice"):
        await piper(en=good).start()
    empty = write_voice(tmp_path / "empty.onnx", config={})
    with pytest.raises(ConfigurationError, match=r"empty\.onnx is not a Piper voice"):
        await piper(en=empty).start()


async def test_it_is_chosen_and_cached_under_its_own_name(tmp_path: Path) -> None:
    path = write_voice(tmp_path / "models" / "piper" / "en_US-tiny-low.onnx")
    said = []
    for _ in range(2):
        synthesizer, _ = choose_synthesizer(Settings(state_dir=tmp_path))
        await synthesizer.start()
        stream = synthesizer.speak("Hello.", Voice("en"))
        assert b"".join([chunk async for chunk in stream])
        said.append(stream.cached)
        await synthesizer.aclose()
    assert said == [False, True]
    path.touch()  # another voice under the same name
    synthesizer, _ = choose_synthesizer(Settings(state_dir=tmp_path))
    await synthesizer.start()
    stream = synthesizer.speak("Hello.", Voice("en"))
    assert b"".join([chunk async for chunk in stream])
    assert not stream.cached
    await synthesizer.aclose()
