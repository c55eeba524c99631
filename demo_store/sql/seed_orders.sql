-- name: remove
-- Ids from 1001 are those of orders that somebody made.
DELETE FROM store.orders WHERE id <= 1000

-- name: days_passed
-- Whole ones: nothing comes to lie in the future.
SELECT floor(extract(epoch FROM now() - seeded_at) / 86400)::int FROM store.seeds WHERE name = 'catalogue'

-- name: move_orders
UPDATE store.orders
SET created_at = created_at + $1::interval,
    expires_at = expires_at + $1::interval,
    confirmed_at = confirmed_at + $1::interval,
    estimated_delivery = (estimated_delivery + $1::interval)::date
WHERE id <= 1000

-- name: move_history
UPDATE store.status_history SET at = at + $1::interval WHERE order_id <= 1000

-- name: move_seed
UPDATE store.seeds SET seeded_at = seeded_at + $1::interval WHERE name = 'catalogue'
