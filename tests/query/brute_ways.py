"""The meaning of a funnel and of a journey, read off the definitions by trying every way: slow, short, and without any
of the product's code.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from analytics.v1 import definition_pb2, query_pb2

from tests.query import brute
from tests.query.brute import Event, Filter, Session, at

Goals = Mapping[str, definition_pb2.Goal]
Step = tuple[int, int, int, float, float, float | None, float | None]
OTHER = "(other)"


def meets(match: query_pb2.EventMatch, event: Event, session: Session | None, goals: Goals) -> bool:
    page, name, filters = match.page, match.event, [*match.filters]
    if match.goal:
        goal = goals[match.goal]
        if goal.scroll_threshold:
            depths = [each.scroll_depth for each in session.events if each.page == event.page] if session else [0]
            if max(depths) < goal.scroll_threshold:
                return False
        if goal.currency and event.revenue_currency != goal.currency:
            return False
        page, name, filters = goal.page, goal.event, [*filters, *goal.filters]
    if page and not like(page, event.page):
        return False
    return event.name == (name or "pageview") and all(brute.holds(item, event, None) for item in filters)


def like(pattern: str, page: str) -> bool:
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), page, re.DOTALL) is not None


def in_order(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event.occurred_at_us, event.sequence, event.event_id))


def sessions_of(events: list[Event]) -> dict[str, Session]:
    visits: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        visits[event.visit_id].append(event)
    visits.pop("", None)
    return {visit: Session(members) for visit, members in visits.items()}


def admitted(session: Session, filters: list[Filter]) -> bool:
    single = any(brute.single(name) for name in brute.dimensions_of(filters))
    candidates = [event for event in session.events if brute.countable(event)] if single else [None]
    return any(all(brute.holds(item, event, session) for item in filters) for event in candidates)


def units(
    events: list[Event], sessions: dict[str, Session], request: query_pb2.FunnelRequest, start: datetime, end: datetime
) -> list[list[Event]]:
    found: dict[object, list[Event]] = defaultdict(list)
    filters = list(request.scope.filters)
    for event in events:
        session = sessions.get(event.visit_id)
        if request.unit == request.UNIT_USER:
            fits = admitted(session, filters) if session else all(brute.holds(each, event, None) for each in filters)
            if event.user_hash and fits:
                found[event.user_hash].append(event)
        elif session and session.counts and start <= session.start < end and admitted(session, filters):
            day = session.start.astimezone(ZoneInfo(request.scope.timezone)).date()
            by_day = request.unit == request.UNIT_VISITOR_DAY
            found[(session.visitor, day) if by_day else event.visit_id].append(event)
    return [in_order(members) for members in found.values()]


def funnel(
    events: list[Event], request: query_pb2.FunnelRequest, goals: Goals, start: datetime, end: datetime
) -> list[tuple[str, list[Step]]]:
    by_user, size = request.unit == request.UNIT_USER, len(request.steps)
    window_us = (request.window_s or (14 * 86_400 if by_user else 10**9)) * 1_000_000
    sessions = sessions_of(events)
    ways: dict[str, list[list[int]]] = defaultdict(list)
    if not request.breakdown:
        ways[""] = []
    for members in units(events, sessions, request, start, end):
        satisfied = [
            {n for n, step in enumerate(request.steps) if meets(step, event, sessions.get(event.visit_id), goals)}
            for event in members
        ]
        sequence = [
            (event, steps)
            for event, steps in zip(members, satisfied, strict=True)
            if steps or (request.order == request.ORDER_STRICT and brute.countable(event))
        ]

        def onwards(
            way: tuple[int, ...], done: frozenset[int], sequence: list[tuple[Event, set[int]]] = sequence
        ) -> Iterator[tuple[int, ...]]:
            """Every way that goes on from here."""
            if way:
                yield way
            for index in range(way[-1] + 1 if way else 0, len(sequence)):
                event, steps = sequence[index]
                if not way and by_user and not start <= at(event) < end:
                    continue
                if way and event.occurred_at_us - sequence[way[0]][0].occurred_at_us > window_us:
                    continue
                if way and request.order == request.ORDER_STRICT and index != way[-1] + 1:
                    continue
                for step in steps if request.order == request.ORDER_ANY else steps & {len(done)}:
                    if step not in done:
                        yield from onwards((*way, index), done | {step})

        # the furthest; of those the one that begins first, then the one whose next step is first, and so on
        best = min(onwards((), frozenset()), key=lambda way: (-len(way), way), default=())
        if best:
            first = sequence[best[0]][0]
            name, session = request.breakdown, sessions.get(first.visit_id)
            group = brute.label(name, brute.value(name, first, session)) if name else ""
            ways[group].append([sequence[index][0].occurred_at_us for index in best])
    groups = sorted(ways.items(), key=lambda item: (-len(item[1]), item[0].encode()))[: request.limit or 10]
    return [(group, [step(number, size, members) for number in range(1, size + 1)]) for group, members in groups]


def step(number: int, size: int, ways: list[list[int]]) -> Step:
    def reached(step: int) -> int:
        return sum(len(way) >= step for way in ways)

    entered, converted = reached(number), reached(min(number + 1, size))
    took = sorted((way[number - 1] - way[number - 2]) / 1e6 for way in ways if len(way) >= number > 1)
    return (
        entered,
        converted,
        entered - converted,
        100 * entered / reached(1) if entered else 0.0,
        100 * entered / reached(max(number - 1, 1)) if entered else 0.0,
        quantile(took, 0.5),
        quantile(took, 0.9),
    )


def quantile(values: list[float], share: float) -> float | None:
    """Interpolated between the two values around the place share × (n − 1) of the n sorted ones."""
    if not values:
        return None
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


def journey(
    events: list[Event], request: query_pb2.JourneyRequest, goals: Goals, start: datetime, end: datetime
) -> dict[str, tuple[int, dict[tuple[int, str], tuple[int, int]], dict[tuple[int, str, str], int]]]:
    """By group: visits, nodes (step, value) → (visits, left), links (step, from, to) → visits."""
    steps, limit, filters = request.steps or 3, request.limit or 10, list(request.scope.filters)
    backwards = request.HasField("end")
    paths: dict[str, list[list[str]]] = defaultdict(list)
    if not request.breakdown:
        paths[""] = []
    for session in sessions_of(events).values():
        if not (session.counts and start <= session.start < end and admitted(session, filters)):
            continue
        members = in_order(session.events)
        if backwards:
            members.reverse()
        match = request.end if backwards else request.start
        while members and not meets(match, members[0], session, goals):
            members.pop(0)
        if not members:
            continue
        path = [shown(members[0])]
        for event in members[1:]:
            if request.of == request.OF_EVENTS:
                path += [shown(event)] if brute.countable(event) else []
            elif event.name == "pageview" and path[-1] != shown(event):
                path.append(shown(event))
        name = request.breakdown
        paths[brute.label(name, brute.value(name, members[0], session)) if name else ""].append(path)
    return {group: folded(members, steps, limit) for group, members in paths.items()}


def shown(event: Event) -> str:
    return (event.page or "(not set)") if event.name == "pageview" else event.name


def folded(
    paths: list[list[str]], steps: int, limit: int
) -> tuple[int, dict[tuple[int, str], tuple[int, int]], dict[tuple[int, str, str], int]]:
    kept: list[set[str]] = []
    for step in range(steps + 1):
        counts = Counter(path[step] for path in paths if len(path) > step)
        kept.append(set(sorted(counts, key=lambda name: (-counts[name], name.encode()))[:limit]))
    nodes: dict[tuple[int, str], tuple[int, int]] = {}
    links: Counter[tuple[int, str, str]] = Counter()
    for path in paths:
        names = [name if name in kept[step] else OTHER for step, name in enumerate(path[: steps + 1])]
        for step, name in enumerate(names):
            visits, left = nodes.get((step, name), (0, 0))
            nodes[step, name] = visits + 1, left + (len(path) == step + 1)
        links.update((step, *pair) for step, pair in enumerate(pairwise(names)))
    return len(paths), nodes, dict(links)
