-- The partition in every unique key, as a plain column: so the schema can be distributed by it later. Statements fill it
-- from what they look a row up by: the id of its owner, a digest, or a text.

CREATE FUNCTION ledger.partition_of_digest(digest bytea) RETURNS smallint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (get_byte(digest, 0) % 16)::smallint
$$;

-- SHA-256, since what Postgres hashes with itself may change with its version.
CREATE FUNCTION ledger.partition_of_text(words text) RETURNS smallint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ledger.partition_of_digest(sha256(convert_to(words, 'UTF8')))
$$;

GRANT EXECUTE ON FUNCTION ledger.partition_of, ledger.partition_of_digest, ledger.partition_of_text TO jz_app;

ALTER TABLE ops.sessions ADD COLUMN partition smallint; -- of the session's id: a token names nothing else
UPDATE ops.sessions SET partition = ledger.partition_of(session_id);
ALTER TABLE ops.sessions ALTER COLUMN partition SET NOT NULL,
    DROP CONSTRAINT sessions_pkey, ADD PRIMARY KEY (partition, session_id);

ALTER TABLE ops.sms_codes ADD COLUMN partition smallint;
UPDATE ops.sms_codes SET partition = ledger.partition_of_digest(phone_digest);
ALTER TABLE ops.sms_codes ALTER COLUMN partition SET NOT NULL,
    DROP CONSTRAINT sms_codes_pkey, ADD PRIMARY KEY (partition, phone_digest, sent_at);

ALTER TABLE ops.sms_outbox ADD COLUMN partition smallint; -- of the dedup_key; without one, any
UPDATE ops.sms_outbox SET partition = coalesce(ledger.partition_of_text(dedup_key), message_id % 16);
ALTER TABLE ops.sms_outbox ALTER COLUMN partition SET NOT NULL,
    DROP CONSTRAINT sms_outbox_pkey, ADD PRIMARY KEY (partition, message_id),
    DROP CONSTRAINT sms_outbox_dedup_key_key, ADD UNIQUE (partition, dedup_key);
CREATE INDEX sms_outbox_order ON ops.sms_outbox (message_id);

ALTER TABLE ops.answers ADD COLUMN partition smallint; -- of the actor, whose answers go together
UPDATE ops.answers SET partition = ledger.partition_of_text(actor);
ALTER TABLE ops.answers ALTER COLUMN partition SET NOT NULL,
    DROP CONSTRAINT answers_pkey, ADD PRIMARY KEY (partition, actor, request_key);

ALTER TABLE ops.face_templates ADD COLUMN partition smallint;
UPDATE ops.face_templates SET partition = ledger.partition_of(subject_id);
ALTER TABLE ops.face_templates ALTER COLUMN partition SET NOT NULL,
    DROP CONSTRAINT face_templates_pkey, ADD PRIMARY KEY (partition, subject_id);

ALTER TABLE ops.staff_challenges ADD COLUMN partition smallint;
UPDATE ops.staff_challenges SET partition = ledger.partition_of_digest(challenge_mac);
ALTER TABLE ops.staff_challenges ALTER COLUMN partition SET NOT NULL,
    DROP CONSTRAINT staff_challenges_pkey, ADD PRIMARY KEY (partition, challenge_mac);
CREATE INDEX staff_challenges_expiry ON ops.staff_challenges (expires_at); -- each new one sweeps the old ones away

ALTER TABLE ops.wakeups ADD COLUMN partition smallint; -- of the id, which lies in the subject's partition
UPDATE ops.wakeups SET partition = ledger.partition_of(id);
ALTER TABLE ops.wakeups ALTER COLUMN partition SET NOT NULL,
    DROP CONSTRAINT wakeups_pkey, ADD PRIMARY KEY (partition, kind, id);

ALTER TABLE ops.enterprise_imports ADD COLUMN partition smallint;
UPDATE ops.enterprise_imports SET partition = ledger.partition_of(import_id);
ALTER TABLE ops.enterprise_imports ALTER COLUMN partition SET NOT NULL,
    DROP CONSTRAINT enterprise_imports_pkey, ADD PRIMARY KEY (partition, import_id);

ALTER TABLE ops.enterprise_import_rejections ADD COLUMN partition smallint;
UPDATE ops.enterprise_import_rejections SET partition = ledger.partition_of(import_id);
ALTER TABLE ops.enterprise_import_rejections ALTER COLUMN partition SET NOT NULL,
    DROP CONSTRAINT enterprise_import_rejections_pkey, ADD PRIMARY KEY (partition, import_id, line);

ALTER TABLE ops.enterprise_import_codes ADD COLUMN partition smallint;
UPDATE ops.enterprise_import_codes SET partition = ledger.partition_of(import_id);
ALTER TABLE ops.enterprise_import_codes ALTER COLUMN partition SET NOT NULL,
    DROP CONSTRAINT enterprise_import_codes_pkey, ADD PRIMARY KEY (partition, import_id, uscc);

-- The read models tables have other keys now. Nothing is lost with them: they are created anew after the migrations
-- and filled from the log from its beginning. Who else follows the log stays where it is.
DO $$ DECLARE former regclass; BEGIN
    FOR former IN SELECT format('%I.%I', schemaname, tablename)::regclass FROM pg_tables
        WHERE schemaname IN ('views', 'views_next', 'views_old')
    LOOP EXECUTE format('DROP TABLE %s', former); END LOOP;
END $$;
DELETE FROM ops.tracking WHERE follower <> 'reactions';
