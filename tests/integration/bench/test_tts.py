from pathlib import Path

from callcenter.bench.tts import bench
from callcenter.config import Settings
from callcenter.tts.silence import LEAD_MS


async def test_new_and_cached_sentences_are_timed_and_begin_with_next_to_no_silence(tmp_path: Path) -> None:
    report = await bench(Settings(state_dir=tmp_path), sentences=2, runs=2)
    assert len(report.good) == 2
    for run in report.runs:
        assert all(value is not None and value > 0 for name, value in run.figures.items() if name.endswith("p50_ms"))
        assert (run.figures["silence_before_it_p95_ms"] or 0) <= LEAD_MS
    assert not (tmp_path / "tts-cache").exists()
