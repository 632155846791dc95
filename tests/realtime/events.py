"""Events as the writer commits them."""

import uuid
from collections.abc import Iterable
from typing import Any

from analytics.v1 import event_pb2

from mesh.clock import now_us

KINDS = {
    "pageview": event_pb2.EVENT_KIND_PAGEVIEW,
    "click": event_pb2.EVENT_KIND_CLICK,
    "engagement": event_pb2.EVENT_KIND_ENGAGEMENT,
    "session_start": event_pb2.EVENT_KIND_SESSION_START,
}


def event(
    visit: str = "v1", at_us: int | None = None, name: str = "pageview", **more: Any
) -> event_pb2.NormalizedEvent:
    """A page view of `/` in memory mode, at the current time unless told otherwise."""
    return event_pb2.NormalizedEvent(
        **{
            "event_id": str(uuid.uuid4()),
            "site_id": 1,
            "kind": KINDS.get(name, event_pb2.EVENT_KIND_CUSTOM),
            "name": name,
            "occurred_at_us": now_us() if at_us is None else at_us,
            "visit_id": visit,
            "visitor_id": visit,
            "page": "/",
            **more,
        }
    )


def framed(events: Iterable[event_pb2.NormalizedEvent]) -> bytes:
    """Length-delimited, as a commit carries them."""
    out = bytearray()
    for item in events:
        data = item.SerializeToString()
        length = len(data)
        while length >= 0x80:
            out.append(length & 0x7F | 0x80)
            length >>= 7
        out.append(length)
        out += data
    return bytes(out)
