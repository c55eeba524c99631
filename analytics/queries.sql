-- name: lock_call
SELECT id, started_at, ended_at, duration_seconds, caller_id, figures IS NOT NULL AS is_done
FROM calls WHERE id = $1 AND started_at = $2 FOR UPDATE

-- name: turns_of_call
SELECT turn_number, speaker, content, content_heard, interrupted, rejected, response_latency_ms, stt_latency_ms,
    llm_latency_ms, tts_latency_ms, model, tokens_in, tokens_out, tts_characters, stt_audio_ms, grammar, stt_backend,
    tts_backend, wasted_tokens_in, wasted_tokens_out, wasted_tts_characters, wasted_stt_audio_ms
FROM call_turns WHERE call_id = $1 AND call_started_at = $2 ORDER BY turn_number

-- name: tool_successes_of_call
SELECT success FROM call_tool_calls WHERE call_id = $1 AND call_started_at = $2

-- name: finish_turn
UPDATE call_turns SET cost_usd = $4, search = array_to_tsvector($5::text[])
WHERE call_id = $1 AND call_started_at = $2 AND turn_number = $3

-- name: meet_customer
INSERT INTO customers (phone, total_calls, first_call_at, last_call_at) VALUES ($1, 1, $2, $2)
ON CONFLICT (phone) DO UPDATE SET
    total_calls = customers.total_calls + 1,
    first_call_at = least(customers.first_call_at, EXCLUDED.first_call_at),
    last_call_at = greatest(customers.last_call_at, EXCLUDED.last_call_at)
RETURNING id

-- name: finish_call
UPDATE calls SET
    figures = $3,
    -- wasted_usd is contained in the others
    cost_breakdown = jsonb_build_object(
        'stt', $4::numeric, 'llm', $5::numeric, 'tts', $6::numeric, 'telephony', $7::numeric, 'wasted_usd', $8::numeric
    ),
    total_cost_usd = $4::numeric + $5::numeric + $6::numeric + $7::numeric,
    customer_id = $9
WHERE id = $1 AND started_at = $2

-- name: add_cost
INSERT INTO cost_totals (component, model, usd) VALUES ($1, $2, $3)
ON CONFLICT (component, model) DO UPDATE SET usd = cost_totals.usd + EXCLUDED.usd

-- name: cost_totals
SELECT component, model, usd FROM cost_totals

-- name: complete_outbox
UPDATE outbox SET completed_at = now() WHERE topic = $1 AND key = $2 AND completed_at IS NULL

-- name: take_outbox
-- What has never been handed over, and what was and is not done: the broker may have lost it. Each time twice as long.
SELECT id, topic, payload FROM outbox
WHERE completed_at IS NULL AND topic = ANY($1::text[])
    AND (delivered_at IS NULL OR delivered_at < now() - $3::interval * power(2, least(attempts - 1, 6)))
ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED

-- name: mark_delivered
UPDATE outbox SET delivered_at = now(), attempts = attempts + 1 WHERE id = ANY($1::bigint[])

-- name: outbox_depth
SELECT count(*) FROM outbox WHERE completed_at IS NULL

-- name: forget_outbox
DELETE FROM outbox WHERE completed_at < now() - interval '7 days'

-- name: dead_letters
SELECT count(*) FROM dead_letters

-- name: detail_turns
SELECT turn_number, at, speaker, content, content_heard, language, interrupted, stt_confidence, stt_latency_ms,
    llm_latency_ms, tts_latency_ms, response_latency_ms, model, tokens_in, tokens_out, tts_characters,
    tts_cached_characters, tts_cache_hit, stt_audio_ms, grammar, grammar_size, rejected, timeline, endpoint_reason,
    speculation, wasted_tokens_in, wasted_tokens_out, wasted_tts_characters, wasted_stt_audio_ms, stt_backend,
    tts_backend, articles, cost_usd::float8 AS cost_usd
FROM call_turns WHERE call_id = $1 AND call_started_at = $2 ORDER BY turn_number

-- name: detail_tool_calls
SELECT sequence, turn_number, at, tool_name, tool_args, tool_result, duration_ms, success, error
FROM call_tool_calls WHERE call_id = $1 AND call_started_at = $2 ORDER BY sequence

-- name: detail_events
SELECT sequence, at, kind, detail
FROM call_events WHERE call_id = $1 AND call_started_at = $2 ORDER BY at, sequence

-- name: detail_changes
SELECT sequence, at, actor, action, object, outcome, reason, before, after
FROM audit_log WHERE call_id = $1 AND call_started_at = $2 ORDER BY sequence

-- name: stage_percentiles
-- Nearest rank, exact, over all calls begun in the range: counted by value first, so that nothing large is sorted.
WITH counted AS (
    SELECT stage, ms::bigint AS ms, count(*) AS answers
    FROM call_turns, jsonb_each_text(timeline) AS reached (stage, ms)
    WHERE call_started_at >= $1 AND call_started_at < $2
    GROUP BY 1, 2
), ranked AS (
    SELECT stage, ms, sum(answers) OVER (PARTITION BY stage ORDER BY ms) AS up_to,
        sum(answers) OVER (PARTITION BY stage) AS answers
    FROM counted
)
SELECT stage, max(answers)::bigint AS answers, min(ms) FILTER (WHERE up_to >= answers * 0.5) AS p50_ms,
    min(ms) FILTER (WHERE up_to >= answers * 0.95) AS p95_ms
FROM ranked GROUP BY stage

-- name: guesses
SELECT speculation, endpoint_reason, count(*) FILTER (WHERE timeline <> '{}') AS answers,
    sum(wasted_tokens_in) AS tokens_in, sum(wasted_tokens_out) AS tokens_out,
    sum(wasted_tts_characters) AS tts_characters, sum(wasted_stt_audio_ms) AS stt_audio_ms
FROM call_turns WHERE call_started_at >= $1 AND call_started_at < $2
GROUP BY speculation, endpoint_reason
