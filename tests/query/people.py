"""Events of a few people who come back, made by hypothesis: identified in part of a visit, over six weeks."""

import uuid
from datetime import UTC, datetime, timedelta

from analytics.v1 import event_pb2, query_pb2
from hypothesis import strategies as st

from tests.query.conftest import Store
from tests.query.sample import event
from tests.query.writer import commit_of

# Over the end of two months and the spring change of clocks in Europe (29 March) and Australia (5 April).
FIRST = datetime(2026, 2, 26, 20, 0, tzinfo=UTC)
LAST = FIRST + timedelta(days=45)
ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Kiritimati"]
USERS = ["", *(f"{number:032x}" for number in range(1, 6))]
NAMES = ["pageview", "pageview", "signup", "buy", "click", "engagement", "experiment_exposure", "experiment_exposure"]
VARIANTS = ["a", "b", "control", ""]
COUNTRIES = ["", "DE", "FR"]
GOALS = ["Signup", "Bought", "Read"]

instants = st.integers(0, 44 * 24 * 4).map(lambda quarter: FIRST + timedelta(minutes=15 * quarter))


@st.composite
def visits(draw: st.DrawFn) -> list[event_pb2.NormalizedEvent]:
    """One visit, or a few events of none."""
    start, visit = draw(instants), "a visit" if draw(st.integers(0, 9)) else ""
    user, variant = draw(st.sampled_from(USERS)), draw(st.sampled_from(VARIANTS))
    texts = {"country": draw(st.sampled_from(COUNTRIES)), "source": draw(st.sampled_from(["", "Google"]))}
    found: list[event_pb2.NormalizedEvent] = []
    for _ in range(draw(st.integers(1, 5))):
        name = draw(st.sampled_from(NAMES))
        rarely = draw(st.integers(0, 5)) == 0
        paid = {"revenue_micros": draw(st.sampled_from([0, 1, 12_500_000, -3_000_000, 9 * 10**15]))}
        paid["revenue_currency"] = draw(st.sampled_from(["EUR", "EUR", "USD", ""]))
        shown = {
            "experiment": draw(st.sampled_from(["button", "button", "colour"])),
            "variant": draw(st.sampled_from(VARIANTS)) if rarely else variant,
        }
        found.append(
            event(
                name,
                start + timedelta(minutes=draw(st.sampled_from([0, 0, 1, 20, 90, 1_500]))),
                visit,
                started=start,
                user_hash=draw(st.sampled_from(USERS)) if rarely else user,
                sequence=draw(st.integers(0, 1)),
                page=draw(st.sampled_from(["/", "/a", "/a/b"])),
                props=shown if name == "experiment_exposure" else draw(st.sampled_from([{}, {"plan": "pro"}])),
                event_id=str(draw(st.uuids())),
                **(paid if name == "buy" else {}),
                **texts,
            )
        )
    return found


matches = st.sampled_from(
    [
        query_pb2.EventMatch(page="/a*"),
        query_pb2.EventMatch(event="signup"),
        query_pb2.EventMatch(event="buy"),
        query_pb2.EventMatch(
            event="signup",
            filters=[
                query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_IS, dimension="prop:plan", values=["pro"]),
            ],
        ),
        *(query_pb2.EventMatch(goal=name) for name in GOALS[:2]),
    ]
)
filters = st.sampled_from(
    [
        query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_IS, dimension="country", values=["DE"]),
        query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_IS_NOT, dimension="source", values=["Google"]),
        query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_CONTAINS, dimension="page", values=["/a"]),
        query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_IS, dimension="prop:variant", values=["a", "b"]),
    ]
)


@st.composite
def scopes(draw: st.DrawFn) -> query_pb2.Scope:
    start = draw(instants)
    words = [start.isoformat(), (start + timedelta(hours=draw(st.integers(1, 45 * 24)))).isoformat()]
    if draw(st.booleans()):
        words = ["2026-02-27", draw(st.sampled_from(["2026-03-10", "2026-04-05", "2026-04-12"]))]
    return query_pb2.Scope(
        site="demo",
        filters=draw(st.lists(filters, max_size=1)),
        date_range=words,
        timezone=draw(st.sampled_from(ZONES)),
    )


def keep(store: Store, site: int, made: list[list[event_pb2.NormalizedEvent]]) -> list[event_pb2.NormalizedEvent]:
    """The events as a site's own, in the store."""
    events: list[event_pb2.NormalizedEvent] = []
    for number, visit in enumerate(made, 1):
        name = str(uuid.UUID(int=site << 64 | number))
        for each in visit:
            each.site_id = site
            each.visit_id = each.visitor_id = name if each.visit_id else ""
        events += visit
    events = list({each.event_id: each for each in events}.values())
    store.replica.apply([commit_of(store.replica.state.position + 1, events)])
    return events
