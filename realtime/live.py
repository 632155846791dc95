"""Every site's window, who is watching it, and where in the commit order they all are."""

import asyncio
from dataclasses import dataclass, field

from analytics.v1 import event_pb2, follow_pb2

from mesh.clock import MINUTE, NowUs
from realtime.window import Snapshot, Window

_STALE_AFTER_US = 5_000_000
"""The writer speaks every second; after this long its silence is told."""


@dataclass(slots=True)
class Stage:
    """One site: its window, and the event that is set at its next change."""

    window: Window = field(default_factory=Window)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    taken_us: int = 0
    taken: Snapshot | None = None


class Live:
    """Applies commits, hands out snapshots.

    Windows that emptied are dropped at the next minute, unless somebody watches them (they are made anew when needed).
    """

    def __init__(self, now_us: NowUs) -> None:
        self._now_us = now_us
        self._stages: dict[int, Stage] = {}
        self._swept_minute = 0
        self.position = 0
        self.heard_us = 0

    @property
    def fresh(self) -> bool:
        return 0 <= self._now_us() - self.heard_us < _STALE_AFTER_US

    @property
    def as_of_us(self) -> int:
        """Until when a snapshot holds all there was: now, or when the writer was last heard of."""
        return self._now_us() if self.fresh else self.heard_us

    def apply(self, commit: follow_pb2.Commit) -> None:
        """Take one commit. Whoever watches a site it touches is woken."""
        now_us = self._now_us()
        touched: set[int] = set()
        for event in split(commit.events):
            if self._stage(event.site_id).window.add(event, now_us):
                touched.add(event.site_id)
        if commit.erased_visit_ids or commit.erased_event_ids:
            gone = [*commit.erased_visit_ids, *commit.erased_event_ids]
            touched.update(number for number, stage in self._stages.items() if stage.window.erase(gone))
        self.position = commit.position
        for number in touched:
            _wake(self._stages[number])
        if now_us // MINUTE != self._swept_minute:
            self._sweep(now_us)

    def heard(self) -> None:
        """The writer was heard just now."""
        self.heard_us = self._now_us()

    def restart(self) -> None:
        """Forget everything: what comes next starts half an hour back."""
        self.position = 0
        for stage in self._stages.values():
            stage.window = Window()
            _wake(stage)

    def changed(self, number: int) -> asyncio.Event:
        """Set at the site's next change."""
        return self._stage(number).changed

    def snapshot(self, number: int) -> Snapshot:
        """A site now; taken once for all who ask before its next change in the same half second."""
        stage = self._stage(number)
        now_us = self._now_us()
        if stage.taken is None or not 0 <= now_us - stage.taken_us <= 500_000:
            stage.taken, stage.taken_us = stage.window.snapshot(now_us), now_us
        return stage.taken

    def _stage(self, number: int) -> Stage:
        stage = self._stages.get(number)
        if stage is None:
            stage = self._stages[number] = Stage()
        return stage

    def _sweep(self, now_us: int) -> None:
        self._swept_minute = now_us // MINUTE
        for number, stage in list(self._stages.items()):
            stage.window.expire(now_us)
            if stage.window.is_empty():
                del self._stages[number]
                stage.changed.set()  # its watchers look again, at the next stage


def _wake(stage: Stage) -> None:
    stage.taken = None
    stage.changed.set()
    stage.changed = asyncio.Event()


def split(events: bytes) -> list[event_pb2.NormalizedEvent]:
    """Length-delimited messages, one after the other."""
    found: list[event_pb2.NormalizedEvent] = []
    at, end = 0, len(events)
    while at < end:
        length = shift = 0
        while True:
            byte = events[at]
            at += 1
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
        found.append(event_pb2.NormalizedEvent.FromString(events[at : at + length]))
        at += length
    return found
