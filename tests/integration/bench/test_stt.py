"""`callcenter bench stt` in short: that it measures, not how fast."""

from pathlib import Path

import pytest

from callcenter.bench.said import say
from callcenter.bench.stt import measure
from callcenter.bench.whisper_check import check_configured
from callcenter.config import Settings, SttSettings
from callcenter.dialogue.grammar import build_grammars
from callcenter.shop import Shop
from callcenter.stt.choose import choose_recognizer
from callcenter.stt.models import whisper_folder
from callcenter.stt.whisper_window import choose_window, read_verdict
from tests.fakes.tiny_whisper import make_tiny_whisper

SHOP = Path("shops/tires")


async def test_every_sentence_is_heard_and_timed(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path, stt=SttSettings(backend="pocketsphinx", workers=1))
    shop = Shop.load(SHOP)
    said = say(shop, ("en",), 2)
    recognizer, _ = choose_recognizer(settings, build_grammars(shop))
    await recognizer.start()
    run = await measure(recognizer, said, settings, callers=2)
    await recognizer.aclose()
    assert run.figures["failed"] == 0
    assert (run.figures["latency_p50_ms"] or 0) > 0
    assert (run.figures["real_time_factor"] or 0) > 0


@pytest.mark.parametrize("hears_the_same", [True, False])
def test_short_windows_are_used_only_where_the_model_hears_the_same(tmp_path: Path, hears_the_same: bool) -> None:
    pytest.importorskip("faster_whisper", reason="the whisper extra is not installed")
    settings = Settings(state_dir=tmp_path, shop=SHOP, stt=SttSettings(model="small"))
    model = make_tiny_whisper(whisper_folder(settings, "small"), says="four winter tires" if hears_the_same else "")
    assert choose_window("auto", tmp_path, model) == 30
    verdict, _ = check_configured(settings, 24, None)
    assert (verdict.window_s < 30) == hears_the_same
    assert read_verdict(tmp_path, model) == verdict
    assert choose_window("auto", tmp_path, model) == (2 if hears_the_same else 30)
    assert choose_window("short", tmp_path, model) == 10
    with (model / "model.bin").open("ab") as weights:
        weights.write(b"another training")
    assert choose_window("auto", tmp_path, model) == 30
