"""The last half hour of one site, in memory. Pure: time is passed in, nothing is read or written.

A continuation is no visitor and no visit, its views count (semantics: memory mode on a site of many pages). Imported
history is not live. Erasing a visit takes away all that it added.
"""

import heapq
import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from analytics.v1 import event_pb2

from mesh.clock import MINUTE, SECOND

MINUTES = 30
ACTIVE_S = 300
LAST_EVENTS = 20
TOP = 10

MAX_VISITS = 50_000
"""Visits remembered; beyond it the ones silent for longest leave the lists of sources and countries early."""
MAX_PAGES_A_MINUTE = 2_000
"""Distinct pages told apart within a minute; the views of further ones count in the total alone."""
MAX_VIEWS_OF_A_VISIT = 500
"""Views that an erasure of the visit can take back."""

_VIEW = event_pb2.EVENT_KIND_PAGEVIEW
_SHOWN = frozenset(
    {
        event_pb2.EVENT_KIND_PAGEVIEW,
        event_pb2.EVENT_KIND_CLICK,
        event_pb2.EVENT_KIND_CUSTOM,
        event_pb2.EVENT_KIND_EXPOSURE,
    }
)


class Recency:
    """Keys by the slot (a second, a minute) in which each was last seen."""

    def __init__(self) -> None:
        self._slot_of: dict[str, int] = {}
        self._slots: dict[int, set[str]] = {}

    def __len__(self) -> int:
        return len(self._slot_of)

    def touch(self, key: str, slot: int) -> None:
        """Seen in a slot; an earlier slot than the known one changes nothing."""
        known = self._slot_of.get(key)
        if known is not None:
            if known >= slot:
                return
            self._leave(key, known)
        self._slot_of[key] = slot
        members = self._slots.get(slot)
        if members is None:
            members = self._slots[slot] = set()
        members.add(key)

    def forget(self, key: str) -> None:
        slot = self._slot_of.pop(key, None)
        if slot is not None:
            self._leave(key, slot)

    def expire(self, before: int) -> list[str]:
        """Forget what was last seen in a slot before the given one; returns it."""
        gone: list[str] = []
        for slot in [slot for slot in self._slots if slot < before]:
            for key in self._slots.pop(slot):
                del self._slot_of[key]
                gone.append(key)
        return gone

    def oldest(self, count: int) -> list[str]:
        """Up to `count` of the keys silent for longest, of one slot."""
        return list(itertools.islice(self._slots[min(self._slots)], count))

    def _leave(self, key: str, slot: int) -> None:
        members = self._slots[slot]
        members.discard(key)
        if not members:
            del self._slots[slot]


@dataclass(slots=True)
class Visit:
    """What one visit added, so that it can be taken back. `counts` is False for a continuation or a lone event."""

    visitor: str
    source: str
    country: str
    counts: bool
    views: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Minute:
    views: int = 0
    pages: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the last events, and the visit (or lone event) that it belongs to."""

    owner: str
    event: event_pb2.NormalizedEvent


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A site now. `views` are per minute, the oldest first; `minute` numbers the last one (minutes since the epoch)."""

    visitors: int
    views: list[int]
    minute: int
    pages: list[tuple[str, int]]
    sources: list[tuple[str, int]]
    countries: list[tuple[str, int]]
    events: list[event_pb2.NormalizedEvent]


