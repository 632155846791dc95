"""One envelope becomes one event. Pure but for look-ups in memory; the address and the user agent end here."""

from typing import Final, NamedTuple

from analytics.v1 import event_pb2
from analytics.v1.event_pb2 import NormalizedEvent, RawEventEnvelope

from mesh.clock import DAY, HOUR
from mesh.ids import is_uuid, uuid7_time_us
from writer.ingest.bots import ignore_reason
from writer.ingest.identity import Keyring, SaltKey
from writer.ingest.parts import (
    RefusedError,
    Touch,
    country_of,
    device_part,
    language_tag,
    page_part,
    place_part,
    revenue_micros,
    screen_class,
    touch_part,
)
from writer.ingest.place import Places
from writer.ingest.rules import SiteRules, excludes_address
from writer.ingest.visits import DAILY, MEMORY, Claim, Key

_CUSTOM, _PAGEVIEW = event_pb2.EVENT_KIND_CUSTOM, event_pb2.EVENT_KIND_PAGEVIEW
_ENGAGEMENT, _CLICK = event_pb2.EVENT_KIND_ENGAGEMENT, event_pb2.EVENT_KIND_CLICK
BUILT_IN_NAMES: Final[dict[int, str]] = {
    event_pb2.EVENT_KIND_PAGEVIEW: "pageview",
    event_pb2.EVENT_KIND_CLICK: "click",
    event_pb2.EVENT_KIND_SCROLL: "scroll",
    event_pb2.EVENT_KIND_ENGAGEMENT: "engagement",
    event_pb2.EVENT_KIND_SESSION_START: "session_start",
    event_pb2.EVENT_KIND_SESSION_END: "session_end",
    event_pb2.EVENT_KIND_EXPOSURE: "experiment_exposure",
}
EXCLUDED: Final = "excluded"
_YEAR_2000, _YEAR_2200 = 946_684_800_000_000, 7_258_118_400_000_000
_FRESH_US, _REACH_US = 48 * HOUR, 72 * HOUR


class Draft(NamedTuple):
    """An event ready to be stored, but for its visit where it has a claim. A tuple: its columns go straight to SQL."""

    site_id: int
    event_id: bytes
    received_at_us: int
    occurred_at_us: int
    name: str
    visit_id: bytes | None
    visitor_id: bytes | None
    user_hash: bytes | None
    body: bytes  # serialised fields of NormalizedEvent: all of them, or all but those of the visit with a claim
    first_touch: bytes
    claim: Claim | None


def read(envelope: bytes) -> RawEventEnvelope:
    """Parse and clean an envelope. Raises google.protobuf.message.DecodeError if it is none."""
    event = RawEventEnvelope.FromString(envelope)
    if b"\0" in envelope:
        _drop_nul(event)
    return event


def salts_needed(event: RawEventEnvelope, rules: SiteRules) -> tuple[SaltKey, ...]:
    """The salts that tell who sent it: the day's own and, for a visit over midnight, the day's before."""
    if _mode(event, rules) != DAILY or not event.ip:
        return ()
    day = _day(event)
    if not 0 <= day < _YEAR_2200 // DAY:  # it will be refused for its time
        return ()
    return SaltKey(rules.number, day, event.import_id), SaltKey(rules.number, day - 1, event.import_id)


def draft(event: RawEventEnvelope, rules: SiteRules, keyring: Keyring, places: Places) -> Draft | str:
    """The event to store, or the reason to ignore it. Raises RefusedError."""
    kind = event.kind
    user_agent = event.user_agent[:1_024]
    if not event.keep_bots and (reason := ignore_reason(user_agent, event.purpose)):
        return reason
    page = page_part(event.page_url, rules)
    if page.excluded or (page.elsewhere and not event.import_id) or _is_own_traffic(event, rules, places):
        return EXCLUDED
    event_id = event.event_id.lower()
    if not is_uuid(event_id):
        raise RefusedError("event_id", f'"{event_id[:40]}" is no UUID')
    received_at, occurred_at = _times(event)
    name = _name(event)
    mode = _mode(event, rules)
    own = NormalizedEvent(
        event_id=event_id,
        site_id=rules.number,
        kind=kind,
        name=name,
        received_at_us=received_at,
        occurred_at_us=occurred_at,
        edge_id=event.edge_id[:64],
        identity=mode,
    )
    user_hash = _set_own_fields(own, event, keyring, rules.number)
    parts = page.body + device_part(event, user_agent) + place_part(places, event)
    visit_id = visitor_id = claim = None
    if mode == DAILY:
        claim, visitor_id = _daily_claim(event, rules.number, user_agent, keyring)
    elif is_uuid(event.session_id):
        session = event.session_id.lower()
        started = uuid7_time_us(session)
        visit_id = bytes.fromhex(session.replace("-", ""))
        if started and abs(started - received_at) <= _FRESH_US and abs(started - occurred_at) <= _REACH_US:
            own.visit_id = own.visitor_id = session
            own.visit_started_at_us = started
            visitor_id = visit_id
        else:
            claim = Claim(MEMORY, Key(0, rules.number, visit_id), None, opens=True, keeps_id=started is None)
    opens = claim is not None and claim.opens
    first_touch = _first_touch(event, rules, continues=mode == MEMORY, tells=opens or kind == _PAGEVIEW)
    if claim is None:
        if not own.visit_started_at_us:
            own.visit_started_at_us = received_at
        parts += first_touch
    body = own.SerializeToString() + parts
    return Draft(
        rules.number,
        bytes.fromhex(event_id.replace("-", "")),
        received_at,
        occurred_at,
        name,
        visit_id,
        visitor_id,
        user_hash,
        body,
        first_touch,
        claim,
    )


