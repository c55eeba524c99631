CREATE TABLE store.fitting_stations (
    id          text PRIMARY KEY,
    city_keys   text[] NOT NULL, -- what people call the city, as names.name_key makes it
    city_uk     text NOT NULL,
    city_en     text NOT NULL,
    name_uk     text NOT NULL,
    name_en     text NOT NULL,
    district_uk text NOT NULL,
    district_en text NOT NULL,
    address_uk  text NOT NULL,
    address_en  text NOT NULL,
    phone       text NOT NULL,
    bays        int NOT NULL CHECK (bays > 0),
    services    text[] NOT NULL,
    -- By ISO weekday, Monday first; null when closed. Nobody works while clocks change (3 and 4 in the night), so that a
    -- time on the wall names one moment and an hour of work is an hour.
    opens       time[] NOT NULL CHECK (cardinality(opens) = 7 AND '05:00' <= ALL (opens)),
    closes      time[] NOT NULL CHECK (cardinality(closes) = 7)
);

CREATE TABLE store.fitting_services (
    type         text PRIMARY KEY CHECK (type IN ('tire_change', 'balancing', 'full_service')),
    position     int NOT NULL, -- in lists
    label_uk     text NOT NULL,
    label_en     text NOT NULL,
    duration_min int NOT NULL CHECK (duration_min > 0 AND duration_min % 30 = 0)
);

CREATE TABLE store.fitting_prices (
    service_type  text NOT NULL REFERENCES store.fitting_services,
    tire_diameter int NOT NULL CHECK (tire_diameter BETWEEN 10 AND 26),
    price         numeric(10, 2) NOT NULL CHECK (price > 0), -- of four wheels
    PRIMARY KEY (service_type, tire_diameter)
);

CREATE TABLE store.fitting_bookings (
    id              bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (START WITH 30001),
    station_id      text NOT NULL REFERENCES store.fitting_stations ON DELETE CASCADE,
    day             date NOT NULL, -- day and start are Kyiv's
    start           time NOT NULL,
    service_type    text NOT NULL REFERENCES store.fitting_services,
    duration_min    int NOT NULL,
    price           numeric(10, 2), -- null while nobody said which diameter
    status          text NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'cancelled')),
    customer_phone  text NOT NULL, -- E.164
    customer_name   text,
    vehicle_info    text,
    tire_diameter   int CHECK (tire_diameter BETWEEN 10 AND 26),
    linked_order_id text, -- as given: an order may be another shop's
    call_id         text, -- that made it; null for those that the seed made
    sms_sent        boolean NOT NULL, -- a message told of this day and start
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX fitting_bookings_phone ON store.fitting_bookings (customer_phone, day);

-- The half-hours that bookings take. The key is what keeps two cars out of one bay.
CREATE TABLE store.fitting_places (
    station_id text NOT NULL REFERENCES store.fitting_stations ON DELETE CASCADE,
    day        date NOT NULL,
    start      time NOT NULL,
    bay        int NOT NULL,
    booking_id bigint NOT NULL REFERENCES store.fitting_bookings ON DELETE CASCADE,
    PRIMARY KEY (station_id, day, start, bay)
);
CREATE INDEX fitting_places_booking ON store.fitting_places (booking_id);
