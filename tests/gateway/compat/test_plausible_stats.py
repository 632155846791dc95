"""Plausible's Stats API v2: their question as query is asked it, query's answer as theirs."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from analytics.v1 import query_pb2

from gateway import query_json
from mesh.errors import invalid
from tests.gateway.doubles import ADMIN, DEMO_READ, INGEST, OTHER_ADMIN, Mesh, authorized, running

ASKED = {"site_id": "demo.example", "metrics": ["visitors"], "date_range": "7d"}
OURS: dict[str, Any] = {
    "site": "demo",
    "metrics": ["visitors"],
    "date_range": "7d",
    "limit": 10_000,
    "include": {"empty_buckets": False},
}


async def ask(http: httpx.AsyncClient, body: Any, secret: str = DEMO_READ) -> httpx.Response:
    return await http.post("/api/v2/query", json=body, headers=authorized(secret) if secret else {})


def names(kind: str, *words: str) -> list[str]:
    return [f"{kind}:{word}" for word in words]


UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
SAME = ("source", "referrer", "channel", *UTM, "device", "browser", "browser_version", "os", "os_version", "country")
TABLE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("a site by its id", {"site_id": "demo"}, {}),
    ("two dates", {"date_range": ["2026-01-01", "2026-01-31"]}, {"date_range": ["2026-01-01", "2026-01-31"]}),
    (
        "dimensions of an event",
        {"dimensions": [*names("event", "page", "name", "hostname"), "event:props:plan", "event:goal"]},
        {"dimensions": ["page", "event", "hostname", "prop:plan", "goal"]},
    ),
    ("dimensions of a visit", {"dimensions": names("visit", *SAME[:5])}, {"dimensions": list(SAME[:5])}),
    ("more of a visit", {"dimensions": names("visit", *SAME[5:10])}, {"dimensions": list(SAME[5:10])}),
    ("and more", {"dimensions": names("visit", *SAME[10:])}, {"dimensions": list(SAME[10:])}),
    (
        "names of places",
        {"dimensions": names("visit", "country_name", "region_name", "city_name", "screen")},
        {"dimensions": ["country", "region", "city", "device"]},
    ),
    (
        "where a visit begins and ends",
        {"dimensions": names("visit", "entry_page", "exit_page", "entry_page_hostname", "exit_page_hostname")},
        {"dimensions": ["entry_page", "exit_page", "entry_hostname", "exit_hostname"]},
    ),
    ("time", {"dimensions": ["time:day"]}, {"dimensions": ["time:day"]}),
    (
        "order",
        {"dimensions": ["visit:source"], "order_by": [["visitors", "asc"], ["visit:source", "desc"]]},
        {"dimensions": ["source"], "order_by": [["visitors", "asc"], ["source", "desc"]]},
    ),
    ("pages of an answer", {"pagination": {"limit": 10, "offset": 20}}, {"limit": 10, "offset": 20}),
    (
        "what to include",
        {"include": {"imports": True, "time_labels": True, "total_rows": True}, "dimensions": ["time:day"]},
        {"include": {"empty_buckets": False, "time_labels": True, "total_rows": True}, "dimensions": ["time:day"]},
    ),
    (
        "filters, nested",
        {
            "filters": [
                ["is", "event:page", ["/a"], {"case_sensitive": False}],
                ["or", [["contains", "visit:source", ["x"]], ["not", ["matches", "event:props:plan", ["^p"]]]]],
                ["has_done", ["is", "event:name", ["Signup"]]],
                ["is_not", "visit:device", ["Desktop", "TV"]],
                ["is", "segment", ["seg_1"]],
            ]
        },
        {
            "filters": [
                ["is", "page", ["/a"], {"case_sensitive": False}],
                ["or", [["contains", "source", ["x"]], ["not", ["matches", "prop:plan", ["^p"]]]]],
                ["has_done", ["is", "event", ["Signup"]]],
                ["is_not", "device", ["desktop", "tv"]],
                ["is", "segment", ["seg_1"]],
            ]
        },
    ),
    (
        "countries by name",
        {
            "filters": [
                ["is", "visit:country_name", ["Germany", "austria"]],
                ["contains_not", "visit:country_name", ["zealand"]],
                ["is", "visit:country_name", ["Atlantis"]],
            ]
        },
        {"filters": [["is", "country", ["AT", "DE"]], ["is_not", "country", ["NZ"]], ["is", "country", ["ZZ"]]]},
    ),
]


@pytest.mark.parametrize(("asked", "ours"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
async def test_each_word_of_a_question_becomes_ours(
    mesh: Mesh, http: httpx.AsyncClient, asked: dict[str, Any], ours: dict[str, Any]
) -> None:
    answer = await ask(http, {**ASKED, **asked})
    assert answer.status_code == 200, answer.text
    assert mesh.query.asked == [query_json.to_request({**OURS, **ours})]


def _row(dimensions: list[str], *values: float | int | dict[str, str] | None) -> query_pb2.Row:
    row = query_pb2.Row(dimensions=dimensions)
    for value in values:
        if isinstance(value, dict):
            row.metrics.add(money=query_pb2.Money(**value))
        elif isinstance(value, float):
            row.metrics.add(number=value)
        else:
            row.metrics.add(integer=value)
    return row


async def test_values_are_rounded_and_named_as_theirs(mesh: Mesh, http: httpx.AsyncClient) -> None:
    metrics = ["visitors", "bounce_rate", "scroll_depth", "visit_duration", "views_per_visit", "percentage"]
    metrics += ["exit_rate", "conversion_rate", "group_conversion_rate", "time_on_page", "total_revenue"]
    values = (7, 33.3333, 66.6666, 12.51, 1.23456, 14.2857, 14.2857, 14.2857, 14.2857, None)
    mesh.query.answer.rows.append(_row(["DE", "tv"], *values, {"currency": "EUR", "amount": "1000.50"}))
    mesh.query.answer.rows.append(_row(["", "mobile"], 7, *([None] * 10)))
    mesh.query.answer.total_rows = 2
    asked = {
        **ASKED,
        "metrics": metrics,
        "dimensions": ["visit:country_name", "visit:device"],
        "include": {"total_rows": True, "imports": True},
    }
    body = (await ask(http, asked)).json()
    euros = {"currency": "EUR", "value": 1000.5, "short": "EUR 1000.50", "long": "EUR 1000.50"}
    assert body["results"] == [
        {"metrics": [7, 33, 67, 13, 1.23, 14.3, 14.3, 14.29, 14.29, None, euros], "dimensions": ["Germany", "TV"]},
        {"metrics": [7, *([None] * 10)], "dimensions": ["", "Mobile"]},
    ]
    assert body["meta"] == {"total_rows": 2, "imports_included": False}
    assert body["query"] == {
        "site_id": "demo.example",
        "metrics": metrics,
        "date_range": ["7d"],
        "filters": [],
        "dimensions": ["visit:country_name", "visit:device"],
        "order_by": [],
        "include": {"total_rows": True, "imports": True},
        "pagination": {"offset": 0, "limit": 10_000},
    }


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ([], "#: Type mismatch. Expected Object."),
        ({"site_id": "demo", "metrics": ["visitors"]}, "#: Required property date_range was not present."),
        ({**ASKED, "limit": 1}, "#: Schema does not allow additional properties: limit."),
        ({**ASKED, "metrics": ["visitorz"]}, '#/metrics/0: Invalid metric "visitorz"'),
        ({**ASKED, "dimensions": ["page"]}, '#/dimensions/0: Invalid dimension "page"'),
        ({**ASKED, "filters": [["is", "event:pag", ["/"]]]}, '#/filters/0/1: Invalid dimension "event:pag"'),
        ({**ASKED, "filters": [["is"]]}, "#/filters/0: Invalid filter; write [operator, dimension, [clauses]]"),
        ({**ASKED, "include": {"all": True}}, "#/include/all: Schema does not allow additional properties."),
        ({**ASKED, "pagination": {"limit": 10_001}}, "#/pagination/limit: Expected a value from 1 to 10000."),
        (
            {**ASKED, "order_by": ["visitors"]},
            "#/order_by/0: Invalid order_by; write [metric or dimension, asc or desc]",
        ),
    ],
)
async def test_a_wrong_question_is_400_and_says_where(
    mesh: Mesh, http: httpx.AsyncClient, body: Any, error: str
) -> None:
    answer = await ask(http, body)
    assert (answer.status_code, answer.json()) == (400, {"error": error})
    assert mesh.query.asked == []


async def test_the_key_comes_before_the_question(mesh: Mesh, http: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    for secret in ("am_key_guess", INGEST):
        answer = await http.post("/api/v2/query", content=b"{", headers={**headers, **authorized(secret)})
        assert (answer.status_code, list(answer.json())) == (401, ["error"])
    known = await http.post("/api/v2/query", content=b"{", headers={**headers, **authorized(DEMO_READ)})
    assert (known.status_code, list(known.json())) == (400, ["error"])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_another_method_is_405_in_their_shape(http: httpx.AsyncClient, method: str) -> None:
    answer = await http.request(method, "/api/v2/query", headers=authorized(DEMO_READ))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json() == {"error": "use POST"}


async def test_query_being_away_is_503_in_their_shape(dist: Path) -> None:
    async with running(dist) as mesh, httpx.AsyncClient(base_url=mesh.url, trust_env=False) as http:
        await mesh.stop("query")
        answer = await ask(http, ASKED)
        assert (answer.status_code, list(answer.json())) == (503, ["error"])
        assert int(answer.headers["retry-after"]) >= 1


async def test_what_query_refuses_is_said_in_their_shape(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.query.refusal = invalid("filters[0][2]", "is too long")
    answer = await ask(http, ASKED)
    assert (answer.status_code, answer.json()) == (400, {"error": "#/filters/0/2: is too long"})


@pytest.mark.parametrize(
    ("site", "secret"),
    [("demo", ""), ("demo", "am_key_guess"), ("demo", INGEST), ("demo", OTHER_ADMIN), ("nowhere", ADMIN)],
)
async def test_a_key_that_may_not_read_the_site_is_401_as_for_no_such_site(
    mesh: Mesh, http: httpx.AsyncClient, site: str, secret: str
) -> None:
    answer = await ask(http, {**ASKED, "site_id": site}, secret)
    assert (answer.status_code, list(answer.json())) == (401, ["error"])
    assert mesh.query.asked == []
