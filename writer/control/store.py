"""The SQL of sites and keys, and the whole directory as it is read from its tables."""

import os
from collections.abc import Callable

import asyncpg
from analytics.v1 import account_pb2, directory_pb2, site_pb2

from mesh.auth import Caller
from writer.control.annotation_store import DELETE_SITE_ANNOTATIONS
from writer.control.changes import VERSION, Changed, Connection, Pool, change, microseconds, moment, reachable
from writer.control.definition_store import (
    ALL_GOALS,
    ALL_SEGMENTS,
    DELETE_SITE_GOALS,
    DELETE_SITE_SEGMENTS,
    goal_of,
    segment_of,
)
from writer.control.people_store import DELETE_SITE_GRANTS, DELETE_SITE_INVITATIONS, GRANTS, grants_by_user
from writer.control.share_store import (
    ALL_SHARES,
    DELETE_SITE_SHARES,
    SHARE_CREDENTIALS,
    share_credential,
    share_of,
)
from writer.privacy.statements import ERASE_DELETED_SITE
from writer.wrap import KEY_BYTES, Wrapper

SITES = "SELECT * FROM sites WHERE deleted_at IS NULL ORDER BY id"
SITE_FOR_CHANGE = "SELECT * FROM sites WHERE id = $1 AND deleted_at IS NULL FOR UPDATE"
INSERT_SITE = """
    INSERT INTO sites (id, timezone, identity, domains, retention_months, ignore_privacy_signals, query_parameters,
                       hash_routing, excluded_ips, excluded_paths, excluded_hostnames, excluded_countries, path_rules,
                       key_wrapped)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    ON CONFLICT DO NOTHING
    RETURNING *
"""
UPDATE_SITE = """
    UPDATE sites SET timezone = $2, identity = $3, domains = $4, retention_months = $5, ignore_privacy_signals = $6,
                     query_parameters = $7, hash_routing = $8, excluded_ips = $9, excluded_paths = $10,
                     excluded_hostnames = $11, excluded_countries = $12, path_rules = $13
    WHERE id = $1 AND deleted_at IS NULL
    RETURNING *
"""
DELETE_SITE = "UPDATE sites SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL RETURNING number"
DELETE_SITE_KEYS = "DELETE FROM api_keys WHERE site_number = $1"

KEYS = """
    SELECT k.*, coalesce(s.id, '') AS site
    FROM api_keys k LEFT JOIN sites s ON s.number = k.site_number
    ORDER BY k.created_at, k.id
"""
INSERT_KEY = """
    INSERT INTO api_keys (id, name, site_number, scope, secret_sha256, expires_at)
    SELECT $1, $2, s.number, $4, $5, $6
    FROM (SELECT 1) one LEFT JOIN sites s ON s.id = $3 AND s.deleted_at IS NULL
    WHERE $3 = '' OR s.number IS NOT NULL
    RETURNING *, $3 AS site
"""
SITE_OF_KEY = """
    SELECT coalesce(s.id, '') FROM api_keys k LEFT JOIN sites s ON s.number = k.site_number WHERE k.id = $1
"""
DELETE_KEY = "DELETE FROM api_keys WHERE id = $1 RETURNING id"

# an administrator who deleted the last user does not want the first ones back
ANY_USER = "SELECT EXISTS (SELECT FROM users) OR EXISTS (SELECT FROM api_keys) OR EXISTS (SELECT FROM sites)"
BOOTSTRAP_LOCK = "SELECT pg_advisory_xact_lock(hashtext('analytics bootstrap'))"
SESSIONS = "SELECT id, user_id, secret_sha256, expires_at FROM sessions"

_DELETE_OF_SITE = (
    DELETE_SITE_KEYS,
    DELETE_SITE_GOALS,
    DELETE_SITE_SHARES,  # before the segments that they show
    DELETE_SITE_SEGMENTS,
    DELETE_SITE_ANNOTATIONS,
    DELETE_SITE_GRANTS,
    DELETE_SITE_INVITATIONS,
    ERASE_DELETED_SITE,
)


