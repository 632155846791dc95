"""What makes no sense is refused by name, at its place in the JSON, with what would be right; and nothing breaks."""

import asyncio
import json
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from analytics.v1 import definition_pb2, query_pb2, site_pb2

from gateway import query_json
from mesh.errors import MeshError
from query import language, pages
from query.answer import Answer, answer
from query.definitions import Definitions
from tests.query.conftest import NOW, Store
from tests.query.sample import event
from tests.query.writer import commit_of

SITE = 77
DE = query_pb2.Filter(operator=1, dimension="country", values=["DE"])
KNOWN = Definitions(
    {
        goal.name: goal
        for goal in (
            definition_pb2.Goal(name="Signup", event="signup"),
            definition_pb2.Goal(name="Sale", event="buy", currency="EUR"),
        )
    },
    {
        segment.id: segment
        for segment in (
            definition_pb2.Segment(id="seg_germans", name="Germans", filters=[DE]),
            definition_pb2.Segment(id="seg_many", name="Many", filters=[DE] * 60),
            definition_pb2.Segment(
                id="seg_old",
                name="Old",
                filters=[query_pb2.Filter(operator=1, dimension="goal", values=["Gone"])],
            ),
        )
    },
)
SITES = [site_pb2.Site(id="demo", number=SITE)]
INJECTIONS = [
    "'",
    "' OR 1=1 --",
    "\\'; DROP TABLE events; --",
    "{p0:String}",
    "`",
    "\x00",
    "%s",
    "')) UNION ALL SELECT 1",
]


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


class Asked:
    """The way of a query's JSON through the gateway's reading and the language to the engine."""

    def __init__(self, store: Store, runner: asyncio.Runner) -> None:
        self._store, self._runner = store, runner

    def request(self, **body: Any) -> query_pb2.QueryRequest:
        return query_json.to_request({"site": "demo", "metrics": ["visitors"]} | body)

    def answer(self, **body: Any) -> Answer:
        request = self.request(**body)
        page = pages.page_of(request, NOW)
        zone = language.zone_of(request.timezone or "UTC")
        question = language.parse(request, SITE, zone, page, datetime(2015, 1, 1, tzinfo=UTC), KNOWN)
        return self._runner.run(answer(self._store.pool, question))

    def refusal(self, **body: Any) -> MeshError:
        with pytest.raises(MeshError) as caught:
            self.answer(**body)
        assert caught.value.http_status == 400, caught.value
        return caught.value


@pytest.fixture(scope="module")
def asked(store: Store, runner: asyncio.Runner) -> Asked:
    visit = str(uuid.UUID(int=SITE))
    shown = [
        event("pageview", NOW.replace(day=1), visit, site=SITE, page="/" + "a" * 1_500, props={"plan": "x" * 2_000}),
        event("buy", NOW, visit, site=SITE, revenue_micros=1, revenue_currency="EUR"),
        event("buy", NOW, visit, site=SITE, revenue_micros=1, revenue_currency="USD"),
    ]
    store.replica.apply([commit_of(store.replica.state.position + 1, shown)])
    return Asked(store, runner)


def deep(levels: int) -> list[Any]:
    return ["is", "page", ["/"]] if levels == 1 else ["not", deep(levels - 1)]


