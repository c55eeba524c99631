-- name: search
-- The narrow rows are filtered and sorted; only the page's own are joined to their texts.
WITH found AS (
    SELECT id, price, popularity
    FROM store.listed_tires
    WHERE ($1::int IS NULL OR width = $1)
      AND ($2::int IS NULL OR profile = $2)
      AND ($3::int IS NULL OR diameter = $3)
      AND ($4::text IS NULL OR season = $4)
      AND ($5::text IS NULL OR brand_keys @> ARRAY[$5])
      AND ($6::text IS NULL OR strpos(model_key, nullif($6, '')) > 0)
      AND ($7::numeric IS NULL OR price >= $7)
      AND ($8::numeric IS NULL OR price <= $8)
      AND ($9::boolean IS NULL OR (id IN (SELECT tire_id FROM store.stock WHERE quantity > 0)) = $9)
), page AS (
    SELECT id, row_number() OVER () AS place
    FROM (
        SELECT id
        FROM found
        ORDER BY CASE WHEN $10 = 'price_asc' THEN price END,
                 CASE WHEN $10 = 'price_desc' THEN price END DESC,
                 popularity DESC,
                 id
        LIMIT $11 OFFSET $12
    ) sorted
)
SELECT total.count AS total, listed.*
FROM (SELECT count(*) FROM found) total
LEFT JOIN (page JOIN store.listed_tires listed USING (id)) ON true
ORDER BY place

-- name: tire
SELECT * FROM store.listed_tires WHERE id = $1

-- name: compatible_vehicles
SELECT DISTINCT v.make, v.model, g.name AS generation, g.year_from, g.year_to
FROM store.oem_sizes s
JOIN store.generations g ON g.id = s.generation_id
JOIN store.vehicles v ON v.id = g.vehicle_id
WHERE s.size = $1
ORDER BY v.make, v.model, g.year_from

-- name: locations
-- What lies in a warehouse is there today; what is on its way comes with the next delivery.
WITH today AS (SELECT (now() AT TIME ZONE 'Europe/Kyiv')::date AS day)
SELECT w.name_uk, w.name_en, s.quantity, s.incoming > 0 AS expected, today.day AS today, delivery.day AS next_delivery
FROM store.stock s
JOIN store.warehouses w ON w.id = s.warehouse_id
CROSS JOIN today
CROSS JOIN LATERAL (
    SELECT min(today.day + ahead) AS day
    FROM generate_series(1, 7) ahead
    WHERE extract(isodow FROM today.day + ahead)::int = ANY (w.delivery_weekdays)
) delivery
WHERE s.tire_id = $1 AND (s.quantity > 0 OR s.incoming > 0)
ORDER BY s.quantity DESC, delivery.day, w.id

-- name: brands
SELECT name, aliases FROM store.brands ORDER BY name LIMIT $1 OFFSET $2

-- name: count_brands
SELECT count(*) AS total FROM store.brands
