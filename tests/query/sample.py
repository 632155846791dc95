"""Events made by hand, one call each."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import count

from analytics.v1 import event_pb2

DAILY, MEMORY = event_pb2.IDENTITY_MODE_DAILY, event_pb2.IDENTITY_MODE_MEMORY
_KINDS = {
    "pageview": event_pb2.EVENT_KIND_PAGEVIEW,
    "click": event_pb2.EVENT_KIND_CLICK,
    "scroll": event_pb2.EVENT_KIND_SCROLL,
    "engagement": event_pb2.EVENT_KIND_ENGAGEMENT,
    "session_start": event_pb2.EVENT_KIND_SESSION_START,
    "session_end": event_pb2.EVENT_KIND_SESSION_END,
    "experiment_exposure": event_pb2.EVENT_KIND_EXPOSURE,
}
_numbers = count(1)


def micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def new_visit() -> str:
    return str(uuid.UUID(int=next(_numbers) << 64 | 0xABCD))


def event(
    name: str, at: datetime, visit: str = "", *, started: datetime | None = None, site: int = 1, **values
) -> event_pb2.NormalizedEvent:
    """An event of a name at a time; `started` places its visit (default: the event's own time)."""
    kind = _KINDS.get(name, event_pb2.EVENT_KIND_CUSTOM)
    values.setdefault("interactive", kind == event_pb2.EVENT_KIND_CUSTOM)
    values.setdefault("identity", MEMORY)
    values.setdefault("visitor_id", visit)
    values.setdefault("hostname", "example.org")
    return event_pb2.NormalizedEvent(
        event_id=values.pop("event_id", None) or str(uuid.uuid4()),
        site_id=site,
        kind=kind,
        name=name,
        occurred_at_us=micros(at),
        received_at_us=micros(at),
        visit_id=visit,
        visit_started_at_us=micros(started or at),
        **values,
    )
