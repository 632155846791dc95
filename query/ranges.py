"""Date ranges: from the words of the query language to two instants, and the time buckets between them.

`day`, `24h`, `Nd` (the N days before today), `Nmo` (full months before this one), `month`, `year` (full calendar
periods), `all`, two dates (inclusive, in the time zone), two instants (the end exclusive).
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MAX_BUCKETS = 50_000

_DAYS, _MONTHS = re.compile(r"([1-9]\d{0,4})d"), re.compile(r"([1-9]\d{0,2})mo")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_EXAMPLES = '"day", "24h", "7d", "6mo", "month", "year", "all", two dates, or two instants with offset'
_EARLIEST, _LATEST = date(1970, 1, 2), date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Range:
    """From `start` up to but without `end`, both with the offset of the time zone that days are cut in."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    @property
    def length(self) -> timedelta:
        return self.end.astimezone(UTC) - self.start.astimezone(UTC)


def parse_date(text: str) -> date:
    """A date of the form YYYY-MM-DD. Raises ValueError for another form or a day that does not exist."""
    if not _DATE.fullmatch(text):
        raise ValueError(f'"{text[:40]}" is not a date like 2026-01-31')
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{text}" is no day of the calendar; give YYYY-MM-DD, like 2026-01-31') from None
    if not _EARLIEST <= day < _LATEST:
        raise ValueError(f"{text} is not between {_EARLIEST} and {_LATEST}")
    return day


def resolve(words: list[str], zone: ZoneInfo, now: datetime, today: date, first: datetime | None) -> Range:
    """The range that one word, two dates or two instants mean.

    `first` is the site's first event (None without any), from which `all` counts. Raises ValueError with what would be
    right.
    """
    if len(words) == 2:
        return _between(words[0], words[1], zone)
    if len(words) != 1:
        raise ValueError(f"{len(words)} values; give {_EXAMPLES}")
    word, tomorrow = words[0], today + timedelta(days=1)
    if word == "24h":
        return Range((now - timedelta(hours=24)).astimezone(zone), now.astimezone(zone), zone)
    if word == "day":
        return _days(today, tomorrow, zone)
    if match := _DAYS.fullmatch(word):
        return _days(_back(today, int(match[1])), today, zone)
    if match := _MONTHS.fullmatch(word):
        return _days(_months_before(today, int(match[1])), today.replace(day=1), zone)
    if word == "month":
        return _days(today.replace(day=1), _months_before(today, -1), zone)
    if word == "year":
        return _days(date(today.year, 1, 1), date(today.year + 1, 1, 1), zone)
    if word == "all":
        opened = first.astimezone(zone).date() if first else today
        return _days(min(opened, today), tomorrow, zone)
    raise ValueError(f'"{word[:40]}" is no range; give {_EXAMPLES}')


def _between(first: str, last: str, zone: ZoneInfo) -> Range:
    if _DATE.fullmatch(first) and _DATE.fullmatch(last):
        found = _days(parse_date(first), parse_date(last) + timedelta(days=1), zone)
    else:
        found = Range(_instant(first).astimezone(zone), _instant(last).astimezone(zone), zone)
    if found.length <= timedelta(0):
        raise ValueError(f"{first} is not before {last}")
    return found


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{text[:40]}" is neither a date nor an instant; give {_EXAMPLES}') from None
    if found.tzinfo is None:
        raise ValueError(f'"{text[:40]}" has no offset; write e.g. 2026-01-31T12:00:00+01:00')
    if not _EARLIEST <= found.date() < _LATEST:
        raise ValueError(f"{text[:40]} is not between {_EARLIEST} and {_LATEST}")
    return found


