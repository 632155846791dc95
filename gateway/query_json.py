"""The query API's JSON, to and from the contract. Semantics: query JSON. Pure: shapes alone; words are query's."""

import csv
import difflib
import io
from collections.abc import Iterable, Mapping
from typing import cast

from analytics.v1 import query_pb2

from mesh.errors import MeshError, invalid

Json = object
Op = query_pb2.Filter.Operator

_COMPARISONS = {
    "is": Op.OPERATOR_IS,
    "is_not": Op.OPERATOR_IS_NOT,
    "contains": Op.OPERATOR_CONTAINS,
    "contains_not": Op.OPERATOR_CONTAINS_NOT,
    "matches": Op.OPERATOR_MATCHES,
    "matches_not": Op.OPERATOR_MATCHES_NOT,
}
_GROUPS = {"and": Op.OPERATOR_AND, "or": Op.OPERATOR_OR}
_SINGLE = {
    "not": Op.OPERATOR_NOT,
    "has_done": Op.OPERATOR_HAS_DONE,
    "has_not_done": Op.OPERATOR_HAS_NOT_DONE,
}
_WORDS = {number: word for table in (_COMPARISONS, _GROUPS, _SINGLE) for word, number in table.items()}

_TEXTS = ("site", "timezone", "date", "page_token")
_LISTS = ("metrics", "dimensions")
_NUMBERS = ("limit", "offset")
_KEYS = (*_TEXTS, *_LISTS, *_NUMBERS, "filters", "date_range", "order_by", "include")
_INCLUDE = ("empty_buckets", "total_rows")

MAX_DEPTH = 20
_U32 = 2**32 - 1


def to_request(body: Json) -> query_pb2.QueryRequest:
    """Raises INVALID_ARGUMENT whose field is the JSON's path, e.g. `filters[0][2]`."""
    if not isinstance(body, dict):
        raise invalid("", "the body must be a JSON object")
    query = cast(Mapping[str, Json], body)
    _only("", query, _KEYS)
    request = query_pb2.QueryRequest()
    for key in _TEXTS:
        if query.get(key) is not None:
            setattr(request, key, _text(key, query[key]))
    if not request.site:
        raise invalid("site", "is required: the site's id")
    for key in _LISTS:
        if query.get(key) is not None:
            getattr(request, key).extend(_texts(key, query[key]))
    for key in _NUMBERS:
        if query.get(key) is not None:
            setattr(request, key, _number(key, query[key]))
    if query.get("limit") is not None and not request.limit:
        raise invalid("limit", "0 is not from 1 to 10,000")
    if query.get("date_range") is not None:
        request.date_range.extend(_date_range(query["date_range"]))
    for index, item in enumerate(_list("filters", query.get("filters"))):
        request.filters.append(_filter(f"filters[{index}]", item, 1))
    for index, item in enumerate(_list("order_by", query.get("order_by"))):
        request.order_by.append(_order(f"order_by[{index}]", item))
    _include(request, query.get("include"))
    return request


def to_answer(response: query_pb2.QueryResponse) -> dict[str, Json]:
    """The answer's JSON: `results`, `meta`, and `query` as it was understood."""
    meta: dict[str, Json] = {}
    if response.HasField("total_rows"):
        meta["total_rows"] = response.total_rows
    if response.next_page_token:
        meta["next_page_token"] = response.next_page_token
    meta |= {
        "freshness_s": response.freshness_s,
        "took_ms": response.took_ms,
        "as_of_position": response.as_of_position,
        "warnings": list(response.warnings),
    }
    return {
        "results": [
            {"dimensions": list(row.dimensions), "metrics": [_value(metric) for metric in row.metrics]}
            for row in response.rows
        ],
        "meta": meta,
        "query": resolved(response.resolved),
    }


def resolved(request: query_pb2.QueryRequest) -> dict[str, Json]:
    """A request as its JSON, every default written out."""
    query: dict[str, Json] = {
        "site": request.site,
        "metrics": list(request.metrics),
        "dimensions": list(request.dimensions),
        "filters": [_filter_json(item) for item in request.filters],
        "date_range": list(request.date_range),
        "timezone": request.timezone,
        "order_by": [[order.key, "desc" if order.descending else "asc"] for order in request.order_by],
        "limit": request.limit,
        "include": {"empty_buckets": request.empty_buckets, "total_rows": request.total_rows},
    }
    if request.date:
        query["date"] = request.date
    if request.offset:
        query["offset"] = request.offset
    return query


