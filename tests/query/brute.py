"""The meaning of a query, read off the definitions event by event: slow, short, and without any of the product's code.

Sessions are whole and count where they started; events count when they happened. Without a dimension or filter of
single events a session counts as a visit, unless it continues another; with one, each session counts that holds a page
view or custom event for which all filters hold. A session that continues another has no entry and no exit page.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.v1 import event_pb2, query_pb2

Event, Filter = event_pb2.NormalizedEvent, query_pb2.Filter
SINGLE = ("page", "hostname", "event")
NOT_EVENTS = ("engagement", "scroll", "session_start", "session_end")


def at(event: Event) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=event.occurred_at_us)


@dataclass
class Session:
    events: list[Event]

    def __post_init__(self) -> None:
        views = sorted(
            (event for event in self.events if event.name == "pageview"),
            key=lambda event: (event.occurred_at_us, event.sequence, event.event_id),
        )
        self.start = min(at(event) for event in self.events)
        self.views, self.entry, self.exit = len(views), views[0] if views else None, views[-1] if views else None
        self.continues = any(event.continuation for event in self.events)
        if self.continues:
            self.entry = self.exit = None
        self.counts = any(countable(event) for event in self.events)
        lasting = [at(event) for event in self.events if event.name not in ("engagement", "scroll")]
        self.seconds = (max(lasting) - self.start).total_seconds() if lasting else 0.0
        self.bounced = self.views <= 1 and not any(event.interactive for event in self.events)
        first = self.events[0]
        self.visitor = first.visitor_id if first.identity == event_pb2.IDENTITY_MODE_DAILY else first.visit_id


def countable(event: Event) -> bool:
    return event.kind in (event_pb2.EVENT_KIND_PAGEVIEW, event_pb2.EVENT_KIND_CUSTOM)


def single(name: str) -> bool:
    return name in SINGLE or name.startswith("prop:")


def value(name: str, event: Event | None, session: Session | None) -> str:
    """A dimension's value, "" where it is blank. A session's own values win over its events'."""
    if name in ("page", "hostname"):
        return getattr(event, name)
    if name == "event":
        return event.name
    if name.startswith("prop:"):
        return event.props.get(name[5:], "(none)")
    if name.startswith(("entry_", "exit_")):
        which, _, what = name.partition("_")
        view = getattr(session, which) if session else None
        return getattr(view, what) if view else ""
    return max(getattr(each, name) for each in session.events) if session else getattr(event, name)


def label(name: str, raw: str) -> str:
    if raw or name in ("country", "region", "city") or name.startswith("prop:"):
        return raw
    return {"source": "Direct / None", "referrer": "Direct / None", "channel": "Direct"}.get(name, "(not set)")


def holds(item: Filter, event: Event | None, session: Session | None) -> bool:
    word = Filter.Operator.Name(item.operator).removeprefix("OPERATOR_")
    if word in ("AND", "OR", "NOT"):
        results = [holds(child, event, session) for child in item.children]
        return {"AND": all(results), "OR": any(results), "NOT": not results[0]}[word]
    text = label(item.dimension, value(item.dimension, event, session))
    fold: Callable[[str], str] = str.lower if item.case_insensitive else str
    tests = {
        "IS": lambda wanted: fold(text) == fold(wanted),
        "CONTAINS": lambda wanted: fold(wanted) in fold(text),
        "MATCHES": lambda wanted: re.search(wanted, text, re.I if item.case_insensitive else 0) is not None,
    }
    found = any(tests[word.removesuffix("_NOT")](wanted) for wanted in item.values)
    missing = item.dimension.startswith("prop:") and item.dimension[5:] not in event.props
    if missing and not word.startswith("IS"):
        found = False
    return not found if word.endswith("_NOT") else found


def bucket(name: str, moment: datetime, zone: ZoneInfo, first: date) -> str:
    local = moment.astimezone(zone)
    match name.removeprefix("time:"):
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


