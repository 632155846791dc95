"""Plans can be read: which table answers which metric."""

from zoneinfo import ZoneInfo

import pytest
from analytics.v1 import query_pb2

from query import language, pages
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
