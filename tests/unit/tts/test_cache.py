import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from callcenter.errors import SynthesisError
from callcenter.ports import Synthesizer, Voice
from callcenter.tts.cache import CachedSpeech, CachedSynthesizer
from tests.fakes.voices import ScriptedVoice, tone

EN = Voice("en")


def cache_of(voice: Synthesizer, folder: Path, **options: int | str) -> CachedSynthesizer:
    return CachedSynthesizer(voice, folder, **options)  # type: ignore[arg-type]  # each test passes what it needs


async def all_of(stream: CachedSpeech) -> bytes:
    return b"".join([chunk async for chunk in stream])


def recordings(folder: Path) -> list[Path]:
    return list(folder.glob("*/*"))


def counted(result: str) -> float:
    return REGISTRY.get_sample_value("callcenter_tts_cache_total", {"result": result}) or 0.0


async def test_the_second_time_comes_from_memory_and_the_next_process_reads_it_from_disk(tmp_path: Path) -> None:
    voice = ScriptedVoice()
    cache = cache_of(voice, tmp_path)
    await cache.start()
    hits, misses = counted("hit"), counted("miss")
    first = cache.speak("hello", EN)
    assert await all_of(first) == tone("hello")
    assert not first.cached
    again = cache.speak("hello", EN)
    assert again.cached
    assert await all_of(again) == tone("hello")
    await cache.aclose()
    assert voice.started
    assert voice.closed

    other = cache_of(ScriptedVoice(), tmp_path)
    stream = other.speak("hello", EN)
    assert await all_of(stream) == tone("hello")
    assert stream.cached
    await other.aclose()
    assert voice.spoken == ["hello"]
    assert (counted("hit") - hits, counted("miss") - misses) == (2, 1)


async def test_words_voice_speed_backend_and_rate_are_each_another_recording(tmp_path: Path) -> None:
    voice = ScriptedVoice()
    for wanted in (EN, Voice("uk"), Voice("en", "f3"), Voice("en", "", 1.2)):
        cache = cache_of(voice, tmp_path)
        await all_of(cache.speak("hello", wanted))
        await cache.aclose()
    for options in ({"identity": "better"}, {"rate_hz": 16000}):
        cache = cache_of(voice, tmp_path, **options)
        await all_of(cache.speak("hello", EN))
        await cache.aclose()
    assert len(voice.spoken) == 6


