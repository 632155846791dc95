"""Plans can be read: which table answers which metric."""

from zoneinfo import ZoneInfo

import pytest
from analytics.v1 import query_pb2

from query import language, pages, sql
from query.plan import Source, plan
from tests.query.conftest import NOW

F = query_pb2.Filter


def legs(metrics: list[str], dimensions: list[str], tested: str = "") -> list[tuple[Source, tuple[str, ...]]]:
    filters = [F(operator=F.OPERATOR_IS, dimension=tested, values=["x"])] if tested else []
    request = query_pb2.QueryRequest(metrics=metrics, dimensions=dimensions, filters=filters)
    question = language.parse(request, 1, ZoneInfo("UTC"), pages.Page(0, NOW), None)
    return [(leg.source, leg.parts) for leg in plan(question)]


@pytest.mark.parametrize(
    ("metrics", "dimensions", "tested", "expected"),
    [
        (["visitors"], ["browser"], "", [(Source.VISITS, ("visitors",))]),
        (["pageviews"], ["browser"], "page", [(Source.EVENTS, ("pageviews",))]),
        # what visits sum up, and what crosses an edge
        (["pageviews"], ["browser"], "os", [(Source.INSIDE, ("pageviews",)), (Source.ACROSS, ("pageviews",))]),
        (["events"], ["event"], "", [(Source.EVENTS, ("events",))]),
        (["time_on_page"], ["page"], "event", [(Source.PAGES, ("engaged_ms", "engaged"))]),
        (["exits"], ["page"], "", [(Source.VISITS, ("exits",))]),
        (["exits"], ["browser"], "", [(Source.VISITS, ("exits",))]),
        (["total_revenue"], ["browser"], "", [(Source.EVENTS, ("revenue_micros", "revenues", "currencies"))]),
        (["percentage"], ["browser"], "", [(Source.VISITS, ("visitors",)), (Source.VISITS, ("visitors",))]),
        (["visitors"], ["page"], "", [(Source.SEEN_PAGES, ("visitors",))]),
        (["visitors"], ["page"], "event", [(Source.SEEN_EVENTS, ("visitors",))]),
        (["visits"], ["prop:plan"], "", [(Source.SEEN_EVENTS, ("visits",))]),
        (["bounce_rate"], ["page"], "", [(Source.VISITS, ("bounces", "entrances"))]),
        (
            ["events", "visits", "bounce_rate"],
            ["page"],
            "",
            [
                (Source.EVENTS, ("events",)),
                (Source.SEEN_PAGES, ("visits",)),
                (Source.VISITS, ("bounces", "entrances")),
            ],
        ),
    ],
)
def test_each_metric_is_read_from_the_table_that_answers_it_cheapest(
    metrics: list[str], dimensions: list[str], tested: str, expected: list[tuple[Source, tuple[str, ...]]]
) -> None:
    assert legs(metrics, dimensions, tested) == expected


def test_two_visit_dimensions_filtered_read_no_events_for_visit_metrics() -> None:
    filters = [F(operator=F.OPERATOR_IS, dimension=name, values=["x"]) for name in ("browser", "entry_page")]
    metrics = ["visitors", "visits", "bounce_rate", "visit_duration", "percentage", "exits"]
    request = query_pb2.QueryRequest(metrics=metrics, dimensions=["source"], filters=filters)
    question = language.parse(request, 1, ZoneInfo("UTC"), pages.Page(0, NOW), None)
    text = sql.statement(question, plan(question)).text
    assert "FROM visits FINAL" in text
    assert "FROM events" not in text
    assert "FROM visit_pages" not in text
