"""The parts of an event that repeat from event to event: its device, place, page and first touch.

A part is serialised fields of NormalizedEvent, worked out once and kept. Protobuf messages may be joined end to end, so
an event's bytes are its own fields followed by its parts; that is several times cheaper than setting thirty fields an
event. No two parts share a field.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from analytics.v1 import event_pb2
from analytics.v1.event_pb2 import NormalizedEvent, RawEventEnvelope

from writer.ingest.device import ClientHints, device_of
from writer.ingest.page import host_of, is_own_host, page_of
from writer.ingest.place import Places
from writer.ingest.rules import SiteRules
from writer.ingest.source import Campaign, attribute

# together they bound what a cache of parts keeps, even of texts made for that
_CACHED = 8_192
_LONG = 800  # characters of a key; longer ones are rare with people, and worked out each time
_MAX_IP = 64
_MAX_REVENUE_MICROS = 9_000_000_000_000 * 1_000_000
_AMOUNT = re.compile(r"(-)?([0-9]{1,13})(?:\.([0-9]{1,6}))?")
_CURRENCY = re.compile(r"[A-Z]{3}")


class RefusedError(ValueError):
    """This envelope can never be stored: the field at fault and what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")


class Touch(NamedTuple):
    """What an event says of how its visit began."""

    url: str
    referrer: str
    utm: tuple[str, str, str, str, str]
    finished: tuple[str, str]  # source and channel, from an import
    navigation: int
    continues: bool  # the session may continue another
    first_referrer: str  # the referrer where it is said to be the session's first
    base: str  # any URL of the site
    own_hosts: frozenset[str]


def touch_part(touch: Touch) -> bytes:
    length = len(touch.url) + len(touch.referrer) + len(touch.base) + sum(map(len, touch.utm))
    return (_touch if length <= _LONG else _touch.__wrapped__)(touch)


@lru_cache(_CACHED)
def _touch(touch: Touch) -> bytes:
    own = touch.own_hosts | ({host} if (host := host_of(touch.base)) else set())
    if touch.continues and _is_continuation(touch.navigation, touch.first_referrer, own):
        return NormalizedEvent(continuation=True).SerializeToString()
    if touch.navigation == event_pb2.NAVIGATION_IDLE:
        return b""
    found = attribute(touch.url, touch.referrer, Campaign(*(value[:200] for value in touch.utm)), own)
    return NormalizedEvent(
        source=touch.finished[0] or found.source,
        channel=touch.finished[1] or found.channel,
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


class PagePart(NamedTuple):
    """A page's fields, and whether the site counts what happens on it."""

    body: bytes
    excluded: bool
    elsewhere: bool  # on a host that is none of the site's


_NOT_FINISHED = ("", "", "", "", "")
_NO_PAGE = PagePart(b"", excluded=False, elsewhere=False)


def page_part(url: str, rules: SiteRules) -> PagePart:
    return (_page if len(url) <= _LONG else _page.__wrapped__)(url, rules)


@lru_cache(_CACHED)
def _page(url: str, rules: SiteRules) -> PagePart:
    if not url:
        return _NO_PAGE
    page = page_of(url[:2_000], rules.kept_parameters, rules.hash_routing)
    body = NormalizedEvent(hostname=page.hostname, page=rules.named(page)).SerializeToString()
    return PagePart(body, rules.excludes_page(page), rules.is_elsewhere(page))


def device_part(event: RawEventEnvelope, user_agent: str) -> bytes:
    hints = (
        event.ch_ua,
        event.ch_ua_full_version_list,
        event.ch_ua_mobile,
        event.ch_ua_model,
        event.ch_ua_platform,
        event.ch_ua_platform_version,
    )
    finished = _NOT_FINISHED
    if event.import_id:
        finished = (
            event.browser[:100],
            event.browser_version[:100],
            event.os[:100],
            event.os_version[:100],
            event.device[:100],
        )
    length = len(user_agent) + sum(map(len, hints))
    return (_device if length <= _LONG else _device.__wrapped__)(user_agent, hints, finished)


@lru_cache(_CACHED)
def _device(user_agent: str, hints: tuple[str, ...], finished: tuple[str, str, str, str, str]) -> bytes:
    """Finished values win; a finished browser without its version is not given another browser's."""
    found = device_of(user_agent, ClientHints(*(hint[:500] for hint in hints)))
    browser, browser_version, os, os_version, device = finished
    return NormalizedEvent(
        browser=browser or found.browser,
        browser_version=browser_version or ("" if browser else found.browser_version),
        os=os or found.os,
        os_version=os_version or ("" if os else found.os_version),
        device=device or found.device,
    ).SerializeToString()


def place_part(places: Places, event: RawEventEnvelope) -> bytes:
    """Where it came from: finished values, then a trusted proxy's country, then the address."""
    found = places.locate(event.ip[:_MAX_IP])
    if event.import_id and (event.country or event.region or event.city):
        return _place(event.country.upper() or found.country, event.region[:10], event.city[:100])
    hint = event.country_hint
    if hint and hint.upper() != found.country and _is_country(hint):
        return _place(hint.upper(), "", "")
    return _place(found.country, found.region, found.city)


def country_of(places: Places, event: RawEventEnvelope) -> str:
    """The country of place_part."""
    if event.import_id and event.country:
        return event.country.upper()
    hint = event.country_hint
    return hint.upper() if hint and _is_country(hint) else places.locate(event.ip[:_MAX_IP]).country


@lru_cache(_CACHED)
def _place(country: str, region: str, city: str) -> bytes:
    return NormalizedEvent(country=country, region=region, city=city).SerializeToString()


_NO_COUNTRY = frozenset(["XX", "ZZ", "T1", "A1", "A2", "O1", "EU", "AP"])


def _is_country(text: str) -> bool:
    """Two letters, and none of the codes for "unknown", proxies, Tor and continents."""
    return len(text) == 2 and text.isascii() and text.isalpha() and text.upper() not in _NO_COUNTRY


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
    found = _AMOUNT.fullmatch(amount)
    micros = int(found[2]) * 1_000_000 + int((found[3] or "").ljust(6, "0")) if found else _MAX_REVENUE_MICROS
    if not found or micros >= _MAX_REVENUE_MICROS:
        raise RefusedError("revenue_amount", f'"{amount[:40]}" is no decimal like 12.50 of at most 6 places')
    return -micros if found[1] else micros
