-- name: vehicle
SELECT v.id, v.make, v.model
FROM store.vehicles v
JOIN store.makes m ON m.name = v.make
WHERE m.keys @> ARRAY[$1] AND v.keys @> ARRAY[$2]

-- name: generation
SELECT id, name
FROM store.generations
WHERE vehicle_id = $1 AND year_from <= $2 AND $2 <= coalesce(year_to, extract(year FROM now()) + 1)

-- name: sizes
SELECT modification, size FROM store.oem_sizes WHERE generation_id = $1 ORDER BY modification, position

-- name: recommended
-- For each size and season the best-liked of what is there, then the rest.
SELECT *
FROM (
    SELECT *, row_number() OVER (
        PARTITION BY size, season ORDER BY stock_quantity > 0 DESC, popularity DESC, id
    ) AS place
    FROM store.listed_tires
    WHERE size = ANY ($1) AND ($2::text IS NULL OR season = $2)
) ranked
WHERE place <= $3
ORDER BY size, season, place

-- name: vehicles
SELECT v.make, m.aliases AS make_aliases, v.model, v.aliases AS model_aliases,
       min(g.year_from) AS year_from,
       CASE WHEN bool_or(g.year_to IS NULL) THEN NULL ELSE max(g.year_to) END AS year_to
FROM store.vehicles v
JOIN store.makes m ON m.name = v.make
JOIN store.generations g ON g.vehicle_id = v.id
GROUP BY v.make, m.aliases, v.model, v.aliases
ORDER BY v.make, v.model
LIMIT $1 OFFSET $2

-- name: count_vehicles
SELECT count(*) AS total FROM store.vehicles
