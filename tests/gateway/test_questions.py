"""Every question but `query` over HTTP: what is understood, which path an error names, who may ask, when it ends."""

import asyncio
import json
from typing import Any

import grpc
import httpx
import pytest
from analytics.v1 import query_pb2
from hypothesis import given
from hypothesis import strategies as st

from gateway.questions import COHORT, EXPERIMENT, FUNNEL, JOURNEY, PAGE, VISITS, Question
from mesh.errors import MeshError
from tests.gateway.doubles import DEMO_READ, INGEST, Mesh, authorized, until
from tests.gateway.question_doubles import SCOPE, scope

IS = query_pb2.Filter.OPERATOR_IS
PLAN = query_pb2.Filter(operator=IS, dimension="prop:plan", values=["pro"])
GRAMMAR: list[tuple[str, dict[str, Any], Any]] = [
    (
        "page",
        {
            "metrics": ["visitors"],
            "interval": "day",
            "lists": [{"dimension": "page", "metrics": ["visitors", "pageviews"], "limit": 7}, {"dimension": "source"}],
            "compare": {"mode": "year_over_year", "match_day_of_week": True},
        },
        query_pb2.PageRequest(
            metrics=["visitors"],
            interval="day",
            lists=[
                query_pb2.PageList(dimension="page", metrics=["visitors", "pageviews"], limit=7),
                query_pb2.PageList(dimension="source"),
            ],
            compare=query_pb2.Comparison(mode=query_pb2.Comparison.MODE_YEAR_OVER_YEAR, match_day_of_week=True),
        ),
    ),
    (
        "funnel",
        {
            "steps": [
                {"page": "/a*"},
                {"event": "signup", "filters": [["is", "prop:plan", ["pro"]]]},
                {"goal": "Bought"},
            ],
            "order": "strict",
            "unit": "visitor_day",
            "window_s": 0,
            "breakdown": "country",
            "limit": 3,
        },
        query_pb2.FunnelRequest(
            steps=[
                query_pb2.EventMatch(page="/a*"),
                query_pb2.EventMatch(event="signup", filters=[PLAN]),
                query_pb2.EventMatch(goal="Bought"),
            ],
            order=query_pb2.FunnelRequest.ORDER_STRICT,
            unit=query_pb2.FunnelRequest.UNIT_VISITOR_DAY,
            breakdown="country",
            limit=3,
        ),
    ),
    (
        "cohort",
        {
            "start": {"event": "signup"},
            "back": {"page": "/"},
            "period": "month",
            "count": "on_or_after",
            "first_in_range": True,
            "breakdown": None,
        },
        query_pb2.CohortRequest(
            start=query_pb2.EventMatch(event="signup"),
            back=query_pb2.EventMatch(page="/"),
            period=query_pb2.CohortRequest.PERIOD_MONTH,
            count=query_pb2.CohortRequest.COUNT_ON_OR_AFTER,
            first_in_range=True,
        ),
    ),
    (
        "journey",
        {"end": {"page": "/thanks"}, "steps": 4, "of": "events"},
        query_pb2.JourneyRequest(
            end=query_pb2.EventMatch(page="/thanks"), steps=4, of=query_pb2.JourneyRequest.OF_EVENTS
        ),
    ),
    (
        "experiment",
        {
            "experiment": "price",
            "conversion": {"goal": "Bought"},
            "measure": "revenue",
            "unit": "user",
            "control": "old",
            "weights": {"old": 1, "new": 0.5},
            "currency": "EUR",
        },
        query_pb2.ExperimentRequest(
            experiment="price",
            conversion=query_pb2.EventMatch(goal="Bought"),
            measure=query_pb2.ExperimentRequest.MEASURE_REVENUE,
            unit=query_pb2.ExperimentRequest.UNIT_USER,
            control="old",
            weights={"old": 1, "new": 0.5},
            currency="EUR",
        ),
    ),
]


