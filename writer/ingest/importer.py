"""ImportService: history from elsewhere, through the same pipeline as live events."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import grpc
from analytics.v1 import event_pb2, import_pb2_grpc, site_pb2
from analytics.v1.event_pb2 import RawEventEnvelope
from analytics.v1.import_pb2 import ImportOutcome, ImportRequest, ImportResponse
from analytics.v1.ingest_pb2 import IngestOutcome

from mesh.auth import caller, unknown_site
from mesh.clock import NowUs
from mesh.errors import invalid
from mesh.ids import is_uuid
from writer.ingest.pipeline import Directory, Pipeline
from writer.ingest.store import Store, Verdict

MAX_EVENTS = 500
_HTTP_URL = re.compile(r"https?://[^/?#\s]", re.IGNORECASE)
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NIL = "00000000-0000-0000-0000-000000000000"
_IMPORT_ID = re.compile(r"[^\x00-\x1f\x7f]{1,64}")
_TEXT_LIMITS: Final = {
    "user_id": 200,
    "page_url": 2_000,
    "referrer": 2_000,
    "first_url": 2_000,
    "first_referrer": 2_000,
    "utm_source": 200,
    "utm_medium": 200,
    "utm_campaign": 200,
    "utm_content": 200,
    "utm_term": 200,
    "language": 35,
}
_NUMBER_LIMITS: Final = {"scroll_depth": 100, "screen_width": 100_000, "engaged_ms": 86_400_000}
_PROPS, _PROP_KEY, _PROP_VALUE = 30, 100, 2_000
_SECOND = 1_000_000
_CODES: Final = {
    IngestOutcome.CODE_STORED: ImportOutcome.CODE_IMPORTED,
    IngestOutcome.CODE_DUPLICATE: ImportOutcome.CODE_DUPLICATE,
    IngestOutcome.CODE_IGNORED: ImportOutcome.CODE_IGNORED,
    IngestOutcome.CODE_REJECTED: ImportOutcome.CODE_REJECTED,
}


class ImportServicer(import_pb2_grpc.ImportServiceServicer):
    def __init__(self, directory: Directory, pipeline: Pipeline, store: Store, now_us: NowUs) -> None:
        self._directory = directory
        self._pipeline = pipeline
        self._store = store
        self._now_us = now_us

    async def Import(self, request: ImportRequest, context: grpc.aio.ServicerContext[Any, Any]) -> ImportResponse:
        """Store history exactly once; one outcome per event. Nothing is kept of what is refused: the caller has it."""
        caller().require_site(request.site)
        site = self._directory.snapshot.sites.get(request.site)
        if site is None:
            raise unknown_site(request.site)
        if not _IMPORT_ID.fullmatch(request.import_id):
            raise invalid("import_id", "1–64 characters without control characters are needed")
        if len(request.events) > MAX_EVENTS:
            raise invalid("events", f"{len(request.events)} came; send at most {MAX_EVENTS}")
        if not request.events:  # the caller asks whether it may, before it reads its history
            return ImportResponse()
        now = self._now_us()
        oldest = oldest_kept_us(site.retention_months, now)
        verdicts: list[Verdict | None] = []
        for event in request.events:
            stamp(event, site, request.import_id, now)
            reason = refusal(event, now, oldest, site.retention_months)
            verdicts.append(Verdict(IngestOutcome.CODE_REJECTED, reason) if reason else None)
        written = await self._pipeline.store(request.events, verdicts)
        # what is a duplicate was committed earlier: at or before the newest position
        position = written.position or await self._store.head()
        outcomes = [ImportOutcome(code=_CODES[code], reason=reason) for code, reason in written.verdicts]
        return ImportResponse(outcomes=outcomes, position=position)


def stamp(event: RawEventEnvelope, site: site_pb2.Site, import_id: str, now_us: int) -> None:
    """What the edge stamps on live events."""
    event.site, event.site_id = site.id, site.number
    event.received_at_us = now_us
    event.edge_id = "import"
    event.import_id = import_id


def oldest_kept_us(retention_months: int, now_us: int) -> int:
    """The instant before which a site keeps nothing, by UTC's calendar; 0 months = for ever."""
    if not retention_months:
        return 0
    now = datetime.fromtimestamp(now_us / _SECOND, UTC)
    months = now.year * 12 + now.month - 1 - retention_months
    first = datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
    # the 31st of a month without one counts from that month's last day on
    following = datetime((months + 1) // 12, (months + 1) % 12 + 1, 1, tzinfo=UTC)
    day = min(now.day, (following - first).days)
    return int(first.replace(day=day, hour=now.hour, minute=now.minute, second=now.second).timestamp()) * _SECOND


def refusal(event: RawEventEnvelope, now_us: int, oldest_us: int, retention_months: int) -> str:
    """Why an event is no history of this site: the field and what would be right; "" if it is."""
    if not is_uuid(event.event_id) or event.event_id == _NIL:
        return f'event_id: "{event.event_id[:40]}" is no UUID'
    if not 0 < event.occurred_at_us <= now_us:
        return "occurred_at: an instant from 1970 to now is needed"
    if event.occurred_at_us < oldest_us:
        return f"occurred_at: older than the site keeps events (retention = {retention_months} months)"
    if event.session_id and (not is_uuid(event.session_id) or event.session_id == _NIL):
        return f'session_id: "{event.session_id[:40]}" is no UUID'
    if event.kind == event_pb2.EVENT_KIND_PAGEVIEW and not event.page_url:
        return "page_url: a page view needs one"
    for field in ("page_url", "first_url"):
        if (url := getattr(event, field)) and not _HTTP_URL.match(url):
            return f'{field}: "{url[:60]}" is not an http(s) URL'
    for field, limit in _TEXT_LIMITS.items():
        if len(getattr(event, field)) > limit:
            return f"{field}: longer than {limit} characters"
    for field, most in _NUMBER_LIMITS.items():
        if (value := getattr(event, field)) > most:
            return f"{field}: {value} is not between 0 and {most:,}"
    if event.country and not _COUNTRY.fullmatch(event.country):
        return f'country: "{event.country[:40]}" is no code of two letters such as DE'
    if event.kind == event_pb2.EVENT_KIND_CUSTOM and (len(event.name) > 120 or _CONTROL.search(event.name)):
        return "name: 1–120 characters without control characters are needed"
    return _props_refusal(event.props) if event.props else ""


def _props_refusal(props: Mapping[str, str]) -> str:
    if len(props) > _PROPS:
        return f"props: {len(props)} came; at most {_PROPS} are allowed"
    for key, value in props.items():
        if not 0 < len(key) <= _PROP_KEY or _CONTROL.search(key):
            return f'props: the key "{key[:40]}" is not 1–{_PROP_KEY} characters without control characters'
        if len(value) > _PROP_VALUE:
            return f'props: the value of "{key[:40]}" is longer than {_PROP_VALUE:,} characters'
    return ""
