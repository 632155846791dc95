"""The half hour of one site: counted as the words are defined, bounded, and free of what was erased."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.clock import MINUTE, SECOND
from realtime import window as limits
from realtime.window import Window
from tests.realtime.events import event

NOW = 1_800_000_000 * SECOND + 17 * SECOND


def test_views_visitors_pages_sources_and_countries_of_the_last_half_hour() -> None:
    window = Window()
    window.add(event("a", NOW - 29 * MINUTE, page="/old", source="Google", country="DE"), NOW)
    window.add(event("b", NOW - 3 * MINUTE, page="/x", country="US"), NOW)
    window.add(event("b", NOW - 2 * MINUTE, page="/y", country="US"), NOW)
    window.add(event("c", NOW, page="/x", source="Google", country=""), NOW)
    found = window.snapshot(NOW)
    assert found.visitors == 2
    assert len(found.views) == 30
    assert (found.views[-1], found.views[-3], found.views[-4], found.views[0]) == (1, 1, 1, 1)
    assert found.minute == NOW // MINUTE
    assert found.pages == [("/x", 2), ("/old", 1), ("/y", 1)]
    assert found.sources == [("Google", 2), ("", 1)]
    assert found.countries == [("", 1), ("DE", 1), ("US", 1)]
    assert [shown.page for shown in found.events] == ["/x", "/y", "/x", "/old"]


def test_a_visitor_is_active_for_five_minutes_and_a_view_counts_for_thirty() -> None:
    window = Window()
    window.add(event("a", NOW), NOW)
    assert window.snapshot(NOW + 300 * SECOND - 1).visitors == 1
    assert window.snapshot(NOW + 301 * SECOND).visitors == 0
    last = (NOW // MINUTE + 30) * MINUTE - 1
    assert sum(window.snapshot(last).views) == 1
    gone = window.snapshot(last + 1)
    assert (sum(gone.views), gone.pages, gone.sources, gone.countries, gone.events) == (0, [], [], [], [])
    assert window.is_empty()


def test_a_continuation_is_no_visitor_and_no_visit_but_its_views_count() -> None:
    window = Window()
    window.add(event("a", NOW, continuation=True, source="x"), NOW)
    found = window.snapshot(NOW)
    assert (found.visitors, found.sources, sum(found.views), found.pages) == (0, [], 1, [("/", 1)])


def test_an_event_without_a_visit_counts_as_a_view_alone() -> None:
    window = Window()
    window.add(event("", NOW), NOW)
    found = window.snapshot(NOW)
    assert (found.visitors, found.sources, sum(found.views)) == (0, [], 1)


def test_engagement_keeps_a_visitor_active_and_is_not_shown() -> None:
    window = Window()
    window.add(event("a", NOW - 10 * MINUTE), NOW)
    window.add(event("a", NOW, "engagement"), NOW)
    found = window.snapshot(NOW)
    assert (found.visitors, sum(found.views)) == (1, 1)
    assert [shown.name for shown in found.events] == ["pageview"]


def test_a_source_known_later_moves_the_visit() -> None:
    window = Window()
    window.add(event("a", NOW), NOW)
    window.add(event("a", NOW, "Sale", source="Google"), NOW)
    assert window.snapshot(NOW).sources == [("Google", 1)]


def test_old_events_and_imported_history_are_not_live() -> None:
    window = Window()
    assert not window.add(event("a", NOW - 31 * MINUTE), NOW)
    assert not window.add(event("b", NOW, import_id="log"), NOW)
    assert window.is_empty()


def test_a_late_event_counts_in_its_own_minute_and_keeps_nobody_active() -> None:
    window = Window()
    window.add(event("a", NOW - 20 * MINUTE), NOW)
    found = window.snapshot(NOW)
    assert (found.visitors, found.views[-21]) == (0, 1)


def test_only_the_last_20_events_are_kept_newest_first() -> None:
    window = Window()
    for number in range(50):
        window.add(event("a", NOW - SECOND * (50 - number), page=f"/{number}"), NOW)
    assert [shown.page for shown in window.snapshot(NOW).events] == [f"/{number}" for number in range(49, 29, -1)]


def test_an_erased_visit_leaves_nothing_behind() -> None:
    window = Window()
    window.add(event("kept", NOW, page="/x", source="Google", country="DE"), NOW)
    before = window.snapshot(NOW)
    lone = event("", NOW, page="/lone")
    for item in (
        event("gone", NOW - 2 * MINUTE, page="/x", source="Bing", country="US"),
        event("gone", NOW, page="/y", source="Bing", country="US"),
        event("gone", NOW, "Sale", source="Bing", country="US"),
        lone,
    ):
        window.add(item, NOW)
    assert window.erase(["gone", lone.event_id])
    assert window.snapshot(NOW) == before
    assert not window.erase(["gone", "never seen"])


def test_beyond_its_limits_memory_stays_bounded_and_views_are_still_all_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAX_VISITS", 100)
    monkeypatch.setattr(limits, "MAX_PAGES_A_MINUTE", 50)
    window = Window()
    for number in range(1_000):
        window.add(event(f"v{number}", NOW - (1_000 - number) * SECOND, page=f"/{number}"), NOW)
    found = window.snapshot(NOW)
    assert sum(found.views) == 1_000
    assert 95 <= sum(count for _, count in found.sources) <= 100
    assert len(window._pages) <= 30 * 50
    assert found.visitors == 300 - 1


_OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", ""]),
        st.integers(0, 35 * 60),
        st.sampled_from(["pageview", "Sale", "engagement"]),
        st.sampled_from(["/x", "/y"]),
    ),
    max_size=40,
)


@given(_OPERATIONS, st.sets(st.sampled_from(["a", "b", "c"])), st.integers(0, 40 * 60))
def test_the_numbers_equal_a_count_over_the_events_left(
    operations: list[tuple[str, int, str, str]], erased: set[str], later: int
) -> None:
    window = Window()
    events = [event(visit, NOW - age * SECOND, name, page=page) for visit, age, name, page in operations]
    for item in events:
        window.add(item, NOW)
    window.erase(erased)
    now = NOW + later * SECOND
    first = now // MINUTE - 29
    left = [
        item
        for item in events
        if item.visit_id not in erased and item.occurred_at_us // MINUTE >= max(first, NOW // MINUTE - 29)
    ]
    views = [item for item in left if item.name == "pageview"]
    found = window.snapshot(now)
    assert sum(found.views) == len(views)
    assert dict(found.pages) == dict(Counter(item.page for item in views))
    assert sum(count for _, count in found.sources) == len({item.visit_id for item in left if item.visit_id})
    active = {item.visit_id for item in left if item.visit_id and item.occurred_at_us > now - 300 * SECOND}
    assert found.visitors == len(active)
