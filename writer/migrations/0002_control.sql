-- Sites, credentials and people. A change of what the directory holds bumps directory_version in its transaction.

CREATE TABLE sites (
    number                 int         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- events carry it; never used again
    id                     text        NOT NULL,
    timezone               text        NOT NULL,
    identity               smallint    NOT NULL,  -- IdentityMode
    domains                text[]      NOT NULL,
    retention_months       int         NOT NULL,  -- 0 = for ever
    ignore_privacy_signals boolean     NOT NULL,
    query_parameters       text[]      NOT NULL,
    hash_routing           boolean     NOT NULL,
    key_wrapped            bytea       NOT NULL,  -- 32 random bytes that user ids are hashed with
    created_at             timestamptz NOT NULL DEFAULT now(),
    deleted_at             timestamptz            -- the row outlives the site: its stored events still expire by it
);
CREATE UNIQUE INDEX sites_id ON sites (id) WHERE deleted_at IS NULL;

CREATE TABLE api_keys (
    id            text        PRIMARY KEY,
    name          text        NOT NULL,
    site_number   int         REFERENCES sites,  -- NULL = every site
    scope         smallint    NOT NULL,          -- KeyScope
    secret_sha256 bytea       NOT NULL UNIQUE,
    expires_at    timestamptz,                   -- NULL = never
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    id            uuid        PRIMARY KEY,
    email         text        NOT NULL UNIQUE,  -- lower case
    password_hash text        NOT NULL,         -- argon2id
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sessions (
    id            text        PRIMARY KEY,
    user_id       uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    secret_sha256 bytea       NOT NULL UNIQUE,
    expires_at    timestamptz NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE directory_version (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint  NOT NULL
);
INSERT INTO directory_version (version) VALUES (1);
