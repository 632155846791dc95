"""The SQL of exports, erasures and retention, for reading.py and store.py."""

# ruff: noqa: S608  (what is put together are constants of this module; values are bound)

_TASK = """
    SELECT t.id, t.site_number, s.id AS site, t.kind, t.state, t.subject, t.digest, t.batch_mark, t.before,
           t.visits_found, t.visits_done, t.rows, t.position, t.details, t.receipt, t.created_at, t.finished_at
    FROM privacy_tasks AS t JOIN sites AS s ON s.number = t.site_number
"""
TASK = _TASK + "WHERE t.id = $1"
OPEN_TASK = _TASK + "WHERE t.site_number = $1 AND t.kind = $2 AND t.digest = $3 AND t.state < 3"
NEXT_TASK = _TASK + "WHERE t.state < 3 ORDER BY t.kind = 5, t.created_at, t.id LIMIT 1"
TASKS = (
    _TASK
    + """
    WHERE ($1 = '' OR s.id = $1) AND (cardinality($2::smallint[]) = 0 OR t.kind = ANY($2)) AND t.created_at >= $4
    ORDER BY t.created_at DESC, t.id DESC LIMIT $3
"""
)
LAST_SWEEP = (
    _TASK
    + """
    WHERE t.site_number = $1 AND t.kind = 5 AND t.state = 3 ORDER BY t.finished_at DESC LIMIT 1
"""
)
MAKE_TASK = """
    INSERT INTO privacy_tasks (id, site_number, kind, subject, digest, created_at)
    SELECT $1, number, $3, $4, $5, $6 FROM sites WHERE number = $2
    ON CONFLICT DO NOTHING
"""
# of a site that is being deleted: part of that transaction; the number is never used again
ERASE_DELETED_SITE = """
    INSERT INTO privacy_tasks (id, site_number, kind, digest, created_at)
    VALUES ('era_' || left(md5(gen_random_uuid()::text), 16), $1, 4, '', now())
    ON CONFLICT DO NOTHING
"""
MAKE_SWEEPS = """
    INSERT INTO privacy_tasks (id, site_number, kind, created_at, day)
    SELECT 'ret_' || number || '_' || to_char($1::date, 'YYYYMMDD'), number, 5, $2, $1
    FROM sites WHERE deleted_at IS NULL AND retention_months > 0
    ON CONFLICT DO NOTHING
"""
FORGET_TASKS = "DELETE FROM privacy_tasks WHERE state = 3 AND kind = ANY($1::smallint[]) AND finished_at < $2"
FORGET_SUBJECTS = """
    UPDATE privacy_tasks SET subject = NULL WHERE kind = 1 AND state = 3 AND subject IS NOT NULL AND finished_at < $1
"""
LOCK_TASK = "SELECT batch_mark FROM privacy_tasks WHERE id = $1 AND state < 3 FOR UPDATE"
COUNT_ROWS = """
    UPDATE privacy_tasks
    SET rows = jsonb_set(rows, ARRAY[$2], to_jsonb(coalesce((rows ->> $2)::bigint, 0) + $3::bigint))
    WHERE id = $1
"""
FINISH = """
    UPDATE privacy_tasks
    SET state = 3, finished_at = $2, receipt = $3, details = details || $4::jsonb,
        subject = CASE WHEN kind = 1 THEN subject END
    WHERE id = $1 AND state < 3
"""
BEGIN = "UPDATE privacy_tasks SET state = 2, batch_mark = nextval('batch_ids'), before = $2 WHERE id = $1"
RETENTION_MONTHS = "SELECT retention_months FROM sites WHERE number = $1"
DELETED_SITE = "SELECT deleted_at IS NOT NULL FROM sites WHERE number = $1"
ONE_WORKER = "SELECT pg_try_advisory_lock(8, 0)"
NO_WORKER = "SELECT pg_advisory_unlock(8, 0)"

FENCE = "SELECT pg_advisory_xact_lock(7, $1)"
BUMP = "UPDATE tombstone_version SET version = version + 1 RETURNING version"
# Of two for one thing the stronger holds.
SET_TOMBSTONES = """
    INSERT INTO tombstones AS t (site_id, digest, before, task_id, passing, version)
    SELECT DISTINCT ON (u.digest) $1::integer, u.digest, u.before, $4, $5::boolean, $6::bigint
    FROM unnest($2::bytea[], $3::timestamptz[]) AS u (digest, before) ORDER BY u.digest, u.before DESC NULLS FIRST
    ON CONFLICT (site_id, digest) DO UPDATE SET
        before = CASE WHEN t.passing AND NOT excluded.passing THEN excluded.before
                      WHEN excluded.passing THEN t.before
                      WHEN t.before IS NULL OR excluded.before IS NULL THEN NULL
                      ELSE greatest(t.before, excluded.before) END,
        passing = t.passing AND excluded.passing, task_id = excluded.task_id, version = excluded.version
"""
DROP_PASSING = "DELETE FROM tombstones WHERE task_id = $1 AND passing"
ALL_TOMBSTONES = """
    SELECT site_id, digest, before FROM tombstones WHERE NOT passing AND (site_id, digest) > ($1, $2)
    ORDER BY site_id, digest LIMIT 1000
"""
SITE_NUMBERS = "SELECT number FROM sites WHERE number = ANY($1::integer[])"

