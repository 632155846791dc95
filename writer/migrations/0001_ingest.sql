-- The truth: events, the commit order, and what minting visits needs. Times are timestamptz, microseconds exact.

CREATE SEQUENCE batch_ids;

CREATE TABLE events (
    site_id     integer     NOT NULL,
    event_id    uuid        NOT NULL,
    batch_id    bigint      NOT NULL,
    received_at timestamptz NOT NULL,
    occurred_at timestamptz NOT NULL,
    name        text        NOT NULL,
    visit_id    uuid,
    visitor_id  uuid,
    user_hash   bytea,
    event       bytea       NOT NULL,  -- NormalizedEvent; its position is unset
    PRIMARY KEY (site_id, event_id)    -- not partitioned by time: a retry after midnight is the same row
);
CREATE INDEX events_by_batch ON events (batch_id);
CREATE INDEX events_by_user ON events (site_id, user_hash) WHERE user_hash IS NOT NULL;

CREATE TABLE stream_head (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint  NOT NULL
) WITH (fillfactor = 10);  -- updated by every batch: room for HOT updates on one page
INSERT INTO stream_head (position) VALUES (0);

CREATE TABLE stream (
    position     bigint      PRIMARY KEY,
    kind         smallint    NOT NULL,  -- CommitKind
    batch_id     bigint      NOT NULL,
    committed_at timestamptz NOT NULL,
    count        integer     NOT NULL,
    bytes        bigint      NOT NULL,  -- of the events
    fingerprint  bigint      NOT NULL   -- XOR of the first 8 bytes of md5(event_id text)
);
CREATE INDEX stream_by_batch ON stream (batch_id);

-- What an erasure or retention commit took away; followers are told. One of the two ids is set.
CREATE TABLE erased (
    batch_id bigint NOT NULL,
    visit_id uuid,
    event_id uuid,
    CHECK ((visit_id IS NULL) <> (event_id IS NULL))
);
CREATE INDEX erased_by_batch ON erased (batch_id);

-- Visits of a visitor of one day (daily mode), or of a session id that does not say when it began (memory mode).
-- Arrays run in parallel, one entry a visit.
CREATE TABLE visit_state (
    site_id     integer       NOT NULL,
    visitor_id  uuid          NOT NULL,
    identity    smallint      NOT NULL,  -- IdentityMode
    touched     timestamptz   NOT NULL,
    visit_ids   uuid[]        NOT NULL DEFAULT '{}',
    started     timestamptz[] NOT NULL DEFAULT '{}',
    first_at    timestamptz[] NOT NULL DEFAULT '{}',
    last_at     timestamptz[] NOT NULL DEFAULT '{}',
    first_touch bytea[]       NOT NULL DEFAULT '{}',  -- fields of NormalizedEvent that the opening event decided
    PRIMARY KEY (site_id, visitor_id)
) WITH (fillfactor = 70);

-- Day salts, wrapped by a key outside the database; import_id '' = live traffic. Destroyed after 48 hours.
CREATE TABLE salts (
    site_id    integer     NOT NULL,
    day        date        NOT NULL,
    import_id  text        NOT NULL,
    wrapped    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (site_id, day, import_id)
);

-- Envelopes that cannot be stored: sealed, with the reason; the same bytes once.
CREATE TABLE rejected_events (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest      bytea       NOT NULL UNIQUE,
    site_id     integer     NOT NULL,  -- 0 = unreadable
    rejected_at timestamptz NOT NULL DEFAULT now(),
    reason      text        NOT NULL,
    sealed      bytea       NOT NULL
);

-- Stores a batch in one round trip. The arrays run in parallel. With all_new the whole batch fails with AM001 when one
-- id is there already: its visits were minted on the belief that none is.
CREATE FUNCTION store_batch(
    site_ids integer[], event_ids uuid[], received timestamptz[], occurred timestamptz[], names text[],
    visit_ids uuid[], visitor_ids uuid[], user_hashes bytea[], bodies bytea[], all_new boolean,
    OUT stored integer, OUT head bigint, OUT stored_sites integer[], OUT stored_ids uuid[]
) LANGUAGE plpgsql AS $$
DECLARE
    batch bigint := nextval('batch_ids');
    xored bigint;
    size bigint;
BEGIN
    -- an erasure of a site holds this lock exclusively
    PERFORM pg_advisory_xact_lock_shared(7, s.site_id)
    FROM (SELECT DISTINCT unnest(site_ids) AS site_id ORDER BY 1) AS s;
    -- sorted, so that two writers meeting on ids wait in one order
    WITH new AS (
        INSERT INTO events
            (site_id, event_id, batch_id, received_at, occurred_at, name, visit_id, visitor_id, user_hash, event)
        SELECT e.site_id, e.event_id, batch, e.received_at, e.occurred_at, e.name, e.visit_id, e.visitor_id,
               e.user_hash, e.body
        FROM unnest(site_ids, event_ids, received, occurred, names, visit_ids, visitor_ids, user_hashes, bodies)
            AS e (site_id, event_id, received_at, occurred_at, name, visit_id, visitor_id, user_hash, body)
        ORDER BY 1, 2
        ON CONFLICT DO NOTHING
        RETURNING events.site_id, events.event_id, octet_length(event) AS bytes
    )
    SELECT count(*), sum(new.bytes), array_agg(new.site_id), array_agg(new.event_id),
           bit_xor(('x' || substr(md5(new.event_id::text), 1, 16))::bit(64)::bigint)
    INTO stored, size, stored_sites, stored_ids, xored
    FROM new;
    IF stored = cardinality(event_ids) THEN
        stored_sites := NULL;
        stored_ids := NULL;
    ELSIF all_new THEN
        RAISE EXCEPTION 'an event of this batch was stored meanwhile' USING ERRCODE = 'AM001';
    END IF;
    IF stored = 0 THEN
        SELECT h.position INTO head FROM stream_head AS h;
        RETURN;
    END IF;
    -- last: who holds the head row waits for nothing any more
    WITH h AS (UPDATE stream_head SET position = position + 1 RETURNING position)
    INSERT INTO stream (position, kind, batch_id, committed_at, count, bytes, fingerprint)
    SELECT h.position, 1, batch, clock_timestamp(), stored, size, xored FROM h
    RETURNING stream.position INTO head;
    PERFORM pg_notify('stream', head::text);
END
$$;
