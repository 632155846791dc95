"""The first start: a site, its ingest key, an admin token and a user, as the settings name them."""

import sys
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from analytics.v1 import account_pb2, event_pb2, site_pb2
from pydantic import SecretStr

from mesh.errors import MeshError, invalid
from mesh.telemetry import log
from writer.control.changes import BUMP, Pool
from writer.control.keys import digest, new_public_id
from writer.control.passwords import Passwords, checked_email, checked_password
from writer.control.people_store import INSERT_GRANT, INSERT_USER
from writer.control.sites import checked
from writer.control.store import ANY_USER, BOOTSTRAP_LOCK, insert_key, insert_site
from writer.settings import WriterSettings, key_bytes
from writer.wrap import Wrapper

_MIN_SECRET = 16


async def apply(pool: Pool, settings: WriterSettings) -> bool:
    """Make what the bootstrap settings name, once: only while the database has no users. True if it did.

    Does nothing without an e-mail address. A wrong value prints one line that names the variable and exits with 2.
    """
    if not settings.bootstrap_admin_email:
        return False
    async with pool.acquire() as connection:
        if await connection.fetchval(ANY_USER):
            return False
        first = _first(settings)
        password_hash = await Passwords().hash(settings.bootstrap_admin_password.get_secret_value())
        async with connection.transaction():
            await connection.execute(BOOTSTRAP_LOCK)  # two writers may start at once
            if await connection.fetchval(ANY_USER):
                return False
            if first.site.id:
                await insert_site(connection, first.site, Wrapper(key_bytes(settings.wrap_key)))
            for key, secret in first.keys:
                await insert_key(connection, key, digest(secret))
            user_id = uuid.uuid4()
            await connection.execute(INSERT_USER, user_id, first.email, password_hash)
            await connection.execute(INSERT_GRANT, user_id, None, account_pb2.ROLE_OWNER)
            await connection.fetchval(BUMP)
    log.info("bootstrapped", site=first.site.id)
    return True


@dataclass(frozen=True, slots=True)
class _First:
    site: site_pb2.Site
    keys: list[tuple[site_pb2.Key, str]]
    email: str


def _first(settings: WriterSettings) -> _First:
    """What the settings name, checked. Without a site's id there is no site."""
    with _naming("bootstrap_admin_email"):
        email = checked_email(settings.bootstrap_admin_email)
    with _naming("bootstrap_admin_password"):
        checked_password("password", settings.bootstrap_admin_password.get_secret_value())
    site = site_pb2.Site(id=settings.bootstrap_site, identity=event_pb2.IDENTITY_MODE_MEMORY, retention_months=0)
    if site.id:
        with _naming("bootstrap_site"):
            site = checked(site)
    keys: list[tuple[site_pb2.Key, str]] = []
    if token := _secret("bootstrap_admin_token", settings.bootstrap_admin_token):
        keys.append((_key("First admin token", site_pb2.KEY_SCOPE_ADMIN, ""), token))
    if site.id and (secret := _secret("bootstrap_ingest_key", settings.bootstrap_ingest_key)):
        keys.append((_key("First ingest key", site_pb2.KEY_SCOPE_INGEST, site.id), secret))
    return _First(site, keys, email)


def _key(name: str, scope: site_pb2.KeyScope, site: str) -> site_pb2.Key:
    return site_pb2.Key(id=new_public_id("key_"), name=name, scope=scope, site=site)


def _secret(setting: str, value: SecretStr) -> str:
    secret = value.get_secret_value()
    with _naming(setting):
        if secret and len(secret) < _MIN_SECRET:
            raise invalid("", f"it has {len(secret)} characters; at least {_MIN_SECRET} are needed")
    return secret


@contextmanager
def _naming(setting: str) -> Generator[None, None, None]:
    try:
        yield
    except MeshError as error:
        print(f"ANALYTICS_{setting.upper()}: {error.message}", file=sys.stderr)
        raise SystemExit(2) from None