def to_csv(response: query_pb2.QueryResponse) -> str:
    """RFC 4180 with a header line. A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow([_harmless(name) for name in (*response.resolved.dimensions, *response.resolved.metrics)])
    for row in response.rows:
        lines.writerow([*(_harmless(text) for text in row.dimensions), *(_cell(metric) for metric in row.metrics)])
    return out.getvalue()


def _value(metric: query_pb2.MetricValue) -> Json:
    match metric.WhichOneof("value"):
        case "integer":
            return metric.integer
        case "number":
            return metric.number
        case "money":
            return {"currency": metric.money.currency, "amount": metric.money.amount}
        case _:
            return None


def _cell(metric: query_pb2.MetricValue) -> Json:
    value = _value(metric)
    return f"{metric.money.amount} {metric.money.currency}" if isinstance(value, dict) else value


def _harmless(text: str) -> str:
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


def _filter(path: str, item: Json, depth: int) -> query_pb2.Filter:
    if depth > MAX_DEPTH:
        raise invalid(path, "filters are nested too deeply")
    parts = _list(path, item)
    if len(parts) < 2:
        raise invalid(path, 'must be a list such as ["is", "country", ["DE"]]')
    word = _text(f"{path}[0]", parts[0])
    if word in _GROUPS:
        _length(path, parts, 2)
        members = _list(f"{path}[1]", parts[1])
        if not members:
            raise invalid(f"{path}[1]", "must hold at least one filter")
        children = [_filter(f"{path}[1][{index}]", child, depth + 1) for index, child in enumerate(members)]
        return query_pb2.Filter(operator=_GROUPS[word], children=children)
    if word in _SINGLE:
        _length(path, parts, 2)
        return query_pb2.Filter(operator=_SINGLE[word], children=[_filter(f"{path}[1]", parts[1], depth + 1)])
    if word not in _COMPARISONS:
        raise invalid(f"{path}[0]", _nearest(word, _WORDS.values()))
    if len(parts) not in (3, 4):
        raise invalid(path, 'must be [operator, dimension, [values]], then optionally {"case_sensitive": false}')
    return query_pb2.Filter(
        operator=_COMPARISONS[word],
        dimension=_text(f"{path}[1]", parts[1]),
        values=_values(f"{path}[2]", parts[2]),
        case_insensitive=len(parts) == 4 and not _case_sensitive(f"{path}[3]", parts[3]),
    )


def _filter_json(item: query_pb2.Filter) -> list[Json]:
    word = _WORDS.get(item.operator, "")
    if word in _GROUPS:
        return [word, [_filter_json(child) for child in item.children]]
    if word in _SINGLE:
        return [word, *(_filter_json(child) for child in item.children)]
    plain: list[Json] = [word, item.dimension, list(item.values)]
    return [*plain, {"case_sensitive": False}] if item.case_insensitive else plain


def _case_sensitive(path: str, value: Json) -> bool:
    if not isinstance(value, dict):
        raise invalid(path, 'must be {"case_sensitive": true or false}')
    options = cast(Mapping[str, Json], value)
    _only(path, options, ("case_sensitive",))
    return _flag(f"{path}.case_sensitive", options.get("case_sensitive", True))


def _values(path: str, value: Json) -> list[str]:
    values = _list(path, value)
    if not values:
        raise invalid(path, "must hold at least one value")
    return [
        str(item) if isinstance(item, int) and not isinstance(item, bool) else _text(f"{path}[{index}]", item)
        for index, item in enumerate(values)
    ]


def _order(path: str, item: Json) -> query_pb2.OrderBy:
    parts = _list(path, item)
    _length(path, parts, 2)
    direction = _text(f"{path}[1]", parts[1])
    if direction not in ("asc", "desc"):
        raise invalid(f"{path}[1]", f'"{direction[:40]}" is neither asc nor desc')
    return query_pb2.OrderBy(key=_text(f"{path}[0]", parts[0]), descending=direction == "desc")


def _date_range(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or len(cast(list[Json], value)) != 2:
        raise invalid("date_range", 'must be a word such as "7d" or two dates')
    return _texts("date_range", cast(list[Json], value))


def _include(request: query_pb2.QueryRequest, value: Json) -> None:
    if value is None:
        return
    if not isinstance(value, dict):
        raise invalid("include", "must be an object")
    include = cast(Mapping[str, Json], value)
    _only("include", include, _INCLUDE)
    for key in _INCLUDE:
        if include.get(key) is not None:
            setattr(request, key, _flag(f"include.{key}", include[key]))


def _only(path: str, value: Mapping[str, Json], allowed: Iterable[str]) -> None:
    for key in value:
        if key not in tuple(allowed):
            raise invalid(f"{path}.{key}".lstrip(".")[:200], _nearest(key, allowed))


def _nearest(word: str, allowed: Iterable[str]) -> str:
    words = list(allowed)
    near = difflib.get_close_matches(word[:100], words, n=3, cutoff=0.5)
    return f'"{word[:60]}" is unknown; ' + (f"did you mean {' or '.join(near)}?" if near else f"use {', '.join(words)}")


def _length(path: str, parts: list[Json], length: int) -> None:
    if len(parts) != length:
        raise invalid(path, f"must have {length} elements, not {len(parts)}")


def _list(path: str, value: Json) -> list[Json]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _wrong(path, "a list")
    return cast(list[Json], value)


def _texts(path: str, value: Json) -> list[str]:
    return [_text(f"{path}[{index}]", item) for index, item in enumerate(_list(path, value))]


def _text(path: str, value: Json) -> str:
    if not isinstance(value, str):
        raise _wrong(path, "a string")
    return value


def _number(path: str, value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _U32:
        raise _wrong(path, "a whole number from 0 to 4294967295")
    return value


def _flag(path: str, value: Json) -> bool:
    if not isinstance(value, bool):
        raise _wrong(path, "true or false")
    return value


def _wrong(path: str, right: str) -> MeshError:
    return invalid(path, f"must be {right}")
