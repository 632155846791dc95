"""The query grammar to and from the contract: what is understood, and which path an error names."""

from typing import Any

import pytest
from analytics.v1 import query_pb2
from hypothesis import given
from hypothesis import strategies as st

from gateway.query_json import resolved, to_request
from mesh.errors import MeshError

Op = query_pb2.Filter.Operator


def test_the_whole_grammar_comes_back_as_it_went_in() -> None:
    query = {
        "site": "demo",
        "metrics": ["visitors", "pageviews"],
        "dimensions": ["time:day", "country"],
        "filters": [
            ["is", "browser", ["Chrome", "Firefox"]],
            ["or", [["contains", "page", ["/a"], {"case_sensitive": False}], ["not", ["is", "country", ["DE"]]]]],
            ["has_not_done", ["is", "event", ["Sale"]]],
        ],
        "date_range": ["2026-01-01", "2026-01-31"],
        "timezone": "Europe/Berlin",
        "date": "2026-02-01",
        "order_by": [["visitors", "desc"], ["country", "asc"]],
        "limit": 50,
        "offset": 10,
        "include": {"empty_buckets": False, "total_rows": True, "time_labels": True},
        "compare": "year_over_year",
        "explain": True,
    }
    request = to_request(query)
    assert request.HasField("empty_buckets")
    assert request.filters[1].operator == Op.OPERATOR_OR
    assert request.filters[1].children[0].case_insensitive
    assert request.filters[2].children[0].dimension == "event"
    assert request.compare.mode == query_pb2.Comparison.MODE_YEAR_OVER_YEAR
    assert request.time_labels and request.explain
    assert resolved(request) == query


@pytest.mark.parametrize(
    ("given", "comparison"),
    [
        ("previous_period", query_pb2.Comparison(mode=query_pb2.Comparison.MODE_PREVIOUS_PERIOD)),
        (
            {"custom": ["2025-01-01", "2025-01-31"]},
            query_pb2.Comparison(mode=query_pb2.Comparison.MODE_CUSTOM, date_range=["2025-01-01", "2025-01-31"]),
        ),
        (
            {"mode": "previous_period", "match_day_of_week": True},
            query_pb2.Comparison(mode=query_pb2.Comparison.MODE_PREVIOUS_PERIOD, match_day_of_week=True),
        ),
    ],
)
def test_a_comparison_has_three_forms(given: Any, comparison: query_pb2.Comparison) -> None:
    request = to_request({"site": "demo", "metrics": ["visitors"], "compare": given})
    assert request.compare == comparison
    assert resolved(request)["compare"] == given


def test_a_segment_is_named_by_its_number_too() -> None:
    [item] = to_request({"site": "demo", "filters": [["is", "segment", [7]]]}).filters
    assert list(item.values) == ["7"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"site": None}, "site"),
        ({"site": 5}, "site"),
        ({"metrics": "visitors"}, "metrics"),
        ({"metrics": ["visitors", 5]}, "metrics[1]"),
        ({"metrix": ["visitors"]}, "metrix"),
        ({"limit": -1}, "limit"),
        ({"limit": True}, "limit"),
        ({"limit": 2**32}, "limit"),
        ({"limit": "10"}, "limit"),
        ({"date_range": ["2026-01-01"]}, "date_range"),
        ({"date_range": 7}, "date_range"),
        ({"order_by": [["visitors"]]}, "order_by[0]"),
        ({"order_by": [["visitors", "down"]]}, "order_by[0][1]"),
        ({"include": {"empty": True}}, "include.empty"),
        ({"include": {"total_rows": 1}}, "include.total_rows"),
        ({"include": []}, "include"),
        ({"include": {"compare": "previous_period"}}, "include.compare"),
        ({"total_rows": True}, "total_rows"),
        ({"explain": "yes"}, "explain"),
        ({"compare": "last_year"}, "compare"),
        ({"compare": ["2026-01-01", "2026-01-31"]}, "compare"),
        ({"compare": {}}, "compare.mode"),
        ({"compare": {"mode": "custom"}}, "compare.mode"),
        ({"compare": {"custom": "7d"}}, "compare.custom"),
        ({"compare": {"custom": ["2026-01-01"]}}, "compare.custom"),
        ({"compare": {"custom": ["2026-01-01", 5]}}, "compare.custom[1]"),
        ({"compare": {"custom": ["2026-01-01", "2026-01-31"], "match_day_of_week": True}}, "compare.match_day_of_week"),
        ({"compare": {"mode": "previous_period", "match_day_of_week": 1}}, "compare.match_day_of_week"),
        ({"filters": {}}, "filters"),
        ({"filters": [["is"]]}, "filters[0]"),
        ({"filters": [["is", "page"]]}, "filters[0]"),
        ({"filters": [["equals", "page", ["/"]]]}, "filters[0][0]"),
        ({"filters": [["is", 5, ["/"]]]}, "filters[0][1]"),
        ({"filters": [["is", "page", "/"]]}, "filters[0][2]"),
        ({"filters": [["is", "page", []]]}, "filters[0][2]"),
        ({"filters": [["is", "page", ["/", {}]]]}, "filters[0][2][1]"),
        ({"filters": [["is", "page", ["/"], {"case": False}]]}, "filters[0][3].case"),
        ({"filters": [["is", "page", ["/"], {"case_sensitive": 0}]]}, "filters[0][3].case_sensitive"),
        ({"filters": [["and", []]]}, "filters[0][1]"),
        ({"filters": [["and", [["is", "page", ["/"]], ["nope", "x", ["y"]]]]]}, "filters[0][1][1][0]"),
        ({"filters": [["not", ["is", "page", 5]]]}, "filters[0][1][2]"),
    ],
)
def test_an_error_names_the_path_in_the_json(change: dict[str, Any], field: str) -> None:
    with pytest.raises(MeshError) as caught:
        to_request({"site": "demo", "metrics": ["visitors"], **change})
    assert caught.value.field == field
    assert caught.value.message


def test_a_limit_of_none_at_all_is_refused_with_what_would_be_right() -> None:
    with pytest.raises(MeshError, match="at least 1") as caught:
        to_request({"site": "demo", "metrics": ["visitors"], "limit": 0})
    assert caught.value.field == "limit"


def test_an_unknown_word_is_answered_with_the_nearest() -> None:
    with pytest.raises(MeshError, match="did you mean metrics"):
        to_request({"site": "demo", "metrix": []})


def test_nesting_has_an_end() -> None:
    item: list[Any] = ["is", "page", ["/"]]
    for _ in range(200):
        item = ["not", item]
    with pytest.raises(MeshError, match="too deeply"):
        to_request({"site": "demo", "filters": [item]})


_ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(
    _ANY_JSON, st.sampled_from(["site", "metrics", "filters", "date_range", "order_by", "include", "limit", "compare"])
)
def test_whatever_json_comes_it_is_a_request_or_a_named_refusal(value: Any, key: str) -> None:
    try:
        to_request({"site": "demo", key: value})
    except MeshError as error:
        assert error.http_status == 400
    except UnicodeEncodeError:
        pytest.fail("a text that is no UTF-8 reached the contract")
