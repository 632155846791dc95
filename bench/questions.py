"""The same dashboard asked in three forms: of us, of ClickHouse as one would at first, of PostgreSQL.

A dashboard is ten breakdowns: a daily series, seven dimensions of visits, top pages, top events. The two other forms
count by `uniqExact` and `count(DISTINCT …)` over events and visits; they know of no continuation and no total.
"""

# ruff: noqa: S608  (every text is made of constants of this module)

from collections.abc import Sequence
from datetime import datetime, timedelta

from analytics.v1 import query_pb2

SITE, SITE_ID = 1, "demo"
ROUNDS = 7
DIMENSIONS = ("source", "channel", "country", "browser", "os", "device", "utm_campaign")
FILTER = {"browser": "Chrome", "country": "DE"}
FUNNEL = ("/page/0", "add to cart", "purchase")


def page(end: datetime, days: int, filtered: bool = False, metrics: Sequence[str] = ()) -> query_pb2.PageRequest:
    """The whole dashboard in one request."""
    lists = [query_pb2.PageList(dimension=name) for name in (*DIMENSIONS, "page")]
    lists.append(query_pb2.PageList(dimension="event", metrics=["visitors", "events"]))
    return query_pb2.PageRequest(
        scope=scope(end, days, filtered), metrics=metrics or ("visitors", "pageviews"), interval="day", lists=lists
    )


def scope(end: datetime, days: int, filtered: bool = False) -> query_pb2.Scope:
    tests = [
        query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_IS, dimension=name, values=[value])
        for name, value in FILTER.items()
    ]
    span = [(end - timedelta(days=days)).isoformat(), end.isoformat()]
    return query_pb2.Scope(site=SITE_ID, filters=tests if filtered else (), date_range=span)


def funnel(end: datetime) -> query_pb2.FunnelRequest:
    start, *rest = FUNNEL
    steps = [query_pb2.EventMatch(page=start), *(query_pb2.EventMatch(event=name) for name in rest)]
    return query_pb2.FunnelRequest(scope=scope(end, 30), steps=steps)


def cohort(end: datetime) -> query_pb2.CohortRequest:
    return query_pb2.CohortRequest(scope=scope(end, 90), period=query_pb2.CohortRequest.PERIOD_WEEK)


def naive(end: datetime) -> dict[str, list[str]]:
    """Statements of ClickHouse over events alone, by what they answer."""
    tests = "".join(f" AND {name} = '{value}'" for name, value in FILTER.items())
    steps = ", ".join([f"page = '{FUNNEL[0]}' AND name = 'pageview'", *(f"name = '{name}'" for name in FUNNEL[1:])])
    reached = f"SELECT windowFunnel(86400)(toDateTime(occurred_at), {steps}) AS level FROM events"
    return {
        "page 30": _naive_page(end, 30, ""),
        "filtered 30": _naive_page(end, 30, tests),
        "page 90": _naive_page(end, 90, ""),
        "funnel 30": [
            f"SELECT level, count() FROM ({reached} WHERE {_within(end, 30)} GROUP BY visit_id) GROUP BY level"
        ],
    }


def _within(end: datetime, days: int) -> str:
    start = end - timedelta(days=days)
    return (
        f"site_id = {SITE} AND visit_started_at >= toDateTime64('{start - timedelta(days=3):%F %T}', 6, 'UTC') "
        f"AND occurred_at >= toDateTime64('{start:%F %T}', 6, 'UTC') "
        f"AND occurred_at < toDateTime64('{end:%F %T}', 6, 'UTC')"
    )


def _naive_page(end: datetime, days: int, tests: str) -> list[str]:
    where = f"FROM events WHERE {_within(end, days)}{tests}"
    top = "ORDER BY n DESC LIMIT 10"
    return [
        f"SELECT toDate(occurred_at) AS d, uniqExact(visitor_id), countIf(name = 'pageview') {where} GROUP BY d",
        *(f"SELECT {name}, uniqExact(visitor_id) AS n {where} GROUP BY {name} {top}" for name in DIMENSIONS),
        f"SELECT page, uniqExact(visitor_id) AS n {where} AND name = 'pageview' GROUP BY page {top}",
        f"SELECT name, uniqExact(visitor_id) AS n, count() {where} GROUP BY name {top}",
    ]


POSTGRES_TABLES = (
    """CREATE UNLOGGED TABLE events (site_id int NOT NULL, visit_id uuid NOT NULL, occurred_at timestamptz NOT NULL,
        name text NOT NULL, page text NOT NULL)""",
    f"""CREATE UNLOGGED TABLE visits (site_id int NOT NULL, visit_id uuid NOT NULL, first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL, pageviews int NOT NULL, interactives int NOT NULL, entry_page text NOT NULL,
        {", ".join(f"{name} text NOT NULL" for name in DIMENSIONS)})""",
)
POSTGRES_INDEXES = (
    "CREATE INDEX ON events (site_id, occurred_at)",
    "CREATE INDEX ON visits (site_id, first_at)",
    "CREATE INDEX ON visits (visit_id)",
    "VACUUM ANALYZE events",
    "VACUUM ANALYZE visits",
)


def postgres(end: datetime) -> dict[str, list[str]]:
    """Statements of PostgreSQL over narrow events and visits, by what they answer."""
    return {"page 30": _postgres_page(end, 30, False), "filtered 30": _postgres_page(end, 30, True)}


def _postgres_page(end: datetime, days: int, filtered: bool) -> list[str]:
    start = end - timedelta(days=days)

    def within(column: str) -> str:
        return f"e.site_id = {SITE} AND {column} >= '{start.isoformat()}' AND {column} < '{end.isoformat()}'"

    tests = "".join(f" AND v.{name} = '{value}'" for name, value in FILTER.items()) if filtered else ""
    visits = f"FROM visits e WHERE {within('e.first_at')}{tests.replace('v.', 'e.')}"
    joined = " JOIN visits v ON v.visit_id = e.visit_id" if filtered else ""
    events = f"FROM events e{joined} WHERE {within('e.occurred_at')}{tests}"
    top = "ORDER BY 2 DESC LIMIT 10"
    return [
        f"SELECT date_trunc('day', first_at) AS d, count(DISTINCT visit_id), sum(pageviews) {visits} GROUP BY 1",
        *(f"SELECT {name}, count(DISTINCT visit_id) {visits} GROUP BY 1 {top}" for name in DIMENSIONS),
        f"SELECT page, count(DISTINCT e.visit_id) {events} AND e.name = 'pageview' GROUP BY 1 {top}",
        f"SELECT e.name, count(DISTINCT e.visit_id), count(*) {events} GROUP BY 1 {top}",
    ]
