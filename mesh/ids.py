"""UUIDs: made, read, recognised."""

import re
import uuid

import uuid_utils

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def new_id() -> str:
    """A UUIDv7 of now: ids made together lie together in an index."""
    return str(uuid_utils.uuid7())


def is_uuid(text: str) -> bool:
    """True for the hyphenated form of any UUID, in either case."""
    return _UUID.fullmatch(text) is not None


def uuid7_time_us(text: str) -> int | None:
    """The time in a UUIDv7, microseconds since the epoch (RFC 9562, section 5.7); None for another version."""
    if text[14] != "7":
        return None
    return int(text[:8] + text[9:13], 16) * 1_000


def from_bytes(sixteen: bytes) -> str:
    """The hyphenated form of 16 bytes, whatever their version bits."""
    return str(uuid.UUID(bytes=sixteen))