class ControlStore:
    """Raises UNAVAILABLE from every method while PostgreSQL is away: nothing was changed, ask again."""

    def __init__(self, pool: Pool, wrapper: Wrapper) -> None:
        self._pool = pool
        self._wrapper = wrapper

    async def create_site(self, site: site_pb2.Site) -> Changed[site_pb2.Site | None]:
        """The site with its number; None if the id is taken."""
        async with change(self._pool) as (connection, version):
            return Changed(await insert_site(connection, site, self._wrapper), version)

    async def update_site(
        self, id: str, alter: Callable[[site_pb2.Site], site_pb2.Site]
    ) -> Changed[site_pb2.Site | None]:
        """The site after `alter`, which sees it locked; None if there is none. What `alter` raises undoes all."""
        async with change(self._pool) as (connection, version):
            row = await connection.fetchrow(SITE_FOR_CHANGE, id)
            if row is None:
                return Changed(None, version)
            row = await connection.fetchrow(UPDATE_SITE, *_site_values(alter(_site(row))))
            return Changed(_site(row) if row else None, version)

    async def delete_site(self, id: str) -> Changed[bool]:
        """Takes a site out of the directory with all that is defined for it, and has all erased that it recorded.

        False if there is none. Its number is never used again.
        """
        async with change(self._pool) as (connection, version):
            number = await connection.fetchval(DELETE_SITE, id)
            if number is not None:
                for query in _DELETE_OF_SITE:
                    await connection.execute(query, number)
            return Changed(number is not None, version)

    async def keys(self) -> list[site_pb2.Key]:
        """All keys, oldest first."""
        async with reachable(), self._pool.acquire() as connection:
            return [_key(row) for row in await connection.fetch(KEYS)]

    async def create_key(self, key: site_pb2.Key, secret_sha256: bytes) -> Changed[site_pb2.Key | None]:
        """The key as stored; None if its site does not exist."""
        async with change(self._pool) as (connection, version):
            return Changed(await insert_key(connection, key, secret_sha256), version)

    async def delete_key(self, id: str, who: Caller) -> Changed[bool]:
        """Revokes a key; False if the caller sees none. Raises PERMISSION_DENIED where its role does not do."""
        async with change(self._pool) as (connection, version):
            site = await connection.fetchval(SITE_OF_KEY, id)
            if site is None or not who.sees(site):
                return Changed(False, version)
            who.require_site(site)
            return Changed(await connection.fetchval(DELETE_KEY, id) is not None, version)


async def insert_site(connection: Connection, site: site_pb2.Site, wrapper: Wrapper) -> site_pb2.Site | None:
    """A new site with a random key of its own, wrapped; None if the id is taken."""
    row = await connection.fetchrow(INSERT_SITE, *_site_values(site), wrapper.wrap(os.urandom(KEY_BYTES)))
    return _site(row) if row else None


async def insert_key(connection: Connection, key: site_pb2.Key, secret_sha256: bytes) -> site_pb2.Key | None:
    """A new key; None if its site does not exist."""
    expires_at = moment(key.expires_at_us) if key.expires_at_us else None
    row = await connection.fetchrow(INSERT_KEY, key.id, key.name, key.site, key.scope, secret_sha256, expires_at)
    return _key(row) if row else None


async def read_directory(connection: Connection) -> directory_pb2.Directory:
    """The whole directory at one version."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        version = await connection.fetchval(VERSION)
        queries = (SITES, KEYS, SESSIONS, GRANTS, ALL_GOALS, ALL_SEGMENTS, ALL_SHARES, SHARE_CREDENTIALS)
        sites, keys, sessions, grants, goals, segments, shares, links = [
            await connection.fetch(query) for query in queries
        ]
    granted = grants_by_user(grants)
    return directory_pb2.Directory(
        version=version,
        sites=[_site(row) for row in sites],
        credentials=[
            *(_key_credential(row) for row in keys),
            *(_session_credential(row, granted.get(row["user_id"], [])) for row in sessions),
            *(share_credential(row) for row in links),
        ],
        goals=[goal_of(row) for row in goals],
        segments=[segment_of(row) for row in segments],
        shares=[share_of(row) for row in shares],
    )


def _key_credential(row: asyncpg.Record) -> directory_pb2.Credential:
    return directory_pb2.Credential(
        secret_sha256=row["secret_sha256"],
        id=row["id"],
        site=row["site"],
        scope=row["scope"],
        expires_at_us=microseconds(row["expires_at"]),
    )


def _session_credential(row: asyncpg.Record, grants: list[account_pb2.Grant]) -> directory_pb2.Credential:
    return directory_pb2.Credential(
        secret_sha256=row["secret_sha256"],
        id=row["id"],
        user=str(row["user_id"]),
        grants=grants,
        expires_at_us=microseconds(row["expires_at"]),
    )


def _site_values(site: site_pb2.Site) -> tuple[object, ...]:
    return (
        site.id,
        site.timezone,
        site.identity,
        list(site.domains),
        site.retention_months,
        site.ignore_privacy_signals,
        list(site.query_parameters),
        site.hash_routing,
        list(site.excluded_ips),
        list(site.excluded_paths),
        list(site.excluded_hostnames),
        list(site.excluded_countries),
        list(site.path_rules),
    )


def _site(row: asyncpg.Record) -> site_pb2.Site:
    return site_pb2.Site(
        id=row["id"],
        number=row["number"],
        timezone=row["timezone"],
        identity=row["identity"],
        domains=row["domains"],
        retention_months=row["retention_months"],
        ignore_privacy_signals=row["ignore_privacy_signals"],
        query_parameters=row["query_parameters"],
        hash_routing=row["hash_routing"],
        excluded_ips=row["excluded_ips"],
        excluded_paths=row["excluded_paths"],
        excluded_hostnames=row["excluded_hostnames"],
        excluded_countries=row["excluded_countries"],
        path_rules=row["path_rules"],
        created_at_us=microseconds(row["created_at"]),
    )


def _key(row: asyncpg.Record) -> site_pb2.Key:
    return site_pb2.Key(
        id=row["id"],
        name=row["name"],
        site=row["site"],
        scope=row["scope"],
        expires_at_us=microseconds(row["expires_at"]),
        created_at_us=microseconds(row["created_at"]),
    )
