-- The event log, its positions, its claims. Every unique key has the partition, so that the schema can be
-- distributed by it later. The application's role may add events, never change or delete them.

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jz_app') THEN
        CREATE ROLE jz_app NOLOGIN;
    END IF;
END $$;

CREATE SCHEMA ledger;

-- One row a partition: the number of the last event. Its row lock makes positions gap-free and in commit order.
CREATE TABLE ledger.partitions (
    partition smallint PRIMARY KEY CHECK (partition BETWEEN 0 AND 15),
    head      bigint NOT NULL DEFAULT 0
);
INSERT INTO ledger.partitions (partition) SELECT generate_series(0, 15);

CREATE TABLE ledger.events (
    partition  smallint NOT NULL,
    position   bigint   NOT NULL,
    stream_id  uuid     NOT NULL,
    version    bigint   NOT NULL,
    topic      text     NOT NULL,
    state      bytea    NOT NULL,
    PRIMARY KEY (partition, stream_id, version),
    UNIQUE (partition, position)
);

-- Which appends were committed, so that a retry of one is recognised.
CREATE TABLE ledger.appends (
    partition smallint NOT NULL,
    append_id uuid     NOT NULL,
    positions bigint[] NOT NULL, -- partition * 2^48 + position, in the order of the batch
    PRIMARY KEY (partition, append_id)
);

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

-- Appends a batch in one transaction: subjects, claims and partitions are locked in sorted order, so that
-- two batches never wait for each other in a circle.
CREATE FUNCTION ledger.append(
    p_append_id uuid, p_at timestamptz,
    p_streams uuid[], p_versions bigint[], p_topics text[], p_states bytea[],
    p_subjects uuid[], p_erase uuid,
    p_take_kinds text[], p_take_peppers smallint[], p_take_digests bytea[], p_take_owners uuid[],
    p_take_lapses timestamptz[], p_release_owner uuid, p_release_kinds text[]
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    first_partition smallint := ledger.partition_of(p_streams[1]);
    done bigint[];
    numbers bigint[];
    subject uuid;
    claim record;
    part record;
    written bigint;
BEGIN
    -- An erasure excludes personal writes of its subject; personal writes do not exclude each other.
    FOR subject IN SELECT DISTINCT s FROM unnest(p_subjects || p_erase) s WHERE s IS NOT NULL ORDER BY s LOOP
        IF subject IS NOT DISTINCT FROM p_erase THEN
            PERFORM pg_advisory_xact_lock(hashtextextended('subject:' || subject, 0));
        ELSE
            PERFORM pg_advisory_xact_lock_shared(hashtextextended('subject:' || subject, 0));
        END IF;
    END LOOP;

    IF p_append_id IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('append:' || p_append_id, 0));
        SELECT positions INTO done FROM ledger.appends
            WHERE partition = first_partition AND append_id = p_append_id;
        IF FOUND THEN RETURN done; END IF;
    END IF;

    SELECT s INTO subject FROM unnest(p_subjects) s
        JOIN ledger.erased_subjects e ON e.partition = ledger.partition_of(s) AND e.subject_id = s LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'subject erased' USING ERRCODE = 'JZ002', DETAIL = subject::text;
    END IF;
    IF p_erase IS NOT NULL THEN
        INSERT INTO ledger.erased_subjects VALUES (ledger.partition_of(p_erase), p_erase) ON CONFLICT DO NOTHING;
    END IF;

    -- Also what is given back is locked in that order: two people may swap numbers.
    FOR claim IN
        SELECT kind, pepper_id, digest
            FROM unnest(p_take_kinds, p_take_peppers, p_take_digests) AS t (kind, pepper_id, digest)
        UNION
        SELECT kind, pepper_id, digest FROM ledger.claims
            WHERE owner = p_release_owner AND kind = ANY (p_release_kinds)
        ORDER BY 1, 2, 3
    LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended(
            'claim:' || claim.kind || '/' || claim.pepper_id || '/' || encode(claim.digest, 'hex'), 0));
    END LOOP;
    IF p_release_owner IS NOT NULL THEN
        DELETE FROM ledger.claims WHERE owner = p_release_owner AND kind = ANY (p_release_kinds);
    END IF;
    FOR claim IN
        SELECT * FROM unnest(p_take_kinds, p_take_peppers, p_take_digests, p_take_owners, p_take_lapses)
            AS t (kind, pepper_id, digest, owner, lapses_at) ORDER BY kind, pepper_id, digest
    LOOP
        INSERT INTO ledger.claims AS held
        VALUES ((get_byte(claim.digest, 0) % 16)::smallint, claim.kind, claim.pepper_id, claim.digest,
                claim.owner, claim.lapses_at)
        ON CONFLICT (partition, kind, pepper_id, digest) DO UPDATE
            SET owner = excluded.owner, lapses_at = excluded.lapses_at
            WHERE held.lapses_at <= p_at OR held.owner = excluded.owner AND held.lapses_at IS NOT NULL
                AND excluded.lapses_at IS NULL;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'claim taken' USING ERRCODE = 'JZ001', DETAIL = claim.kind;
        END IF;
    END LOOP;

    numbers := array_fill(NULL::bigint, ARRAY[cardinality(p_streams)]);
    FOR part IN
        SELECT ledger.partition_of(s) AS partition, count(*) AS events FROM unnest(p_streams) s
            GROUP BY 1 ORDER BY 1
    LOOP
        UPDATE ledger.partitions p SET head = head + part.events WHERE p.partition = part.partition
            RETURNING head - part.events INTO written;
        SELECT array_agg(CASE WHEN n.partition = part.partition
                         THEN (n.partition::bigint << 48) + written + n.nth ELSE numbers[n.o] END ORDER BY n.o)
            INTO numbers
            FROM (SELECT o, ledger.partition_of(s) AS partition,
                         row_number() OVER (PARTITION BY ledger.partition_of(s) ORDER BY o) AS nth
                  FROM unnest(p_streams) WITH ORDINALITY AS u (s, o)) n;
    END LOOP;

    INSERT INTO ledger.events (partition, position, stream_id, version, topic, state)
        SELECT (n >> 48)::smallint, n & ((1::bigint << 48) - 1), s, v, t, b
        FROM unnest(numbers, p_streams, p_versions, p_topics, p_states) WITH ORDINALITY AS u (n, s, v, t, b, o)
        ORDER BY o;
    IF p_append_id IS NOT NULL THEN
        INSERT INTO ledger.appends VALUES (first_partition, p_append_id, numbers);
    END IF;
    RETURN numbers;
END $$;

GRANT USAGE ON SCHEMA ledger TO jz_app;
GRANT SELECT, INSERT ON ledger.events, ledger.appends, ledger.erased_subjects TO jz_app;
GRANT SELECT, UPDATE ON ledger.partitions TO jz_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.claims TO jz_app;
