"""Event ids: UUIDs of version 7 (RFC 9562, section 5.7)."""

import os
import time
import uuid


def new_id() -> str:
    """A UUIDv7 of now. Sent again, it is the same event: this is what makes a retry safe."""
    milliseconds = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10))
    number = (milliseconds & (1 << 48) - 1) << 80 | tail
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=number))