def one(*filters: Any, **others: Any) -> dict[str, Any]:
    return {"filters": list(filters), **others}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    # metrics
    ({"metrics": []}, "metrics", "give 1–20 of visitors"),
    ({"metrics": ["visitor"]}, "metrics[0]", "near: visitors"),
    ({"metrics": ["visits", "visits"]}, "metrics[1]", "each metric once"),
    ({"metrics": ["scroll_reached:30"]}, "metrics[0]", "near: scroll_reached:"),
    ({"metrics": ["visits"] * 21}, "metrics", "give 1–20"),
    ({"metrics": ["bounce_rate"], "dimensions": ["event"]}, "metrics[0]", '"event" of single events'),
    ({"metrics": ["visits", "visit_duration"], "dimensions": ["page", "prop:a"]}, "metrics[1]", '"prop:a" of single'),
    ({"metrics": ["time_on_page"], "dimensions": ["hostname"]}, "metrics[0]", "leave one out"),
    ({"metrics": ["exit_rate"], "dimensions": ["goal"]}, "metrics[0]", "of whole visits"),
    ({"metrics": ["views_per_visit"], "dimensions": ["country"]}, "metrics[0]", "ask for the total"),
    (one(["is", "page", ["/"]], metrics=["views_per_visit"]), "metrics[0]", 'no filter by "page"'),
    ({"metrics": ["scroll_depth"]}, "metrics[0]", "add the dimension page or a filter by it"),
    ({"metrics": ["scroll_reached:50"], "dimensions": ["country"]}, "metrics[0]", "is of a page"),
    ({"metrics": ["conversions"]}, "metrics[0]", '["is","goal",["NAME"]]'),
    ({"metrics": ["visits", "conversion_rate"]}, "metrics[1]", "or the dimension goal"),
    (one(["is_not", "goal", ["Signup"]], metrics=["group_conversion_rate"]), "metrics[0]", "is of a goal"),
    (one(["not", ["is", "goal", ["Signup"]]], metrics=["conversions"]), "metrics[0]", "is of a goal"),
    (one(["has_done", ["is", "goal", ["Signup"]]], metrics=["conversions"]), "metrics[0]", "is of a goal"),
    (
        one(["or", [["is", "goal", ["Signup"]], ["is", "country", ["DE"]]]], metrics=["conversion_rate"]),
        "filters[0]",
        "write them as filters of their own",
    ),
    (
        {"metrics": ["total_revenue"], "date_range": ["2026-03-01", "2026-04-02"]},
        "metrics[0]",
        'like ["is","currency",["EUR"]]',
    ),
    # dimensions
    ({"dimensions": ["pages"]}, "dimensions[0]", "near: page"),
    ({"dimensions": ["time:years"]}, "dimensions[0]", "near: time"),
    ({"dimensions": ["visit:source"]}, "dimensions[0]", "near: source"),
    ({"dimensions": ["page", "page"]}, "dimensions[1]", "each dimension once"),
    ({"dimensions": ["time", "time:day"]}, "dimensions[1]", "one is the most"),
    ({"dimensions": ["country", "city", "page", "os", "event", "goal"]}, "dimensions", "at most 5"),
    ({"dimensions": ["prop:"]}, "dimensions[0]", "1–100 characters, like prop:plan"),
    ({"dimensions": ["experiment:"]}, "dimensions[0]", "1–100 characters, like experiment:"),
    ({"dimensions": [f"prop:{'k' * 101}"]}, "dimensions[0]", "1–100 characters"),
    ({"dimensions": ["segment"]}, "dimensions[0]", "there is no dimension"),
    ({"dimensions": ["goal met"]}, "dimensions[0]", "near: goal"),
    # filters
    (one(["equals", "page", ["/"]]), "filters[0][0]", "unknown"),
    (one(["is", "pages", ["/"]]), "filters[0][1]", "near: page"),
    (one(["is", "time:day", ["2026-01-01"]]), "filters[0][1]", "there is no dimension"),
    (one(["is", "page", []]), "filters[0][2]", "at least one value"),
    (one(["is", "page", "/"]), "filters[0][2]", "must be a list"),
    (one(["is", "page", ["/"] * 1_001]), "filters[0][2]", "give 1–1,000"),
    (one(["is", "page", ["/", "x" * 2_001]]), "filters[0][2][1]", "longer than 2,000"),
    (one(["contains", "page", ["a\0b"]]), "filters[0][2][0]", "NUL"),
    (one(["is", "page", [None]]), "filters[0][2][0]", "must be a string"),
    (one(["is", "country", ["DE"]], ["is", "country", ["DE", "Germany"]]), "filters[1][2][1]", "two letters, like DE"),
    (one(["is_not", "country", ["D1"]]), "filters[0][2][0]", "two letters"),
    (one(["is", "page", ["/"], {"case_sensitive": "no"}]), "filters[0][3].case_sensitive", "true or false"),
    (one(["matches", "page", ["/", "(a"]]), "filters[0][2][1]", "no RE2 pattern"),
    (one(["matches", "page", [r"(?=a)"]]), "filters[0][2][0]", "no RE2 pattern"),
    (one(["has_done", ["matches", "event", ["["]]]), "filters[0][1][2][0]", "no RE2 pattern"),
    (one(["and", []]), "filters[0][1]", "at least one filter"),
    (one(["or", [["is", "page", ["/"]], ["is", "pagge", ["/"]]]]), "filters[0][1][1][1]", "near: page"),
    (one(["not", ["not", ["is", "pagge", ["/"]]]]), "filters[0][1][1][1]", "near: page"),
    (one(["not", []]), "filters[0][1]", "must be a list such as"),
    (one(deep(11)), f"filters[0]{'[1]' * 10}", "more than 10 deep"),
    (one(*[["is", "page", ["/"]]] * 101), "filters", "more than 100 conditions"),
    (one("page"), "filters[0]", "must be a list"),
    (one(["has_done", ["is", "source", ["Google"]]]), "filters[0][1][1]", "`has_done` takes currency, element"),
    (
        one(["has_not_done", ["and", [["is", "page", ["/"]], ["is", "entry_page", ["/"]]]]]),
        "filters[0][1][1][1][1]",
        "is of whole visits",
    ),
    (one(["has_done", ["is", "experiment:blue", ["A"]]]), "filters[0][1][1]", "is of whole visits"),
    (one(["has_done", ["has_done", ["is", "page", ["/"]]]]), "filters[0][1][0]", "filters of events alone"),
    (one(["has_done", ["is", "segment", ["seg_germans"]]]), "filters[0][1][2][0]", 'of the segment "Germans"'),
    # what a site defined
    (one(["is", "goal", ["Signups"]]), "filters[0][2][0]", "near: Signup"),
    (one(["is", "goal", ["Signup", "sale"]]), "filters[0][2][1]", "near: Sale"),
    (one(["matches", "goal", ["S.*"]]), "filters[0][0]", "`contains`"),
    (one(["is", "segment", ["seg_german"]]), "filters[0][2][0]", "near: seg_germans"),
    (one(["contains", "segment", ["seg_germans"]]), "filters[0][0]", '["is","segment",["seg_germans"]]'),
    (one(["is", "segment", ["seg_many"]], ["is_not", "segment", ["seg_many"]]), "filters", "segments included"),
    (one(["is", "segment", ["seg_old"]]), "filters[0][2][0]", 'of the segment "Old": this site has no goal "Gone"'),
    # time
    ({"date_range": "7 days"}, "date_range", '"7d"'),
    ({"date_range": "0d"}, "date_range", '"7d"'),
    ({"date_range": ["2026-02-30", "2026-03-01"]}, "date_range", "no day of the calendar"),
    ({"date_range": ["2026-03-02", "2026-03-01"]}, "date_range", "is not before"),
    ({"date_range": ["2026-03-02"]}, "date_range", "two dates"),
    ({"date_range": ["2026-03-01T00:00:00", "2026-03-02T00:00:00"]}, "date_range", "+01:00"),
    ({"date_range": ["1066-10-14", "2026-03-01"]}, "date_range", "is not between"),
    ({"date": "yesterday"}, "date", "like 2026-01-31"),
    ({"timezone": "Europe/Berlinn"}, "timezone", "near: Europe/Berlin"),
    ({"timezone": "+02:00"}, "timezone", "no IANA name"),
    (
        {"date_range": ["2016-01-01", "2025-12-31"], "dimensions": ["country", "time:minute"]},
        "dimensions[1]",
        "more than 50,000 buckets; take a coarser one",
    ),
    # order and pages
    ({"order_by": [["visits", "desc"]]}, "order_by[0][0]", "is not in the query: visitors"),
    ({"order_by": [["visitors", "down"]]}, "order_by[0][1]", "neither asc nor desc"),
    ({"order_by": [["visitors", "asc"], ["visitors", "desc"]]}, "order_by[1][0]", "named twice"),
    ({"limit": 10_001}, "limit", "more than 10,000"),
    ({"limit": 0}, "limit", "1"),
    ({"offset": -1}, "offset", "whole number"),
    ({"page_token": "abc"}, "page_token", "no page token"),
    ({"metric": ["visits"]}, "metric", "did you mean metrics"),
    ({"site": ""}, "site", "the site's id"),
]


