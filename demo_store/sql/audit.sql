-- name: write
INSERT INTO store.audit_log (action, object, call_id, before, after) VALUES ($1, $2, $3, $4::jsonb, $5::jsonb)
