-- Who asked for what: entries that nobody changes, each chained to the one before it.

CREATE TABLE audit_log (
    number     bigint      PRIMARY KEY,  -- from 1 without gaps
    at         timestamptz NOT NULL,
    actor_kind smallint    NOT NULL,     -- AuditEntry.Actor
    actor      text        NOT NULL,
    operation  text        NOT NULL,
    site       text        NOT NULL,
    request    text        NOT NULL,     -- JSON, as it was chained
    refused    text        NOT NULL,
    network    text        NOT NULL,
    digest     bytea       NOT NULL      -- HMAC(key outside the database, digest before it, this entry)
);
CREATE INDEX audit_log_site ON audit_log (site, number);
CREATE INDEX audit_log_actor ON audit_log (actor, number);
CREATE INDEX audit_log_at ON audit_log (at, number);  -- times never go back along the chain

-- The last entry. Who changes it without the key breaks the chain.
CREATE TABLE audit_head (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    number bigint  NOT NULL,
    digest bytea   NOT NULL
) WITH (fillfactor = 10);
INSERT INTO audit_head (number, digest) VALUES (0, '');

-- Signed places in the chain. Where entries ran out of their retention, the chain begins after an expired one.
CREATE TABLE audit_checkpoints (
    number    bigint      NOT NULL,
    expired   boolean     NOT NULL,
    digest    bytea       NOT NULL,
    at        timestamptz NOT NULL,
    signature bytea       NOT NULL,
    PRIMARY KEY (number, expired)
);

-- The writer's role for these tables cannot update or delete; nobody else should by accident either.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.number <= nullif(current_setting('analytics.audit_expired', true), '')::bigint THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

-- Takes away entries up to a checkpoint that says they expired, the oldest first; returns how many. None that is younger
-- than a month: so much even who has the writer's role leaves.
CREATE FUNCTION expire_audit(last bigint, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    gone bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM audit_checkpoints AS c WHERE c.number = last AND c.expired) THEN
        RAISE EXCEPTION 'no checkpoint says that entries expired until %', last;
    END IF;
    PERFORM set_config('analytics.audit_expired', last::text, true);
    DELETE FROM audit_log WHERE number IN (
        SELECT l.number FROM audit_log AS l
        WHERE l.number <= last AND l.at < clock_timestamp() - interval '28 days' ORDER BY l.number LIMIT most
    );
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('analytics.audit_expired', '', true);
    RETURN gone;
END
$$;
