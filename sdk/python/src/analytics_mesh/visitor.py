"""Whose request an event belongs to: the visitor's address, agent and privacy signals, passed on by a backend.

The mesh believes them, since the ingest key vouches for the backend. They live in memory alone, on both sides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analytics_mesh._contract.track_pb2 import TrackEvent

_HINTS = {
    "sec-ch-ua": "ch_ua",
    "sec-ch-ua-full-version-list": "ch_ua_full_version_list",
    "sec-ch-ua-mobile": "ch_ua_mobile",
    "sec-ch-ua-model": "ch_ua_model",
    "sec-ch-ua-platform": "ch_ua_platform",
    "sec-ch-ua-platform-version": "ch_ua_platform_version",
}
_MAX_HINT = 500
_MAX_LANGUAGE = 35
_MAX_AGENT = 1_024


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor's request, as far as it tells of the visitor. `hints` are client hints by their field's name."""

    ip: str = ""
    user_agent: str = ""
    do_not_track: bool = False
    global_privacy_control: bool = False
    language: str = ""
    purpose: str = ""
    hints: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, headers: Mapping[str, str] | Iterable[tuple[str, str]], ip: str = "") -> "Visitor":
        """From a request's headers, whatever the case of their names. `ip` is the visitor's address, not a proxy's."""
        pairs = dict(headers).items()
        named = {name.lower(): value for name, value in pairs}
        return cls(
            ip=ip,
            user_agent=named.get("user-agent", "")[:_MAX_AGENT],
            do_not_track=named.get("dnt", "").strip() == "1",
            global_privacy_control=named.get("sec-gpc", "").strip() == "1",
            language=_first_language(named.get("accept-language", "")),
            purpose=(named.get("sec-purpose") or named.get("purpose") or "")[:100],
            hints={target: named[name][:_MAX_HINT] for name, target in _HINTS.items() if named.get(name)},
        )

    def fill(self, event: TrackEvent) -> None:
        """Set the context of an event."""
        event.ip = self.ip
        event.user_agent = self.user_agent
        event.do_not_track = self.do_not_track
        event.global_privacy_control = self.global_privacy_control
        event.purpose = self.purpose
        if self.language and not event.language:
            event.language = self.language
        for name, value in self.hints.items():
            setattr(event, name, value)


def _first_language(header: str) -> str:
    tag = header.partition(",")[0].partition(";")[0].strip()
    return "" if tag == "*" or len(tag) > _MAX_LANGUAGE else tag
