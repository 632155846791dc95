-- Export, erasure, retention; and a store_batch that refuses what was erased.

-- What a task works off. What names a person is wrapped by a key outside the database, and gone when the task is done.
CREATE TABLE privacy_tasks (
    id            text        PRIMARY KEY,
    site_number   int         NOT NULL REFERENCES sites,
    kind          smallint    NOT NULL,             -- PrivacyTaskKind
    state         smallint    NOT NULL DEFAULT 1,   -- PrivacyTaskState
    subject       bytea,                            -- wrapped: a user's hash, or a visit's id
    digest        bytea,                            -- the subject's tombstone
    batch_mark    bigint,                           -- what was stored by an earlier batch goes; NULL = not begun
    before        timestamptz,                      -- what occurred before is refused (erasure) or goes (retention)
    visits_found  bigint      NOT NULL DEFAULT 0,
    visits_done   bigint      NOT NULL DEFAULT 0,
    rows          jsonb       NOT NULL DEFAULT '{}',
    position      bigint      NOT NULL DEFAULT 0,
    details       jsonb       NOT NULL DEFAULT '{}', -- edges of an export, oldest day left of a sweep
    receipt       text        NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL,
    finished_at   timestamptz,
    day           date                              -- of a sweep: one a site and UTC day
);
CREATE INDEX privacy_tasks_site ON privacy_tasks (site_number, created_at);
CREATE INDEX privacy_tasks_open ON privacy_tasks (created_at) WHERE state < 3;
CREATE UNIQUE INDEX privacy_tasks_once ON privacy_tasks (site_number, kind, digest) WHERE state < 3;
CREATE UNIQUE INDEX privacy_tasks_daily ON privacy_tasks (site_number, day) WHERE day IS NOT NULL;

-- Visits that a task has closed and is taking away; empty when nothing runs.
CREATE TABLE erasing (
    task_id  text        NOT NULL REFERENCES privacy_tasks,
    visit_id uuid        NOT NULL,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (task_id, visit_id)
);

-- What must not be stored: HMAC(key outside the database, site and user hash, visit, session or visitor).
CREATE TABLE tombstones (
    site_id integer     NOT NULL,
    digest  bytea       NOT NULL,  -- '' = the whole site
    before  timestamptz,           -- what occurred before is refused; NULL = at any time
    task_id text        NOT NULL,
    passing boolean     NOT NULL,  -- holds only while its task runs
    version bigint      NOT NULL,
    PRIMARY KEY (site_id, digest)
);
CREATE INDEX tombstones_version ON tombstones (version);
CREATE INDEX tombstones_passing ON tombstones (task_id) WHERE passing;

-- Writers keep the tombstones in memory; a batch that was checked against an older version is checked again.
CREATE TABLE tombstone_version (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint  NOT NULL
) WITH (fillfactor = 10);
INSERT INTO tombstone_version (version) VALUES (0);

-- What each edge last told of its spool.
CREATE TABLE edge_spools (
    edge_id        text        PRIMARY KEY,
    heard_at       timestamptz NOT NULL,
    waiting_events bigint      NOT NULL
);

-- A follower that stands before this position may have missed what `erased` does not say any more: it starts anew.
ALTER TABLE stream_head ADD COLUMN erased_until bigint NOT NULL DEFAULT 0;

-- Finds a visit's rows by their time, and what is over: a few pages for a million rows.
CREATE INDEX events_by_time ON events USING brin (occurred_at) WITH (pages_per_range = 32, autosummarize = on);

DROP FUNCTION store_batch(
    integer[], uuid[], timestamptz[], timestamptz[], text[], uuid[], uuid[], bytea[], bytea[], boolean
);

-- As before, and: fails with AM002 when the writer has checked the batch against an older version of the tombstones.
-- A batch has its id after the fence, so an erasure knows by the id what was stored before it.
CREATE FUNCTION store_batch(
    site_ids integer[], event_ids uuid[], received timestamptz[], occurred timestamptz[], names text[],
    visit_ids uuid[], visitor_ids uuid[], user_hashes bytea[], bodies bytea[], all_new boolean, checked bigint,
    OUT stored integer, OUT head bigint, OUT stored_sites integer[], OUT stored_ids uuid[]
) LANGUAGE plpgsql AS $$
DECLARE
    batch bigint;
    xored bigint;
    size bigint;
BEGIN
    -- an erasure of a site holds this lock exclusively
    PERFORM pg_advisory_xact_lock_shared(7, s.site_id)
    FROM (SELECT DISTINCT unnest(site_ids) AS site_id ORDER BY 1) AS s;
    IF checked IS DISTINCT FROM (SELECT v.version FROM tombstone_version AS v) THEN
        RAISE EXCEPTION 'something was erased meanwhile' USING ERRCODE = 'AM002';
    END IF;
    batch := nextval('batch_ids');
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
END
$$;
