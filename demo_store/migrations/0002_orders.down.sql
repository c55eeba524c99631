DROP TABLE store.audit_log, store.sms_outbox;