@pytest.mark.parametrize(("body", "path", "right"), REFUSED, ids=lambda value: json.dumps(value)[:60])
def test_a_senseless_query_is_refused_at_its_place_with_what_would_be_right(
    asked: Asked, body: dict[str, Any], path: str, right: str
) -> None:
    error = asked.refusal(**body)
    assert error.field == path, error.message
    assert right in error.message
    assert len(error.message) < 1_000


def test_a_page_token_of_another_query_is_refused(asked: Asked) -> None:
    body = {"dimensions": ["page"], "limit": 1}
    token = pages.token_of(asked.request(**body), pages.Page(1, NOW))
    assert asked.answer(**body, page_token=token).rows == []
    for other in ({"dimensions": ["country"]}, {"filters": [["is", "page", ["/"]]]}, {"metrics": ["visits"]}):
        error = asked.refusal(**body | other, page_token=token)
        assert (error.field, "another query" in error.message) == ("page_token", True)
    error = asked.refusal(**body, page_token=token, offset=1)
    assert error.field == "offset"


@pytest.mark.parametrize("text", INJECTIONS)
def test_sql_in_any_field_is_a_value_or_refused(asked: Asked, text: str) -> None:
    bodies: list[dict[str, Any]] = [
        {"metrics": [text]},
        {"dimensions": [text]},
        {"dimensions": [f"prop:{text}"]},
        {"dimensions": [f"experiment:{text}"], "metrics": ["visits"]},
        {"date_range": [text, text]},
        {"date_range": text},
        {"date": text},
        {"timezone": text},
        {"order_by": [[text, "asc"]]},
        {"page_token": text},
        *(
            {"filters": [[word, name, [text]]], "dimensions": ["country"]}
            for word in ("is", "contains_not", "matches")
            for name in ("page", "source", "exit_page", "goal", f"prop:{text}", f"experiment:{text}", text, "segment")
        ),
        {"filters": [["has_done", ["is", f"prop:{text}", [text], {"case_sensitive": False}]]]},
    ]
    for body in bodies:
        try:
            found = asked.answer(**{"date_range": ["2026-03-01", "2026-04-02"]} | body)
        except MeshError as error:
            assert error.http_status == 400, body
        else:
            # a value that is nowhere: only its negation finds the visit, and a property that is missing has a row
            assert sum(int(row.metrics[0] or 0) for row in found.rows) <= 1, body
    whole = asked.answer(metrics=["events"], date_range=["2026-03-01", "2026-04-02"]).rows
    assert whole[0].metrics == (3,)


