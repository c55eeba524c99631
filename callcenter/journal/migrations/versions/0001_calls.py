"""Calls, their turns, tool calls and events; call-backs, customers, outbox, sums of cost, dead letters."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PARTITIONED = {
    "calls": "started_at",
    "call_turns": "call_started_at",
    "call_tool_calls": "call_started_at",
    "call_events": "call_started_at",
}

TABLES = """
CREATE TABLE calls (
    id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    owner text,
    caller_id text,
    caller_hash text,
    called_id text,
    customer_id uuid,
    answered_at timestamptz,
    ended_at timestamptz,
    duration_seconds double precision,
    direction text NOT NULL DEFAULT 'inbound',
    scenario text,
    language text,
    outcome text,
    transferred_to_operator boolean NOT NULL DEFAULT false,
    transfer_reason text,
    transfer_summary text,
    queue_wait_seconds double precision,
    queue_status text,
    operator_answered boolean,
    operator_talked_seconds double precision,
    left_asterisk_at timestamptz,
    hangup_cause integer,
    hangup_by text,
    degraded text,
    figures jsonb,
    cost_breakdown jsonb,
    total_cost_usd numeric(14, 8),
    PRIMARY KEY (id, started_at)
) PARTITION BY RANGE (started_at);
CREATE INDEX calls_by_start ON calls (started_at DESC, id DESC);
CREATE INDEX calls_by_caller ON calls (caller_id, started_at DESC);
CREATE INDEX calls_by_scenario ON calls (scenario, started_at DESC);
CREATE INDEX calls_by_outcome ON calls (outcome, started_at DESC);
CREATE INDEX calls_open ON calls (owner text_pattern_ops) WHERE ended_at IS NULL;

CREATE TABLE call_turns (
    call_id uuid NOT NULL,
    call_started_at timestamptz NOT NULL,
    turn_number integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    at timestamptz NOT NULL,
    speaker text NOT NULL,
    content text NOT NULL,
    content_heard text,
    language text,
    interrupted boolean NOT NULL DEFAULT false,
    stt_confidence real,
    stt_latency_ms integer,
    llm_latency_ms integer,
    tts_latency_ms integer,
    response_latency_ms integer,
    model text,
    tokens_in integer NOT NULL DEFAULT 0,
    tokens_out integer NOT NULL DEFAULT 0,
    tts_characters integer NOT NULL DEFAULT 0,
    tts_cached_characters integer NOT NULL DEFAULT 0,
    tts_cache_hit boolean,
    stt_audio_ms integer NOT NULL DEFAULT 0,
    grammar text,
    grammar_size bigint,
    rejected boolean NOT NULL DEFAULT false,
    cost_usd numeric(14, 8),
    search tsvector,
    PRIMARY KEY (call_id, call_started_at, turn_number)
) PARTITION BY RANGE (call_started_at);
CREATE INDEX call_turns_search ON call_turns USING gin (search);

CREATE TABLE call_tool_calls (
    call_id uuid NOT NULL,
    call_started_at timestamptz NOT NULL,
    sequence integer NOT NULL,
    turn_number integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    at timestamptz NOT NULL,
    tool_name text NOT NULL,
    tool_args jsonb NOT NULL,
    tool_result jsonb,
    duration_ms integer NOT NULL,
    success boolean NOT NULL,
    error text,
    PRIMARY KEY (call_id, call_started_at, sequence)
) PARTITION BY RANGE (call_started_at);

CREATE TABLE call_events (
    call_id uuid NOT NULL,
    call_started_at timestamptz NOT NULL,
    -- from 0 by the call itself; negative: noted by the journal about the call
    sequence bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    at timestamptz NOT NULL,
    kind text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (call_id, call_started_at, sequence)
) PARTITION BY RANGE (call_started_at);

CREATE TABLE callbacks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    call_id uuid NOT NULL,
    call_started_at timestamptz NOT NULL,
    sequence bigint NOT NULL,
    phone text,
    topic text,
    best_time text,
    status text NOT NULL DEFAULT 'open',
    handled_by text,
    UNIQUE (call_id, call_started_at, sequence)
);

