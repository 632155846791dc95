"""The meaning of a cohort and of an experiment's numbers, read off the definitions user by user: slow, short, and
without any of the product's code.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.v1 import event_pb2, query_pb2

from tests.query import brute
from tests.query.brute import Event, Filter, Session, at
from tests.query.brute_ways import Goals, meets, sessions_of

Row = tuple[str, str, int, list[int], bool]


def moment(event: Event) -> tuple[int, int, str]:
    return event.occurred_at_us, event.sequence, event.event_id


def chosen(filters: Iterable[Filter], event: Event, session: Session | None) -> bool:
    return all(brute.holds(item, event, session) for item in filters)


def group(name: str, event: Event, session: Session | None) -> str:
    return brute.label(name, brute.value(name, event, session)) if name else ""


def largest(sizes: dict[str, int], limit: int) -> list[str]:
    return sorted(sizes, key=lambda value: (-sizes[value], value.encode()))[: limit or 10]


def first_day(day: date, period: query_pb2.CohortRequest.Period) -> date:
    if period == query_pb2.CohortRequest.PERIOD_DAY:
        return day
    return day.replace(day=1) if period == query_pb2.CohortRequest.PERIOD_MONTH else day - timedelta(days=day.weekday())


def cohort(
    events: list[Event], request: query_pb2.CohortRequest, goals: Goals, start: datetime, end: datetime, now: datetime
) -> list[Row]:
    zone, end, sessions = ZoneInfo(request.scope.timezone), min(end, now), sessions_of(events)

    def meant(event: Event, field: str) -> bool:
        if not request.HasField(field):
            return brute.countable(event)
        return meets(getattr(request, field), event, sessions.get(event.visit_id), goals)

    def period(instant: datetime) -> date:
        return first_day(instant.astimezone(zone).date(), request.period)

    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    days = [start.astimezone(zone).date()]
    while days[-1] < last:
        days.append(days[-1] + timedelta(days=1))
    periods = sorted({first_day(day, request.period) for day in days}) if start < end else []

    members: dict[str, list[tuple[date, set[date]]]] = defaultdict(list)
    for user in {event.user_hash for event in events} - {""}:
        theirs = sorted((event for event in events if event.user_hash == user and at(event) < end), key=moment)
        starting = [event for event in theirs if meant(event, "start")]
        if request.first_in_range:
            starting = [event for event in starting if at(event) >= start]
        if not starting or at(starting[0]) < start:
            continue
        first = starting[0]
        session = sessions.get(first.visit_id)
        if chosen(request.scope.filters, first, session):
            back = {period(at(event)) for event in theirs if meant(event, "back") and moment(event) >= moment(first)}
            members[group(request.breakdown, first, session)].append((period(at(first)), back))
    if not request.breakdown:
        members.setdefault("", [])
    rows: list[Row] = []
    for value in largest({value: len(users) for value, users in members.items()}, request.limit):
        for index, begun in enumerate(periods):
            backs = [back for first, back in members[value] if first == begun]
            if request.count == query_pb2.CohortRequest.COUNT_ON_OR_AFTER:
                returned = [sum(any(day >= later for day in back) for back in backs) for later in periods[index:]]
            else:
                returned = [sum(later in back for back in backs) for later in periods[index:]]
            shown = begun if request.period in (request.PERIOD_DAY, request.PERIOD_MONTH) else max(begun, days[0])
            goes_on = period(end) == periods[-1]
            rows.append((str(shown), value, len(backs), returned, goes_on))
    return rows


def trial(
    events: list[Event], request: query_pb2.ExperimentRequest, goals: Goals, start: datetime, end: datetime
) -> list[tuple[str, int, dict[str, list[int]]]]:
    """By group: its value, units of several variants, and for each variant what each unit did, in number or micros."""
    sessions = sessions_of(events)
    unit: Callable[[Event], str] = lambda event: (  # noqa: E731
        event.user_hash if request.unit == request.UNIT_USER else event.visit_id
    )
    inside = sorted((event for event in events if start <= at(event) < end), key=moment)
    did: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    several: dict[str, int] = defaultdict(int)
    for name in sorted({unit(event) for event in inside} - {""}):
        theirs = [event for event in inside if unit(event) == name]
        shown = [
            event
            for event in theirs
            if event.kind == event_pb2.EVENT_KIND_EXPOSURE
            and event.props["experiment"] == request.experiment
            and event.props["variant"]
        ]
        if not shown or not chosen(request.scope.filters, shown[0], sessions.get(shown[0].visit_id)):
            continue
        value = group(request.breakdown, shown[0], sessions.get(shown[0].visit_id))
        if len({event.props["variant"] for event in shown}) > 1:
            several[value] += 1
            did[value]
            continue
        after = [event for event in theirs if moment(event) > moment(shown[0])]
        won = [event for event in after if meets(request.conversion, event, sessions.get(event.visit_id), goals)]
        if request.measure == request.MEASURE_REVENUE:
            amount = sum(event.revenue_micros for event in won if event.revenue_currency == request.currency)
            did[value][shown[0].props["variant"]].append((len(won), amount))
        else:
            did[value][shown[0].props["variant"]].append((len(won), len(won)))
    sizes = {value: sum(map(len, variants.values())) for value, variants in did.items()}
    return [(value, several[value], dict(did[value])) for value in largest(sizes, request.limit)]