async def test_audio_comes_at_the_lines_rate(tmp_path: Path) -> None:
    cache = cache_of(ScriptedVoice(rate_hz=24000), tmp_path)
    stream = cache.speak("hello", EN)
    assert stream.rate_hz == 8000
    assert len(await all_of(stream)) == pytest.approx(4000 // 3 * 2, abs=40)
    await cache.aclose()


async def test_a_warmed_phrase_needs_no_wait_at_all(tmp_path: Path) -> None:
    voice = ScriptedVoice()
    cache = cache_of(voice, tmp_path, memory_bytes=20_000)
    assert await cache.warm(["hello", "bye", "hello", " "], EN) == 0
    assert sorted(voice.spoken) == ["bye", "hello"]
    for number in range(10):  # whatever else is said
        await all_of(cache.speak(f"number {number}", EN))
    chunks = aiter(cache.speak("hello", EN))
    with pytest.raises(StopIteration) as got:  # one step of the coroutine: it never had to wait for the loop
        anext(chunks).send(None)
    assert got.value.value == tone("hello")[: len(got.value.value)]
    await chunks.aclose()
    await cache.aclose()


async def test_warming_counts_what_could_not_be_had(tmp_path: Path) -> None:
    voice = ScriptedVoice()
    voice.fails = 2
    cache = cache_of(voice, tmp_path)
    assert await cache.warm(["one", "two"], EN) == 2
    voice.fails = None
    assert await cache.warm(["one", "two"], EN) == 0
    await cache.aclose()


async def test_the_same_words_at_once_are_synthesized_once(tmp_path: Path) -> None:
    voice = ScriptedVoice(pause_s=0.01)
    cache = cache_of(voice, tmp_path)
    streams = [cache.speak("hello", EN) for _ in range(20)]
    assert set(await asyncio.gather(*(all_of(stream) for stream in streams))) == {tone("hello")}
    assert voice.spoken == ["hello"]
    assert [stream.cached for stream in streams].count(False) == 1
    await cache.aclose()


async def test_one_listener_may_leave_while_others_go_on(tmp_path: Path) -> None:
    voice = ScriptedVoice(pause_s=0.01)
    cache = cache_of(voice, tmp_path)
    async with aclosing(aiter(cache.speak("hello", EN))) as impatient:
        await anext(impatient)
        patient = asyncio.create_task(all_of(cache.speak("hello", EN)))
        await asyncio.sleep(0.005)
    assert await patient == tone("hello")
    assert voice.given_up == []
    await cache.aclose()


async def test_an_interrupted_synthesis_ends_and_is_not_kept(tmp_path: Path) -> None:
    voice = ScriptedVoice(pause_s=0.01)
    cache = cache_of(voice, tmp_path)
    async with aclosing(aiter(cache.speak("hello", EN))) as chunks:
        await anext(chunks)
    assert voice.given_up == ["hello"]
    whole = cache.speak("hello", EN)
    assert not whole.cached
    assert await all_of(whole) == tone("hello")
    assert voice.spoken == ["hello", "hello"]
    await cache.aclose()


async def test_a_cancelled_listener_ends_the_synthesis(tmp_path: Path) -> None:
    voice = ScriptedVoice(pause_s=0.05)
    cache = cache_of(voice, tmp_path)
    listening = asyncio.create_task(all_of(cache.speak("hello", EN)))
    await asyncio.sleep(0.08)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert voice.given_up == ["hello"]
    await cache.aclose()


async def test_a_failure_reaches_every_listener_and_is_not_kept(tmp_path: Path) -> None:
    voice = ScriptedVoice(pause_s=0.01)
    voice.fails = 2
    cache = cache_of(voice, tmp_path)
    results = await asyncio.gather(*(all_of(cache.speak("hello", EN)) for _ in range(3)), return_exceptions=True)
    assert [getattr(result, "kind", None) for result in results] == ["server"] * 3
    voice.fails = None
    assert await all_of(cache.speak("hello", EN)) == tone("hello")
    await cache.aclose()


async def test_a_corrupt_file_is_a_miss(tmp_path: Path) -> None:
    cache = cache_of(ScriptedVoice(), tmp_path)
    await all_of(cache.speak("hello", EN))
    await cache.aclose()
    [path] = recordings(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    corrupt = counted("corrupt")
    again = cache_of(ScriptedVoice(), tmp_path)
    assert await all_of(again.speak("hello", EN)) == tone("hello")
    await again.aclose()
    assert counted("corrupt") == corrupt + 1
    assert path.stat().st_size > len(tone("hello")), "and it is written anew"


async def test_a_disk_that_does_not_serve_costs_nothing_but_the_cache(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.write_text("a file where the folder should be")
    voice = ScriptedVoice()
    not_written = counted("not_written")
    cache = cache_of(voice, folder)
    await cache.start()
    assert await all_of(cache.speak("hello", EN)) == tone("hello")
    assert cache.speak("hello", EN).cached, "memory serves all the same"
    await cache.aclose()
    assert counted("not_written") == not_written + 1


async def test_without_a_limit_on_disk_nothing_is_written(tmp_path: Path) -> None:
    cache = cache_of(ScriptedVoice(), tmp_path, limit_mb=0)
    await cache.start()
    await all_of(cache.speak("hello", EN))
    await cache.aclose()
    assert recordings(tmp_path) == []


async def test_memory_keeps_what_was_used_last(tmp_path: Path) -> None:
    voice = ScriptedVoice()
    cache = cache_of(voice, tmp_path, limit_mb=0, memory_bytes=3 * len(tone("x")))
    for text in ("a", "b", "c", "a", "d"):
        await all_of(cache.speak(text, EN))
    assert [cache.speak(text, EN).cached for text in "abcd"] == [True, False, True, True]
    await cache.aclose()


async def test_closing_ends_what_is_being_spoken(tmp_path: Path) -> None:
    voice = ScriptedVoice(pause_s=10)
    cache = cache_of(voice, tmp_path)
    listening = asyncio.create_task(all_of(cache.speak("hello", EN)))
    await asyncio.sleep(0.01)
    await cache.aclose()
    with pytest.raises(SynthesisError) as caught:
        await listening
    assert caught.value.kind == "closed"
