"""How rows of an answer are labelled by time, filled up and ordered, read off the definitions."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.v1 import query_pb2

Key = tuple[str, ...]


def bucket(grain: str, moment: datetime, zone: ZoneInfo, first: date) -> str:
    local = moment.astimezone(zone)
    match grain:
        case "minute":
            return local.strftime("%Y-%m-%d %H:%M:00")
        case "hour":
            return local.strftime("%Y-%m-%d %H:00:00")
        case "week":
            return str(max(first, local.date() - timedelta(days=local.weekday())))
        case "month":
            return str(local.date().replace(day=1))
        case _:
            return str(local.date())


def grain_of(name: str, length: timedelta) -> str:
    if name != "time":
        return name.removeprefix("time:")
    limits = [(timedelta(hours=48), "hour"), (timedelta(days=40), "day"), (timedelta(weeks=52), "week")]
    return next((grain for limit, grain in limits if length <= limit), "month")


def empty_buckets(
    name: str,
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
    known: set[Key],
    nothing: Callable[[Key], tuple[Any, ...]],
) -> list[Any]:
    """Those of the range that no row is of."""
    grain, moments, found = grain_of(name, end - start), [end.astimezone(UTC) - timedelta(microseconds=1)], {}
    while moments[0] >= start.astimezone(UTC):  # in UTC: steps of local time would pass through hours skipped
        moments.insert(0, moments[0] - timedelta(minutes=1 if grain == "minute" else 15))
    moments[0] = start
    for moment in moments:
        key = (bucket(grain, moment, zone, start.astimezone(zone).date()),)
        if key not in known:
            found[key] = nothing(key)
    return list(found.items())


def in_order(rows: list[Any], request: query_pb2.QueryRequest) -> list[Any]:
    names, metrics = list(request.dimensions), list(request.metrics)
    order = [(item.key, item.descending) for item in request.order_by]
    if not order:
        times = [name for name in names if name.startswith("time")]
        order = [(times[0], False)] if times else [(metrics[0], True)]
    order += [(name, False) for name in names if name not in dict(order)]
    for key, descending in reversed(order):
        if key in names:
            rows.sort(key=lambda row: row[0][names.index(key)].encode(), reverse=descending)
        else:
            index = metrics.index(key)
            missing = [row for row in rows if row[1][index] is None]
            rows = [row for row in rows if row[1][index] is not None]
            rows.sort(
                key=lambda row: row[1][index][1] if isinstance(row[1][index], tuple) else row[1][index],
                reverse=descending,
            )
            rows += missing
    return rows
