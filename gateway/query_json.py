"""The query API's JSON, to and from the contract. Semantics: query JSON. Pure: shapes alone; words are query's."""

from analytics.v1 import query_pb2

from gateway import message_json
from gateway.json_values import Json, members, only
from gateway.message_json import written
from mesh.errors import invalid

_INCLUDE = ("empty_buckets", "total_rows", "time_labels")
_KEYS = [key for key in message_json.fields_of(query_pb2.QueryRequest.DESCRIPTOR) if key not in _INCLUDE]


def to_request(body: Json) -> query_pb2.QueryRequest:
    """Raises INVALID_ARGUMENT whose field is the JSON's path, e.g. `filters[0][2]`."""
    query = members("", body)
    only("", query, [*_KEYS, "include"])
    request = query_pb2.QueryRequest()
    message_json.read(request, "", {key: value for key, value in query.items() if key != "include"})
    if query.get("include") is not None:
        include = members("include", query["include"])
        only("include", include, _INCLUDE)
        message_json.read(request, "include", include)
    if not request.site:
        raise invalid("site", "is required: the site's id")
    return request


def to_answer(response: query_pb2.QueryResponse) -> dict[str, Json]:
    """The answer's JSON: `results`, `meta`, and `query` as it was understood."""
    meta: dict[str, Json] = {}
    if response.HasField("total_rows"):
        meta["total_rows"] = response.total_rows
    if response.next_page_token:
        meta["next_page_token"] = response.next_page_token
    if response.resolved.time_labels:
        meta["time_labels"] = list(response.time_labels)
    if response.compared_range:
        meta["compared_range"] = list(response.compared_range)
    if response.explanation:
        meta["explanation"] = [written(statement) for statement in response.explanation]
    meta |= {
        "freshness_s": response.freshness_s,
        "took_ms": response.took_ms,
        "as_of_position": response.as_of_position,
        "warnings": list(response.warnings),
    }
    return {
        "results": [written(row) for row in response.rows],
        "meta": meta,
        "query": resolved(response.resolved),
    }


def resolved(request: query_pb2.QueryRequest) -> dict[str, Json]:
    """A request as its JSON, every default written out."""
    query: dict[str, Json] = {
        "site": request.site,
        "metrics": list(request.metrics),
        "dimensions": list(request.dimensions),
        "filters": [written(item) for item in request.filters],
        "date_range": list(request.date_range),
        "timezone": request.timezone,
        "order_by": [written(order) for order in request.order_by],
        "limit": request.limit,
        "include": {name: getattr(request, name) for name in _INCLUDE},
    }
    if request.date:
        query["date"] = request.date
    if request.offset:
        query["offset"] = request.offset
    if request.HasField("compare"):
        query["compare"] = written(request.compare)
    if request.explain:
        query["explain"] = True
    return query