CREATE TABLE customers (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now(),
    phone text NOT NULL UNIQUE,
    name text,
    total_calls integer NOT NULL DEFAULT 0,
    first_call_at timestamptz,
    last_call_at timestamptz,
    consent boolean
);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    topic text NOT NULL,
    -- what it is about, so that whoever has done the work can find the row again
    key text NOT NULL,
    payload jsonb NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    -- handed to the broker, which may still lose it
    delivered_at timestamptz,
    -- the work is done
    completed_at timestamptz
);
CREATE INDEX outbox_open ON outbox (id) WHERE completed_at IS NULL;
CREATE INDEX outbox_by_key ON outbox (topic, key);

-- What all calls have cost, for the metrics: exact, and there after a restart.
CREATE TABLE cost_totals (
    component text NOT NULL,
    model text NOT NULL,
    usd numeric NOT NULL,
    PRIMARY KEY (component, model)
);

CREATE TABLE dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    owner text NOT NULL,
    spool_id bigint NOT NULL,
    call_id uuid,
    kind text NOT NULL,
    body text NOT NULL,
    error text NOT NULL,
    UNIQUE (owner, spool_id)
)
"""

# A month that has a partition takes its rows; everything else goes to the DEFAULT partition, and is moved from there
# when its month's partition is made.
ENSURE_PARTITIONS = """
CREATE FUNCTION ensure_partitions(first_day date, last_day date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    parent record;
    month date;
    child text;
    low timestamptz;
    high timestamptz;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('callcenter.ensure_partitions'));
    FOR parent IN SELECT * FROM (VALUES %(parents)s) AS t (name, key) LOOP
        month := date_trunc('month', first_day)::date;
        WHILE month <= last_day LOOP
            child := parent.name || to_char(month, '"_y"YYYY"m"MM');
            IF to_regclass(quote_ident(child)) IS NULL THEN
                low := month::timestamp AT TIME ZONE 'UTC';
                high := (month + interval '1 month')::timestamp AT TIME ZONE 'UTC';
                EXECUTE format(
                    'CREATE TABLE %%I (LIKE %%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent.name
                );
                -- an insert that has chosen the DEFAULT partition already would find itself in the wrong one
                EXECUTE format('LOCK TABLE %%I IN SHARE ROW EXCLUSIVE MODE', parent.name);
                EXECUTE format('LOCK TABLE %%I IN ACCESS EXCLUSIVE MODE', parent.name || '_default');
                EXECUTE format(
                    'WITH moved AS (DELETE FROM %%I WHERE %%I >= %%L AND %%I < %%L RETURNING *) '
                    'INSERT INTO %%I SELECT * FROM moved',
                    parent.name || '_default', parent.key, low, parent.key, high, child
                );
                EXECUTE format(
                    'ALTER TABLE %%I ATTACH PARTITION %%I FOR VALUES FROM (%%L) TO (%%L)', parent.name, child, low, high
                );
                made := made + 1;
            END IF;
            month := (month + interval '1 month')::date;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$
"""


def upgrade() -> None:
    connection = op.get_bind()
    for statement in TABLES.split(";\n"):
        connection.exec_driver_sql(statement)
    for table in PARTITIONED:
        connection.exec_driver_sql(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")
    parents = ", ".join(f"('{table}', '{key}')" for table, key in PARTITIONED.items())
    connection.exec_driver_sql(ENSURE_PARTITIONS % {"parents": parents})
    connection.exec_driver_sql(
        "SELECT ensure_partitions((now() - interval '1 month')::date, (now() + interval '2 months')::date)"
    )


def downgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql("DROP FUNCTION ensure_partitions(date, date)")
    for table in ("dead_letters", "cost_totals", "outbox", "customers", "callbacks", *reversed(PARTITIONED)):
        connection.exec_driver_sql(f"DROP TABLE {table}")
