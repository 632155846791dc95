"""What a key may be, and credentials' secrets: made at random, known by their hash alone."""

import hashlib
import re
import secrets
from typing import Final

from analytics.v1 import site_pb2

from mesh.clock import DAY
from mesh.errors import invalid

MAX_NAME: Final = 100
_BYTES: Final = 32
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LAST_US: Final = 253_402_300_799 * 1_000_000  # 9999-12-31, the last day that PostgreSQL's client can say


def checked_key(key: site_pb2.Key, now_us: int) -> site_pb2.Key:
    """The key as asked for, without what is output only. Raises INVALID_ARGUMENT at the field at fault."""
    name = key.name.strip()
    if not 1 <= len(name) <= MAX_NAME or _CONTROL.search(name):
        raise invalid("key.name", f"it has {len(name)} characters; give 1–{MAX_NAME} without control characters")
    if key.scope not in (site_pb2.KEY_SCOPE_INGEST, site_pb2.KEY_SCOPE_READ, site_pb2.KEY_SCOPE_ADMIN):
        raise invalid("key.scope", f"{key.scope} is none of INGEST (1), READ (2), ADMIN (3)")
    if key.scope == site_pb2.KEY_SCOPE_INGEST and not key.site:
        raise invalid("key.site", "an ingest key belongs to one site; name it")
    if key.expires_at_us and not now_us < key.expires_at_us <= LAST_US:
        raise invalid("key.expires_at_us", _expiry_hint(key.expires_at_us, now_us))
    return site_pb2.Key(name=name, site=key.site, scope=key.scope, expires_at_us=key.expires_at_us)


def _expiry_hint(given: int, now_us: int) -> str:
    return (
        f"{given} is not in the future; give microseconds since the epoch, "
        f"e.g. {now_us + 90 * DAY} for 90 days from now, or 0 for never"
    )


def new_key_secret(scope: int) -> str:
    """`am_ingest_…` or `am_key_…` with 256 random bits."""
    prefix = "am_ingest_" if scope == site_pb2.KEY_SCOPE_INGEST else "am_key_"
    return prefix + secrets.token_urlsafe(_BYTES)


def new_session_secret() -> str:
    """`am_session_…` with 256 random bits."""
    return "am_session_" + secrets.token_urlsafe(_BYTES)


def new_secret(prefix: str) -> str:
    """`am_invite_…`, `am_reset_…` or `am_share_…` with 256 random bits."""
    return prefix + secrets.token_urlsafe(_BYTES)


def new_public_id(prefix: str) -> str:
    """`key_…`, `ses_…`, `goal_…` and the like: what lists and logs call it; says nothing of a credential's secret."""
    return prefix + secrets.token_hex(8)


def digest(secret: str) -> bytes:
    """What is stored and looked up. A secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()
