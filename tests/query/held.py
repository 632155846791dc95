"""Events by chance, what the three tables must then hold, and what they hold."""

import random
import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.v1 import event_pb2

from query.replica import Replica
from tests.query import brute
from tests.query.sample import event

DAY = datetime(2026, 3, 12, 9, tzinfo=UTC)


def made(seed: int, size: int, days: int = 28) -> list[event_pb2.NormalizedEvent]:
    """Events of visits over some days, a few of them without a visit."""
    chance = random.Random(seed)
    found: list[event_pb2.NormalizedEvent] = []
    while len(found) < size:
        visit = str(uuid.UUID(int=chance.getrandbits(128))) if chance.random() < 0.9 else ""
        start = DAY + timedelta(minutes=chance.randrange(days * 24 * 60))
        for _ in range(chance.randint(1, 4)):
            name = chance.choice(["pageview", "pageview", "click", "scroll", "engagement", "signup"])
            found.append(
                event(
                    name,
                    start + timedelta(seconds=chance.randrange(3_000)),
                    visit,
                    started=start,
                    page=chance.choice(["/", "/a", "/b"]),
                    scroll_depth=chance.choice([0, 25, 90]) if name in ("scroll", "engagement") else 0,
                    engaged_ms=chance.randrange(9_000) if name == "engagement" else 0,
                    country=chance.choice(["", "DE"]),
                    event_id=str(uuid.UUID(int=chance.getrandbits(128))),
                )
            )
    chance.shuffle(found)
    return found


def expected(events: Iterable[event_pb2.NormalizedEvent]) -> dict[str, Any]:
    """What the three tables must hold, from the events themselves."""
    events = list(events)
    visits: dict[str, list[event_pb2.NormalizedEvent]] = defaultdict(list)
    pages: dict[tuple[str, str], list[event_pb2.NormalizedEvent]] = defaultdict(list)
    for each in events:
        if each.visit_id:
            visits[each.visit_id].append(each)
            pages[each.visit_id, each.page].append(each)

    def counts(members: list[event_pb2.NormalizedEvent]) -> tuple[Any, ...]:
        return (
            sum(each.name == "pageview" for each in members),
            sum(each.kind == event_pb2.EVENT_KIND_CUSTOM for each in members),
            sum(each.name not in brute.NOT_EVENTS for each in members),
            sum(each.engaged_ms for each in members),
            min(brute.at(each) for each in members).replace(tzinfo=None),
        )

    return {
        "events": {each.event_id: (each.page, each.country) for each in events},
        "visits": {visit: counts(members) for visit, members in visits.items()},
        "visit_pages": {
            key: (*counts(members), max(each.scroll_depth for each in members)) for key, members in pages.items()
        },
    }


def held(copy: Replica) -> dict[str, Any]:
    counts = "pageviews, customs, events, engaged_ms, first_at"

    def ask(text: str) -> list[Any]:
        return list(copy._client.query(text.replace("COUNTS", counts)).result_rows)

    rows = ask("SELECT toString(event_id), page, country FROM events")
    assert len({row[0] for row in rows}) == len(rows), "an event stands there twice"
    return {
        "events": {row[0]: tuple(row[1:]) for row in rows},
        "visits": {row[0]: tuple(row[1:]) for row in ask("SELECT toString(visit_id), COUNTS FROM visits FINAL")},
        "visit_pages": {
            (row[0], row[1]): tuple(row[2:])
            for row in ask("SELECT toString(visit_id), page, COUNTS, scroll_depth FROM visit_pages FINAL")
        },
    }