@pytest.mark.parametrize(("path", "body", "request_"), GRAMMAR, ids=[entry[0] for entry in GRAMMAR])
async def test_the_whole_grammar_of_a_question_reaches_query(
    mesh: Mesh, http: httpx.AsyncClient, path: str, body: dict[str, Any], request_: Any
) -> None:
    response = await http.post(f"/api/v1/{path}", json={**SCOPE, **body}, headers=authorized(DEMO_READ))
    assert response.status_code == 200
    wanted = type(request_)(scope=scope())
    wanted.MergeFrom(request_)
    assert mesh.query.questions == [wanted]


def test_a_parameter_that_is_given_twice_means_neither() -> None:
    with pytest.raises(MeshError) as caught:
        VISITS.read_parameters([("site", "demo"), ("limit", "5"), ("site", "other")])
    assert (caught.value.field, caught.value.message) == ("site", "is given twice; give it once")


@pytest.mark.parametrize(
    ("question", "body", "field"),
    [
        (FUNNEL, {"site": None}, "site"),
        (FUNNEL, {"step": []}, "step"),
        (FUNNEL, {"scope": {}}, "scope"),
        (FUNNEL, {"steps": {"page": "/"}}, "steps"),
        (FUNNEL, {"steps": ["/"]}, "steps[0]"),
        (FUNNEL, {"steps": [{"page": "/"}, {"page": 5}]}, "steps[1].page"),
        (FUNNEL, {"steps": [{"path": "/"}]}, "steps[0].path"),
        (FUNNEL, {"steps": [{"event": "a", "filters": [["is", "prop:a", [{}]]]}]}, "steps[0].filters[0][2][0]"),
        (FUNNEL, {"order": "loose"}, "order"),
        (FUNNEL, {"order": "unspecified"}, "order"),
        (FUNNEL, {"order": 2}, "order"),
        (FUNNEL, {"window_s": -1}, "window_s"),
        (FUNNEL, {"limit": 0}, "limit"),
        (FUNNEL, {"filters": [["is", "country"]]}, "filters[0]"),
        (FUNNEL, {"date_range": ["2026-01-01"]}, "date_range"),
        (PAGE, {"lists": [{"dimension": "page", "limit": "7"}]}, "lists[0].limit"),
        (PAGE, {"lists": [{"dimension": "page", "limit": 0}]}, "lists[0].limit"),
        (PAGE, {"lists": [{"dimension": "page", "metrics": "visitors"}]}, "lists[0].metrics"),
        (PAGE, {"compare": {"custom": []}}, "compare.custom"),
        (COHORT, {"first_in_range": 1}, "first_in_range"),
        (COHORT, {"back": []}, "back"),
        (COHORT, {"period": "year"}, "period"),
        (JOURNEY, {"start": {"goal": {}}}, "start.goal"),
        (JOURNEY, {"steps": 0}, "steps"),
        (EXPERIMENT, {"weights": [1, 1]}, "weights"),
        (EXPERIMENT, {"weights": {"a": "1"}}, "weights.a"),
        (EXPERIMENT, {"weights": {"a": True}}, "weights.a"),
        (EXPERIMENT, {"weights": {"a": 10**400}}, "weights.a"),
    ],
)
def test_an_error_names_the_path_in_the_json(question: Question, body: dict[str, Any], field: str) -> None:
    with pytest.raises(MeshError) as caught:
        question.read({"site": "demo", **body})
    assert (caught.value.http_status, caught.value.field) == (400, field)
    assert caught.value.message


def test_an_unknown_word_is_answered_with_the_nearest() -> None:
    for body, right in (
        ({"order": "strikt"}, "did you mean strict"),
        ({"unit": "session"}, "use visit, visitor_day, user"),
        ({"stepz": []}, "did you mean steps"),
    ):
        with pytest.raises(MeshError, match=right):
            FUNNEL.read({"site": "demo", **body})


_ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text() | st.sampled_from(["page", "filters", "mode"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(
    st.sampled_from([PAGE, FUNNEL, COHORT, JOURNEY, EXPERIMENT, VISITS]),
    st.dictionaries(st.sampled_from(["steps", "start", "weights", "compare", "order", "lists", "limit"]), _ANY_JSON),
)
def test_whatever_json_comes_it_is_a_request_or_a_named_refusal(question: Question, body: dict[str, Any]) -> None:
    try:
        question.read({"site": "demo", **body})
    except MeshError as error:
        assert error.http_status == 400 and error.field


async def test_visits_are_asked_for_by_parameters(mesh: Mesh, http: httpx.AsyncClient) -> None:
    parameters = {
        "site": "demo",
        "date_range": "2026-01-01,2026-01-31",
        "timezone": "Europe/Berlin",
        "date": "2026-02-01",
        "filters": json.dumps(SCOPE["filters"]),
        "limit": "20",
        "page_token": "go-on",
    }
    response = await http.get("/api/v1/visits", params=parameters, headers=authorized(DEMO_READ))
    assert response.status_code == 200
    assert mesh.query.questions == [query_pb2.ListVisitsRequest(scope=scope(), limit=20, page_token="go-on")]
    await http.get("/api/v1/visits?site=demo&date_range=7d", headers=authorized(DEMO_READ))
    assert mesh.query.questions[1].scope.date_range == ["7d"]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ("", "site"),
        ("site=demo&limit=many", "limit"),
        ("site=demo&limit=-1", "limit"),
        ("site=demo&limit=0", "limit"),
        ("site=demo&filters=[", "filters"),
        ('site=demo&filters=[["is","country","DE"]]', "filters[0][2]"),
        ("site=demo&date_range=a,b,c", "date_range"),
        ("site=demo&sort=asc", "sort"),
    ],
)
async def test_a_wrong_parameter_is_400_and_named(
    mesh: Mesh, http: httpx.AsyncClient, parameters: str, field: str
) -> None:
    response = await http.get(f"/api/v1/visits?{parameters}", headers=authorized(DEMO_READ))
    assert (response.status_code, response.json()["field"]) == (400, field)
    assert not mesh.query.questions


async def test_a_refusal_of_query_keeps_its_path_and_its_sentence(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.query.refusal = MeshError(
        grpc.StatusCode.INVALID_ARGUMENT, 'there is no goal "Bougt"; near: Bought', field="steps[1].goal"
    )
    response = await http.post("/api/v1/funnel", json={"site": "demo"}, headers=authorized(DEMO_READ))
    assert (response.status_code, response.json()["field"]) == (400, "steps[1].goal")
    assert "near: Bought" in response.json()["detail"]


async def test_an_ingest_key_asks_nothing(http: httpx.AsyncClient) -> None:
    response = await http.post("/api/v1/funnel", json={"site": "demo"}, headers=authorized(INGEST))
    assert response.status_code == 403


async def test_a_question_is_given_up_when_its_asker_goes_away(mesh: Mesh, http: httpx.AsyncClient) -> None:
    mesh.query.gate = asyncio.Event()
    asking = asyncio.create_task(http.post("/api/v1/funnel", json={"site": "demo"}, headers=authorized(DEMO_READ)))
    await until(lambda: bool(mesh.query.questions))
    assert mesh.query.cancelled == 0
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await until(lambda: mesh.query.cancelled == 1)


async def test_the_document_describes_every_question_and_answer(http: httpx.AsyncClient) -> None:
    paths = (await http.get("/api/openapi.json")).json()["paths"]
    funnel_body = paths["/api/v1/funnel"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert funnel_body["required"] == ["site"]
    assert funnel_body["properties"]["order"] == {"enum": ["ordered", "strict", "any"]}
    assert set(funnel_body["properties"]["steps"]["items"]["properties"]) == {"page", "event", "goal", "filters"}
    assert set(funnel_body["properties"]) >= {"site", "filters", "date_range", "timezone", "date"}
    answer = paths["/api/v1/funnel"]["post"]["responses"]["200"]["content"]
    assert set(answer) == {"application/json", "text/csv", "application/x-ndjson"}
    step = answer["application/json"]["schema"]["properties"]["groups"]["items"]["properties"]["steps"]["items"]
    assert {"entered", "median_s"} <= set(step["properties"])
    assert set(paths["/api/v1/page"]["post"]["responses"]["200"]["content"]) == {"application/json"}
    parameters = {entry["name"] for entry in paths["/api/v1/visits"]["get"]["parameters"]}
    assert parameters == {"site", "date_range", "timezone", "date", "filters", "limit", "page_token"}
