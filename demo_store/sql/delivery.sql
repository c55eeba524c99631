-- name: city
SELECT * FROM store.cities WHERE keys @> ARRAY[$1]

-- name: city_of_point
SELECT c.* FROM store.cities c JOIN store.pickup_points p ON p.city_id = c.id WHERE p.id = $1

-- name: cities
SELECT name_uk, name_en FROM store.cities ORDER BY id

-- name: pickup_points
SELECT p.*, c.name_uk AS city_uk, c.name_en AS city_en
FROM store.pickup_points p
JOIN store.cities c ON c.id = p.city_id
WHERE c.keys @> ARRAY[$1]
ORDER BY p.id
LIMIT $2 OFFSET $3

-- name: count_pickup_points
SELECT count(*) AS total
FROM store.pickup_points p
JOIN store.cities c ON c.id = p.city_id
WHERE c.keys @> ARRAY[$1]
