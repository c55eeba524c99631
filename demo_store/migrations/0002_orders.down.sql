DROP TABLE store.audit_log, store.sms_outbox, store.idempotency_keys;
DROP VIEW store.listed_orders;
DROP TABLE store.status_history, store.order_items, store.orders, store.pickup_points, store.cities;
ALTER TABLE store.tires DROP COLUMN weight_kg;
