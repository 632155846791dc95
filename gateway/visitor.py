"""What the visitor's request itself tells of the visitor: address, agent, hints, signals. Never stored here."""

from collections.abc import Iterable, Mapping

from analytics.v1 import track_pb2

from gateway.client_ip import ClientAddress

Headers = Mapping[bytes, bytes]

_MAX_AGENT = 1_024
_MAX_HINT = 500
_HINTS = (
    (b"sec-ch-ua", "ch_ua"),
    (b"sec-ch-ua-full-version-list", "ch_ua_full_version_list"),
    (b"sec-ch-ua-mobile", "ch_ua_mobile"),
    (b"sec-ch-ua-model", "ch_ua_model"),
    (b"sec-ch-ua-platform", "ch_ua_platform"),
    (b"sec-ch-ua-platform-version", "ch_ua_platform_version"),
)


class Visitor:
    """Fills an event's context (fields 40–52) from a request."""

    def __init__(self, addresses: ClientAddress, country_header: str) -> None:
        self._addresses = addresses
        self._country_header = country_header.lower().encode()

    def fill(
        self, event: track_pb2.TrackEvent, peer: str, headers: Headers, pairs: Iterable[tuple[bytes, bytes]]
    ) -> None:
        """`headers` by name, `pairs` as they came: a header may come twice."""
        event.ip = self._addresses.of(peer, pairs)
        get = headers.get
        agent = get(b"user-agent")
        if agent:
            event.user_agent = agent[:_MAX_AGENT].decode("latin-1")
        language = get(b"accept-language")
        if language:
            event.language = _first_language(language)
        origin = get(b"origin")
        if origin:
            event.origin = origin[:_MAX_HINT].decode("latin-1")
        if get(b"dnt") == b"1":
            event.do_not_track = True
        if get(b"sec-gpc") == b"1":
            event.global_privacy_control = True
        if b"sec-ch-ua" in headers or b"sec-ch-ua-platform" in headers:
            for name, field in _HINTS:
                hint = get(name)
                if hint:
                    setattr(event, field, hint[:_MAX_HINT].decode("latin-1"))
        purpose = get(b"sec-purpose") or get(b"purpose")
        if purpose:
            event.purpose = purpose[:_MAX_HINT].decode("latin-1")
        if self._country_header and self._addresses.is_trusted(peer):
            event.country_hint = get(self._country_header, b"")[:_MAX_HINT].decode("latin-1").strip().upper()


def _first_language(header: bytes) -> str:
    tag = header.partition(b",")[0].partition(b";")[0].strip().decode("latin-1")
    return "" if tag == "*" or len(tag) > 35 else tag
