-- Appends at half the cost. Only the first event of an append in a partition has the append's id: the others follow
-- it without a gap, up to the next event with an id. Events from before have it each, which reads the same.

ALTER TABLE ledger.events ALTER COLUMN append_id DROP NOT NULL;
COMMENT ON COLUMN ledger.events.append_id IS
    'of the append that begins here, so that a retry of a committed one is recognised; null: goes on';
DROP INDEX ledger.events_append;
CREATE INDEX events_append ON ledger.events (partition, append_id) WHERE append_id IS NOT NULL;

-- The places of an append's events, as partition * 2^48 + position; none if it was never committed.
CREATE FUNCTION ledger.places_of(wanted uuid) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT array_agg((e.partition::bigint << 48) + e.position ORDER BY e.partition, e.position)
    FROM (SELECT partition, min(position) AS first, max(position) AS last FROM ledger.events
          WHERE partition = ANY ('{0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15}'::smallint[]) AND append_id = wanted
          GROUP BY partition) AS begun
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT next.position FROM ledger.events next
                         WHERE next.partition = begun.partition AND next.position > begun.last
                             AND next.append_id IS NOT NULL
                         ORDER BY next.position LIMIT 1), 9223372036854775807) AS position OFFSET 0) AS ending
    JOIN ledger.events e ON e.partition = begun.partition
        AND e.position >= begun.first AND e.position < ending.position
$$;

DROP PROCEDURE ledger.append;

