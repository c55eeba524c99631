-- name: lock
-- In one order for everybody: two orders of the same tires wait for each other and never deadlock.
SELECT tire_id, warehouse_id, quantity
FROM store.stock
WHERE tire_id = ANY ($1)
ORDER BY tire_id, warehouse_id
FOR UPDATE

-- name: take
UPDATE store.stock SET quantity = quantity - $3 WHERE tire_id = $1 AND warehouse_id = $2
