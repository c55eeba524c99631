-- name: search
SELECT *
FROM store.listed_orders
WHERE ($1::text IS NULL OR customer_phone = $1)
  AND ($2::text IS NULL OR order_number = $2)
  AND ($3::text IS NULL OR current_status = $3)
  -- A draft that came to nothing is no order: only those see it who ask for its number or status.
  AND (confirmed_at IS NOT NULL OR current_status = 'draft' OR $2 IS NOT NULL OR $3 IS NOT NULL)
ORDER BY created_at DESC, id DESC
LIMIT $4 OFFSET $5

-- name: count
SELECT count(*) AS total
FROM store.listed_orders
WHERE ($1::text IS NULL OR customer_phone = $1)
  AND ($2::text IS NULL OR order_number = $2)
  AND ($3::text IS NULL OR current_status = $3)
  AND (confirmed_at IS NOT NULL OR current_status = 'draft' OR $2 IS NOT NULL OR $3 IS NOT NULL)

-- name: call
SELECT call_id FROM store.orders WHERE id = $1

-- name: lock
SELECT id FROM store.orders WHERE id = $1 FOR UPDATE

-- name: order
SELECT * FROM store.listed_orders WHERE id = $1

-- name: items
SELECT product_id, name, size, quantity, price FROM store.order_items WHERE order_id = $1 ORDER BY position

-- name: history
SELECT id, status, at FROM store.status_history WHERE order_id = $1
UNION ALL
SELECT NULL, 'cancelled', expires_at FROM store.orders WHERE id = $1 AND status = 'draft' AND expires_at <= now()
ORDER BY at, id

-- name: priced
SELECT t.id, t.brand || ' ' || t.model AS name, t.size, t.price, t.currency, t.weight_kg,
       (SELECT coalesce(sum(s.quantity), 0) FROM store.stock s WHERE s.tire_id = t.id)::int AS stock_quantity
FROM store.tires t
WHERE t.id = ANY ($1)

-- name: insert
INSERT INTO store.orders (customer_phone, customer_name, source, call_id, currency, subtotal, weight_kg)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING id

-- name: insert_item
INSERT INTO store.order_items (order_id, position, product_id, name, size, quantity, price)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: set_delivery
UPDATE store.orders
SET delivery_type = $2, city_id = $3, address = $4, pickup_point_id = $5, delivery_cost = $6, delivery_days = $7
WHERE id = $1

-- name: confirm
UPDATE store.orders
SET status = 'confirmed', confirmed_at = now(), payment_method = $2, customer_name = coalesce($3, customer_name),
    sms_sent = $4, estimated_delivery = (now() AT TIME ZONE 'Europe/Kyiv')::date + delivery_days
WHERE id = $1

-- name: drop
UPDATE store.orders SET status = 'cancelled' WHERE id = $1

-- name: note_status
INSERT INTO store.status_history (order_id, status) SELECT id, status FROM store.orders WHERE id = $1

-- name: send_sms
INSERT INTO store.sms_outbox (phone, text) VALUES ($1, $2)