class Window:
    """Half an hour of one site. Memory is bounded by the limits above."""

    def __init__(self) -> None:
        self._minutes: dict[int, Minute] = {}
        self._pages: dict[str, int] = {}
        self._sources: dict[str, int] = {}
        self._countries: dict[str, int] = {}
        self._visits: dict[str, Visit] = {}
        self._visit_seen = Recency()
        self._visitor_seen = Recency()
        self._events: deque[Shown] = deque(maxlen=LAST_EVENTS)

    def is_empty(self) -> bool:
        return not self._visits and not self._minutes and not self._events

    def add(self, event: event_pb2.NormalizedEvent, now_us: int) -> bool:
        """Count an event; False where it is none of the last half hour."""
        at = event.occurred_at_us
        minute = at // MINUTE
        if minute <= now_us // MINUTE - MINUTES or event.import_id:
            return False
        owner = event.visit_id or event.event_id
        visit = self._visits.get(owner)
        if visit is None:
            visit = self._open(owner, event)
        elif event.source and not visit.source and visit.counts:
            _less(self._sources, visit.source)
            visit.source = event.source
            _more(self._sources, visit.source)
        self._visit_seen.touch(owner, minute)
        if visit.visitor:
            self._visitor_seen.touch(visit.visitor, at // SECOND)
        if event.kind == _VIEW:
            self._view(visit, minute, event.page)
        if event.kind in _SHOWN:
            self._events.append(Shown(owner, event))
        if len(self._visits) > MAX_VISITS:
            for oldest in self._visit_seen.oldest(MAX_VISITS // 20):
                self._close(oldest)
        return True

    def erase(self, ids: Iterable[str]) -> bool:
        """Take back all that visits (or events without a visit) added; False where none was here."""
        found = False
        for owner in ids:
            visit = self._visits.get(owner)
            if visit is None:
                continue
            found = True
            for minute, page in visit.views:
                self._unview(minute, page)
            if visit.visitor:
                self._visitor_seen.forget(visit.visitor)
            self._close(owner)
            self._events = deque((shown for shown in self._events if shown.owner != owner), maxlen=LAST_EVENTS)
        return found

    def expire(self, now_us: int) -> None:
        """Let go of what has become older than half an hour (visitors: five minutes)."""
        first = now_us // MINUTE - MINUTES + 1
        for minute in [minute for minute in self._minutes if minute < first]:
            for page, count in self._minutes.pop(minute).pages.items():
                _less(self._pages, page, count)
        for owner in self._visit_seen.expire(first):
            self._close(owner)
        self._visitor_seen.expire((now_us - ACTIVE_S * SECOND) // SECOND + 1)
        if any(shown.event.occurred_at_us // MINUTE < first for shown in self._events):
            kept = (shown for shown in self._events if shown.event.occurred_at_us // MINUTE >= first)
            self._events = deque(kept, maxlen=LAST_EVENTS)

    def snapshot(self, now_us: int) -> Snapshot:
        """The site at a time, after letting go of what is too old for it."""
        self.expire(now_us)
        last = now_us // MINUTE
        minutes = (self._minutes.get(minute) for minute in range(last - MINUTES + 1, last + 1))
        events = sorted((shown.event for shown in self._events), key=_newest_first)
        return Snapshot(
            visitors=len(self._visitor_seen),
            views=[minute.views if minute else 0 for minute in minutes],
            minute=last,
            pages=_top(self._pages),
            sources=_top(self._sources),
            countries=_top(self._countries),
            events=events,
        )

    def _open(self, owner: str, event: event_pb2.NormalizedEvent) -> Visit:
        counts = bool(event.visit_id) and not event.continuation
        visitor = "" if event.continuation else event.visitor_id
        visit = self._visits[owner] = Visit(visitor, event.source, event.country, counts)
        if counts:
            _more(self._sources, visit.source)
            _more(self._countries, visit.country)
        return visit

    def _close(self, owner: str) -> None:
        visit = self._visits.pop(owner)
        self._visit_seen.forget(owner)
        if visit.counts:
            _less(self._sources, visit.source)
            _less(self._countries, visit.country)

    def _view(self, visit: Visit, number: int, page: str) -> None:
        minute = self._minutes.get(number)
        if minute is None:
            minute = self._minutes[number] = Minute()
        minute.views += 1
        if page in minute.pages or len(minute.pages) < MAX_PAGES_A_MINUTE:
            minute.pages[page] = minute.pages.get(page, 0) + 1
            _more(self._pages, page)
        if len(visit.views) < MAX_VIEWS_OF_A_VISIT:
            visit.views.append((number, page))

    def _unview(self, number: int, page: str) -> None:
        minute = self._minutes.get(number)
        if minute is None:
            return
        minute.views -= 1
        if page in minute.pages:
            _less(minute.pages, page)
            _less(self._pages, page)


def _newest_first(event: event_pb2.NormalizedEvent) -> tuple[int, int]:
    return -event.occurred_at_us, -event.sequence


def _more(counts: dict[str, int], key: str) -> None:
    counts[key] = counts.get(key, 0) + 1


def _less(counts: dict[str, int], key: str, by: int = 1) -> None:
    left = counts[key] - by
    if left:
        counts[key] = left
    else:
        del counts[key]


def _top(counts: dict[str, int]) -> list[tuple[str, int]]:
    return heapq.nsmallest(TOP, counts.items(), key=lambda item: (-item[1], item[0]))
