"""What the words for dates mean, in any time zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from query.ranges import Range, buckets, grain_of, resolve, steady

NOW = datetime(2026, 3, 30, 22, 30, tzinfo=UTC)  # the 31st in Berlin
BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime(2025, 11, 3, 23, 30, tzinfo=UTC)


def span(*words: str, zone: ZoneInfo = BERLIN, today: date = date(2026, 3, 31)) -> Range:
    return resolve(list(words), zone, NOW, today, FIRST)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        (["day"], "2026-03-31T00:00:00+02:00", "2026-04-01T00:00:00+02:00"),
        (["24h"], "2026-03-30T00:30:00+02:00", "2026-03-31T00:30:00+02:00"),
        (["7d"], "2026-03-24T00:00:00+01:00", "2026-03-31T00:00:00+02:00"),
        (["2mo"], "2026-01-01T00:00:00+01:00", "2026-03-01T00:00:00+01:00"),
        (["month"], "2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00"),
        (["year"], "2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00"),
        (["all"], "2025-11-04T00:00:00+01:00", "2026-04-01T00:00:00+02:00"),
        (["2026-03-29", "2026-03-29"], "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"),
        (
            ["2026-03-01T00:00:00Z", "2026-03-01T01:00:00+00:00"],
            "2026-03-01T01:00:00+01:00",
            "2026-03-01T02:00:00+01:00",
        ),
    ],
)
def test_a_range_means_what_the_words_say(words: list[str], start: str, end: str) -> None:
    found = span(*words)
    assert (found.start.isoformat(), found.end.isoformat()) == (start, end)


def test_a_day_without_midnight_begins_with_its_first_instant() -> None:
    zone = ZoneInfo("Africa/Cairo")  # clocks went from 00:00 to 01:00
    assert span("2024-04-26", "2024-04-26", zone=zone).start.isoformat() == "2024-04-26T01:00:00+03:00"


def test_a_site_without_events_has_today_for_all() -> None:
    assert resolve(["all"], BERLIN, NOW, date(2026, 3, 31), None) == span("day")


@pytest.mark.parametrize(
    ("words", "grain"),
    [
        (["2026-03-01", "2026-03-02"], "hour"),
        (["2026-03-01", "2026-03-03"], "day"),
        (["40d"], "day"),
        (["41d"], "week"),
        (["364d"], "week"),
        (["365d"], "month"),
    ],
)
def test_time_alone_chooses_its_bucket_by_length(words: list[str], grain: str) -> None:
    assert grain_of("time", span(*words, zone=ZoneInfo("UTC"))) == grain


def test_days_of_25_hours_are_days_when_the_bucket_is_chosen() -> None:
    assert grain_of("time", span("2026-10-24", "2026-10-25")) == "hour"
    assert grain_of("time", span("2026-10-01", "2026-11-09")) == "day"


def test_buckets_follow_the_clocks_of_the_zone() -> None:
    spring = buckets("hour", span("2026-03-29", "2026-03-29"))
    assert len(spring) == 23
    assert "2026-03-29 02:00:00" not in spring
    autumn = buckets("hour", span("2025-10-26", "2025-10-26"))
    assert len(autumn) == 24, "the hour that comes twice is one bucket"
    half = buckets("hour", span("2026-03-30T00:15:00Z", "2026-03-30T01:00:00Z", zone=ZoneInfo("Asia/Kolkata")))
    assert half == ["2026-03-30 05:00:00", "2026-03-30 06:00:00"]


def test_a_week_cut_by_the_range_starts_with_the_range() -> None:
    weeks = buckets("week", span("2026-03-04", "2026-03-17"))
    assert weeks == ["2026-03-04", "2026-03-09", "2026-03-16"]
    assert buckets("month", span("2026-03-04", "2026-04-17")) == ["2026-03-01", "2026-04-01"]


@pytest.mark.parametrize(
    ("zone", "day", "grain", "expected"),
    [
        ("Europe/Berlin", "2025-10-26", "hour", True),  # the hour from 2 to 3 comes twice, one after the other
        ("Europe/Berlin", "2025-10-26", "minute", False),
        ("Antarctica/Troll", "2025-10-26", "hour", False),  # two hours back
        ("Antarctica/Troll", "2025-10-26", "day", True),
        ("America/St_Johns", "2010-11-07", "day", False),  # from 00:01 to 23:01 the day before
        ("America/St_Johns", "2010-11-08", "day", True),
        ("America/Sao_Paulo", "2019-02-17", "day", True),  # from 24:00 to 23:00
    ],
)
def test_labels_go_back_where_clocks_go_back_over_the_start_of_a_bucket(
    zone: str, day: str, grain: str, expected: bool
) -> None:
    assert steady(grain, resolve([day, day], ZoneInfo(zone), NOW, date(2026, 3, 31), None)) is expected
