"""Answers over HTTP: as JSON, and where they are rows, as CSV and NDJSON."""

import csv
import io
import json
from typing import Any

import httpx
import pytest
from analytics.v1 import event_pb2, query_pb2

from tests.gateway.doubles import ADMIN, DEMO_READ, Mesh, authorized
from tests.gateway.question_doubles import SCOPE, scope

EURO = query_pb2.MetricValue(money=query_pb2.Money(currency="EUR", amount="12.50"))


def one(number: int) -> query_pb2.MetricValue:
    return query_pb2.MetricValue(integer=number)


def funnel() -> query_pb2.FunnelResponse:
    answer = query_pb2.FunnelResponse()
    answer.meta.as_of_position, answer.meta.warnings[:] = 41, ["a warning"]
    answer.meta.resolved.CopyFrom(scope())
    first = query_pb2.FunnelStep(entered=10, converted=4, dropped=6, rate=100, step_rate=100)
    second = query_pb2.FunnelStep(entered=4, converted=4, rate=40, step_rate=40, median_s=1.5, p90_s=9)
    answer.groups.add(value="=DE", steps=[first, second])
    return answer


async def test_an_answers_fields_are_the_contracts_and_null_where_unset(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.query.answers["FunnelRequest"] = funnel()
    found = (await http.post("/api/v1/funnel", json={"site": "demo"}, headers=authorized(DEMO_READ))).json()
    assert found == {
        "groups": [
            {
                "value": "=DE",
                "steps": [
                    {
                        "entered": 10,
                        "converted": 4,
                        "dropped": 6,
                        "rate": 100.0,
                        "step_rate": 100.0,
                        "median_s": None,
                        "p90_s": None,
                    },
                    {
                        "entered": 4,
                        "converted": 4,
                        "dropped": 0,
                        "rate": 40.0,
                        "step_rate": 40.0,
                        "median_s": 1.5,
                        "p90_s": 9.0,
                    },
                ],
            }
        ],
        "meta": {
            "as_of_position": 41,
            "freshness_s": 0.0,
            "took_ms": 0.0,
            "warnings": ["a warning"],
            "resolved": SCOPE,
        },
    }


async def test_a_pages_rows_carry_their_comparison(mesh: Mesh, http: httpx.AsyncClient) -> None:
    compared = query_pb2.RowComparison(
        dimensions=["2025-12-01"], metrics=[one(4)], change=[query_pb2.MetricValue(number=25.0)]
    )
    answer = query_pb2.PageResponse(interval="day", series_metrics=["visitors"], compared_range=["a", "b"])
    answer.totals.metrics.extend([one(5), EURO, query_pb2.MetricValue()])
    answer.series.add(dimensions=["2026-01-01"], metrics=[one(5)], comparison=compared)
    answer.lists.add(dimension="page", metrics=["visitors"], more=True).rows.add(dimensions=["/"], metrics=[one(5)])
    mesh.query.answers["PageRequest"] = answer
    found = (await http.post("/api/v1/page", json={"site": "demo"}, headers=authorized(DEMO_READ))).json()
    assert found["totals"] == {"dimensions": [], "metrics": [5, {"currency": "EUR", "amount": "12.50"}, None]}
    assert found["series"] == [
        {
            "dimensions": ["2026-01-01"],
            "metrics": [5],
            "comparison": {"dimensions": ["2025-12-01"], "metrics": [4], "change": [25.0]},
        }
    ]
    assert found["lists"] == [
        {
            "dimension": "page",
            "metrics": ["visitors"],
            "rows": [{"dimensions": ["/"], "metrics": [5]}],
            "more": True,
        }
    ]
    assert (found["interval"], found["last_bucket_partial"], found["compared_range"]) == ("day", False, ["a", "b"])
    assert found["meta"] is None


async def test_a_query_tells_labels_comparison_and_explanation(mesh: Mesh, http: httpx.AsyncClient) -> None:
    answer = mesh.query.answer
    answer.time_labels.extend(["2026-01-01", "2026-01-02"])
    answer.compared_range.extend(["2025-12-30T00:00:00+00:00", "2026-01-01T00:00:00+00:00"])
    answer.explanation.add(sql="SELECT {a:UInt32}", parameters='{"a":1}', rows_read=3, bytes_read=24, took_ms=0.5)
    row = answer.rows.add(dimensions=["2026-01-01"], metrics=[one(5), EURO])
    row.comparison.MergeFrom(
        query_pb2.RowComparison(
            dimensions=["2025-12-30"],
            metrics=[one(0), query_pb2.MetricValue()],
            change=[query_pb2.MetricValue(), query_pb2.MetricValue(number=-3.0)],
        )
    )
    body = {
        "site": "demo",
        "metrics": ["visitors", "total_revenue"],
        "dimensions": ["time:day"],
        "include": {"time_labels": True},
        "compare": "previous_period",
        "explain": True,
    }
    found = (await http.post("/api/v1/query", json=body, headers=authorized(ADMIN))).json()
    assert found["results"][0]["comparison"] == {
        "dimensions": ["2025-12-30"],
        "metrics": [0, None],
        "change": [None, -3.0],
    }
    assert found["meta"]["time_labels"] == ["2026-01-01", "2026-01-02"]
    assert found["meta"]["compared_range"][0] == "2025-12-30T00:00:00+00:00"
    assert found["meta"]["explanation"] == [
        {"sql": "SELECT {a:UInt32}", "parameters": {"a": 1}, "rows_read": 3, "bytes_read": 24, "took_ms": 0.5}
    ]
    assert (found["query"]["compare"], found["query"]["explain"]) == ("previous_period", True)
    headers = {**authorized(ADMIN), "accept": "text/csv"}
    table = (await http.post("/api/v1/query", json=body, headers=headers)).text.splitlines()
    assert table == [
        "time:day,visitors,total_revenue,compared time:day,"
        "compared visitors,change of visitors,compared total_revenue,change of total_revenue",
        "2026-01-01,5,12.50 EUR,2025-12-30,0,,,-3.0",
    ]


def cohort() -> query_pb2.CohortResponse:
    rows = [
        query_pb2.CohortRow(period="2026-01-05", size=9, returned=[9, 3]),
        query_pb2.CohortRow(period="2026-01-12", size=4, returned=[4], unfinished=True),
    ]
    return query_pb2.CohortResponse(cohorts=rows)


def journey() -> query_pb2.JourneyResponse:
    answer = query_pb2.JourneyResponse()
    group = answer.groups.add(visits=5)
    group.nodes.add(step=0, value="/", visits=5, left=2)
    group.nodes.add(step=1, value="@me", visits=3, left=3)
    link = group.links.add(step=0, to="@me", visits=3)
    setattr(link, "from", "/")
    return answer


def experiment() -> query_pb2.ExperimentResponse:
    answer = query_pb2.ExperimentResponse()
    group = answer.groups.add(several_variants=1)
    group.variants.add(variant="control", exposures=50, conversions=5, rate=10)
    group.variants.add(variant="new", exposures=40, conversions=8, rate=20, difference=10, p_value=0.1, lift=100)
    return answer


def visits() -> query_pb2.ListVisitsResponse:
    visit = query_pb2.Visit(
        id="0198", started_at_us=1_767_268_800_000_000, pageviews=2, events=3, entry_page="+1", country="DE"
    )
    visit.identity, visit.continuation = event_pb2.IDENTITY_MODE_MEMORY, True
    return query_pb2.ListVisitsResponse(visits=[visit], next_page_token="go-on")


TABLES: list[tuple[str, Any, list[dict[str, str]]]] = [
    (
        "funnel",
        funnel(),
        [
            {"value": "'=DE", "step": "1", "entered": "10", "dropped": "6", "median_s": ""},
            {"value": "'=DE", "step": "2", "entered": "4", "dropped": "0", "median_s": "1.5"},
        ],
    ),
    (
        "cohort",
        cohort(),
        [
            {"period": "2026-01-05", "size": "9", "unfinished": "false", "returned 0": "9", "returned 1": "3"},
            {"period": "2026-01-12", "size": "4", "unfinished": "true", "returned 0": "4", "returned 1": ""},
        ],
    ),
    (
        "journey",
        journey(),
        [
            {"step": "0", "from": "/", "to": "", "visits": "5", "left": "2"},
            {"step": "1", "from": "'@me", "to": "", "visits": "3", "left": "3"},
            {"step": "0", "from": "/", "to": "'@me", "visits": "3", "left": ""},
        ],
    ),
    (
        "experiment",
        experiment(),
        [
            {"variant": "control", "exposures": "50", "difference": "", "several_variants": "1", "ratio_p": ""},
            {"variant": "new", "exposures": "40", "difference": "10.0", "lift": "100.0", "ratio_mismatch": "false"},
        ],
    ),
    (
        "visits",
        visits(),
        [{"id": "0198", "entry_page": "'+1", "identity": "memory", "continuation": "true", "country": "DE"}],
    ),
]


async def ask(http: httpx.AsyncClient, path: str, accept: str) -> httpx.Response:
    headers = {**authorized(DEMO_READ), "accept": accept}
    if path == "visits":
        return await http.get("/api/v1/visits?site=demo", headers=headers)
    return await http.post(f"/api/v1/{path}", json={"site": "demo"}, headers=headers)


def give(mesh: Mesh, path: str, answer: Any) -> None:
    mesh.query.answers["ListVisitsRequest" if path == "visits" else f"{path.title()}Request"] = answer


@pytest.mark.parametrize(("path", "answer", "rows"), TABLES, ids=[entry[0] for entry in TABLES])
async def test_an_answer_of_rows_comes_as_csv_with_formulas_neutralised(
    mesh: Mesh, http: httpx.AsyncClient, path: str, answer: Any, rows: list[dict[str, str]]
) -> None:
    give(mesh, path, answer)
    response = await ask(http, path, "text/csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="demo.csv"'
    found = list(csv.DictReader(io.StringIO(response.text)))
    assert [{key: row[key] for key in wanted} for row, wanted in zip(found, rows, strict=True)] == rows
    assert all(None not in row and None not in row.values() for row in found)  # every line is as long as the header


@pytest.mark.parametrize(("path", "answer", "rows"), TABLES, ids=[entry[0] for entry in TABLES])
async def test_its_lines_of_ndjson_are_the_items_of_its_list(
    mesh: Mesh, http: httpx.AsyncClient, path: str, answer: Any, rows: list[dict[str, str]]
) -> None:
    give(mesh, path, answer)
    whole = (await ask(http, path, "application/json")).json()
    response = await ask(http, path, "application/x-ndjson")
    assert response.headers["content-type"] == "application/x-ndjson"
    name = {"cohort": "cohorts", "visits": "visits"}.get(path, "groups")
    assert [json.loads(line) for line in response.text.splitlines()] == whole[name]
    assert whole[name]


@pytest.mark.parametrize("accept", ["text/csv", "application/x-ndjson"])
async def test_an_answer_of_no_rows_is_a_header_or_nothing(mesh: Mesh, http: httpx.AsyncClient, accept: str) -> None:
    for path, _, _ in TABLES:
        response = await ask(http, path, accept)
        assert len(response.text.splitlines()) == (accept == "text/csv")


async def test_rows_alone_say_in_a_header_where_to_go_on(mesh: Mesh, http: httpx.AsyncClient) -> None:
    give(mesh, "visits", visits())
    assert (await ask(http, "visits", "text/csv")).headers["x-next-page-token"] == "go-on"
    assert (await ask(http, "visits", "*/*")).json()["next_page_token"] == "go-on"


async def test_a_querys_lines_of_ndjson_are_its_results(mesh: Mesh, http: httpx.AsyncClient) -> None:
    for page in ("/", "=1"):
        mesh.query.answer.rows.add(dimensions=[page], metrics=[one(5), EURO])
    body = {"site": "demo", "metrics": ["visitors", "total_revenue"], "dimensions": ["page"]}
    whole = await http.post("/api/v1/query", json=body, headers=authorized(DEMO_READ))
    headers = {**authorized(DEMO_READ), "accept": "application/x-ndjson"}
    lines = await http.post("/api/v1/query", json=body, headers=headers)
    assert [json.loads(line) for line in lines.text.splitlines()] == whole.json()["results"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/csv, application/json", "application/json"),
        ("Text/CSV;q=0.9", "text/csv; charset=utf-8"),
        ("text/html", "application/json"),
    ],
)
async def test_json_is_what_comes_unless_rows_alone_are_accepted(
    http: httpx.AsyncClient, accept: str, kind: str
) -> None:
    assert (await ask(http, "funnel", accept)).headers["content-type"] == kind


async def test_a_page_is_more_than_rows_and_stays_json(http: httpx.AsyncClient) -> None:
    assert (await ask(http, "page", "text/csv")).headers["content-type"] == "application/json"


async def test_one_visits_events_come_with_its_properties_and_revenue(mesh: Mesh, http: httpx.AsyncClient) -> None:
    answer = query_pb2.GetVisitResponse(visit=query_pb2.Visit(id="0198"))
    answer.events.add(kind=event_pb2.EVENT_KIND_CUSTOM, name="sale", props={"plan": "pro"}, revenue=EURO.money)
    answer.events.add(kind=event_pb2.EVENT_KIND_PAGEVIEW, page="/")
    mesh.query.answers["GetVisitRequest"] = answer
    found = (await http.get("/api/v1/visits/0198?site=demo", headers=authorized(DEMO_READ))).json()
    assert mesh.query.questions == [query_pb2.GetVisitRequest(site="demo", id="0198")]
    sale, view = found["events"]
    assert (sale["kind"], sale["props"], sale["revenue"]) == (
        "custom",
        {"plan": "pro"},
        {"currency": "EUR", "amount": "12.50"},
    )
    assert (view["kind"], view["page"], view["revenue"]) == ("pageview", "/", None)
    assert found["more"] is False
