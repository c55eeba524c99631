-- name: stations
SELECT * FROM store.fitting_stations WHERE city_keys @> ARRAY[$1::text] ORDER BY id LIMIT $2 OFFSET $3

-- name: count_stations
SELECT count(*) AS total FROM store.fitting_stations WHERE city_keys @> ARRAY[$1::text]

-- name: station
SELECT * FROM store.fitting_stations WHERE id = $1

-- name: service
SELECT s.duration_min, p.price
FROM store.fitting_services s
LEFT JOIN store.fitting_prices p ON p.service_type = s.type AND p.tire_diameter = $2
WHERE s.type = $1

-- name: taken
SELECT day, start, bay FROM store.fitting_places WHERE station_id = $1 AND day BETWEEN $2 AND $3

-- name: prices
SELECT s.type, s.label_uk, s.label_en, s.duration_min, p.tire_diameter, p.price
FROM store.fitting_services s
JOIN store.fitting_prices p ON p.service_type = s.type
WHERE p.tire_diameter = $1 AND ($2::text[] IS NULL OR s.type = ANY ($2))
ORDER BY s.position
LIMIT $3 OFFSET $4

-- name: count_prices
SELECT count(*) AS total FROM store.fitting_prices
WHERE tire_diameter = $1 AND ($2::text[] IS NULL OR service_type = ANY ($2))
