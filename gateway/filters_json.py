"""Filters as JSON, to and from the contract: `["is", "country", ["DE"]]`, `["or", […]]`, `["has_done", […]]`."""

from analytics.v1 import query_pb2

from gateway.json_values import Json, flag, items, members, nearest, of_length, only, text
from mesh.errors import invalid

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

MAX_DEPTH = 20


def read_all(path: str, value: Json) -> list[query_pb2.Filter]:
    """A list of filters; null is none. Raises INVALID_ARGUMENT at the place at fault."""
    return [read(f"{path}[{index}]", item) for index, item in enumerate(items(path, value))]


def read(path: str, item: Json, depth: int = 1) -> query_pb2.Filter:
    """One filter with all below it. Raises INVALID_ARGUMENT at the place at fault."""
    if depth > MAX_DEPTH:
        raise invalid(path, "filters are nested too deeply")
    parts = items(path, item)
    if len(parts) < 2:
        raise invalid(path, 'must be a list such as ["is", "country", ["DE"]]')
    word = text(f"{path}[0]", parts[0])
    if word in _GROUPS:
        of_length(path, parts, 2)
        inner = items(f"{path}[1]", parts[1])
        if not inner:
            raise invalid(f"{path}[1]", "must hold at least one filter")
        children = [read(f"{path}[1][{index}]", child, depth + 1) for index, child in enumerate(inner)]
        return query_pb2.Filter(operator=_GROUPS[word], children=children)
    if word in _SINGLE:
        of_length(path, parts, 2)
        return query_pb2.Filter(operator=_SINGLE[word], children=[read(f"{path}[1]", parts[1], depth + 1)])
    if word not in _COMPARISONS:
        raise invalid(f"{path}[0]", nearest(word, _WORDS.values()))
    if len(parts) not in (3, 4):
        raise invalid(path, 'must be [operator, dimension, [values]], then optionally {"case_sensitive": false}')
    return query_pb2.Filter(
        operator=_COMPARISONS[word],
        dimension=text(f"{path}[1]", parts[1]),
        values=_values(f"{path}[2]", parts[2]),
        case_insensitive=len(parts) == 4 and not _case_sensitive(f"{path}[3]", parts[3]),
    )


def written(item: query_pb2.Filter) -> list[Json]:
    """A filter as its JSON."""
    word = _WORDS.get(item.operator, "")
    if word in _GROUPS:
        return [word, [written(child) for child in item.children]]
    if word in _SINGLE:
        return [word, *(written(child) for child in item.children)]
    plain: list[Json] = [word, item.dimension, list(item.values)]
    return [*plain, {"case_sensitive": False}] if item.case_insensitive else plain


def _case_sensitive(path: str, value: Json) -> bool:
    if not isinstance(value, dict):
        raise invalid(path, 'must be {"case_sensitive": true or false}')
    options = members(path, value)
    only(path, options, ("case_sensitive",))
    return flag(f"{path}.case_sensitive", options.get("case_sensitive", True))


def _values(path: str, value: Json) -> list[str]:
    values = items(path, value)
    if not values:
        raise invalid(path, "must hold at least one value")
    return [
        str(item) if isinstance(item, int) and not isinstance(item, bool) else text(f"{path}[{index}]", item)
        for index, item in enumerate(values)
    ]
