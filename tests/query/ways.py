"""Sites made by hypothesis for questions about ways: few pages and names, so that steps meet, and ties of time."""

import random
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count

from analytics.v1 import definition_pb2, event_pb2, query_pb2, site_pb2
from hypothesis import strategies as st

from query.definitions import Definitions
from query.language import Scoped, scope_of
from query.replica import Replica
from tests.query.conftest import NOW
from tests.query.sample import DAILY, MEMORY, event
from tests.query.writer import commit_of

Filter, Match = query_pb2.Filter, query_pb2.EventMatch
# The evening before clocks change in Europe (29 March).
FIRST = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu"]
PAGES = ["/", "/a", "/a/b", ""]
NAMES = ["pageview", "pageview", "pageview", "signup", "buy", "click", "scroll", "engagement", "session_start"]
GOALS = {
    goal.name: goal
    for goal in (
        definition_pb2.Goal(name="Signup", event="signup"),
        definition_pb2.Goal(name="Read", page="/a*", scroll_threshold=50),
        definition_pb2.Goal(name="Clicked", event="click"),
        definition_pb2.Goal(name="Paid", event="buy", currency="EUR"),
    )
}
MATCHES = [
    *(Match(page="/"), Match(page="/a"), Match(page="/a*"), Match(page="*")),
    *(Match(event="signup"), Match(event="buy"), Match(event="signup", page="/a*"), Match(event="click")),
    *(Match(goal=name) for name in GOALS),
    Match(event="buy", filters=[Filter(operator=Filter.OPERATOR_IS, dimension="prop:plan", values=["pro"])]),
]
FILTERS = [
    Filter(operator=Filter.OPERATOR_IS, dimension="country", values=["DE"]),
    Filter(operator=Filter.OPERATOR_IS_NOT, dimension="entry_page", values=["/a"]),
    Filter(operator=Filter.OPERATOR_IS, dimension="page", values=["/a", "/"]),
    Filter(operator=Filter.OPERATOR_IS, dimension="event", values=["signup"]),
    Filter(operator=Filter.OPERATOR_IS, dimension="prop:plan", values=["pro"]),
]
RANGES = [
    ["2026-03-28", "2026-03-28"],
    ["2026-03-29", "2026-03-30"],
    ["2026-03-28T21:10:00+00:00", "2026-03-29T22:20:00+00:00"],
    ["2026-03-20", "2026-04-10"],
]
BREAKDOWNS = ["", "country", "source", "entry_page"]
_MINUTES = [0, 0, 0, 0.5, 1, 5, 40, 200]
_numbers = count(1_000)


@st.composite
def visits(draw: st.DrawFn) -> list[event_pb2.NormalizedEvent]:
    """One visit, or events that belong to none."""
    mode = draw(st.sampled_from([MEMORY, DAILY]))
    visit = "a visit" if draw(st.integers(0, 7)) else ""
    start = FIRST + timedelta(minutes=draw(st.sampled_from([0, 0, 60, 130, 170, 239, 240, 1500, 3000])))
    texts = {"country": draw(st.sampled_from(["", "DE", "FR"])), "source": draw(st.sampled_from(["", "Google"]))}
    shared = {
        "started": start + timedelta(hours=draw(st.sampled_from([-50, 0, 0, 20]))),
        "identity": mode,
        "visitor_id": str(uuid.UUID(int=1 + draw(st.integers(0, 2)))) if mode == DAILY else "",
        "continuation": mode == MEMORY and not draw(st.integers(0, 3)),
    }
    users = draw(st.sampled_from([[""], ["ada"], ["ada", "bob", ""]]))
    found, minutes = [], 0.0
    for _ in range(draw(st.integers(1, 6))):
        minutes += draw(st.sampled_from(_MINUTES))
        name = draw(st.sampled_from(NAMES))
        found.append(
            event(
                name,
                start + timedelta(minutes=minutes),
                visit,
                sequence=draw(st.sampled_from([0, 0, 1])),
                page=draw(st.sampled_from(PAGES)),
                user_hash=draw(st.sampled_from(users)),
                props=draw(st.sampled_from([{}, {"plan": "pro"}])),
                scroll_depth=draw(st.sampled_from([0, 60])) if name in ("scroll", "engagement") else 0,
                revenue_currency=draw(st.sampled_from(["", "EUR"])) if name == "buy" else "",
                event_id=str(draw(st.uuids())),
                **shared,
                **(texts if draw(st.integers(0, 3)) else {}),
            )
        )
    return found


scopes = st.builds(
    query_pb2.Scope,
    date_range=st.sampled_from(RANGES),
    timezone=st.sampled_from(ZONES),
    filters=st.just([]) | st.lists(st.sampled_from(FILTERS), max_size=2),
)


def store_site(
    replica: Replica, made: Iterable[list[event_pb2.NormalizedEvent]], shuffle: random.Random
) -> tuple[int, list[event_pb2.NormalizedEvent]]:
    """A new site's number and its events, stored in two commits in whatever order."""
    site = next(_numbers)
    events: list[event_pb2.NormalizedEvent] = []
    for number, visit in enumerate(made, 1):
        name = str(uuid.UUID(int=site << 64 | number))
        for each in visit:
            each.site_id = site
            each.visit_id = name if each.visit_id else ""
            each.visitor_id = each.visitor_id if each.identity == DAILY else each.visit_id
        events += visit
    events = list({each.event_id: each for each in events}.values())
    shuffle.shuffle(events)
    cut = shuffle.randint(0, len(events))
    for batch in (events[:cut], events[cut:]):
        replica.apply([commit_of(replica.state.position + 1, batch)])
    return site, events


def scoped_of(scope: query_pb2.Scope, site: int) -> Scoped:
    return scope_of(scope, site_pb2.Site(number=site, timezone="UTC"), NOW, Definitions(GOALS), None)
