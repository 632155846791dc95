-- What people define once and ask for by name. A filter is a Filter of the contract (query.proto).

CREATE TABLE goals (
    id               text        PRIMARY KEY,
    site_number      int         NOT NULL REFERENCES sites,
    name             text        NOT NULL,
    page             text        NOT NULL,  -- '' = met by events; one of page and event is set
    event            text        NOT NULL,
    filters          bytea[]     NOT NULL,
    scroll_threshold int         NOT NULL,  -- %; 0 = by viewing the page
    currency         text        NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    UNIQUE (site_number, name),
    CHECK ((page = '') <> (event = ''))
);

CREATE TABLE segments (
    id          text        PRIMARY KEY,
    site_number int         NOT NULL REFERENCES sites,
    name        text        NOT NULL,
    filters     bytea[]     NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (site_number, name)
);
