"""Filters that are stored: their shape, whatever their words mean. Query knows the words and refuses wrong ones."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from analytics.v1 import query_pb2

from mesh.errors import MeshError, invalid
from writer.control.site_lists import quoted

MAX_DEPTH: Final = 10
MAX_VALUES: Final = 1_000
MAX_VALUE: Final = 2_000
MAX_DIMENSION: Final = 120
MAX_PROP_KEY: Final = 100
_PROP: Final = "prop:"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_Operator = query_pb2.Filter
_COMPARISONS: Final = {
    _Operator.OPERATOR_IS: "is",
    _Operator.OPERATOR_IS_NOT: "is_not",
    _Operator.OPERATOR_CONTAINS: "contains",
    _Operator.OPERATOR_CONTAINS_NOT: "contains_not",
    _Operator.OPERATOR_MATCHES: "matches",
    _Operator.OPERATOR_MATCHES_NOT: "matches_not",
}
_SEVERAL: Final = {_Operator.OPERATOR_AND: "and", _Operator.OPERATOR_OR: "or"}
_DONE: Final = {_Operator.OPERATOR_HAS_DONE: "has_done", _Operator.OPERATOR_HAS_NOT_DONE: "has_not_done"}
_ONE: Final = {_Operator.OPERATOR_NOT: "not", **_DONE}


@dataclass(frozen=True, slots=True)
class Limits:
    """How many conditions there may be; with `properties_alone` they test properties of one event, nothing else."""

    conditions: int
    properties_alone: bool = False


def check(path: str, filters: Iterable[query_pb2.Filter], limits: Limits) -> None:
    """Raises INVALID_ARGUMENT at the place in the JSON that people write, e.g. `PATH[0][2]`."""
    conditions = sum(_conditions(f"{path}[{at}]", item, limits, 1) for at, item in enumerate(filters))
    if conditions > limits.conditions:
        raise invalid(path, f"it has {conditions} conditions; at most {limits.conditions} are allowed")


def _conditions(path: str, item: query_pb2.Filter, limits: Limits, depth: int) -> int:
    """The number of conditions in a filter that is well formed."""
    if depth > MAX_DEPTH:
        raise invalid(path, f"it is nested more than {MAX_DEPTH} deep")
    if item.operator in _COMPARISONS:
        _check_condition(path, item, limits)
        return 1
    if item.operator in _DONE and limits.properties_alone:
        raise invalid(f"{path}[0]", f"{_DONE[item.operator]} has no place here; compare properties of the event itself")
    if item.operator not in _SEVERAL and item.operator not in _ONE:
        words = [*_COMPARISONS.values(), *_SEVERAL.values(), *_ONE.values()]
        raise invalid(f"{path}[0]", f"{item.operator} is no operator; use {', '.join(words)}")
    if item.dimension or item.values:
        raise invalid(path, "a group of filters has no dimension and no values of its own")
    if item.operator in _ONE:
        if len(item.children) != 1:
            raise invalid(f"{path}[1]", f"{_ONE[item.operator]} takes one filter, not {len(item.children)}")
        return _conditions(f"{path}[1]", item.children[0], limits, depth + 1)
    if not item.children:
        raise invalid(f"{path}[1]", f"{_SEVERAL[item.operator]} takes at least one filter")
    return sum(_conditions(f"{path}[1][{at}]", child, limits, depth + 1) for at, child in enumerate(item.children))


def _check_condition(path: str, item: query_pb2.Filter, limits: Limits) -> None:
    if item.children:
        raise invalid(path, f"{_COMPARISONS[item.operator]} takes a dimension and values, no filters")
    if wrong := _wrong_dimension(f"{path}[1]", item.dimension, limits):
        raise wrong
    if not 1 <= len(item.values) <= MAX_VALUES:
        raise invalid(f"{path}[2]", f"it has {len(item.values)} values; give 1–{MAX_VALUES:,}")
    for at, value in enumerate(item.values):
        if len(value) > MAX_VALUE or "\0" in value:
            raise invalid(f"{path}[2][{at}]", f"it has {len(value)} characters; give ≤ {MAX_VALUE:,} without NUL")


def _wrong_dimension(path: str, name: str, limits: Limits) -> MeshError | None:
    if name == "segment":
        return invalid(path, "a stored filter cannot name a segment; write that segment's filters out")
    if not 1 <= len(name) <= MAX_DIMENSION or _CONTROL.search(name):
        return invalid(path, f"{quoted(name)} is no dimension; give one like country or prop:plan")
    if name.startswith(_PROP):
        if not 1 <= len(name) - len(_PROP) <= MAX_PROP_KEY:
            return invalid(path, f"a property's key has 1–{MAX_PROP_KEY} characters, like prop:plan")
    elif limits.properties_alone:
        return invalid(path, f"{quoted(name)} is no property of the event; give one like prop:plan")
    return None
