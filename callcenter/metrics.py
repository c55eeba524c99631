"""Every metric of the live call (Prometheus, prefix callcenter_).

Labels have few values: never a call id, a number or words.
"""

from bisect import bisect_left
from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 10.0)
SHORT_SECONDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.3, 1.0)
CALL_SECONDS = (5, 10, 20, 30, 60, 120, 180, 300, 600, 1200, 1800)


class BatchHistogram(Histogram):
    """For what happens thousands of times a second: `observe` would cost more than the frame that it is told of."""

    def observe_all(self, amounts: Sequence[float]) -> None:
        """As `observe` of each."""
        counts: dict[int, int] = {}
        for amount in amounts:
            bucket = bisect_left(self._upper_bounds, amount)
            counts[bucket] = counts.get(bucket, 0) + 1
        for bucket, count in counts.items():
            self._buckets[bucket].inc(count)
        self._sum.inc(sum(amounts))


# gauges of the media server are summed over its workers, but for those that each worker knows of all
active_calls = Gauge("callcenter_active_calls", "Calls being served", multiprocess_mode="livesum")
free_slots = Gauge("callcenter_free_slots", "Calls that would still be admitted", multiprocess_mode="livemostrecent")
workers_missing = Gauge(
    "callcenter_media_workers_missing", "Media workers that are starting or dead", multiprocess_mode="livemostrecent"
)
worker_deaths = Gauge(
    "callcenter_media_worker_deaths", "Media workers that have died since the start", multiprocess_mode="livemostrecent"
)
admission_closed = Gauge(
    "callcenter_admission_closed",
    "Workers that refuse calls, being overloaded",
    ["reason"],
    multiprocess_mode="livesum",
)
asyncio_tasks = Gauge(
    "callcenter_asyncio_tasks", "Tasks of the event loop, when last asked", multiprocess_mode="livesum"
)
stt_queue_depth = Gauge("callcenter_stt_queue_depth", "Utterances waiting for a worker", multiprocess_mode="livesum")
worker_queue_depth = Gauge(
    "callcenter_worker_queue_depth", "Jobs waiting for worker processes", ["stage"], multiprocess_mode="livesum"
)
worker_oldest_wait = Gauge(
    "callcenter_worker_oldest_wait_seconds",
    "Since when the oldest of them waits",
    ["stage"],
    multiprocess_mode="livemax",
)
worker_rss_bytes = Gauge(
    "callcenter_worker_rss_bytes", "Memory of worker processes", ["stage"], multiprocess_mode="livesum"
)
workers_ready = Gauge("callcenter_workers_ready", "Worker processes that serve", ["stage"], multiprocess_mode="livesum")
spool_depth = Gauge("callcenter_spool_depth", "Journal records not yet in PostgreSQL", multiprocess_mode="livesum")
breaker_open = Gauge(
    "callcenter_breaker_open", "1 while the circuit breaker is open", ["component"], multiprocess_mode="livemax"
)
worker_draining = Gauge("callcenter_worker_draining", "1 while no new calls are taken", multiprocess_mode="livemax")

response_latency = Histogram(
    "callcenter_response_latency_seconds", "End of speech to first audio frame", buckets=SECONDS
)
turn_stage = Histogram(
    "callcenter_turn_stage_seconds",
    "Stage of an answer, from the end of the caller's speech",
    ["stage"],
    buckets=SECONDS,
)
own_share = Histogram(
    "callcenter_own_share_seconds",
    "Of an answer's time, all but models and the wait for the end of speech",
    buckets=SHORT_SECONDS,
)
endpointing_delay = Histogram("callcenter_endpointing_delay_seconds", "End of speech to the decision", buckets=SECONDS)
stt_latency = Histogram("callcenter_stt_latency_seconds", "Decision to transcript", buckets=SECONDS)
llm_first_token = Histogram("callcenter_llm_first_token_seconds", "Request to first token", buckets=SECONDS)
llm_latency = Histogram("callcenter_llm_latency_seconds", "Request to last token", buckets=SECONDS)
tts_first_audio = Histogram("callcenter_tts_first_audio_seconds", "Sentence to its first audio", buckets=SECONDS)
tool_duration = Histogram("callcenter_tool_duration_seconds", "Tool calls", ["tool"], buckets=SECONDS)
frame_lateness = BatchHistogram(
    "callcenter_frame_lateness_seconds", "Outgoing frame after its deadline", buckets=SHORT_SECONDS
)
loop_lag = Histogram("callcenter_loop_lag_seconds", "Event loop wake-up after its time", buckets=SHORT_SECONDS)
gil_wait = Histogram(
    "callcenter_gil_wait_seconds",
    "A thread's wake-up after its time: its wait for the interpreter",
    buckets=SHORT_SECONDS,
)
call_duration = Histogram("callcenter_call_duration_seconds", "Whole calls", buckets=CALL_SECONDS)
queue_wait = Histogram("callcenter_queue_wait_seconds", "Wait in the operators' queue", buckets=CALL_SECONDS)
journal_write = Histogram("callcenter_journal_write_seconds", "Record to durable local disk", buckets=SECONDS)

calls_total = Counter("callcenter_calls_total", "Ended calls", ["scenario", "outcome"])
refused_total = Counter("callcenter_refused_total", "Calls not admitted", ["reason"])
transfers_total = Counter("callcenter_transfers_total", "Calls handed to operators", ["reason"])
errors_total = Counter("callcenter_errors_total", "Failures of components", ["component", "kind"])
speculations_total = Counter(
    "callcenter_speculations_total", "Guesses at an answer, begun in the caller's silence", ["result"]
)
wasted_tokens_total = Counter("callcenter_wasted_tokens_total", "Tokens of guesses that were thrown away")
fillers_total = Counter("callcenter_fillers_total", "Phrases said because a tool took long")
turn_votes_total = Counter("callcenter_turn_votes_total", "Votes of the end-of-turn model", ["result"])
barge_ins_total = Counter("callcenter_barge_ins_total", "Interruptions", ["kind"])
fallbacks_total = Counter("callcenter_fallbacks_total", "A lower tier took over", ["component", "tier"])
tts_cache_total = Counter("callcenter_tts_cache_total", "Look-ups in the speech cache", ["result"])
tokens_total = Counter("callcenter_tokens_total", "Tokens of language models", ["model", "direction"])
worker_restarts_total = Counter(
    "callcenter_worker_restarts_total", "Worker processes replaced: died, or grew too big", ["stage", "reason"]
)
frames_dropped_total = Counter("callcenter_frames_dropped_total", "Audio frames given up", ["direction"])
connections_rejected_total = Counter("callcenter_connections_rejected_total", "Broken connections", ["kind"])
