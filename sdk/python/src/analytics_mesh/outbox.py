"""The events that wait for the edge: oldest first, bounded in number and bytes, what is under way included."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from analytics_mesh._contract.track_pb2 import TrackEvent

BATCH_BYTES = 1024 * 1024
MAX_AGE_S = 86_400.0
"""The edge refuses an older event (track.proto, age_ms): it is given up here."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event, when it happened (monotonic seconds), and its size in bytes."""

    event: TrackEvent
    born: float
    size: int


class Outbox:
    """Not thread-safe: its owner locks. `now` is always the monotonic clock, seconds."""

    def __init__(self, events: int, size: int, batch_events: int, batch_wait_s: float) -> None:
        self._limit_events, self._limit_bytes = events, size
        self._batch_events, self._batch_wait_s = batch_events, batch_wait_s
        self._queue: deque[Entry] = deque()
        self._sequence = 0
        self._bytes = 0
        self.held = 0
        """Events that wait or are under way."""
        self.offered = 0
        """Events ever taken in."""
        self.lost = 0
        """Events that were given up when the client was closed."""

    def offer(self, event: TrackEvent, now: float) -> bool:
        """Take an event in; False where there is no room."""
        size = event.ByteSize()
        if self.held >= self._limit_events or (self.held and self._bytes + size > self._limit_bytes):
            return False
        event.sequence = self._sequence
        self._sequence = (self._sequence + 1) % 2**32
        self._queue.append(Entry(event, now, size))
        self._bytes += size
        self.held += 1
        self.offered += 1
        return True

    def due_in(self, now: float) -> float:
        """Seconds until a batch is to be sent: 0 where it is full or has waited long enough, infinite for none."""
        if not self._queue:
            return math.inf
        if len(self._queue) >= self._batch_events:
            return 0.0
        return max(0.0, self._queue[0].born + self._batch_wait_s - now)

    def take(self) -> list[Entry]:
        """The next batch, at least one event where any waits."""
        queue, batch, size = self._queue, list[Entry](), 0
        while queue and len(batch) < self._batch_events and (not batch or size + queue[0].size <= BATCH_BYTES):
            size += queue[0].size
            batch.append(queue.popleft())
        return batch

    def settle(self, done: int, done_bytes: int) -> None:
        """So many events that were taken need no other try."""
        self.held -= done
        self._bytes -= done_bytes

    def give_back(self, entries: Sequence[Entry]) -> None:
        """What was taken and is to be sent again goes to the head, in its order."""
        self._queue.extendleft(reversed(entries))

    def give_up(self) -> int:
        """Nothing of what is held will be sent any more; returns how many events that are."""
        self.lost = self.held
        self._queue.clear()
        return self.lost

    @property
    def waiting(self) -> int:
        return self.held - self.lost

    @property
    def settled(self) -> int:
        return self.offered - self.held
