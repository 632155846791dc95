"""All windows together: split as committed, dropped when empty, honest about silence."""

from analytics.v1 import follow_pb2

from mesh.clock import MINUTE, SECOND
from realtime.live import Live, split
from tests.realtime.events import event, framed

START = 1_800_000_000 * SECOND


class Clock:
    def __init__(self) -> None:
        self.us = START

    def __call__(self) -> int:
        return self.us


def commit(position: int, *events: object) -> follow_pb2.Commit:
    return follow_pb2.Commit(position=position, events=framed(events))  # pyright: ignore[reportArgumentType]


def test_length_delimited_events_come_apart_as_they_were() -> None:
    events = [event("a"), event("b", page="/" + "x" * 5_000, props={"k": "v" * 20_000}), event("c")]
    assert split(framed(events)) == events
    assert split(b"") == []


def test_a_change_wakes_the_watchers_of_its_site_alone() -> None:
    live = Live(Clock())
    live.apply(commit(1))
    one, two = live.changed(1), live.changed(2)
    live.apply(commit(2, event("a", START, site_id=1)))
    assert (one.is_set(), two.is_set()) == (True, False)
    assert not live.changed(1).is_set()


def test_silence_of_the_writer_makes_a_snapshot_stale() -> None:
    clock = Clock()
    live = Live(clock)
    assert not live.fresh
    live.heard()
    assert live.fresh
    heard, clock.us = clock.us, clock.us + 6 * SECOND
    assert (live.fresh, live.as_of_us) == (False, heard)


def test_f29_a_clock_set_back_neither_freezes_a_snapshot_nor_hides_the_writers_silence() -> None:
    clock = Clock()
    live = Live(clock)
    live.heard()
    live.apply(commit(1, event("a", START, site_id=1)))
    assert live.snapshot(1).visitors == 1
    clock.us -= 60 * MINUTE
    assert not live.fresh
    before = live.snapshot(1)
    clock.us += 1 * SECOND
    assert live.snapshot(1) is not before


def test_a_site_without_events_for_half_an_hour_takes_no_memory_and_its_watchers_go_on() -> None:
    clock = Clock()
    live = Live(clock)
    live.apply(commit(1, event("a", START, site_id=1)))
    watched = live.changed(1)
    clock.us += 31 * MINUTE
    live.apply(commit(2, event("b", clock.us, site_id=2)))
    assert watched.is_set()
    assert set(live._stages) == {2}
    assert live.snapshot(1).visitors == 0
    live.apply(commit(3, event("c", clock.us, site_id=1)))
    assert live.snapshot(1).visitors == 1