@pytest.mark.parametrize("bomb", ["(a*)*b", "(a|aa)+$", "(.*)(.*)(.*)(.*)(.*)x", "(?i)(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_pattern_that_explodes_elsewhere_takes_linear_time(asked: Asked, bomb: str) -> None:
    began = time.monotonic()
    filters = [["matches", "page", [bomb]], ["matches_not", "prop:plan", [bomb]]]
    asked.answer(filters=filters, date_range=["2026-03-01", "2026-04-02"])
    assert time.monotonic() - began < 10


def test_a_pattern_too_large_to_compile_is_refused(asked: Asked) -> None:
    error = asked.refusal(filters=[["matches", "page", ["((a{100}){100}){100}"]]])
    assert (error.field, "no RE2 pattern" in error.message) == ("filters[0][2][0]", True)


def test_a_decade_by_hour_is_refused_and_by_day_answered(asked: Asked) -> None:
    decade = ["2016-01-01", "2025-12-31"]
    assert asked.refusal(date_range=decade, dimensions=["time:hour"]).field == "dimensions[0]"
    assert len(asked.answer(date_range=decade, dimensions=["time:day"], limit=10_000).rows) == 3_653


def test_an_event_that_is_meant_by_name_is_refused_at_its_place() -> None:
    match = query_pb2.EventMatch
    bad = query_pb2.Filter(operator=1, dimension="country", values=["DE"])
    for meant, field, right in (
        (match(), "steps[1]", 'like {"page":"/pricing"}'),
        (match(goal="Signups"), "steps[1].goal", "near: Signup"),
        (match(goal="Signup", page="/"), "steps[1].goal", "neither with page nor with event"),
        (match(page="pricing"), "steps[1].page", "begins neither with / nor with *"),
        (match(page="/" + "*" * 11), "steps[1].page", "at most 10"),
        (match(event="a\nb"), "steps[1].event", "no control characters"),
        (match(event="a", filters=[bad]), "steps[1].filters[0][1]", "takes currency, element, event"),
    ):
        with pytest.raises(MeshError) as caught:
            language.match_of(meant, "steps[1]", KNOWN)
        assert caught.value.field == field
        assert right in caught.value.message


def test_a_page_that_is_meant_is_in_the_form_that_pages_have() -> None:
    meant = language.match_of(query_pb2.EventMatch(page="/caf%C3%A9/*#/%7eme"), "steps[0]", KNOWN)
    assert meant.page == "/café/*#/~me"


def test_a_scope_is_refused_as_a_query_is() -> None:
    scope = query_pb2.Scope(filters=[query_pb2.Filter(operator=1, dimension="pagee", values=["/"])])
    with pytest.raises(MeshError) as caught:
        language.scope_of(scope, SITES[0], NOW, KNOWN, None)
    assert caught.value.field == "filters[0][1]"
    assert (
        ZoneInfo("Asia/Kathmandu")
        == language.scope_of(query_pb2.Scope(timezone="Asia/Kathmandu"), SITES[0], NOW, KNOWN, None).span.zone
    )