def answer(events: list[Event], request: query_pb2.QueryRequest, start: datetime, end: datetime) -> list[Any]:
    """All rows (dimensions, metrics) in order, for the range from `start` up to but without `end`."""
    zone = ZoneInfo(request.timezone)
    visits: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        visits[event.visit_id].append(event)
    visits.pop("", None)
    sessions = {visit: Session(members) for visit, members in visits.items()}
    counted = [each for each in sessions.values() if each.counts and start <= each.start < end]

    def group(names: list[str], moment: datetime, event: Event | None, session: Session | None) -> tuple[str, ...]:
        return tuple(
            bucket(name, moment, zone, start.astimezone(zone).date())
            if name.startswith("time")
            else label(name, value(name, event, session))
            for name in names
        )

    def grouped(names: list[str], filters: list[Filter]) -> dict[tuple[str, ...], dict[int, Session]]:
        found: dict[tuple[str, ...], dict[int, Session]] = defaultdict(dict)
        per_event = any(single(name) for name in [*names, *dimensions_of(filters)])
        for session in counted:
            if not per_event and session.continues:
                continue
            for event in [event for event in session.events if countable(event)] if per_event else [None]:
                if all(holds(item, event, session) for item in filters):
                    found[group(names, session.start, event, session)][id(session)] = session
        return found

    names, filters = list(request.dimensions), list(request.filters)
    happened: dict[tuple[str, ...], list[Event]] = defaultdict(list)
    for event in events:
        session = sessions.get(event.visit_id)
        if start <= at(event) < end and all(holds(item, event, session) for item in filters):
            happened[group(names, at(event), event, session)].append(event)
    seen = grouped(names, filters)
    entered = seen
    if "page" in [*names, *dimensions_of(filters)]:
        to_entry = {"page": "entry_page"}
        renamed = [rename(item, to_entry) for item in filters]
        entered = {
            key: {each: session for each, session in members.items() if session.views}
            for key, members in grouped([to_entry.get(name, name) for name in names], renamed).items()
        }

    def metric(name: str, key: tuple[str, ...]) -> tuple[float, bool]:
        """The value, and whether it is of anything at all."""
        here = list(seen.get(key, {}).values())
        views = sum(event.name == "pageview" for event in happened.get(key, []))
        stays = [session for session in here if not session.continues]
        entries = [session for session in entered.get(key, {}).values() if not session.continues]
        match name:
            case "visitors":
                return len({session.visitor for session in here}), bool(here)
            case "visits":
                return len(here), bool(here)
            case "pageviews":
                return views, views > 0
            case "events":
                count = sum(event.name not in NOT_EVENTS for event in happened.get(key, []))
                return count, count > 0
            case "views_per_visit":
                return views / len(here) if here else 0.0, bool(here) or views > 0
            case "bounce_rate":
                bounces = sum(session.bounced for session in entries)
                return 100 * bounces / len(entries) if entries else 0.0, bool(entries)
            case _:
                return sum(session.seconds for session in stays) / len(stays) if stays else 0.0, bool(stays)

    keys = {*happened, *seen, *entered} if names else {()}
    rows = []
    for key in keys:
        values = [metric(name, key) for name in request.metrics]
        if not names or any(something for _, something in values):
            rows.append((key, tuple(number for number, _ in values)))
    if len(names) == 1 and names[0].startswith("time"):
        # in UTC: steps of local time would pass through the hour that clocks skip
        known, moment = {key for key, _ in rows}, start.astimezone(UTC)
        while moment < end:
            key = (bucket(names[0], moment, zone, start.astimezone(zone).date()),)
            if key not in known:
                rows.append((key, tuple(metric(name, key)[0] for name in request.metrics)))
                known.add(key)
            moment += timedelta(minutes=1 if names[0] == "time:minute" else 15)
    return in_order(rows, request)


def in_order(rows: list[Any], request: query_pb2.QueryRequest) -> list[Any]:
    names, metrics = list(request.dimensions), list(request.metrics)
    order = [(item.key, item.descending) for item in request.order_by]
    if not order:
        times = [name for name in names if name.startswith("time")]
        order = [(times[0], False)] if times else [(metrics[0], True)]
    order += [(name, False) for name in names if name not in dict(order)]
    for key, descending in reversed(order):
        if key in metrics:
            rows.sort(key=lambda row: row[1][metrics.index(key)], reverse=descending)
        else:
            rows.sort(key=lambda row: row[0][names.index(key)].encode(), reverse=descending)
    return rows


def dimensions_of(filters: list[Filter]) -> list[str]:
    return [name for item in filters for name in [item.dimension, *dimensions_of(list(item.children))] if name]


def rename(item: Filter, names: dict[str, str]) -> Filter:
    changed = Filter()
    changed.CopyFrom(item)
    changed.dimension = names.get(item.dimension, item.dimension)
    del changed.children[:]
    changed.children.extend(rename(child, names) for child in item.children)
    return changed