-- Appends several saves in one transaction, and waits for the disk only after that transaction has let go of its
-- locks: an event is visible an instant before it is durable, and the caller is answered once it is.
--
-- Locks are taken in one order by everybody (subjects, claims, partitions, each sorted), so that two batches
-- never wait for each other in a circle. Under them every verdict is a plain read. The saves of a batch touch
-- different streams, claims and subjects; who calls sees to that.
--
-- The verdict of a save: null (nothing is in its way), again (committed before), erased, claim or stream (refused;
-- the detail says which). If any save has a verdict, nothing at all is written: who calls sends the others again.
--
-- Who calls numbers the events of each partition from 1; their positions follow its head, which is told. A run is
-- some events of one stream in a row. Of what there is none (subjects, claims, releases) the arrays are null.
CREATE PROCEDURE ledger.append(
    append_ids uuid[], append_partitions smallint[], -- of each save; the partition of its first event
    run_saves smallint[], run_streams uuid[], run_firsts bigint[], run_lasts bigint[],
    partitions smallint[], numbers bigint[], streams uuid[], versions bigint[], topics text[], states bytea[],
    event_append_ids uuid[],
    subject_saves smallint[], subjects uuid[], erasing boolean[],
    claim_saves smallint[], claim_kinds text[], claim_peppers smallint[], claim_digests bytea[],
    claim_owners uuid[], claim_lapses timestamptz[], claim_ats timestamptz[],
    release_saves smallint[], release_owners uuid[], release_kinds text[],
    touched smallint[], -- the partitions of all events, each once, sorted
    INOUT verdicts text[], INOUT details text[], INOUT heads bigint[] -- of the partitions that are touched
) LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    -- plans are made once a connection, often on an empty table, and must still be right when it has grown
    PERFORM set_config('synchronous_commit', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true),
        set_config('enable_seqscan', 'off', true);

    IF subjects IS NOT NULL THEN -- an erasure excludes personal writes of its subject; those do not exclude each other
        PERFORM CASE WHEN erases THEN pg_advisory_xact_lock(lock) ELSE pg_advisory_xact_lock_shared(lock) END
        FROM (SELECT hashtextextended('subject:' || t.subject, 0) AS lock, bool_or(t.erases) AS erases
              FROM unnest(subjects, erasing) AS t (subject, erases) GROUP BY 1 ORDER BY 1) AS sorted;
    END IF;
    IF claim_digests IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(lock)
        FROM (SELECT DISTINCT hashtextextended('claim:' || t.kind || encode(t.digest, 'hex'), 0) AS lock
              FROM unnest(claim_kinds, claim_digests) AS t (kind, digest) ORDER BY 1) AS sorted;
    END IF;
    PERFORM pg_advisory_xact_lock(1785359972, sorted.partition) -- 'jzpd'
    FROM (SELECT t.partition::int FROM unnest(touched) AS t (partition) ORDER BY 1) AS sorted;

    -- what comes later overrides; `OFFSET 0` keeps each look a look into an index, also in a plan for an empty table
    verdicts := array_fill(NULL::text, ARRAY[cardinality(append_ids)]);
    details := verdicts;
    FOR found IN
        SELECT t.save, t.stream FROM unnest(run_saves, run_streams, run_firsts, run_lasts) AS t (save, stream, first, last)
        WHERE EXISTS (SELECT FROM ledger.events e WHERE e.partition = ledger.partition_of(t.stream)
                      AND e.stream_id = t.stream AND e.version BETWEEN t.first AND t.last OFFSET 0)
    LOOP
        verdicts[found.save] := 'stream';
        details[found.save] := found.stream;
    END LOOP;
    IF claim_digests IS NOT NULL THEN
        FOR found IN
            SELECT t.save, t.kind
            FROM unnest(claim_saves, claim_kinds, claim_peppers, claim_digests, claim_owners, claim_lapses, claim_ats)
                AS t (save, kind, pepper_id, digest, owner, lapses_at, at)
            CROSS JOIN LATERAL (
                SELECT c.owner, c.kind, c.lapses_at FROM ledger.claims c
                WHERE c.partition = (get_byte(t.digest, 0) % 16)::smallint AND c.kind = t.kind
                    AND c.pepper_id = t.pepper_id AND c.digest = t.digest OFFSET 0) AS held
            WHERE NOT coalesce(held.lapses_at <= t.at, false)
                AND NOT (held.owner = t.owner AND held.lapses_at IS NOT NULL AND t.lapses_at IS NULL)
                AND NOT EXISTS (SELECT FROM unnest(release_saves, release_owners, release_kinds) AS r (save, owner, kind)
                                WHERE r.save = t.save AND r.owner = held.owner AND r.kind = held.kind)
        LOOP
            verdicts[found.save] := 'claim';
            details[found.save] := found.kind;
        END LOOP;
    END IF;
    IF subjects IS NOT NULL THEN
        FOR found IN
            SELECT t.save, t.subject FROM unnest(subject_saves, subjects, erasing) AS t (save, subject, erases)
            WHERE NOT t.erases AND EXISTS (
                SELECT FROM ledger.erased_subjects e
                WHERE e.partition = ledger.partition_of(t.subject) AND e.subject_id = t.subject OFFSET 0)
        LOOP
            verdicts[found.save] := 'erased';
            details[found.save] := found.subject;
        END LOOP;
    END IF;
    FOR found IN
        SELECT t.save FROM unnest(append_ids, append_partitions) WITH ORDINALITY AS t (append_id, partition, save)
        WHERE EXISTS (SELECT FROM ledger.events e
                      WHERE e.partition = t.partition AND e.append_id = t.append_id OFFSET 0)
    LOOP
        verdicts[found.save] := 'again';
        details[found.save] := NULL;
    END LOOP;

    IF array_remove(verdicts, NULL) = '{}' THEN
        IF subjects IS NOT NULL THEN
            INSERT INTO ledger.erased_subjects
                SELECT ledger.partition_of(t.subject), t.subject FROM unnest(subjects, erasing) AS t (subject, erases)
                WHERE t.erases ON CONFLICT DO NOTHING;
        END IF;
        IF release_kinds IS NOT NULL THEN
            DELETE FROM ledger.claims c USING unnest(release_owners, release_kinds) AS t (owner, kind)
                WHERE c.owner = t.owner AND c.kind = t.kind;
        END IF;
        IF claim_digests IS NOT NULL THEN
            INSERT INTO ledger.claims
                SELECT (get_byte(t.digest, 0) % 16)::smallint, t.kind, t.pepper_id, t.digest, t.owner, t.lapses_at
                FROM unnest(claim_kinds, claim_peppers, claim_digests, claim_owners, claim_lapses)
                    AS t (kind, pepper_id, digest, owner, lapses_at)
            ON CONFLICT (partition, kind, pepper_id, digest) DO UPDATE
                SET owner = excluded.owner, lapses_at = excluded.lapses_at;
        END IF;
        SELECT array_agg(coalesce(
            (SELECT max(e.position) FROM ledger.events e WHERE e.partition = t.partition), 0) ORDER BY t.nth) INTO heads
        FROM unnest(touched) WITH ORDINALITY AS t (partition, nth);
        INSERT INTO ledger.events (partition, position, stream_id, version, topic, state, append_id)
            SELECT t.partition, heads[array_position(touched, t.partition)] + t.number,
                   t.stream, t.version, t.topic, t.state, t.append_id
            FROM unnest(partitions, numbers, streams, versions, topics, states, event_append_ids)
                AS t (partition, number, stream, version, topic, state, append_id);
    END IF;

    COMMIT; -- lets go of the locks without waiting for the disk
    IF heads IS NOT NULL OR array_position(verdicts, NULL) IS NULL THEN -- the others, if any, come again and wait then
        PERFORM pg_logical_emit_message(true, '', ''); -- a tiny synchronous transaction, flushed together with others
    END IF;
END $$;
