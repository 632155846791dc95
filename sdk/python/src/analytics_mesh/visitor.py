"""Whose request an event belongs to: the visitor's address, agent and privacy signals, passed on by a backend.

The mesh believes them, since the ingest key vouches for the backend. They live in memory alone, on both sides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analytics_mesh._contract.track_pb2 import TrackEvent
from analytics_mesh.fields import put

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
        """From a request's headers, whatever the case of their names. `ip` is the visitor's address, not a proxy's.

        Raises TypeError or ValueError for headers that are neither a mapping nor pairs of text.
        """
        pairs = dict(headers).items()
        if not all(isinstance(part, str) for pair in pairs for part in pair):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError("headers: names and values are text; decode bytes as latin-1 first")
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
        """Set the context of an event. Raises TypeError or ValueError, naming the field, for what does not fit."""
        for name in ("ip", "user_agent", "do_not_track", "global_privacy_control", "purpose"):
            put(event, name, getattr(self, name), said=f"visitor.{name}")
        if self.language and not event.language:
            put(event, "language", self.language, said="visitor.language")
        for name, value in dict(self.hints).items():
            if name not in _HINTS.values():
                raise ValueError(f"visitor.hints: {name!r:.40} is none of {', '.join(sorted(_HINTS.values()))}")
            put(event, name, value, said=f"visitor.hints[{name!r}]")


def _first_language(header: str) -> str:
    tag = header.partition(",")[0].partition(";")[0].strip()
    return "" if tag == "*" or len(tag) > _MAX_LANGUAGE else tag
