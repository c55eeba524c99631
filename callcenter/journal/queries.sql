-- Written so that any of it may be run twice, and out of order over calls: the spool delivers at least once.

-- name: ensure_partitions
SELECT ensure_partitions((now() - interval '1 month')::date, (now() + interval '2 months')::date)

-- name: call_started
INSERT INTO calls (id, started_at, answered_at, caller_id, caller_hash, called_id, language, owner)
VALUES ($1, $2, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id, started_at) DO UPDATE SET
    answered_at = EXCLUDED.answered_at,
    caller_id = EXCLUDED.caller_id,
    caller_hash = EXCLUDED.caller_hash,
    called_id = EXCLUDED.called_id,
    language = coalesce(calls.language, EXCLUDED.language),
    owner = EXCLUDED.owner

-- name: turn_recorded
INSERT INTO call_turns (
    call_id, call_started_at, turn_number, at, speaker, content, content_heard, language, interrupted, stt_confidence,
    stt_latency_ms, llm_latency_ms, tts_latency_ms, response_latency_ms, model, tokens_in, tokens_out, tts_characters,
    tts_cached_characters, tts_cache_hit, stt_audio_ms, grammar, grammar_size, rejected, timeline, endpoint_reason,
    speculation, wasted_tokens_in, wasted_tokens_out, wasted_tts_characters, wasted_stt_audio_ms, stt_backend,
    tts_backend, articles, search
) VALUES (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
    $25::text::jsonb, $26, $27, $28, $29, $30, $31, $32, $33, $34::text[], array_to_tsvector($35::text[])
)
ON CONFLICT (call_id, call_started_at, turn_number) DO UPDATE SET
    at = EXCLUDED.at,
    speaker = EXCLUDED.speaker,
    content = EXCLUDED.content,
    content_heard = EXCLUDED.content_heard,
    language = EXCLUDED.language,
    interrupted = EXCLUDED.interrupted,
    stt_confidence = EXCLUDED.stt_confidence,
    stt_latency_ms = EXCLUDED.stt_latency_ms,
    llm_latency_ms = EXCLUDED.llm_latency_ms,
    tts_latency_ms = EXCLUDED.tts_latency_ms,
    response_latency_ms = EXCLUDED.response_latency_ms,
    model = EXCLUDED.model,
    tokens_in = EXCLUDED.tokens_in,
    tokens_out = EXCLUDED.tokens_out,
    tts_characters = EXCLUDED.tts_characters,
    tts_cached_characters = EXCLUDED.tts_cached_characters,
    tts_cache_hit = EXCLUDED.tts_cache_hit,
    stt_audio_ms = EXCLUDED.stt_audio_ms,
    grammar = EXCLUDED.grammar,
    grammar_size = EXCLUDED.grammar_size,
    rejected = EXCLUDED.rejected,
    timeline = EXCLUDED.timeline,
    endpoint_reason = EXCLUDED.endpoint_reason,
    speculation = EXCLUDED.speculation,
    wasted_tokens_in = EXCLUDED.wasted_tokens_in,
    wasted_tokens_out = EXCLUDED.wasted_tokens_out,
    wasted_tts_characters = EXCLUDED.wasted_tts_characters,
    wasted_stt_audio_ms = EXCLUDED.wasted_stt_audio_ms,
    stt_backend = EXCLUDED.stt_backend,
    tts_backend = EXCLUDED.tts_backend,
    articles = EXCLUDED.articles,
    -- lemmas that the background job has put there stay while the words are the same
    search = CASE WHEN call_turns.content = EXCLUDED.content THEN call_turns.search ELSE EXCLUDED.search END

-- name: tool_call_recorded
INSERT INTO call_tool_calls (
    call_id, call_started_at, sequence, turn_number, at, tool_name, tool_args, tool_result, duration_ms, success, error
) VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8::text::jsonb, $9, $10, $11)
ON CONFLICT (call_id, call_started_at, sequence) DO UPDATE SET
    turn_number = EXCLUDED.turn_number,
    at = EXCLUDED.at,
    tool_name = EXCLUDED.tool_name,
    tool_args = EXCLUDED.tool_args,
    tool_result = EXCLUDED.tool_result,
    duration_ms = EXCLUDED.duration_ms,
    success = EXCLUDED.success,
    error = EXCLUDED.error

-- name: event_recorded
INSERT INTO call_events (call_id, call_started_at, sequence, at, kind, detail)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb)
ON CONFLICT (call_id, call_started_at, sequence) DO UPDATE SET
    at = EXCLUDED.at, kind = EXCLUDED.kind, detail = EXCLUDED.detail

