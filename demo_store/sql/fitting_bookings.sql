-- name: insert
INSERT INTO store.fitting_bookings (
    station_id, day, start, service_type, duration_min, price, customer_phone, customer_name, vehicle_info,
    tire_diameter, linked_order_id, call_id, sms_sent
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, true)
RETURNING id

-- name: lock_station
-- Whoever changes a station's places holds this first, so that no two wait for each other. NO KEY: the insert of a
-- booking refers to its station and need not wait.
SELECT * FROM store.fitting_stations WHERE id = $1 FOR NO KEY UPDATE

-- name: take_places
-- In the first bay that is free all the time; no row where none is.
INSERT INTO store.fitting_places (booking_id, station_id, day, start, bay)
SELECT $1, $2, $3, half_hour, free.bay
FROM (
    SELECT min(bay) AS bay
    FROM generate_series(1, $5::int) bay
    WHERE NOT EXISTS (
        SELECT FROM store.fitting_places taken
        WHERE taken.station_id = $2 AND taken.day = $3 AND taken.start = ANY ($4::time[]) AND taken.bay = bay.bay
    )
) free
CROSS JOIN unnest($4::time[]) half_hour
WHERE free.bay IS NOT NULL
RETURNING bay

-- name: free_places
DELETE FROM store.fitting_places WHERE booking_id = $1

-- name: booking
SELECT b.*, s.name_uk, s.name_en, s.city_uk, s.city_en, s.address_uk, s.address_en
FROM store.fitting_bookings b
JOIN store.fitting_stations s ON s.id = b.station_id
WHERE b.id = $1

-- name: coming
SELECT b.*, s.name_uk, s.name_en, s.city_uk, s.city_en, s.address_uk, s.address_en
FROM store.fitting_bookings b
JOIN store.fitting_stations s ON s.id = b.station_id
WHERE b.customer_phone = $1 AND b.status = 'booked' AND b.day + b.start > $2::timestamp
ORDER BY b.day, b.start, b.id
LIMIT $3 OFFSET $4

-- name: count_coming
SELECT count(*) AS total
FROM store.fitting_bookings
WHERE customer_phone = $1 AND status = 'booked' AND day + start > $2::timestamp

-- name: move
UPDATE store.fitting_bookings SET day = $2, start = $3, sms_sent = true WHERE id = $1

-- name: cancel
UPDATE store.fitting_bookings SET status = 'cancelled' WHERE id = $1

-- name: send_sms
INSERT INTO store.sms_outbox (phone, text) VALUES ($1, $2)
