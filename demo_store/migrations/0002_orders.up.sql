ALTER TABLE store.tires ADD COLUMN weight_kg numeric(5, 1) NOT NULL DEFAULT 9; -- a middling tire's until it is seeded

CREATE TABLE store.cities (
    id            text PRIMARY KEY,
    name_uk       text NOT NULL,
    name_en       text NOT NULL,
    keys          text[] NOT NULL, -- names and aliases as names.name_key makes them
    cost          numeric(10, 2) NOT NULL CHECK (cost >= 0),
    free_from     numeric(12, 2) NOT NULL CHECK (free_from > 0), -- of the order's total
    included_kg   int NOT NULL CHECK (included_kg >= 0),
    extra_kg_cost numeric(10, 2) NOT NULL CHECK (extra_kg_cost >= 0),
    delivery_days int NOT NULL CHECK (delivery_days > 0),
    pickup_days   int NOT NULL CHECK (pickup_days > 0)
);

CREATE TABLE store.pickup_points (
    id               text PRIMARY KEY,
    city_id          text NOT NULL REFERENCES store.cities,
    name_uk          text NOT NULL,
    name_en          text NOT NULL,
    address_uk       text NOT NULL,
    address_en       text NOT NULL,
    working_hours_uk text NOT NULL,
    working_hours_en text NOT NULL,
    phone            text NOT NULL
);
CREATE INDEX pickup_points_city ON store.pickup_points (city_id);

-- An order outlives what the shop lists: it refers to no tire, city or pickup point by a foreign key.
CREATE TABLE store.orders (
    id                 bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (START WITH 1001), -- below are the seed's
    -- Six digits to say on the phone, each once in 900,000 orders (486187 and 900000 have no common factor), and
    -- unlike those of the orders before and after.
    order_number       text NOT NULL UNIQUE GENERATED ALWAYS AS ((100000 + id * 486187 % 900000)::text) STORED,
    status             text NOT NULL DEFAULT 'draft' CHECK (status IN
                       ('draft', 'confirmed', 'processing', 'shipped', 'at_pickup_point', 'delivered', 'cancelled')),
    customer_phone     text NOT NULL, -- E.164
    customer_name      text,
    source             text NOT NULL,
    call_id            text, -- of the call that made it
    created_at         timestamptz NOT NULL DEFAULT now(),
    expires_at         timestamptz NOT NULL DEFAULT now() + interval '30 minutes', -- while it is a draft
    confirmed_at       timestamptz,
    currency           text NOT NULL,
    subtotal           numeric(12, 2) NOT NULL CHECK (subtotal > 0),
    weight_kg          numeric(10, 1) NOT NULL,
    delivery_type      text CHECK (delivery_type IN ('delivery', 'pickup')),
    city_id            text,
    address            text,
    pickup_point_id    text,
    delivery_cost      numeric(12, 2) CHECK (delivery_cost >= 0),
    delivery_days      int CHECK (delivery_days > 0),
    total              numeric(12, 2) NOT NULL GENERATED ALWAYS AS (subtotal + coalesce(delivery_cost, 0)) STORED,
    payment_method     text CHECK (payment_method IN ('cod', 'online', 'card_on_delivery')),
    paid               boolean NOT NULL DEFAULT false,
    estimated_delivery date,
    tracking_number    text,
    sms_sent           boolean NOT NULL DEFAULT false,
    CHECK (CASE delivery_type
               WHEN 'delivery' THEN address IS NOT NULL AND pickup_point_id IS NULL
               WHEN 'pickup' THEN address IS NULL AND pickup_point_id IS NOT NULL
               ELSE address IS NULL AND pickup_point_id IS NULL
           END),
    CHECK ((delivery_type IS NULL) = (city_id IS NULL)),
    CHECK ((delivery_type IS NULL) = (delivery_cost IS NULL)),
    CHECK ((delivery_type IS NULL) = (delivery_days IS NULL)),
    CHECK (confirmed_at IS NULL OR (delivery_type IS NOT NULL AND payment_method IS NOT NULL))
);
CREATE INDEX orders_customer ON store.orders (customer_phone, created_at DESC);

CREATE TABLE store.order_items (
    order_id   bigint NOT NULL REFERENCES store.orders ON DELETE CASCADE,
    position   int NOT NULL,
    product_id text NOT NULL,
    name       text NOT NULL,
    size       text NOT NULL,
    quantity   int NOT NULL CHECK (quantity BETWEEN 1 AND 99),
    price      numeric(10, 2) NOT NULL CHECK (price > 0),
    PRIMARY KEY (order_id, position),
    UNIQUE (order_id, product_id)
);

CREATE TABLE store.status_history (
    id       bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    order_id bigint NOT NULL REFERENCES store.orders ON DELETE CASCADE,
    status   text NOT NULL,
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX status_history_order ON store.status_history (order_id);

CREATE VIEW store.listed_orders AS
SELECT o.*,
       -- A draft needs nobody to end it: its time alone does.
       CASE WHEN o.status = 'draft' AND o.expires_at <= now() THEN 'cancelled' ELSE o.status END AS current_status,
       (SELECT string_agg(i.quantity || ' × ' || i.name || ' ' || i.size, ', ' ORDER BY i.position)
        FROM store.order_items i WHERE i.order_id = o.id) AS items_summary,
       coalesce(c.name_uk, o.city_id) AS city_uk,
       coalesce(c.name_en, o.city_id) AS city_en,
       coalesce(o.address, p.address_uk, '') AS address_uk,
       coalesce(o.address, p.address_en, '') AS address_en,
       p.name_uk AS pickup_point_uk,
       p.name_en AS pickup_point_en
FROM store.orders o
LEFT JOIN store.cities c ON c.id = o.city_id
LEFT JOIN store.pickup_points p ON p.id = o.pickup_point_id;

CREATE TABLE store.idempotency_keys (
    path       text NOT NULL,
    key        text NOT NULL,
    digest     bytea NOT NULL, -- of the body
    answer     text, -- null only within the transaction that works it out
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (path, key)
);
CREATE INDEX idempotency_keys_created_at ON store.idempotency_keys (created_at);

CREATE TABLE store.sms_outbox (
    id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    phone      text NOT NULL,
    text       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent       boolean NOT NULL DEFAULT false
);

CREATE TABLE store.audit_log (
    id      bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at      timestamptz NOT NULL DEFAULT now(),
    action  text NOT NULL,
    object  text NOT NULL, -- 'orders/1001'
    call_id text,
    before  jsonb,
    after   jsonb
);
CREATE INDEX audit_log_object ON store.audit_log (object);
