"""From the bytes of one event to the envelope that the writer gets, or to the reason why there is none."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from analytics.v1 import event_pb2, site_pb2, track_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet

from edge.limits import OWN_FIELDS, Refusal, check, shown
from mesh.auth import Caller
from mesh.directory import Snapshot
from mesh.ids import is_uuid, new_id

Result = track_pb2.TrackResult


@dataclass(frozen=True, slots=True)
class Envelope:
    """A stamped event: its id, and the serialised RawEventEnvelope."""

    event_id: str
    content: bytes


class Intake:
    """Admits events. Pure but for its sequence number: the clock and the directory are passed in.

    `first_sequence` is the edge's start time in microseconds, so that numbers grow over restarts.
    """

    def __init__(self, edge_id: str, snapshot: Callable[[], Snapshot], first_sequence: int) -> None:
        self._edge_id = edge_id
        self._snapshot = snapshot
        self._sequence = first_sequence

    def admit(self, raw: bytes, caller: Caller, received_at_us: int) -> Envelope | Result:
        """The envelope of a serialised TrackEvent; a result where it is invalid, forbidden or ignored.

        Order: limits, site, origin, privacy signals. A caller with an ingest key speaks for its own site alone.
        """
        try:
            event = event_pb2.RawEventEnvelope.FromString(raw)
        except DecodeError:
            return _unreadable(raw)
        try:
            check(event)
        except Refusal as refusal:
            return Result(
                event_id=event.event_id[:64], code=Result.CODE_INVALID, reason=str(refusal), field=refusal.field
            )
        if not event.event_id:
            event.event_id = new_id()
        slug = event.site or caller.ingest_site
        if not slug:
            reason = "it is missing; name the site's id"
            return Result(event_id=event.event_id, code=Result.CODE_INVALID, reason=reason, field="site")
        site = self._snapshot().sites.get(slug)
        if site is None or (caller.ingest_site and caller.ingest_site != slug):
            reason = f"there is no site {shown(slug)}"
            return Result(event_id=event.event_id, code=Result.CODE_FORBIDDEN, reason=reason, field="site")
        if event.origin and site.domains and not _belongs(event.origin, site):
            reason = f"{shown(event.origin)} is none of the site's domains"
            return Result(event_id=event.event_id, code=Result.CODE_FORBIDDEN, reason=reason, field="origin")
        if (event.do_not_track or event.global_privacy_control) and not site.ignore_privacy_signals:
            reason = "dnt" if event.do_not_track else "gpc"
            return Result(event_id=event.event_id, code=Result.CODE_IGNORED, reason=reason)
        if any(field.field_number >= OWN_FIELDS for field in UnknownFieldSet(event)):
            event.DiscardUnknownFields()  # numbers of the edge's own range; other unknown ones pass to a newer writer
        event.site = slug
        event.site_id = site.number
        event.received_at_us = received_at_us
        event.edge_id = self._edge_id
        event.edge_sequence = self._sequence
        self._sequence += 1
        return Envelope(event.event_id, event.SerializeToString())


def _belongs(origin: str, site: site_pb2.Site) -> bool:
    host = _host(origin)
    return any(host == domain or host.endswith(f".{domain}") for domain in map(str.lower, site.domains))


@lru_cache(maxsize=4_096)
def _host(origin: str) -> str:
    """Host of an Origin header, lower case; "" for `null` and for what is no origin."""
    try:
        return (urlsplit(origin).hostname or "").rstrip(".")
    except ValueError:
        return ""


_TEXT_FIELDS = {
    field.number: field.name
    for field in track_pb2.TrackEvent.DESCRIPTOR.fields
    if field.type == FieldDescriptor.TYPE_STRING
}
_DAMAGED = "the event cannot be read as a TrackEvent"


def _unreadable(raw: bytes) -> Result:
    """The result of an event that does not parse; names the field whose text is no UTF-8, where that is the cause."""
    result = Result(code=Result.CODE_INVALID, reason=_DAMAGED, field="event")
    try:
        fields = UnknownFieldSet(Empty.FromString(raw))
    except DecodeError:
        return result
    for field in fields:
        name, data = _TEXT_FIELDS.get(field.field_number), field.data
        if name is None or not isinstance(data, bytes):
            continue
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return Result(
                event_id=result.event_id, code=Result.CODE_INVALID, reason="the text is not valid UTF-8", field=name
            )
        if name == "event_id" and is_uuid(text):
            result.event_id = text
    return result
