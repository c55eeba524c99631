CREATE TABLE store.brands (
    name    text PRIMARY KEY,
    aliases text[] NOT NULL,
    keys    text[] NOT NULL -- name and aliases as names.name_key makes them
);

CREATE TABLE store.tires (
    id             text PRIMARY KEY,
    brand          text NOT NULL REFERENCES store.brands,
    model          text NOT NULL,
    model_key      text NOT NULL,
    width          int NOT NULL CHECK (width > 0),
    profile        int NOT NULL CHECK (profile > 0),
    diameter       int NOT NULL CHECK (diameter > 0),
    light_truck    boolean NOT NULL,
    size           text NOT NULL GENERATED ALWAYS AS
                   (width || '/' || profile || ' R' || diameter || CASE WHEN light_truck THEN 'C' ELSE '' END) STORED,
    season         text NOT NULL CHECK (season IN ('summer', 'winter', 'all_season')),
    type           text NOT NULL,
    load_index     text NOT NULL,
    speed_index    text NOT NULL,
    price          numeric(10, 2) NOT NULL CHECK (price > 0),
    old_price      numeric(10, 2) CHECK (old_price > price),
    currency       text NOT NULL DEFAULT 'UAH',
    popularity     int NOT NULL,
    description_uk text NOT NULL,
    description_en text NOT NULL,
    features_uk    text[] NOT NULL,
    features_en    text[] NOT NULL
);
CREATE INDEX tires_size ON store.tires (size, season);

CREATE TABLE store.warehouses (
    id                text PRIMARY KEY,
    name_uk           text NOT NULL,
    name_en           text NOT NULL,
    delivery_weekdays int[] NOT NULL -- ISO: 1 is Monday
);

CREATE TABLE store.stock (
    tire_id      text NOT NULL REFERENCES store.tires ON DELETE CASCADE,
    warehouse_id text NOT NULL REFERENCES store.warehouses ON DELETE CASCADE,
    quantity     int NOT NULL CHECK (quantity >= 0),
    incoming     int NOT NULL CHECK (incoming >= 0), -- comes with the warehouse's next delivery
    PRIMARY KEY (tire_id, warehouse_id)
);

CREATE VIEW store.listed_tires AS
SELECT t.*,
       b.keys AS brand_keys,
       -- A subquery, not a join: it is worked out only for the rows that are shown.
       (SELECT coalesce(sum(s.quantity), 0) FROM store.stock s WHERE s.tire_id = t.id)::int AS stock_quantity
FROM store.tires t
JOIN store.brands b ON b.name = t.brand;

CREATE TABLE store.makes (
    name    text PRIMARY KEY,
    aliases text[] NOT NULL,
    keys    text[] NOT NULL
);

CREATE TABLE store.vehicles (
    id      int PRIMARY KEY,
    make    text NOT NULL REFERENCES store.makes,
    model   text NOT NULL,
    aliases text[] NOT NULL,
    keys    text[] NOT NULL,
    UNIQUE (make, model)
);

CREATE TABLE store.generations (
    id         int PRIMARY KEY,
    vehicle_id int NOT NULL REFERENCES store.vehicles,
    name       text NOT NULL,
    year_from  int NOT NULL,
    year_to    int CHECK (year_to >= year_from) -- null while it is still made
);

CREATE TABLE store.oem_sizes (
    generation_id int NOT NULL REFERENCES store.generations,
    modification  text NOT NULL, -- '' is every modification that has no rows of its own
    position      int NOT NULL,
    size          text NOT NULL,
    PRIMARY KEY (generation_id, modification, position)
);
CREATE INDEX oem_sizes_size ON store.oem_sizes (size);

CREATE TABLE store.seeds (
    name      text PRIMARY KEY,
    digest    text NOT NULL, -- of the files it was made from
    seeded_at timestamptz NOT NULL DEFAULT now()
);
