"""The service over gRPC: answers, pages, refusals, who may ask, and how fresh it is."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from analytics.v1 import query_pb2

from mesh.channel import bearer
from mesh.errors import from_rpc
from tests.query.conftest import Service
from tests.query.sample import DAILY, event, new_visit
from tests.query.writer import ADMIN_KEY, INGEST_KEY, OTHER_KEY, READ_KEY

F = query_pb2.Filter
DAY = datetime(2026, 3, 12, 9, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
async def events(service: Service) -> AsyncIterator[None]:
    """Five visits: three to /, then /a; one of them continued; two of another mode and country."""
    made = []
    for number in range(3):
        visit, at = new_visit(), DAY + timedelta(hours=number)
        made += [event("pageview", at, visit, page="/", country="DE", source="Google")]
        made += [event("pageview", at + timedelta(seconds=30), visit, started=at, page="/a", country="DE")]
    made.append(event("pageview", DAY, new_visit(), page="/a", continuation=True))
    visitor = new_visit()
    for days in (1, 2):
        visit, at = new_visit(), DAY + timedelta(days=days)
        made.append(event("signup", at, visit, identity=DAILY, visitor_id=visitor, props={"plan": "pro'; DROP"}))
    await service.writer.commit(made)
    await service.caught_up()
    yield


def rows(response: query_pb2.QueryResponse) -> list[tuple[Any, ...]]:
    values = [[getattr(value, value.WhichOneof("value")) for value in row.metrics] for row in response.rows]
    return [(*row.dimensions, *found) for row, found in zip(response.rows, values, strict=True)]


async def refusal(service: Service, **fields: Any) -> tuple[str, str]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await service.ask(**fields)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT, caught.value.details()
    error = from_rpc(caught.value)
    return error.field, error.message


async def test_a_breakdown_counts_continuations_and_a_total_does_not(service: Service) -> None:
    assert rows(await service.ask(metrics=["visitors", "visits", "pageviews"])) == [(4, 5, 7)]
    by_page = await service.ask(metrics=["visitors", "pageviews"], dimensions=["page"])
    assert rows(by_page) == [("/a", 4, 4), ("/", 3, 3), ("(not set)", 1, 0)]
    by_source = await service.ask(metrics=["visits"], dimensions=["source"])
    assert rows(by_source) == [("Google", 3), ("Direct / None", 2)]


async def test_a_continuation_enters_and_leaves_nowhere_but_its_views_count(service: Service) -> None:
    at = DAY + timedelta(days=60)
    shown = [event("pageview", at, new_visit(), page="/whole")]
    shown.append(event("pageview", at, new_visit(), page="/continued", hostname="continued.org", continuation=True))
    await service.writer.commit(shown)
    await service.caught_up()
    asked = {"date_range": [str(at.date())] * 2, "metrics": ["visits", "pageviews"]}
    assert rows(await service.ask(**asked)) == [(1, 2)]
    for end in ("entry", "exit"):
        by_page = await service.ask(**asked, dimensions=[f"{end}_page"])
        assert rows(by_page) == [("/whole", 1, 1), ("(not set)", 0, 1)]
        by_host = await service.ask(**asked, dimensions=[f"{end}_hostname"])
        assert rows(by_host) == [("example.org", 1, 1), ("(not set)", 0, 1)]
        visits_alone = await service.ask(**asked | {"metrics": ["visits"]}, dimensions=[f"{end}_page"])
        assert rows(visits_alone) == [("/whole", 1)]
        tested = F(operator=F.OPERATOR_IS, dimension=f"{end}_page", values=["/continued"])
        assert rows(await service.ask(**asked, filters=[tested])) == [(0, 0)]


async def test_visits_by_event_are_the_sessions_that_saw_it(service: Service) -> None:
    asked = {"metrics": ["visits"], "dimensions": ["event"], "date_range": ["2026-03-12", "2026-03-14"]}
    assert rows(await service.ask(**asked)) == [("pageview", 4), ("signup", 2)]


async def test_an_answer_says_what_it_knows_and_what_its_numbers_mean(service: Service) -> None:
    response = await service.ask()
    assert response.as_of_position == service.writer.truth.head
    assert 0 <= response.freshness_s < 5
    assert response.took_ms > 0
    continued, summed, mixed = response.warnings
    assert continued.startswith("Of the sessions in this range, 25.0 % continued an earlier one")
    assert summed.startswith("Visitors are the sum of daily unique visitors")
    assert mixed.startswith("This range holds sessions of both identity modes (an imported log, or a changed mode)")
    resolved = response.resolved
    assert list(resolved.date_range) == ["2026-03-01T00:00:00+00:00", "2026-04-01T00:00:00+00:00"]
    assert (resolved.timezone, resolved.limit, resolved.empty_buckets) == ("UTC", 100, True)
    assert [(order.key, order.descending) for order in resolved.order_by] == [("visitors", True)]


async def test_empty_buckets_are_zeros_unless_left_out(service: Service) -> None:
    asked = {"metrics": ["pageviews"], "dimensions": ["time:day"], "date_range": ["2026-03-11", "2026-03-13"]}
    assert rows(await service.ask(**asked)) == [("2026-03-11", 0), ("2026-03-12", 7), ("2026-03-13", 0)]
    assert rows(await service.ask(**asked, empty_buckets=False)) == [("2026-03-12", 7)]
    hours = await service.ask(**asked | {"dimensions": ["time:hour"], "limit": 30, "total_rows": True})
    assert (len(hours.rows), hours.total_rows) == (30, 72)
    assert hours.next_page_token


async def test_an_answer_can_stand_beside_another_ranges(service: Service) -> None:
    compare = query_pb2.Comparison(mode=query_pb2.Comparison.MODE_PREVIOUS_PERIOD)
    asked = {"metrics": ["visits", "pageviews"], "date_range": ["2026-03-13", "2026-03-14"], "compare": compare}
    response = await service.ask(**asked)
    assert list(response.compared_range) == ["2026-03-11T00:00:00+00:00", "2026-03-13T00:00:00+00:00"]
    (row,) = response.rows
    assert beside(row) == ([], [3, 7], [-33, -100])
    by_country = await service.ask(**asked | {"date_range": ["2026-03-12", "2026-03-12"]}, dimensions=["country"])
    # what the other range does not hold counts nothing there, and has no change
    assert [beside(row) for row in by_country.rows] == [(["DE"], [0, 0], [None, None]), ([""], [0, 0], [None, None])]
    series = await service.ask(**asked, dimensions=["time:day"])
    assert [beside(row) for row in series.rows] == [
        (["2026-03-11"], [0, 0], [None, None]),
        (["2026-03-12"], [3, 7], [-67, -100]),
    ]
    assert not (await service.ask()).rows[0].HasField("comparison")


def beside(row: query_pb2.Row) -> tuple[list[str], list[float], list[float | None]]:
    there = row.comparison
    changes = [value.integer if value.WhichOneof("value") else None for value in there.change]
    return list(there.dimensions), [value.integer for value in there.metrics], changes


async def test_time_labels_name_every_bucket(service: Service) -> None:
    asked = {"date_range": ["2026-03-11", "2026-03-13"], "empty_buckets": False, "time_labels": True}
    response = await service.ask(**asked, dimensions=["time:day", "country"])
    assert list(response.time_labels) == ["2026-03-11", "2026-03-12", "2026-03-13"]
    assert (await refusal(service, **asked, dimensions=["country"]))[0] == "include.time_labels"


async def test_an_administrator_sees_what_an_answer_took(service: Service) -> None:
    response = await service.ask(dimensions=["page"], explain=True)
    first = response.explanation[0]
    assert first.sql.startswith("SELECT ")
    assert json.loads(first.parameters)
    assert (first.rows_read > 0, first.bytes_read > 0, first.took_ms > 0) == (True, True, True)
    assert not (await service.ask(dimensions=["page"])).explanation
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await service.ask(READ_KEY, explain=True)
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert from_rpc(caught.value).field == "explain"


async def page(service: Service, **fields: Any) -> query_pb2.PageResponse:
    scope = query_pb2.Scope(**({"site": "demo", "date_range": ["2026-03-12", "2026-03-14"]} | fields.pop("scope", {})))
    request = query_pb2.PageRequest(scope=scope, **fields)
    return await service.stub.Page(request, metadata=bearer(READ_KEY), timeout=20)


async def test_a_page_tells_totals_series_and_lists_at_once(service: Service) -> None:
    lists = [query_pb2.PageList(dimension="page", limit=1), query_pb2.PageList(dimension="source", metrics=["visits"])]
    compare = query_pb2.Comparison(mode=query_pb2.Comparison.MODE_PREVIOUS_PERIOD)
    response = await page(service, lists=lists, compare=compare, interval="day")
    totals = [getattr(value, value.WhichOneof("value")) for value in response.totals.metrics]
    assert totals == [4, 5, 7, 1.4, 0, 18]
    assert [row.dimensions[0] for row in response.series] == ["2026-03-12", "2026-03-13", "2026-03-14"]
    assert [row.comparison.dimensions[0] for row in response.series] == ["2026-03-09", "2026-03-10", "2026-03-11"]
    assert list(response.series_metrics) == ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"]
    pages, sources = response.lists
    assert (rows(pages), pages.more, list(pages.metrics)) == ([("/a", 4)], True, ["visitors"])
    assert (rows(sources), sources.more) == ([("Google", 3), ("Direct / None", 2)], False)
    assert (response.interval, response.last_bucket_partial) == ("day", False)
    assert response.compared_range[1] == "2026-03-12T00:00:00+00:00"
    meta = response.meta
    assert meta.as_of_position == service.writer.truth.head
    assert meta.took_ms > 0
    assert len(meta.warnings) == 3
    assert list(meta.resolved.date_range) == ["2026-03-12T00:00:00+00:00", "2026-03-15T00:00:00+00:00"]
    assert meta.resolved.timezone == "UTC"


async def test_a_range_that_is_not_over_ends_in_a_partial_bucket(service: Service) -> None:
    assert (await page(service, scope={"date_range": ["month"]})).last_bucket_partial
    assert not (await page(service, scope={"date_range": ["7d"]})).last_bucket_partial


async def test_what_a_filter_forbids_has_no_value_among_the_defaults(service: Service) -> None:
    tested = F(operator=F.OPERATOR_IS, dimension="page", values=["/"])
    totals = (await page(service, scope={"filters": [tested]})).totals
    assert [value.WhichOneof("value") for value in totals.metrics][3] is None
    assert (len(totals.metrics), totals.metrics[0].integer) == (6, 3)


async def test_a_page_names_the_place_of_what_is_wrong(service: Service) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await page(service, lists=[query_pb2.PageList(dimension="page"), query_pb2.PageList(dimension="contry")])
    assert from_rpc(caught.value).field == "lists[1].dimension"
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await page(service, scope={"site": "other"})
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


async def test_the_other_questions_are_answered_about_the_same_scope(service: Service) -> None:
    scope = query_pb2.Scope(site="demo", date_range=["2026-03-12", "2026-03-14"])
    landing, signup = query_pb2.EventMatch(page="/"), query_pb2.EventMatch(event="signup")
    visits = await service.stub.ListVisits(
        query_pb2.ListVisitsRequest(scope=scope, limit=2), metadata=bearer(READ_KEY), timeout=20
    )
    further = query_pb2.ListVisitsRequest(scope=scope, limit=9, page_token=visits.next_page_token)
    rest = await service.stub.ListVisits(further, metadata=bearer(READ_KEY), timeout=20)
    assert (len(visits.visits), len(rest.visits), rest.next_page_token) == (2, 3, "")
    one = await service.stub.GetVisit(
        query_pb2.GetVisitRequest(site="demo", id=rest.visits[-1].id), metadata=bearer(READ_KEY), timeout=20
    )
    assert [each.page for each in one.events] == ["/", "/a"]
    funnel = await service.stub.Funnel(
        query_pb2.FunnelRequest(scope=scope, steps=[landing, query_pb2.EventMatch(page="/a")]),
        metadata=bearer(READ_KEY),
        timeout=20,
    )
    assert [step.entered for step in funnel.groups[0].steps] == [3, 3]
    journey = await service.stub.Journey(
        query_pb2.JourneyRequest(scope=scope, start=landing), metadata=bearer(READ_KEY), timeout=20
    )
    assert journey.groups[0].visits == 3
    cohort = await service.stub.Cohort(query_pb2.CohortRequest(scope=scope), metadata=bearer(READ_KEY), timeout=20)
    assert {row.size for row in cohort.cohorts} == {0}
    experiment = await service.stub.Experiment(
        query_pb2.ExperimentRequest(scope=scope, experiment="hero", conversion=signup),
        metadata=bearer(READ_KEY),
        timeout=20,
    )
    for answer in (visits, funnel, journey, cohort, experiment):
        assert list(answer.meta.resolved.date_range) == ["2026-03-12T00:00:00+00:00", "2026-03-15T00:00:00+00:00"]
        assert answer.meta.as_of_position == service.writer.truth.head
    assert one.meta.resolved.site == "demo"
    way = "Of the sessions in this range, 25.0 % continued an earlier one: a way over several pages ends"
    assert [answer.meta.warnings[0].startswith(way) for answer in (funnel, journey)] == [True, True]


async def test_pages_join_without_a_gap_and_a_token_is_bound_to_its_query(service: Service) -> None:
    asked = {"metrics": ["pageviews"], "dimensions": ["page", "country"]}
    whole = rows(await service.ask(**asked))
    token, found = "", []
    while True:
        page = await service.ask(**asked, limit=1, page_token=token, total_rows=True)
        found += rows(page)
        assert page.total_rows == len(whole)
        if not (token := page.next_page_token):
            break
    assert found == whole
    token = (await service.ask(**asked, limit=1)).next_page_token
    for changed in ({"dimensions": ["page"]}, {"timezone": "Asia/Tokyo"}, {"date_range": ["7d"]}):
        assert (await refusal(service, **asked | changed, page_token=token))[0] == "page_token"
    for forged in ("x", token[:-4], "W10", "é", "A" * 5_000):
        assert (await refusal(service, **asked, page_token=forged))[0] == "page_token"


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"metrics": []}, "metrics", "visitors"),
    ({"metrics": ["visitors", "vistors"]}, "metrics[1]", "near: visitors"),
    ({"metrics": ["visits", "visits"]}, "metrics[1]", "twice"),
    ({"metrics": ["visitors; DROP TABLE events"]}, "metrics[0]", "no metric"),
    ({"metrics": ["visits"] * 21}, "metrics", "1–20"),
    ({"dimensions": ["contry"]}, "dimensions[0]", "near: country"),
    ({"dimensions": ["page", "page"]}, "dimensions[1]", "twice"),
    ({"dimensions": ["time:day", "time:hour"]}, "dimensions[1]", "second time"),
    ({"dimensions": ["page`) --"]}, "dimensions[0]", "no dimension"),
    ({"dimensions": ["prop:"]}, "dimensions[0]", "key"),
    ({"dimensions": ["prop:" + "k" * 101]}, "dimensions[0]", "1–100"),
    ({"dimensions": ["page", "country", "city", "os", "event", "device"]}, "dimensions", "at most 5"),
    ({"dimensions": ["time:minute"], "date_range": ["2016-01-01", "2025-12-31"]}, "dimensions[0]", "buckets"),
    ({"metrics": ["visits", "bounce_rate"], "dimensions": ["event"]}, "metrics[1]", "single events"),
    ({"metrics": ["visit_duration"], "dimensions": ["event"]}, "metrics[0]", "single events"),
    ({"metrics": ["views_per_visit"], "dimensions": ["event"]}, "metrics[0]", "single events"),
    ({"metrics": ["visit_duration"], "dimensions": ["page", "prop:x"]}, "metrics[0]", "prop:x"),
    ({"metrics": ["bounce_rate"], "dimensions": ["hostname"]}, "metrics[0]", "hostname"),
    ({"metrics": ["views_per_visit"], "dimensions": ["country"]}, "metrics[0]", "no dimensions"),
    (
        {"metrics": ["views_per_visit"], "filters": [F(operator=F.OPERATOR_IS, dimension="page", values=["/"])]},
        "metrics[0]",
        "no filter",
    ),
    ({"filters": [F(dimension="page", values=["/"])]}, "filters[0][0]", "contains_not"),
    ({"filters": [F(operator=F.OPERATOR_HAS_DONE)]}, "filters[0][1]", "one filter"),
    ({"filters": [F(operator=F.OPERATOR_IS, dimension="pagee", values=["/"])]}, "filters[0][1]", "near: page"),
    ({"filters": [F(operator=F.OPERATOR_IS, dimension="time:day", values=["/"])]}, "filters[0][1]", "no dimension"),
    ({"filters": [F(operator=F.OPERATOR_IS, dimension="page")]}, "filters[0][2]", "1–1,000"),
    ({"filters": [F(operator=F.OPERATOR_IS, dimension="page", values=["x"] * 1_001)]}, "filters[0][2]", "1–1,000"),
    (
        {"filters": [F(operator=F.OPERATOR_IS, dimension="page", values=["x", "y" * 2_001])]},
        "filters[0][2][1]",
        "2,000",
    ),
    ({"filters": [F(operator=F.OPERATOR_IS, dimension="page", values=["\0"])]}, "filters[0][2][0]", "NUL"),
    (
        {"filters": [F(operator=F.OPERATOR_IS, dimension="country", values=["DE", "Germany"])]},
        "filters[0][2][1]",
        "two letters",
    ),
    ({"filters": [F(operator=F.OPERATOR_MATCHES, dimension="page", values=["ok", "("])]}, "filters[0][2][1]", "RE2"),
    ({"filters": [F(operator=F.OPERATOR_MATCHES, dimension="page", values=[".{10000}"])]}, "filters[0][2][0]", "RE2"),
    ({"filters": [F(operator=F.OPERATOR_AND)]}, "filters[0][1]", "at least one"),
    (
        {
            "filters": [
                F(operator=F.OPERATOR_IS, dimension="page", values=["/"]),
                F(operator=F.OPERATOR_OR, children=[F(operator=F.OPERATOR_NOT, children=[F(), F()])]),
            ]
        },
        "filters[1][1][0][1]",
        "one filter",
    ),
    ({"order_by": [query_pb2.OrderBy(key="pageviews")]}, "order_by[0][0]", "not in the query"),
    ({"order_by": [query_pb2.OrderBy(key="visitors")] * 2}, "order_by[1][0]", "twice"),
    ({"order_by": [query_pb2.OrderBy(key="1; SELECT 1")]}, "order_by[0][0]", "not in the query"),
    ({"limit": 10_001}, "limit", "10,000"),
    ({"offset": 1, "page_token": "x"}, "offset", "page_token"),
    ({"timezone": "Europe/Berln"}, "timezone", "Europe/Berlin"),
    ({"timezone": "../../etc/passwd"}, "timezone", "IANA"),
    ({"timezone": "UTC'), 1"}, "timezone", "IANA"),
    ({"date": "2026-02-30"}, "date", '"2026-02-30" is no day of the calendar; give YYYY-MM-DD'),
    ({"date": "2026-13-01"}, "date", '"2026-13-01" is no day of the calendar; give YYYY-MM-DD'),
    ({"date": "yesterday"}, "date", "2026-01-31"),
    ({"date_range": ["fortnight"]}, "date_range", '"7d"'),
    ({"date_range": ["0d"]}, "date_range", '"7d"'),
    ({"date_range": ["2026-03-02", "2026-03-01"]}, "date_range", "not before"),
    ({"date_range": ["2026-03-02", "2026-03-32"]}, "date_range", '"2026-03-32" is no day of the calendar; give'),
    ({"date_range": ["2026-03-01T00:00:00", "2026-03-02T00:00:00"]}, "date_range", "offset"),
    ({"date_range": ["2026-03-01", "2026-03-02", "2026-03-03"]}, "date_range", "3 values"),
    ({"date_range": ["1900-01-01", "2026-03-02"]}, "date_range", "between"),
]


@pytest.mark.parametrize(("asked", "field", "hint"), REFUSED)
async def test_what_makes_no_sense_is_refused_at_its_place(
    service: Service, asked: dict[str, Any], field: str, hint: str
) -> None:
    place, message = await refusal(service, **asked)
    assert place == field
    assert hint in message


async def test_a_filter_nested_too_deep_is_refused(service: Service) -> None:
    item = F(operator=F.OPERATOR_IS, dimension="page", values=["/"])
    for _ in range(9):
        item = F(operator=F.OPERATOR_NOT, children=[item])
    await service.ask(filters=[item])
    item = F(operator=F.OPERATOR_NOT, children=[item])
    assert "10 deep" in (await refusal(service, filters=[item]))[1]


@pytest.mark.parametrize(
    "text", ["'", "\\", "\\'", "') OR 1=1 --", "%", "_", "{p0:String}", "\t\n\r", "\\N", "\\t", '`"', "💥", "/*"]
)
@pytest.mark.parametrize("operator", [F.OPERATOR_IS, F.OPERATOR_CONTAINS])
async def test_any_text_is_a_literal(service: Service, text: str, operator: F.Operator) -> None:
    found = [event("pageview", DAY, new_visit(), page=f"/x{text}y", props={text: text})]
    await service.writer.commit(found)
    await service.caught_up()
    value = f"/x{text}y" if operator == F.OPERATOR_IS else f"x{text}y"
    page = F(operator=operator, dimension="page", values=[value])
    prop = F(operator=operator, dimension=f"prop:{text}", values=[text])
    before = len([each for each in service.writer.truth.events if each.page == f"/x{text}y"])
    asked = {"metrics": ["visitors", "pageviews"], "dimensions": [f"prop:{text}", "page"], "filters": [page, prop]}
    assert rows(await service.ask(**asked)) == [(text, f"/x{text}y", before, before)]


async def test_only_a_reader_of_the_site_may_ask(service: Service) -> None:
    assert (await service.ask(READ_KEY)).rows
    for key, site, code in (
        ("am_key_none", "demo", grpc.StatusCode.UNAUTHENTICATED),
        (INGEST_KEY, "demo", grpc.StatusCode.PERMISSION_DENIED),
        (OTHER_KEY, "demo", grpc.StatusCode.NOT_FOUND),
        (OTHER_KEY, "nowhere", grpc.StatusCode.NOT_FOUND),
        (ADMIN_KEY, "nowhere", grpc.StatusCode.NOT_FOUND),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await service.ask(key, site=site)
        assert caught.value.code() is code


async def test_another_site_sees_nothing_of_it(service: Service) -> None:
    response = await service.ask(OTHER_KEY, site="other", metrics=["events", "visitors"], date_range=["all"])
    assert rows(response) == [(0, 0)]
    assert response.resolved.timezone == "Europe/Berlin"


async def test_all_begins_with_the_first_event(service: Service) -> None:
    assert (await service.ask(date_range=["all"])).resolved.date_range[0] == "2026-03-12T00:00:00+00:00"


async def test_waiting_for_a_position_that_never_comes_ends_in_time(service: Service) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await service.stub.Await(query_pb2.AwaitRequest(position=10**9), metadata=bearer(READ_KEY), timeout=0.3)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_status_says_how_far_the_copy_has_come(service: Service) -> None:
    status = await service.stub.Status(query_pb2.StatusRequest(), metadata=bearer(ADMIN_KEY), timeout=5)
    head = service.writer.truth.head
    assert (status.position, status.head, status.repaired_ranges) == (head, head, 0)


async def sql(service: Service, statement: str, **fields: Any) -> query_pb2.SqlResponse:
    request = query_pb2.SqlRequest(statement=statement, **fields)
    return await service.stub.Sql(request, metadata=bearer(ADMIN_KEY), timeout=10)


async def test_an_operator_reads_the_store(service: Service) -> None:
    answer = await sql(service, "SELECT name, count() AS n FROM events WHERE page = '/' GROUP BY name -- views")
    assert list(answer.columns) == ["name", "n"]
    assert [json.loads(row) for row in answer.rows] == [["pageview", 3]]
    assert len((await sql(service, "SELECT 1 UNION ALL SELECT 2")).rows) == 2
    for nothing in ("SELECT name, page FROM events LIMIT 0", "SELECT name, page FROM events WHERE 0"):
        answer = await sql(service, nothing)
        assert (list(answer.columns), len(answer.rows)) == (["name", "page"], 0)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE events",
        "INSERT INTO events (name) SELECT 'x'",
        "SELECT 1; SELECT 2",
        "SELECT 1) UNION ALL (SELECT 2",
        "SELECT 1 INTO OUTFILE 'stolen'",
        "SELECT 1) INTO OUTFILE 'stolen' --",
        "SELECT 1 FORMAT CSV",
        "SELECT 1 SETTINGS readonly = 0",
        "SET readonly = 0",
        "SELECT file('/etc/hostname')",
        "SELECT * FROM (SELECT FILE('/etc/hostname'))",
        "SELECT * FROM file('/etc/hostname', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:1', 'LineAsString')",
        "CREATE TABLE x (a Int8) ENGINE = Memory",
        "nonsense",
        "",
    ],
)
async def test_the_console_only_reads_and_only_tables(service: Service, statement: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await sql(service, statement)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT, caught.value.details()
    assert from_rpc(caught.value).field == "statement"


@pytest.mark.parametrize(
    ("statement", "hint"), [("SELECT 1; SELECT 2", "one statement at a time"), ("SELECT 1 FROM", "Syntax error")]
)
async def test_the_console_explains_in_the_words_of_the_statement(service: Service, statement: str, hint: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await sql(service, statement)
    message = from_rpc(caught.value).message
    assert hint in message
    assert "formatQuery" not in message


async def test_too_many_rows_are_an_error(service: Service) -> None:
    assert len((await sql(service, "SELECT number FROM numbers(10)", max_rows=10)).rows) == 10
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await sql(service, "SELECT number FROM numbers(11)", max_rows=10)
    assert caught.value.code() is grpc.StatusCode.OUT_OF_RANGE


async def test_a_key_of_one_site_may_not_use_the_console(service: Service) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await service.stub.Sql(query_pb2.SqlRequest(statement="SELECT 1"), metadata=bearer(READ_KEY), timeout=5)
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED
