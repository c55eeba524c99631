"""Where the time of each answer went, what guesses were thrown away, who heard and who spoke."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Constant defaults: PostgreSQL notes them beside the table and rewrites no partition.
COLUMNS = {
    # milliseconds from the end of the caller's speech, by stage
    "timeline": "jsonb NOT NULL DEFAULT '{}'",
    "endpoint_reason": "text",
    "speculation": "text",
    "wasted_tokens_in": "integer NOT NULL DEFAULT 0",
    "wasted_tokens_out": "integer NOT NULL DEFAULT 0",
    "wasted_tts_characters": "integer NOT NULL DEFAULT 0",
    "wasted_stt_audio_ms": "integer NOT NULL DEFAULT 0",
    "stt_backend": "text",
    "tts_backend": "text",
}
# Turns come nearly in the order of time, so that a few kilobytes a month tell where some days of it lie.
INDEX = "CREATE INDEX call_turns_by_start ON call_turns USING brin (call_started_at) WITH (autosummarize = on)"


def upgrade() -> None:
    added = ", ".join(f"ADD COLUMN {name} {definition}" for name, definition in COLUMNS.items())
    op.get_bind().exec_driver_sql(f"ALTER TABLE call_turns {added}")
    op.get_bind().exec_driver_sql(INDEX)


def downgrade() -> None:
    dropped = ", ".join(f"DROP COLUMN {name}" for name in COLUMNS)
    op.get_bind().exec_driver_sql("DROP INDEX call_turns_by_start")
    op.get_bind().exec_driver_sql(f"ALTER TABLE call_turns {dropped}")
