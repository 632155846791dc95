"""One envelope becomes one event. Pure but for look-ups in memory; the address and the user agent end here.

What repeats from event to event (a device, a place, a page, a first touch) is worked out once and kept as *parts*:
serialised fields of NormalizedEvent. Protobuf messages may be joined end to end, so an event's bytes are its own fields
followed by its parts; that is several times cheaper than setting thirty fields an event.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final, NamedTuple

from analytics.v1 import event_pb2, site_pb2
from analytics.v1.event_pb2 import NormalizedEvent, RawEventEnvelope

from mesh.clock import DAY, HOUR
from mesh.ids import is_uuid, uuid7_time_us
from writer.ingest.bots import ignore_reason
from writer.ingest.device import ClientHints, device_of
from writer.ingest.identity import Keyring, SaltKey
from writer.ingest.page import ascii_host, host_of, is_own_host, page_of
from writer.ingest.place import Places
from writer.ingest.source import Campaign, attribute
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
_YEAR_2000, _YEAR_2200 = 946_684_800_000_000, 7_258_118_400_000_000
_MAX_REVENUE = Decimal(9_000_000_000_000)
_CURRENCY = re.compile(r"[A-Z]{3}")
_FRESH_US, _REACH_US = 48 * HOUR, 72 * HOUR
_CACHED = 16_384


class RefusedError(ValueError):
    """This envelope can never be stored: the field at fault and what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")


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


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What a site's settings mean for its events."""

    number: int
    identity: event_pb2.IdentityMode
    own_hosts: frozenset[str]
    kept_parameters: tuple[str, ...]
    hash_routing: bool

    @classmethod
    def of(cls, site: site_pb2.Site) -> "SiteRules":
        return cls(
            number=site.number,
            identity=DAILY if site.identity == DAILY else MEMORY,
            own_hosts=frozenset(host for domain in site.domains if (host := ascii_host(domain))),
            kept_parameters=tuple(site.query_parameters),
            hash_routing=site.hash_routing,
        )


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
    return SaltKey(rules.number, day, event.import_id), SaltKey(rules.number, day - 1, event.import_id)


def draft(event: RawEventEnvelope, rules: SiteRules, keyring: Keyring, places: Places) -> Draft | str:
    """The event to store, or the reason to ignore it. Raises RefusedError."""
    kind = event.kind
    user_agent = event.user_agent[:1_024]
    if not event.keep_bots and (reason := ignore_reason(user_agent, event.purpose)):
        return reason
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
    parts = (
        _page_part(event.page_url, rules.kept_parameters, rules.hash_routing)
        + _device_part(event, user_agent)
        + place_part(places, event)
    )
    first_touch = _first_touch(event, rules, continues=mode == MEMORY)
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


def _first_touch(event: RawEventEnvelope, rules: SiteRules, *, continues: bool) -> bytes:
    url, referrer = event.first_url, event.first_referrer
    explicit = bool(url or referrer)
    if not explicit and event.kind == _PAGEVIEW:
        url, referrer = event.page_url, event.referrer
    utm = (event.utm_source, event.utm_medium, event.utm_campaign, event.utm_content, event.utm_term)
    finished = (event.source[:200], event.channel[:100]) if event.import_id else ("", "")
    if not (url or referrer or event.navigation or any(utm) or any(finished)):
        return b""
    base = url or event.page_url
    # only a referrer that says it is the session's first can tell that the session continues another
    first_referrer = referrer if explicit and continues else ""
    return _touch_part(
        url[:2_000], referrer[:2_000], utm, finished, event.navigation, continues, first_referrer, base, rules.own_hosts
    )


@lru_cache(_CACHED)
def _touch_part(
    url: str,
    referrer: str,
    utm: tuple[str, str, str, str, str],
    finished: tuple[str, str],
    navigation: int,
    continues: bool,
    first_referrer: str,
    base: str,
    own_hosts: frozenset[str],
) -> bytes:
    own = own_hosts | ({host} if (host := host_of(base)) else set())
    if continues and _is_continuation(navigation, first_referrer, own):
        return NormalizedEvent(continuation=True).SerializeToString()
    if navigation == event_pb2.NAVIGATION_IDLE:
        return b""
    found = attribute(url, referrer, Campaign(*(value[:200] for value in utm)), own)
    return NormalizedEvent(
        source=finished[0] or found.source,
        channel=finished[1] or found.channel,
        referrer=found.referrer,
        utm_source=found.campaign.source,
        utm_medium=found.campaign.medium,
        utm_campaign=found.campaign.campaign,
        utm_content=found.campaign.content,
        utm_term=found.campaign.term,
    ).SerializeToString()


