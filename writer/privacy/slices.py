"""Which stretches of time to look through for the rows of some visits. Pure.

There is no index by visit, which every event would pay for; there is one by time, which costs nothing. All events of a
visit lie within six days of each other (72 hours to either side of its start).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mesh.clock import DAY

REACH_US = 6 * DAY
NO_VISIT = bytes(16)


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit, and the first and last time at which some of its events are known to have occurred."""

    visit_id: bytes
    first_us: int
    last_us: int


@dataclass(frozen=True, slots=True)
class Slice:
    """Events that occurred from `start_us` to before `end_us`, of these visits alone."""

    start_us: int
    end_us: int
    visits: Sequence[bytes]


def slices(visits: Iterable[Seen], width_us: int = DAY) -> Iterator[Slice]:
    """Stretches of `width_us` in order, each with the visits that may have events in it; none where there are none."""
    waiting = sorted(visits, key=lambda visit: visit.first_us)
    near: list[Seen] = []
    taken = 0
    start = 0
    while near or taken < len(waiting):
        if not near:
            start = max(start, (waiting[taken].first_us - REACH_US) // width_us * width_us)
        end = start + width_us
        while taken < len(waiting) and waiting[taken].first_us - REACH_US < end:
            near.append(waiting[taken])
            taken += 1
        if near:
            yield Slice(start, end, [visit.visit_id for visit in near])
        near = [visit for visit in near if visit.last_us + REACH_US >= end]
        start = end
