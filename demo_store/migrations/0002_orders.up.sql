-- A stand-in until 0002_orders is merged: the two tables of it that fitting writes to.
CREATE TABLE store.sms_outbox (
    id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    phone      text NOT NULL,
    text       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent       boolean NOT NULL DEFAULT false
);

CREATE TABLE store.audit_log (
    id      bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at      timestamptz NOT NULL DEFAULT now(),
    action  text NOT NULL,
    object  text NOT NULL,
    call_id text,
    before  jsonb,
    after   jsonb
);