def _days(start: date, end: date, zone: ZoneInfo) -> Range:
    return Range(midnight(start, zone), midnight(end, zone), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant a day starts at; the first that exists where a clock change skips midnight."""
    wall = datetime.combine(day, time(), zone)
    return wall.astimezone(UTC).astimezone(zone)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    return midnight(day + timedelta(days=1), zone)


def _back(day: date, days: int) -> date:
    return max(_EARLIEST, day - timedelta(days=min(days, (day - _EARLIEST).days)))


def _months_before(day: date, months: int) -> date:
    """The first of the month that many months before."""
    index = day.year * 12 + day.month - 1 - months
    return max(_EARLIEST, date(index // 12, index % 12 + 1, 1))


def grain_of(dimension: str, span: Range) -> str:
    """The bucket of a time dimension; `time` alone chooses it by the length of the range. compat: `time` resolves."""
    if dimension != "time":
        return dimension.removeprefix("time:")
    length = span.end.replace(tzinfo=None) - span.start.replace(tzinfo=None)  # forty days are that, one of 25 hours too
    if length <= timedelta(hours=48):
        return "hour"
    if length <= timedelta(days=40):
        return "day"
    return "week" if length <= timedelta(weeks=52) else "month"


_SHORTEST = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=28),
}


def too_fine(grain: str, span: Range) -> bool:
    return span.length / _SHORTEST[grain] > MAX_BUCKETS


@dataclass(frozen=True, slots=True)
class Offset:
    """What the zone's clock is ahead of UTC by, from an instant on."""

    since: datetime
    ahead: timedelta


@functools.lru_cache(256)
def offsets(span: Range) -> tuple[Offset, ...]:
    """The offsets of a range in order, each from where it begins; the first from the range's start."""
    moment, end = span.start.astimezone(UTC), span.end.astimezone(UTC)
    found = [Offset(moment, _ahead(moment, span))]
    while moment < end:
        following = min(moment + timedelta(days=1), end)
        if _ahead(following, span) != found[-1].ahead:
            before, after = moment, following
            while after - before > timedelta(microseconds=1):
                middle = before + (after - before) / 2
                before, after = (middle, after) if _ahead(middle, span) == found[-1].ahead else (before, middle)
            found.append(Offset(after, _ahead(after, span)))
        moment = following
    return tuple(found)


def steady(grain: str, span: Range) -> bool:
    """Whether no moment of the range has an earlier label than one before it: not where clocks go back over the start
    of a bucket, as from 00:01 to 23:01 the day before."""
    changes = [each.since for each in offsets(span)[1:]]
    return not grain or all(
        label(grain, change - timedelta(microseconds=1), span) <= label(grain, change, span) for change in changes
    )


def _ahead(moment: datetime, span: Range) -> timedelta:
    return moment.astimezone(span.zone).utcoffset() or timedelta(0)


def buckets(grain: str, span: Range, most: int | None = None) -> list[str]:
    """Labels of the buckets that the range touches, in order; the first `most` where given. semantics: Time labels."""
    found: dict[str, None] = {}
    for label_of in _labels(grain, span):
        if len(found) == most:
            break
        found[label_of] = None
    return list(found)


def _labels(grain: str, span: Range) -> Iterator[str]:
    if grain in ("minute", "hour"):
        # steps that divide every offset's remainder, so that none is skipped where clocks change
        step = timedelta(minutes=1) if grain == "minute" else timedelta(minutes=15)
        moment, end = span.start.astimezone(UTC), span.end.astimezone(UTC)
        while moment < end:
            yield label(grain, moment, span)
            moment += step
        yield label(grain, end - timedelta(microseconds=1), span)
    else:
        day = span.start.date()
        last = (span.end.astimezone(UTC) - timedelta(microseconds=1)).astimezone(span.zone).date()
        while day <= last:
            yield date_label(grain, day, span)
            day += timedelta(days=1)


def label(grain: str, moment: datetime, span: Range) -> str:
    """The label of the bucket an instant falls into. An hour that comes twice when clocks go back is one bucket."""
    local = moment.astimezone(span.zone)
    if grain == "minute":
        return f"{local:%Y-%m-%d %H:%M}:00"
    if grain == "hour":
        return f"{local:%Y-%m-%d %H}:00:00"
    return date_label(grain, local.date(), span)


def date_label(grain: str, day: date, span: Range) -> str:
    """A day its date; a week its Monday, or the start of a range that cuts it; a month its first."""
    if grain == "week":
        day = max(day - timedelta(days=day.weekday()), span.start.date())
    elif grain == "month":
        day = day.replace(day=1)
    return day.isoformat()