# What finds visits gives each with the first and last time among the rows that were looked at, and its visitors.
_SEEN = """
    visit_id, min(occurred_at), max(occurred_at), array_agg(DISTINCT visitor_id) FILTER (WHERE visitor_id <> visit_id)
"""
VISITS_OF_USER = f"""
    SELECT {_SEEN} FROM events
    WHERE site_id = $1 AND user_hash = $2 AND batch_id < $3 AND occurred_at < $4 AND visit_id IS NOT NULL
    GROUP BY visit_id LIMIT $5
"""
ONE_VISIT = f"SELECT {_SEEN} FROM events WHERE site_id = $1 AND visit_id = $2 GROUP BY visit_id"
VISITS_OF_SITE = f"""
    SELECT {_SEEN} FROM (
        SELECT visit_id, occurred_at, visitor_id FROM events
        WHERE site_id = $1 AND batch_id < $2 AND visit_id IS NOT NULL LIMIT $4
    ) AS e
    GROUP BY visit_id LIMIT $3
"""
VISITS_BEFORE = f"""
    SELECT {_SEEN} FROM (
        SELECT visit_id, occurred_at, visitor_id FROM events
        WHERE site_id = $1 AND occurred_at < $2 AND visit_id IS NOT NULL LIMIT $4
    ) AS e
    GROUP BY visit_id LIMIT $3
"""
EVERY_VISIT = f"""
    SELECT {_SEEN} FROM events
    WHERE site_id = $1 AND occurred_at >= $2 AND occurred_at < $3 AND visit_id IS NOT NULL GROUP BY visit_id
"""
EVERY_USER = "SELECT DISTINCT user_hash FROM events WHERE site_id = $1 AND user_hash IS NOT NULL"
SPAN = "SELECT min(occurred_at), max(occurred_at) FROM events WHERE site_id = $1"
# Sessions whose ids are not those of the visits they became.
SESSIONS = """
    SELECT visitor_id FROM visit_state AS v
    WHERE site_id = $1 AND identity = $2
      AND EXISTS (SELECT FROM unnest(v.visit_ids) AS u (id) WHERE u.id IN (SELECT unnest($3::uuid[])))
"""
CLOSE_VISITS = """
    INSERT INTO erasing (task_id, visit_id, first_at, last_at)
    SELECT $1, * FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) ON CONFLICT DO NOTHING
"""
FOUND = "UPDATE privacy_tasks SET visits_found = visits_found + $2 WHERE id = $1"
FORGET_VISITORS = "DELETE FROM visit_state WHERE site_id = $1 AND visitor_id = ANY($2::uuid[])"
FORGET_SITE_VISITORS = """
    DELETE FROM visit_state WHERE ctid = ANY (ARRAY(SELECT ctid FROM visit_state WHERE site_id = $1 LIMIT 5000))
"""
CLOSED = "SELECT visit_id, first_at, last_at FROM erasing WHERE task_id = $1"

