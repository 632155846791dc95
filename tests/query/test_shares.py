"""What a share link may ask: numbers of its site, and of its segment alone, by every question and in every way."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from analytics.v1 import query_pb2

from mesh.channel import bearer
from mesh.errors import MeshError, from_rpc
from tests.query.conftest import Service
from tests.query.sample import event, new_visit
from tests.query.writer import ADMIN_KEY, OTHER_KEY, SEGMENTS

F = query_pb2.Filter
DAY = datetime(2026, 3, 12, 9, tzinfo=UTC)
RANGE = ["2026-03-01", "2026-03-31"]
WHOLE = "am_share_"


@pytest.fixture(scope="module", autouse=True)
async def events(service: Service) -> AsyncIterator[None]:
    """Visits from two countries to two pages; some sign up, by two plans."""
    made = []
    for number in range(12):
        visit, at = new_visit(), DAY + timedelta(hours=number)
        seen = {"country": "DE" if number % 3 else "FR", "user_hash": b"%016d" % (number % 5)}
        pages = ("/blog/one", "/pricing") if number % 2 else ("/pricing", "/about")
        for step, page in enumerate(pages):
            moment = at + timedelta(seconds=30 * step)
            made.append(event("pageview", moment, visit, started=at, site=2, page=page, **seen))
        if number % 4 == 1:
            props = {"plan": "pro" if number % 8 == 1 else "free"}
            moment = at + timedelta(minutes=2)
            made.append(event("signup", moment, visit, started=at, site=2, page=pages[1], props=props, **seen))
    await service.writer.commit(made)
    await service.caught_up()
    yield


def link(segment: str) -> str:
    return f"{WHOLE}{segment}"


def named(segment: str) -> query_pb2.Filter:
    return F(operator=F.OPERATOR_IS, dimension="segment", values=[segment])


async def ask(service: Service, key: str, **fields: Any) -> list[tuple[list[str], list[Any]]]:
    response = await service.ask(key, **({"site": "other", "date_range": RANGE} | fields))
    return [
        (list(row.dimensions), [getattr(value, value.WhichOneof("value") or "number") for value in row.metrics])
        for row in response.rows
    ]


async def refused(call: Any) -> MeshError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return from_rpc(caught.value)


QUESTIONS: list[dict[str, Any]] = [
    {"metrics": ["visitors", "visits", "pageviews", "events"]},
    {"metrics": ["visitors"], "dimensions": ["country"]},
    {"metrics": ["visitors", "pageviews"], "dimensions": ["page"]},
    {"metrics": ["visits"], "dimensions": ["entry_page"]},
    {"metrics": ["visitors", "percentage"], "dimensions": ["event"]},
    {"metrics": ["visitors"], "dimensions": ["time:day"]},
    {"metrics": ["visitors"], "filters": [F(operator=F.OPERATOR_IS, dimension="page", values=["/pricing"])]},
    {
        "metrics": ["visitors"],
        "filters": [F(operator=F.OPERATOR_NOT, children=[F(operator=1, dimension="country", values=["FR"])])],
    },
]


@pytest.mark.parametrize("segment", SEGMENTS)
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.get("dimensions", "total")))
async def test_a_limited_link_gets_the_segments_numbers(
    service: Service, segment: str, question: dict[str, Any]
) -> None:
    limited = {**question, "filters": [*question.get("filters", ()), named(segment)]}
    assert await ask(service, link(segment), **question) == await ask(service, ADMIN_KEY, **limited)


async def test_an_unlimited_link_gets_the_sites_numbers(service: Service) -> None:
    for question in QUESTIONS:
        assert await ask(service, WHOLE, **question) == await ask(service, OTHER_KEY, **question)


async def test_a_segment_is_less_than_the_site(service: Service) -> None:
    whole = await ask(service, WHOLE, metrics=["visitors"])
    for segment in SEGMENTS:
        assert (await ask(service, link(segment), metrics=["visitors"]))[0][1] < whole[0][1]


async def test_no_rate_lets_a_link_see_what_lies_beside_its_segment(service: Service) -> None:
    """A rate of conversion leaves filters by properties out of its base; that of the link it keeps."""
    signup = F(operator=F.OPERATOR_IS, dimension="goal", values=["Signup"])
    asked = {"metrics": ["conversions", "conversion_rate"], "filters": [signup]}
    ((_, (conversions, rate)),) = await ask(service, link("seg_plan"), **asked)
    ((_, (visitors,)),) = await ask(service, link("seg_plan"), metrics=["visitors"])
    assert (conversions, rate) == (2, 100 * 2 / visitors)
    country = await ask(service, ADMIN_KEY, **asked | {"filters": [signup, named("seg_country")]})
    assert await ask(service, link("seg_country"), **asked) == country


@pytest.mark.parametrize("segment", ["seg_country", "seg_plan"])
async def test_a_page_funnel_and_journey_keep_to_the_segment(service: Service, segment: str) -> None:
    scope = query_pb2.Scope(site="other", date_range=RANGE)
    limited = query_pb2.Scope(site="other", date_range=RANGE, filters=[named(segment)])
    blog, pricing = query_pb2.EventMatch(page="/blog/*"), query_pb2.EventMatch(page="/pricing")
    lists = [query_pb2.PageList(dimension=name) for name in ("page", "source", "country")]

    async def answers(scope: query_pb2.Scope, key: str) -> list[Any]:
        metadata = bearer(key)
        metrics = ["visitors", "visits", "pageviews", "bounce_rate"]
        request = query_pb2.PageRequest(scope=scope, metrics=metrics, lists=lists)
        page = await service.stub.Page(request, metadata=metadata, timeout=20)
        steps = [blog, pricing]
        found: list[Any] = [page.totals, page.series, list(page.lists)]
        for unit in (query_pb2.FunnelRequest.UNIT_VISIT, query_pb2.FunnelRequest.UNIT_USER):
            request = query_pb2.FunnelRequest(scope=scope, steps=steps, unit=unit)
            found.append(list((await service.stub.Funnel(request, metadata=metadata, timeout=20)).groups))
        request = query_pb2.JourneyRequest(scope=scope, start=pricing)
        found.append(list((await service.stub.Journey(request, metadata=metadata, timeout=20)).groups))
        return found

    ours = await answers(scope, link(segment))
    assert ours == await answers(limited, ADMIN_KEY)
    assert ours != await answers(scope, ADMIN_KEY)


async def test_what_a_link_asks_for_cannot_widen_its_segment(service: Service) -> None:
    inside = await ask(service, link("seg_country"), metrics=["visitors"])
    always = [F(operator=F.OPERATOR_IS, dimension="country", values=["DE"])]
    either = F(operator=F.OPERATOR_OR, children=[*always, F(operator=F.OPERATOR_NOT, children=always)])
    assert await ask(service, link("seg_country"), metrics=["visitors"], filters=[either]) == inside
    french = F(operator=F.OPERATOR_IS, dimension="country", values=["FR"])
    assert await ask(service, link("seg_country"), metrics=["visitors"], filters=[french]) == [([], [0])]


async def test_a_link_sees_no_single_visit_and_nobodys_return(service: Service) -> None:
    scope = query_pb2.Scope(site="other", date_range=RANGE)
    requests: list[tuple[Any, Any]] = [
        (service.stub.ListVisits, query_pb2.ListVisitsRequest(scope=scope)),
        (service.stub.GetVisit, query_pb2.GetVisitRequest(site="other", id=new_visit())),
        (service.stub.Cohort, query_pb2.CohortRequest(scope=scope)),
        (service.stub.Experiment, query_pb2.ExperimentRequest(scope=scope, experiment="x")),
        (service.stub.Sql, query_pb2.SqlRequest(statement="SELECT 1")),
        (service.stub.Await, query_pb2.AwaitRequest()),
    ]
    for secret in (WHOLE, link("seg_country")):
        for method, request in requests:
            error = await refused(method(request, metadata=bearer(secret), timeout=20))
            assert error.code is grpc.StatusCode.PERMISSION_DENIED
        explained = query_pb2.QueryRequest(site="other", metrics=["visitors"], explain=True)
        error = await refused(service.stub.Query(explained, metadata=bearer(secret), timeout=20))
        assert (error.code, error.field) == (grpc.StatusCode.PERMISSION_DENIED, "explain")


async def test_a_link_learns_nothing_of_other_segments_or_sites(service: Service) -> None:
    for name in ("seg_plan", "seg_none"):
        error = await refused(service.ask(link("seg_page"), site="other", filters=[named(name)]))
        assert (error.code, error.field) == (grpc.StatusCode.INVALID_ARGUMENT, "filters[0][2][0]")
        assert error.message == f'this site has no segment "{name}"; it has no segments yet'
    assert (await refused(service.ask(link("seg_page"), site="demo"))).code is grpc.StatusCode.NOT_FOUND
    guessed = await refused(service.ask("am_share_guessed", site="other"))
    assert guessed.code is grpc.StatusCode.UNAUTHENTICATED


async def test_a_link_whose_segment_is_gone_shows_nothing(service: Service) -> None:
    assert (await refused(service.ask(link("seg_gone"), site="other"))).code is grpc.StatusCode.NOT_FOUND