-- name: handover_begun
-- Written again when more is known: what was told last counts, unless it tells nothing.
INSERT INTO handovers (call_id, call_started_at, at, reason, scenario, language, summary, words, found)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb)
ON CONFLICT (call_id, call_started_at) DO UPDATE SET
    at = EXCLUDED.at,
    reason = EXCLUDED.reason,
    scenario = EXCLUDED.scenario,
    language = EXCLUDED.language,
    summary = EXCLUDED.summary,
    words = EXCLUDED.words,
    found = EXCLUDED.found
WHERE EXCLUDED.summary <> '' OR handovers.summary = ''

-- name: change_recorded
-- The table refuses to be changed: a second delivery does nothing.
INSERT INTO audit_log (
    call_id, call_started_at, sequence, at, actor, action, object, outcome, reason, before, after
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11::text::jsonb)
ON CONFLICT (call_id, call_started_at, sequence) DO NOTHING

-- name: callback_promised
-- An event of this kind is also a row of the list of call-backs, to the number that the call came from.
INSERT INTO callbacks (call_id, call_started_at, sequence, phone, topic, best_time)
SELECT $1, $2, $3, (SELECT caller_id FROM calls WHERE id = $1 AND started_at = $2), $4, $5
ON CONFLICT (call_id, call_started_at, sequence) DO UPDATE SET
    phone = coalesce(EXCLUDED.phone, callbacks.phone), topic = EXCLUDED.topic, best_time = EXCLUDED.best_time

-- name: call_ended
-- The first end counts; it and the outbox row stand or fall together.
WITH ended AS (
    INSERT INTO calls (
        id, started_at, ended_at, duration_seconds, outcome, hangup_by, scenario, language, transfer_reason,
        transfer_summary, transferred_to_operator, degraded
    ) VALUES (
        $1, $2, $3, extract(epoch FROM $3::timestamptz - $2::timestamptz), $4, $5, $6, $7, $8, $9,
        $4 = 'transferred', $10
    )
    ON CONFLICT (id, started_at) DO UPDATE SET
        ended_at = EXCLUDED.ended_at,
        duration_seconds = EXCLUDED.duration_seconds,
        outcome = EXCLUDED.outcome,
        hangup_by = EXCLUDED.hangup_by,
        scenario = EXCLUDED.scenario,
        language = EXCLUDED.language,
        transfer_reason = EXCLUDED.transfer_reason,
        transfer_summary = EXCLUDED.transfer_summary,
        transferred_to_operator = EXCLUDED.transferred_to_operator,
        degraded = EXCLUDED.degraded
    WHERE calls.ended_at IS NULL
    RETURNING id, started_at
)
INSERT INTO outbox (topic, key, payload)
SELECT 'call_finished', id::text, jsonb_build_object('call_id', id, 'started_at', started_at) FROM ended

-- name: call_left_asterisk
INSERT INTO calls (
    id, started_at, left_asterisk_at, hangup_cause, queue_status, queue_wait_seconds, operator_answered,
    operator_talked_seconds
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id, started_at) DO UPDATE SET
    left_asterisk_at = EXCLUDED.left_asterisk_at,
    hangup_cause = EXCLUDED.hangup_cause,
    queue_status = EXCLUDED.queue_status,
    queue_wait_seconds = EXCLUDED.queue_wait_seconds,
    operator_answered = EXCLUDED.operator_answered,
    operator_talked_seconds = EXCLUDED.operator_talked_seconds

-- name: dead_letter
INSERT INTO dead_letters (owner, spool_id, call_id, kind, body, error) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (owner, spool_id) DO NOTHING

-- name: open_calls_of_folder
SELECT id, started_at, owner FROM calls WHERE ended_at IS NULL AND starts_with(owner, $1)

-- name: close_ownerless_call
WITH last AS (
    SELECT greatest(
        $2::timestamptz,
        (SELECT max(at) FROM call_turns WHERE call_id = $1 AND call_started_at = $2),
        (SELECT max(at) FROM call_tool_calls WHERE call_id = $1 AND call_started_at = $2),
        (SELECT max(at) FROM call_events WHERE call_id = $1 AND call_started_at = $2)
    ) AS at
), ended AS (
    UPDATE calls SET
        ended_at = last.at,
        duration_seconds = extract(epoch FROM last.at - started_at),
        outcome = 'failed',
        hangup_by = 'failure',
        scenario = coalesce(scenario, 'other')
    FROM last
    WHERE id = $1 AND started_at = $2 AND ended_at IS NULL
    RETURNING id, started_at
)
INSERT INTO outbox (topic, key, payload)
SELECT 'call_finished', id::text, jsonb_build_object('call_id', id, 'started_at', started_at) FROM ended
