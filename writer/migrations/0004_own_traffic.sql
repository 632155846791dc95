-- What a site does not want counted, and which of its pages count as one.

ALTER TABLE sites
    ADD COLUMN excluded_ips       text[] NOT NULL DEFAULT '{}',
    ADD COLUMN excluded_paths     text[] NOT NULL DEFAULT '{}',
    ADD COLUMN excluded_hostnames text[] NOT NULL DEFAULT '{}',
    ADD COLUMN excluded_countries text[] NOT NULL DEFAULT '{}',
    ADD COLUMN path_rules         text[] NOT NULL DEFAULT '{}';
