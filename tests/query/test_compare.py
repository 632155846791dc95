"""Which range a comparison means, which group stands beside which, and what is called a change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from analytics.v1 import query_pb2

from mesh.errors import MeshError
from query import ranges
from query.compare import beside, change, compared_range, joined
from query.labels import Amount, Row
from query.ranges import Range
from query.vocabulary import METRICS

C = query_pb2.Comparison
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)


def span_of(*words: str, zone: ZoneInfo = BERLIN) -> Range:
    return ranges.resolve(list(words), zone, NOW, NOW.astimezone(zone).date(), None)


def compared(span: Range, mode: C.Mode, *, match: bool = False) -> list[str]:
    found = compared_range(C(mode=mode, match_day_of_week=match), span)
    return [found.start.isoformat(), found.end.isoformat()]


def days(*dates: str) -> list[str]:
    """From the start of a day up to the start of another, in Berlin."""
    return [ranges.midnight(ranges.parse_date(day), BERLIN).isoformat() for day in dates]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["2026-03-10", "2026-03-12"], ("2026-03-07", "2026-03-10")),
        # days are whole on both sides of a change of clocks
        (["2026-03-29", "2026-03-30"], ("2026-03-27", "2026-03-29")),
        (["2026-03-28", "2026-03-30"], ("2026-03-25", "2026-03-28")),
        (["7d"], ("2026-03-18", "2026-03-25")),
        # as many days as the month has, not the month before
        (["2026-03-01", "2026-03-31"], ("2026-01-29", "2026-03-01")),
        (["day"], ("2026-03-31", "2026-04-01")),
    ],
)
def test_the_previous_period_is_as_long_and_ends_at_the_start(words: list[str], expected: tuple[str, str]) -> None:
    assert compared(span_of(*words), C.MODE_PREVIOUS_PERIOD) == days(*expected)


def test_a_range_that_cuts_days_is_moved_by_its_length() -> None:
    span = span_of("2026-03-29T01:00:00+01:00", "2026-03-29T05:00:00+02:00")
    assert span.length == timedelta(hours=3)
    found = compared_range(C(mode=C.MODE_PREVIOUS_PERIOD), span)
    assert (found.end, found.length) == (span.start, span.length)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["2026-03-10", "2026-03-12"], ("2025-03-10", "2025-03-13")),
        # the 29th of February has no match: the 28th
        (["2024-02-29", "2024-02-29"], ("2023-02-28", "2023-03-01")),
        (["2025-02-27", "2025-03-01"], ("2024-02-27", "2024-03-01")),
        # as many days
        (["2024-02-27", "2024-03-02"], ("2023-02-27", "2023-03-04")),
    ],
)
def test_a_year_before_are_the_same_days(words: list[str], expected: tuple[str, str]) -> None:
    assert compared(span_of(*words), C.MODE_YEAR_OVER_YEAR) == days(*expected)


def test_a_year_before_an_instant_is_the_same_time_of_day() -> None:
    found = compared(span_of("2026-03-29T12:00:00+02:00", "2026-03-29T13:30:00+02:00"), C.MODE_YEAR_OVER_YEAR)
    assert found == ["2025-03-29T12:00:00+01:00", "2025-03-29T13:30:00+01:00"]


@pytest.mark.parametrize(
    ("words", "mode", "expected"),
    [
        # a Tuesday to Thursday: from Saturday, three days on is the range itself, so a week before it
        (["2026-03-10", "2026-03-12"], C.MODE_PREVIOUS_PERIOD, ("2026-03-03", "2026-03-06")),
        (["2026-03-10", "2026-03-10"], C.MODE_PREVIOUS_PERIOD, ("2026-03-03", "2026-03-04")),
        (["7d"], C.MODE_PREVIOUS_PERIOD, ("2026-03-18", "2026-03-25")),
        # 30 days: two back
        (["2026-03-02", "2026-03-31"], C.MODE_PREVIOUS_PERIOD, ("2026-02-02", "2026-03-04")),
        # 2026-03-10 is a Tuesday, 2025-03-10 a Monday
        (["2026-03-10", "2026-03-12"], C.MODE_YEAR_OVER_YEAR, ("2025-03-11", "2025-03-14")),
    ],
)
def test_the_day_of_the_week_can_be_matched(words: list[str], mode: C.Mode, expected: tuple[str, str]) -> None:
    span = span_of(*words)
    found = compared_range(C(mode=mode, match_day_of_week=True), span)
    assert [found.start.isoformat(), found.end.isoformat()] == days(*expected)
    assert found.start.weekday() == span.start.weekday()


def test_two_dates_can_be_given() -> None:
    asked = C(mode=C.MODE_CUSTOM, date_range=["2025-12-24", "2025-12-24"])
    found = compared_range(asked, span_of("7d"))
    assert [found.start.isoformat(), found.end.isoformat()] == days("2025-12-24", "2025-12-25")


@pytest.mark.parametrize(
    ("asked", "path", "hint"),
    [
        (C(), "compare", "previous_period"),
        (C(mode=99), "compare", "previous_period"),
        (C(mode=C.MODE_CUSTOM), "compare.custom", "0 values"),
        (C(mode=C.MODE_CUSTOM, date_range=["7d"]), "compare.custom", "1 values"),
        (C(mode=C.MODE_CUSTOM, date_range=["2026-01-02", "2026-01-01"]), "compare.custom", "not before"),
        (C(mode=C.MODE_CUSTOM, date_range=["2026-01-01", "2026-01-01"], match_day_of_week=True), "compare", "custom"),
        (C(mode=C.MODE_PREVIOUS_PERIOD, date_range=["2026-01-01", "2026-01-01"]), "compare", "custom"),
    ],
)
def test_a_comparison_that_says_no_range_is_refused(asked: C, path: str, hint: str) -> None:
    with pytest.raises(MeshError) as caught:
        compared_range(asked, span_of("7d"))
    assert caught.value.field == path
    assert hint in caught.value.message


def test_a_range_before_all_time_is_refused() -> None:
    with pytest.raises(MeshError) as caught:
        compared_range(C(mode=C.MODE_PREVIOUS_PERIOD), span_of("1980-01-01", "2026-01-01"))
    assert caught.value.field == "compare"
    assert "shorter" in caught.value.message


def test_buckets_stand_beside_each_other_by_their_place_from_the_start() -> None:
    visits = METRICS["visits"]
    span, before = span_of("2026-03-28", "2026-03-30"), span_of("2026-03-10", "2026-03-11")
    rows = [Row(("DE", day), (3,)) for day in ("2026-03-28", "2026-03-29", "2026-03-30")]
    other = [Row(("DE", "2026-03-10"), (2,)), Row(("FR", "2026-03-11"), (9,))]
    found = joined([visits], rows, other, beside(("country", "time:day"), "day", span, before))
    assert [each and (each.dimensions, each.metrics, each.change) for each in found] == [
        (("DE", "2026-03-10"), (2,), (50,)),
        (("DE", "2026-03-11"), (0,), (None,)),
        # the compared range has no third day
        None,
    ]


def test_the_hour_that_clocks_skip_stands_beside_none() -> None:
    span, before = span_of("2026-03-29", "2026-03-29"), span_of("2026-03-28", "2026-03-28")
    where = beside(("time:hour",), "hour", span, before)
    assert where.group(("2026-03-29 01:00:00",)) == ("2026-03-28 01:00:00",)
    assert where.group(("2026-03-29 03:00:00",)) == ("2026-03-28 02:00:00",)
    assert where.group(("2026-03-29 02:00:00",)) is None


@pytest.mark.parametrize(
    ("metric", "now", "before", "expected"),
    [
        ("visitors", 15, 10, 50),
        ("visitors", 0, 10, -100),
        ("visitors", 10, 10, 0),
        ("visitors", 201, 200, 1),  # half a per cent, away from zero
        ("visitors", 199, 200, -1),
        ("visitors", 5, 0, None),
        ("views_per_visit", 1.5, 2.0, -25),
        ("visit_duration", 90.0, 60.0, 50),
        ("bounce_rate", 61.27, 50.0, 11.3),  # points
        ("bounce_rate", 61.0, 0.0, None),
        ("conversion_rate", 1.0, 2.5, -1.5),
        ("scroll_reached:50", 40.0, 30.0, 10.0),
        ("time_on_page", None, 3.0, None),
        ("time_on_page", 3.0, None, None),
        ("total_revenue", Amount("EUR", 15_000_000), Amount("EUR", 10_000_000), 50),
        ("total_revenue", Amount("EUR", 15_000_000), Amount("EUR", 0), None),
        ("total_revenue", Amount("EUR", 15_000_000), Amount("USD", 10_000_000), None),
        ("total_revenue", None, Amount("EUR", 10_000_000), None),
    ],
)
def test_a_change_is_in_whole_per_cent_and_of_rates_in_points(
    metric: str, now: object, before: object, expected: float | None
) -> None:
    assert change(METRICS[metric], now, before) == expected


@pytest.mark.parametrize(
    ("micros", "text"),
    [(12_500_000, "12.50"), (0, "0.00"), (-1_000, "-0.001"), (1, "0.000001"), (10**19, "10000000000000.00")],
)
def test_an_amount_has_two_decimals_or_as_many_as_it_takes(micros: int, text: str) -> None:
    assert Amount("EUR", micros).decimal == text
