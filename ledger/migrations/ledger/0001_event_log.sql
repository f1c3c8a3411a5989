-- The event log, its positions, its claims. Every unique key has the partition, so that the schema can be
-- distributed by it later. The application's role may add events, never change or delete them.

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jz_app') THEN
        CREATE ROLE jz_app NOLOGIN;
    END IF;
END $$;

CREATE SCHEMA ledger;

CREATE TABLE ledger.events (
    partition  smallint NOT NULL CHECK (partition BETWEEN 0 AND 15),
    position   bigint   NOT NULL, -- gap-free and in commit order within the partition
    stream_id  uuid     NOT NULL,
    version    bigint   NOT NULL,
    topic      text     NOT NULL,
    state      bytea    NOT NULL,
    append_id  uuid     NOT NULL, -- of the batch, so that a retry of a committed one is recognised
    PRIMARY KEY (partition, stream_id, version),
    UNIQUE (partition, position)
);
CREATE INDEX events_append ON ledger.events (partition, append_id);

-- The number of the last event of each partition: read from the index, since a counter row would be updated
-- by every append and grow a version chain behind any long-running reader.
CREATE VIEW ledger.partitions AS
    SELECT p.partition, coalesce((SELECT max(e.position) FROM ledger.events e WHERE e.partition = p.partition), 0)
        AS head
    FROM (SELECT generate_series(0, 15)::smallint AS partition) p;

-- What only one person may hold: an ID number, a phone, a certificate code. Digests are keyed (HMAC).
CREATE TABLE ledger.claims (
    partition smallint NOT NULL,
    kind      text     NOT NULL,
    pepper_id smallint NOT NULL,
    digest    bytea    NOT NULL,
    owner     uuid     NOT NULL,
    lapses_at timestamptz, -- a provisional or short-lived claim yields after this instant
    PRIMARY KEY (partition, kind, pepper_id, digest)
);
CREATE INDEX claims_owner ON ledger.claims (owner);

-- People whose key is destroyed: nothing personal is written for them any more.
CREATE TABLE ledger.erased_subjects (
    partition  smallint NOT NULL,
    subject_id uuid     NOT NULL,
    PRIMARY KEY (partition, subject_id)
);

CREATE FUNCTION ledger.partition_of(stream uuid) RETURNS smallint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (get_byte(uuid_send(stream), 1) % 16)::smallint -- 256 is a multiple of 16: the low byte decides
$$;

-- Appends several saves in one transaction, and waits for the disk only after that transaction has let go of its
-- locks: an event is visible an instant before it is durable, and the caller is answered once it is.
--
-- Locks are taken in one order by everybody (subjects, claims, partitions, each sorted), so that two batches
-- never wait for each other in a circle. Under them every verdict is a plain read. The saves of a batch touch
-- different streams, claims and subjects; who calls sees to that.
--
-- The verdict of a save: null (appended), again (committed before), erased, claim or stream (refused; the detail
-- says which). The places are those of its events, as partition * 2^48 + position.
CREATE PROCEDURE ledger.append(
    append_ids uuid[], ats timestamptz[], erases uuid[], release_owners uuid[],
    event_saves int[], streams uuid[], versions bigint[], topics text[], states bytea[],
    subject_saves int[], subjects uuid[],
    claim_saves int[], claim_kinds text[], claim_peppers smallint[], claim_digests bytea[], claim_owners uuid[],
    claim_lapses timestamptz[],
    release_saves int[], release_kinds text[],
    INOUT verdicts text[], INOUT details text[], INOUT places jsonb
) LANGUAGE plpgsql AS $$
DECLARE
    has_subjects boolean := cardinality(subjects) > 0 OR array_remove(erases, NULL) <> '{}';