# Takes rows away and, in the same statement, corrects what the commits that held them promise.
_GONE = """
    WITH gone AS (
        DELETE FROM events WHERE ctid = ANY (ARRAY({chosen}))
        RETURNING batch_id, event_id, octet_length(event) AS size
    ), touched AS (
        SELECT batch_id, count(*) AS count, sum(size) AS size,
               bit_xor(('x' || substr(md5(event_id::text), 1, 16))::bit(64)::bigint) AS xored
        FROM gone GROUP BY batch_id
    ), corrected AS (
        UPDATE stream AS s
        SET count = s.count - t.count, bytes = s.bytes - t.size, fingerprint = s.fingerprint # t.xored
        FROM touched AS t WHERE s.batch_id = t.batch_id
    )
    SELECT event_id FROM gone
"""
DELETE_VISITS = _GONE.format(
    chosen="""
        SELECT ctid FROM events
        WHERE site_id = $1 AND occurred_at >= $2 AND occurred_at < $3 AND visit_id IN (SELECT unnest($4::uuid[]))
        LIMIT $5
    """
)
LOOSE_OF_USER = _GONE.format(
    chosen="""
        SELECT ctid FROM events
        WHERE site_id = $1 AND user_hash = $2 AND batch_id < $3 AND occurred_at < $4 AND visit_id IS NULL LIMIT $5
    """
)
LOOSE_OF_SITE = _GONE.format(
    chosen="SELECT ctid FROM events WHERE site_id = $1 AND batch_id < $2 AND visit_id IS NULL LIMIT $3"
)
LOOSE_BEFORE = _GONE.format(
    chosen="SELECT ctid FROM events WHERE site_id = $1 AND occurred_at < $2 AND visit_id IS NULL LIMIT $3"
)
NEW_BATCH = "SELECT nextval('batch_ids')"
TELL_VISITS = """
    WITH moved AS (DELETE FROM erasing WHERE task_id = $1 RETURNING visit_id)
    INSERT INTO erased (batch_id, visit_id) SELECT $2, visit_id FROM moved
"""
TELL_EVENTS = "INSERT INTO erased (batch_id, event_id) SELECT $1, unnest($2::uuid[])"
# last, as for a batch of events; its bytes are those of the ids, so that a follower's message stays within its limit
COMMIT = """
    WITH h AS (UPDATE stream_head SET position = position + 1 RETURNING position)
    INSERT INTO stream (position, kind, batch_id, committed_at, count, bytes, fingerprint)
    SELECT h.position, $1, $2, clock_timestamp(), 0, 40 * $3::bigint, 0 FROM h
    RETURNING position
"""
REACHED = "UPDATE privacy_tasks SET position = $2, visits_done = visits_done + $3 WHERE id = $1"

REJECTED = "SELECT id, sealed FROM rejected_events WHERE site_id = $1 AND id > $2 ORDER BY id LIMIT 200"
DELETE_REJECTED = "DELETE FROM rejected_events WHERE id = ANY($1::bigint[])"
REJECTED_OF_SITE = """
    DELETE FROM rejected_events WHERE id IN (SELECT id FROM rejected_events WHERE site_id = $1 LIMIT 1000)
"""
REJECTED_BEFORE = """
    DELETE FROM rejected_events
    WHERE id IN (SELECT id FROM rejected_events WHERE site_id = $1 AND rejected_at < $2 LIMIT 1000)
"""
OLDEST = "SELECT min(occurred_at) FROM events WHERE site_id = $1 AND occurred_at >= $2"
PREVIEW = """
    WITH old AS (
        SELECT DISTINCT visit_id FROM events WHERE site_id = $1 AND occurred_at < $2 AND visit_id IS NOT NULL
    ), going AS (
        SELECT count(*) AS events FROM events
        WHERE site_id = $1 AND occurred_at < $3 AND (
            visit_id IN (SELECT visit_id FROM old) OR (visit_id IS NULL AND occurred_at < $2)
        )
    ), staying AS (
        SELECT min(occurred_at) AS first FROM events
        WHERE site_id = $1 AND occurred_at >= $2 AND (visit_id IS NULL OR visit_id NOT IN (SELECT visit_id FROM old))
    )
    SELECT going.events, (SELECT count(*) FROM old), staying.first FROM going, staying
"""

# A slice of a user's rows, until they have so many bytes: the user's own, and those of these visits that name nobody.
# IN, since a plan that is kept would look through an array visit by visit.
EXPORT_PAGE = """
    SELECT event FROM (
        SELECT event, occurred_at, event_id, sum(octet_length(event)) OVER (ORDER BY occurred_at, event_id) AS bytes
        FROM events
        WHERE site_id = $1 AND occurred_at >= $2 AND occurred_at < $3 AND (occurred_at, event_id) > ($6, $7)
          AND (user_hash = $4 OR (user_hash IS NULL AND visit_id IN (SELECT unnest($5::uuid[]))))
    ) AS e
    WHERE bytes - octet_length(event) < $9
    ORDER BY occurred_at, event_id LIMIT $8
"""
ON_ONE_CORE = "SET LOCAL max_parallel_workers_per_gather = 0"
EXPORT_VISITS = """
    SELECT visit_id, min(occurred_at), max(occurred_at), count(*) FROM events WHERE site_id = $1 AND user_hash = $2
    GROUP BY visit_id, CASE WHEN visit_id IS NULL THEN date_trunc('day', occurred_at) END
"""
HEAR_EDGE = """
    INSERT INTO edge_spools (edge_id, heard_at, waiting_events) VALUES ($1, $2, $3)
    ON CONFLICT (edge_id) DO UPDATE SET heard_at = excluded.heard_at, waiting_events = excluded.waiting_events
"""
EDGES = "SELECT edge_id, heard_at, waiting_events FROM edge_spools ORDER BY edge_id"
FORGET_UNREADABLE = "DELETE FROM rejected_events WHERE site_id = 0 AND rejected_at < $1"
FORGET_EDGES = "DELETE FROM edge_spools WHERE heard_at < $1"
