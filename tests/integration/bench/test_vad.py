from callcenter.bench.vad import feed_calls, measure
from callcenter.vad.silero import SileroDetector


async def test_every_window_of_every_call_is_answered() -> None:
    detector = SileroDetector()
    await detector.start()
    heard = await feed_calls(lambda: detector.open(8000), calls=20, seconds=0.32)
    assert heard.windows == 20 * 10
    assert len(heard.answers_ms) <= heard.windows
    await detector.aclose()


async def test_a_run_tells_what_a_call_costs_and_what_the_network_does() -> None:
    run = await measure(calls=4, seconds=0.32)
    assert {"calls_a_core", "answer_p99_ms", "network_in_batches_of_1_us"} <= set(run.figures)
