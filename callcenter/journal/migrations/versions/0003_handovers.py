"""What operators are told, the audit log, and the articles that an answer was made from."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE handovers (
    call_id uuid NOT NULL,
    call_started_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    at timestamptz NOT NULL,
    reason text NOT NULL,
    scenario text NOT NULL,
    language text NOT NULL,
    summary text NOT NULL,
    -- a model's own, which nobody has checked
    words text NOT NULL,
    found jsonb NOT NULL,
    PRIMARY KEY (call_id, call_started_at)
);
CREATE INDEX handovers_by_time ON handovers (at DESC, call_id DESC);

CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    object text NOT NULL,
    outcome text NOT NULL,
    reason text,
    before jsonb,
    after jsonb,
    -- of what an agent did in a call: sequence counts from 0 within it. None of them otherwise
    call_id uuid,
    call_started_at timestamptz,
    sequence integer,
    UNIQUE (call_id, call_started_at, sequence)
);
CREATE INDEX audit_log_by_time ON audit_log (at DESC, id DESC);
CREATE INDEX audit_log_by_object ON audit_log (object, at DESC)
"""

# Who can rewrite an audit log can hide what was done. The program logs in as the owner of its tables, and no GRANT
# binds an owner: so the table itself refuses, whoever asks. It holds nothing of who a caller is (the call's row does,
# and is what a customer's erasure takes), so that nothing in it has ever to be taken out. Whoever must all the same
# (a court, a test) says so to PostgreSQL first: ALTER TABLE audit_log DISABLE TRIGGER audit_log_is_kept.
KEPT = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of %: it is only ever added to', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$
"""
TRIGGER = """
CREATE TRIGGER audit_log_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    connection = op.get_bind()
    for statement in TABLES.split(";\n"):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(KEPT)
    connection.exec_driver_sql(TRIGGER)
    connection.exec_driver_sql("ALTER TABLE call_turns ADD COLUMN articles text[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql("ALTER TABLE call_turns DROP COLUMN articles")
    connection.exec_driver_sql("DROP TABLE audit_log")
    connection.exec_driver_sql("DROP FUNCTION refuse_change()")
    connection.exec_driver_sql("DROP TABLE handovers")