BEGIN
    -- plans are made once a connection, often on an empty table, and must still be right when it has grown
    PERFORM set_config('synchronous_commit', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true),
        set_config('enable_seqscan', 'off', true);

    IF has_subjects THEN -- an erasure excludes personal writes of its subject; those do not exclude each other
        PERFORM CASE WHEN erasing THEN pg_advisory_xact_lock(lock) ELSE pg_advisory_xact_lock_shared(lock) END
        FROM (SELECT hashtextextended('subject:' || s, 0) AS lock, bool_or(e) AS erasing
              FROM (SELECT unnest(subjects), false UNION ALL SELECT unnest(erases), true) AS t (s, e)
              WHERE s IS NOT NULL GROUP BY 1 ORDER BY 1) AS sorted;
    END IF;
    IF cardinality(claim_digests) > 0 THEN
        PERFORM pg_advisory_xact_lock(lock)
        FROM (SELECT DISTINCT hashtextextended('claim:' || k || encode(d, 'hex'), 0) AS lock
              FROM unnest(claim_kinds, claim_digests) AS t (k, d) ORDER BY 1) AS sorted;
    END IF;
    PERFORM pg_advisory_xact_lock(1785359972, partition::int) -- 'jzpd'
    FROM (SELECT DISTINCT ledger.partition_of(s) AS partition FROM unnest(streams) s ORDER BY 1) AS sorted;

    SELECT array_agg(v.verdict ORDER BY v.save), array_agg(v.detail ORDER BY v.save) INTO verdicts, details
    FROM (
        SELECT saves.save, (array_agg(found.verdict ORDER BY found.rank))[1] AS verdict,
               (array_agg(found.detail ORDER BY found.rank))[1] AS detail
        FROM generate_subscripts(append_ids, 1) AS saves (save)
        LEFT JOIN (
            SELECT u.save::int AS save, 1 AS rank, 'again' AS verdict, NULL AS detail
            FROM unnest(append_ids) WITH ORDINALITY AS u (append_id, save)
            JOIN (SELECT DISTINCT ON (event_save) event_save, ledger.partition_of(stream) AS partition
                  FROM unnest(event_saves, streams) WITH ORDINALITY AS t (event_save, stream, nth)
                  ORDER BY event_save, nth) first ON first.event_save = u.save
            WHERE EXISTS (SELECT FROM ledger.events e
                          WHERE e.partition = first.partition AND e.append_id = u.append_id)
            UNION ALL
            SELECT t.save, 2, 'erased', t.subject::text FROM unnest(subject_saves, subjects) AS t (save, subject)
            JOIN ledger.erased_subjects e
                ON e.partition = ledger.partition_of(t.subject) AND e.subject_id = t.subject
            UNION ALL
            SELECT t.save, 3, 'claim', t.kind
            FROM unnest(claim_saves, claim_kinds, claim_peppers, claim_digests, claim_owners, claim_lapses)
                AS t (save, kind, pepper_id, digest, owner, lapses_at)
            JOIN ledger.claims held ON held.partition = (get_byte(t.digest, 0) % 16)::smallint
                AND held.kind = t.kind AND held.pepper_id = t.pepper_id AND held.digest = t.digest
            WHERE NOT coalesce(held.lapses_at <= ats[t.save], false)
                AND NOT (held.owner = t.owner AND held.lapses_at IS NOT NULL AND t.lapses_at IS NULL)
                AND NOT (held.owner IS NOT DISTINCT FROM release_owners[t.save]
                    AND EXISTS (SELECT FROM unnest(release_saves, release_kinds) AS r (save, kind)
                                WHERE r.save = t.save AND r.kind = held.kind))
            UNION ALL
            SELECT t.save, 4, 'stream', t.stream::text
            FROM (SELECT save, stream, min(version) AS first, max(version) AS last
                  FROM unnest(event_saves, streams, versions) AS u (save, stream, version) GROUP BY 1, 2) AS t
            WHERE EXISTS (SELECT FROM ledger.events e WHERE e.partition = ledger.partition_of(t.stream)
                          AND e.stream_id = t.stream AND e.version BETWEEN t.first AND t.last)
        ) AS found ON found.save = saves.save
        GROUP BY saves.save
    ) AS v;

    IF array_remove(erases, NULL) <> '{}' THEN
        INSERT INTO ledger.erased_subjects SELECT ledger.partition_of(s), s
            FROM unnest(erases, verdicts) AS t (s, verdict) WHERE s IS NOT NULL AND verdict IS NULL
            ON CONFLICT DO NOTHING;
    END IF;
    IF cardinality(release_kinds) > 0 THEN
        DELETE FROM ledger.claims c USING unnest(release_saves, release_kinds) AS t (save, kind)
            WHERE c.owner = release_owners[t.save] AND c.kind = t.kind AND verdicts[t.save] IS NULL;
    END IF;
    IF cardinality(claim_digests) > 0 THEN
        INSERT INTO ledger.claims
            SELECT (get_byte(t.digest, 0) % 16)::smallint, t.kind, t.pepper_id, t.digest, t.owner, t.lapses_at
            FROM unnest(claim_saves, claim_kinds, claim_peppers, claim_digests, claim_owners, claim_lapses)
                AS t (save, kind, pepper_id, digest, owner, lapses_at)
            WHERE verdicts[t.save] IS NULL
        ON CONFLICT (partition, kind, pepper_id, digest) DO UPDATE
            SET owner = excluded.owner, lapses_at = excluded.lapses_at;
    END IF;

    WITH heads AS MATERIALIZED ( -- read once a partition, not once an event
        SELECT p.partition, coalesce((SELECT max(e.position) FROM ledger.events e WHERE e.partition = p.partition), 0)
            AS head
        FROM (SELECT DISTINCT ledger.partition_of(s) AS partition FROM unnest(streams) s) p
    ), numbered AS (
        SELECT t.save, t.nth, t.stream, t.version, t.topic, t.state, h.partition,
               h.head + row_number() OVER (PARTITION BY h.partition ORDER BY t.nth) AS position
        FROM unnest(event_saves, streams, versions, topics, states)
            WITH ORDINALITY AS t (save, stream, version, topic, state, nth)
        JOIN heads h ON h.partition = ledger.partition_of(t.stream)
        WHERE verdicts[t.save] IS NULL
    ), written AS (
        INSERT INTO ledger.events (partition, position, stream_id, version, topic, state, append_id)
        SELECT partition, position, stream, version, topic, state, append_ids[save] FROM numbered
    )
    SELECT jsonb_object_agg(save, numbers) INTO places FROM (
        SELECT save, jsonb_agg((partition::bigint << 48) + position ORDER BY nth) AS numbers
        FROM numbered GROUP BY save
        UNION ALL
        SELECT u.save, (SELECT jsonb_agg((e.partition::bigint << 48) + e.position ORDER BY e.partition, e.position)
                        FROM ledger.events e
                        WHERE e.append_id = u.append_id
                            AND e.partition = ANY ('{0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15}'::smallint[]))
        FROM unnest(append_ids, verdicts) WITH ORDINALITY AS u (append_id, verdict, save)
        WHERE u.verdict = 'again'
    ) AS placed;

    COMMIT; -- lets go of the locks without waiting for the disk
    PERFORM pg_logical_emit_message(true, '', ''); -- a tiny synchronous transaction, flushed together with others
END $$;

GRANT USAGE ON SCHEMA ledger TO jz_app;
GRANT SELECT, INSERT ON ledger.events, ledger.erased_subjects TO jz_app;
GRANT SELECT ON ledger.partitions TO jz_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.claims TO jz_app;
