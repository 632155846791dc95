-- What people may do where, how they come in and prove who they are; links to a site's numbers, notes on its time line.

CREATE TABLE grants (
    user_id     uuid     NOT NULL REFERENCES users ON DELETE CASCADE,
    site_number int      REFERENCES sites,  -- NULL = every site
    role        smallint NOT NULL,          -- Role
    UNIQUE NULLS NOT DISTINCT (user_id, site_number)
);
-- until now whoever could sign in could do everything
INSERT INTO grants (user_id, role) SELECT id, 5 FROM users;

ALTER TABLE sessions
    ADD COLUMN label        text        NOT NULL DEFAULT '',  -- browser and system; the user agent is not kept
    ADD COLUMN last_used_at timestamptz NOT NULL DEFAULT date_trunc('hour', now(), 'UTC');  -- the hour alone

CREATE TABLE second_factors (
    user_id         uuid    PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    secret_wrapped  bytea   NOT NULL,                -- by a key outside the database
    confirmed       boolean NOT NULL DEFAULT false,
    last_step       bigint  NOT NULL DEFAULT 0,      -- of the last code that was taken: none is taken twice
    recovery_sha256 bytea[] NOT NULL DEFAULT '{}'
);

CREATE TABLE invitations (
    id            text        PRIMARY KEY,
    email         text        NOT NULL,  -- lower case
    site_number   int         REFERENCES sites,
    role          smallint    NOT NULL,
    secret_sha256 bytea       NOT NULL UNIQUE,
    expires_at    timestamptz NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (email, site_number)
);

CREATE TABLE password_resets (
    user_id       uuid        PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    secret_sha256 bytea       NOT NULL UNIQUE,
    remove_totp   boolean     NOT NULL,
    expires_at    timestamptz NOT NULL
);

CREATE TABLE shares (
    id            text        PRIMARY KEY,
    site_number   int         NOT NULL REFERENCES sites,
    name          text        NOT NULL,
    segment_id    text        REFERENCES segments,  -- NULL = the whole site
    secret_sha256 bytea       NOT NULL UNIQUE,
    password_hash text,                             -- argon2id; NULL = none is asked for
    embed_origins text[]      NOT NULL,
    expires_at    timestamptz,                      -- NULL = never
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX shares_site ON shares (site_number);
CREATE INDEX shares_segment ON shares (segment_id);

-- Credentials that a link with a password was turned into: a few a link, handed to all who know the password.
CREATE TABLE share_openings (
    secret_sha256  bytea       PRIMARY KEY,
    share_id       text        NOT NULL REFERENCES shares ON DELETE CASCADE,
    secret_wrapped bytea       NOT NULL,
    expires_at     timestamptz NOT NULL
);
CREATE INDEX share_openings_share ON share_openings (share_id);

CREATE TABLE annotations (
    id          text        PRIMARY KEY,
    site_number int         NOT NULL REFERENCES sites,
    day         date,         -- in the site's time zone; one of day and at is set
    at          timestamptz,
    text        text        NOT NULL,
    author      text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((day IS NULL) <> (at IS NULL))
);
CREATE INDEX annotations_site ON annotations (site_number);
