-- name: claim
-- A row where the key is ours: new, or a day old. Waits for a request of the same key that is still running.
INSERT INTO store.idempotency_keys AS known (path, key, digest)
VALUES ($1, $2, $3)
ON CONFLICT (path, key) DO UPDATE SET digest = excluded.digest, answer = NULL, created_at = now()
    WHERE known.created_at < now() - interval '1 day'
RETURNING key

-- name: kept
SELECT digest, answer FROM store.idempotency_keys WHERE path = $1 AND key = $2

-- name: answered
-- Not one whose request is still running.
SELECT digest, answer
FROM store.idempotency_keys
WHERE path = $1 AND key = $2 AND answer IS NOT NULL AND created_at >= now() - interval '1 day'

-- name: keep
UPDATE store.idempotency_keys SET answer = $3 WHERE path = $1 AND key = $2

-- name: forget
-- A few each time, and none that another request holds.
DELETE FROM store.idempotency_keys
WHERE (path, key) IN (
    SELECT path, key
    FROM store.idempotency_keys
    WHERE created_at < now() - interval '1 day'
    LIMIT 50
    FOR UPDATE SKIP LOCKED
)