def _is_own_traffic(event: RawEventEnvelope, rules: SiteRules, places: Places) -> bool:
    """By where it comes from; by page the page's part tells."""
    if rules.excluded_networks and event.ip and excludes_address(rules, event.ip[:64]):
        return True
    return bool(rules.excluded_countries) and country_of(places, event) in rules.excluded_countries


def _mode(event: RawEventEnvelope, rules: SiteRules) -> event_pb2.IdentityMode:
    if event.import_id:
        return MEMORY if event.session_id else DAILY
    return rules.identity


def _day(event: RawEventEnvelope) -> int:
    return (event.occurred_at_us if event.import_id else event.received_at_us) // DAY


def _times(event: RawEventEnvelope) -> tuple[int, int]:
    received_at = event.received_at_us
    if not _YEAR_2000 <= received_at < _YEAR_2200:
        raise RefusedError("received_at_us", f"{received_at} lies outside the years 2000 to 2199")
    if event.import_id and event.occurred_at_us:
        if not 0 < event.occurred_at_us <= received_at:
            raise RefusedError("occurred_at_us", f"{event.occurred_at_us} lies before 1970 or in the future")
        return received_at, event.occurred_at_us
    return received_at, received_at - min(max(event.age_ms, 0), DAY // 1_000) * 1_000


def _name(event: RawEventEnvelope) -> str:
    kind = event.kind
    if kind != _CUSTOM:
        name = BUILT_IN_NAMES.get(kind)
        if name is None:
            raise RefusedError("kind", f"{kind} is none of the kinds this writer knows")
        return name
    name = event.name[:120]
    if not name or name in BUILT_IN_NAMES.values():
        raise RefusedError("name", f'"{name}" is no name for a custom event')
    return name


def _set_own_fields(own: NormalizedEvent, event: RawEventEnvelope, keyring: Keyring, site_id: int) -> bytes | None:
    """Fields that are the event's alone; returns the user's hash."""
    kind = event.kind
    if event.sequence:
        own.sequence = event.sequence
    if event.page_title:
        own.page_title = event.page_title[:500]
    if event.screen_width:
        own.screen = screen_class(event.screen_width)
    if event.language:
        own.language = language_tag(event.language[:100])
    if event.scroll_depth:
        own.scroll_depth = min(event.scroll_depth, 100)
    if event.engaged_ms:
        own.engaged_ms = min(event.engaged_ms, DAY // 1_000)
    if event.import_id:
        own.import_id = event.import_id[:64]
    if kind in (_CLICK, _CUSTOM):
        own.element_id, own.element_tag = event.element_id[:100], event.element_tag[:100]
        own.element_role, own.element_text = event.element_role[:100], event.element_text[:100]
        own.href = event.href[:2_000].partition("#")[0].partition("?")[0]
    if kind == _CUSTOM:
        own.interactive = event.interactive if event.HasField("interactive") else True
    if event.props:
        for key in sorted(event.props)[:30]:
            own.props[key[:100]] = event.props[key][:2_000]
    if event.revenue_amount or event.revenue_currency:
        own.revenue_micros = revenue_micros(event.revenue_amount, event.revenue_currency)
        own.revenue_currency = event.revenue_currency
    if event.user_id and (user_hash := keyring.user_hash(site_id, event.user_id[:200])):
        own.user_hash = user_hash.hex()
        return user_hash
    return None


def _daily_claim(
    event: RawEventEnvelope, site_id: int, user_agent: str, keyring: Keyring
) -> tuple[Claim | None, bytes | None]:
    """No address or no salt any more: nobody knows who it was, so it counts as an event alone."""
    if not event.ip:
        return None, None
    day = _day(event)
    visitor = keyring.visitor(SaltKey(site_id, day, event.import_id), event.ip, user_agent)
    if visitor is None:
        return None, None
    before = keyring.visitor(SaltKey(site_id, day - 1, event.import_id), event.ip, user_agent)
    previous = Key(day - 1, site_id, before) if before else None
    opens = event.kind != _ENGAGEMENT
    return Claim(DAILY, Key(day, site_id, visitor), previous, opens=opens, keeps_id=False), visitor


def _first_touch(event: RawEventEnvelope, rules: SiteRules, *, continues: bool, tells: bool) -> bytes:
    """The part of the session's first touch; where none was sent, of the event's own page if that `tells`.

    An event that may open its visit tells, whatever its kind: a tracker's custom event may overtake its page view.
    """
    url, referrer = event.first_url, event.first_referrer
    explicit = bool(url or referrer)
    if not explicit and tells:
        url, referrer = event.page_url, event.referrer
    utm = (event.utm_source, event.utm_medium, event.utm_campaign, event.utm_content, event.utm_term)
    finished = (event.source[:200], event.channel[:100]) if event.import_id else ("", "")
    if not (url or referrer or event.navigation or any(utm) or any(finished)):
        return b""
    base = url or event.page_url
    # only a referrer that says it is the session's first can tell that the session continues another
    first_referrer = referrer if explicit and continues else ""
    return touch_part(
        Touch(
            url[:2_000],
            referrer[:2_000],
            utm,
            finished,
            event.navigation,
            continues,
            first_referrer[:2_000],
            base[:2_000],
            rules.own_hosts,
        )
    )


def _drop_nul(event: RawEventEnvelope) -> None:
    """A NUL in text is nobody's intention, and no store takes it."""
    for field, value in event.ListFields():
        if field.name == "props":
            clean = {key.replace("\0", ""): text.replace("\0", "") for key, text in value.items()}
            event.ClearField("props")
            event.props.update(clean)
        elif isinstance(value, str) and "\0" in value:
            setattr(event, field.name, value.replace("\0", ""))