def _is_continuation(navigation: int, first_referrer: str, own_hosts: frozenset[str]) -> bool:
    """Semantics: "Memory mode on a site of many pages"."""
    if navigation in (event_pb2.NAVIGATION_RELOAD, event_pb2.NAVIGATION_BACK_FORWARD):
        return True
    if navigation == event_pb2.NAVIGATION_IDLE or not first_referrer:
        return False
    return is_own_host(host_of(first_referrer), own_hosts)


@lru_cache(_CACHED)
def _page_part(url: str, kept_parameters: tuple[str, ...], hash_routing: bool) -> bytes:
    if not url:
        return b""
    page = page_of(url[:2_000], kept_parameters, hash_routing)
    return NormalizedEvent(hostname=page.hostname, page=page.path).SerializeToString()


def _device_part(event: RawEventEnvelope, user_agent: str) -> bytes:
    hints = (
        event.ch_ua,
        event.ch_ua_full_version_list,
        event.ch_ua_mobile,
        event.ch_ua_model,
        event.ch_ua_platform,
        event.ch_ua_platform_version,
    )
    if not event.import_id:
        return _device(user_agent, hints, ("", "", "", "", ""))
    finished = (event.browser, event.browser_version, event.os, event.os_version, event.device)
    return _device(user_agent, hints, finished)


@lru_cache(_CACHED)
def _device(user_agent: str, hints: tuple[str, ...], finished: tuple[str, str, str, str, str]) -> bytes:
    """Finished values win; a finished browser without its version is not given another browser's."""
    found = device_of(user_agent, ClientHints(*(hint[:500] for hint in hints)))
    browser, browser_version, os, os_version, device = (value[:100] for value in finished)
    return NormalizedEvent(
        browser=browser or found.browser,
        browser_version=browser_version or ("" if browser else found.browser_version),
        os=os or found.os,
        os_version=os_version or ("" if os else found.os_version),
        device=device or found.device,
    ).SerializeToString()


def place_part(places: Places, event: RawEventEnvelope) -> bytes:
    """Where it came from: finished values, then a trusted proxy's country, then the address."""
    found = places.locate(event.ip)
    hint = event.country_hint
    if event.import_id and (event.country or event.region or event.city):
        return _place(event.country[:2].upper() or found.country, event.region[:10], event.city[:100])
    if hint and hint.upper() != found.country and _is_country(hint):
        return _place(hint.upper(), "", "")
    return _place(found.country, found.region, found.city)


@lru_cache(_CACHED)
def _place(country: str, region: str, city: str) -> bytes:
    return NormalizedEvent(country=country, region=region, city=city).SerializeToString()


def _is_country(text: str) -> bool:
    """Two letters, and none of the words that proxies send for "unknown" and "Tor"."""
    return len(text) == 2 and text.isascii() and text.isalpha() and text.upper() not in ("XX", "ZZ", "T1")


def screen_class(width: int) -> str:
    """Class of a width in CSS pixels (the usual grid's break points)."""
    if width < 576:
        return "xs"
    if width < 768:
        return "sm"
    if width < 992:
        return "md"
    return "lg" if width < 1200 else "xl"


@lru_cache(_CACHED)
def language_tag(accepted: str) -> str:
    """The first tag in its usual form: `de`, `de-AT`, `zh-Hant`; "" for what is no tag (RFC 5646)."""
    first = accepted.partition(",")[0].partition(";")[0].strip().replace("_", "-")
    parts = first[:35].rstrip("-").split("-")
    if not (2 <= len(parts[0]) <= 3 and parts[0].isascii() and parts[0].isalpha()):
        return ""
    tag = parts[0].lower()
    for part in parts[1:3]:
        if not (part.isascii() and part.isalnum()):
            break
        if len(part) == 2:
            return f"{tag}-{part.upper()}"
        if len(part) == 4:
            tag = f"{tag}-{part.title()}"
    return tag


def revenue_micros(amount: str, currency: str) -> int:
    """A decimal amount × 1,000,000, exact. Raises RefusedError."""
    if not _CURRENCY.fullmatch(currency):
        raise RefusedError("revenue_currency", f'"{currency[:10]}" is no ISO 4217 code like EUR')
    try:
        value = Decimal(amount) if len(amount) <= 40 else Decimal("nan")
    except InvalidOperation:
        value = Decimal("nan")
    micros = value * 1_000_000
    if not value.is_finite() or abs(value) >= _MAX_REVENUE or micros != micros.to_integral_value():
        raise RefusedError("revenue_amount", f'"{amount[:40]}" is no decimal like 12.50 of at most 6 places')
    return int(micros)


def _drop_nul(event: RawEventEnvelope) -> None:
    """A NUL in text is nobody's intention, and no store takes it."""
    for field, value in event.ListFields():
        if field.name == "props":
            clean = {key.replace("\0", ""): text.replace("\0", "") for key, text in value.items()}
            event.ClearField("props")
            event.props.update(clean)
        elif isinstance(value, str) and "\0" in value:
            setattr(event, field.name, value.replace("\0", ""))
