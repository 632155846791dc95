"""Filters and events as people write them: read, goals and segments resolved, and what makes no sense refused by name.

An error names its place in the JSON that people write: `filters[0][2]`, `steps[1].filters[0][1]`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.v1 import definition_pb2, query_pb2

from mesh.errors import MeshError, invalid
from mesh.escapes import readable_page
from query import vocabulary
from query.definitions import Definitions
from query.filters import Condition, Done, Filter, Group, Match, leaves
from query.vocabulary import nearest

MAX_FILTERS, MAX_DEPTH, MAX_EXPERIMENTS = 100, 10, 5
MAX_VALUES, MAX_VALUE = 1_000, 2_000
MAX_STARS = 10

_Operator = query_pb2.Filter.Operator
_TEST_WORDS = {
    query_pb2.Filter.OPERATOR_IS: "is",
    query_pb2.Filter.OPERATOR_IS_NOT: "is_not",
    query_pb2.Filter.OPERATOR_CONTAINS: "contains",
    query_pb2.Filter.OPERATOR_CONTAINS_NOT: "contains_not",
    query_pb2.Filter.OPERATOR_MATCHES: "matches",
    query_pb2.Filter.OPERATOR_MATCHES_NOT: "matches_not",
}
_GROUP_WORDS = {
    query_pb2.Filter.OPERATOR_AND: "and",
    query_pb2.Filter.OPERATOR_OR: "or",
    query_pb2.Filter.OPERATOR_NOT: "not",
    query_pb2.Filter.OPERATOR_HAS_DONE: "has_done",
    query_pb2.Filter.OPERATOR_HAS_NOT_DONE: "has_not_done",
}
_GOAL, _SEGMENT = "goal", "segment"
_OF_EVENTS = sorted(vocabulary.EVENT | {"prop:KEY"})
_TESTABLE = sorted(vocabulary.VISIT | vocabulary.EVENT | {"prop:KEY", "experiment:KEY", _SEGMENT})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a filter stands: its path, how deep, and inside of what."""

    path: str
    depth: int = 1
    # has_done takes event filters alone, and so does an event that is meant by name
    within: str = ""
    in_segment: bool = False

    def inside(self, path: str, within: str = "") -> "_Place":
        return _Place(path, self.depth + 1, within or self.within, self.in_segment)


def filters_of(
    items: Sequence[query_pb2.Filter], definitions: Definitions, path: str = "filters", within: str = ""
) -> tuple[Filter, ...]:
    """What filters say. `within` names what takes event filters alone, "" where any will do.

    Raises INVALID_ARGUMENT at the place in the JSON that is wrong.
    """
    found = tuple(
        _filter(item, _Place(f"{path}[{index}]", within=within), definitions) for index, item in enumerate(items)
    )
    if sum(1 for _ in leaves(found)) > MAX_FILTERS:
        raise invalid(path, f"more than {MAX_FILTERS} conditions, those of segments included")
    keys = {leaf.dimension for leaf in leaves(found) if leaf.dimension.startswith(vocabulary.EXPERIMENT)}
    if len(keys) > MAX_EXPERIMENTS:
        raise invalid(path, f"{len(keys)} experiments; at most {MAX_EXPERIMENTS}")
    return found


def limit_of(definitions: Definitions) -> tuple[Filter, ...]:
    """The filter that every answer to this caller is limited by, whatever a metric leaves out; none for most callers.

    Raises INVALID_ARGUMENT for a segment that makes no sense any more.
    """
    if definitions.limit is None:
        return ()
    inside = filters_of(definitions.limit.filters, definitions, "the link's segment")
    return (Group("and", inside, kept=True),)


def goal_match(goal: definition_pb2.Goal) -> Match:
    """The events that meet a goal."""
    filters = filters_of(goal.filters, Definitions(), f'goal "{goal.name}"')
    return Match(goal.page, goal.event, filters, goal.scroll_threshold, goal.currency)


def page_pattern(pattern: str, path: str) -> str:
    """A pattern of pages, its escapes as pages have them. Raises INVALID_ARGUMENT at a path for what is none."""
    if len(pattern) > MAX_VALUE or "\0" in pattern:
        raise invalid(path, f"a path has at most {MAX_VALUE:,} characters and no NUL")
    if pattern[0] not in "/*":
        raise invalid(path, f'"{pattern[:100]}" begins neither with / nor with *; give a path like /blog/*')
    if pattern.count("*") > MAX_STARS:
        raise invalid(path, f"{pattern.count('*')} times *; at most {MAX_STARS}")
    return readable_page(pattern)


def known(path: str, name: str, valid: list[str]) -> str:
    """A dimension's name. Raises INVALID_ARGUMENT at a path for one that is not among the valid, with the nearest."""
    for prefix in (vocabulary.PROP, vocabulary.EXPERIMENT):
        if name.startswith(prefix) and f"{prefix}KEY" in valid:
            if not 1 <= len(name) - len(prefix) <= vocabulary.MAX_KEY or "\0" in name:
                raise invalid(path, f"a key has 1–{vocabulary.MAX_KEY} characters, like {prefix}plan")
            return name
    if name not in valid or name.endswith(":KEY"):
        raise invalid(path, f'there is no dimension "{name[:100]}" here; near: {nearest(name[:100], valid)}')
    return name


def _filter(item: query_pb2.Filter, place: _Place, definitions: Definitions) -> Filter:
    path = place.path
    if place.depth > MAX_DEPTH:
        raise invalid(path, f"more than {MAX_DEPTH} deep")
    if item.operator in _TEST_WORDS:
        return _test(item, place, definitions)
    if item.operator not in _GROUP_WORDS:
        valid = ", ".join([*_TEST_WORDS.values(), *_GROUP_WORDS.values()])
        named = item.operator and item.operator in _Operator.values()
        came = _Operator.Name(item.operator) if named else f"operator {item.operator}"
        raise invalid(f"{path}[0]", f"{came} is none; give one of {valid}")
    word = _GROUP_WORDS[item.operator]
    if item.dimension or item.values:
        raise invalid(path, f"`{word}` takes filters, no dimension or values")
    if word in ("and", "or"):
        if not item.children:
            raise invalid(f"{path}[1]", f"`{word}` takes at least one filter")
        places = [place.inside(f"{path}[1][{index}]") for index in range(len(item.children))]
        children = zip(item.children, places, strict=True)
        return Group(word, tuple(_filter(child, inner, definitions) for child, inner in children))
    if len(item.children) != 1:
        raise invalid(f"{path}[1]", f"`{word}` takes one filter, not {len(item.children)}")
    if word == "not":
        return Group(word, (_filter(item.children[0], place.inside(f"{path}[1]"), definitions),))
    if place.within:
        raise invalid(f"{path}[0]", f"`{word}` is of whole visits; {place.within} takes filters of events alone")
    return Done(_filter(item.children[0], place.inside(f"{path}[1]", f"`{word}`"), definitions), word == "has_not_done")


def _test(item: query_pb2.Filter, place: _Place, definitions: Definitions) -> Filter:
    word, path = _TEST_WORDS[item.operator], place.path
    if item.children:
        raise invalid(path, f"`{word}` takes a dimension and values, no filters")
    if place.within and vocabulary.is_visit(item.dimension):
        raise invalid(
            f"{path}[1]", f'"{item.dimension[:100]}" is of whole visits; {place.within} takes {", ".join(_OF_EVENTS)}'
        )
    dimension = known(f"{path}[1]", item.dimension, _TESTABLE)
    values = tuple(item.values)
    if not 1 <= len(values) <= MAX_VALUES:
        raise invalid(f"{path}[2]", f"{len(values)} values; give 1–{MAX_VALUES:,}")
    for index, value in enumerate(values):
        _check_value(dimension, word, value, f"{path}[2][{index}]")
    if dimension == _SEGMENT:
        return _segment(word, values, place, definitions)
    negated, word = word.endswith("_not"), word.removesuffix("_not")
    if dimension == _GOAL:
        word, values = "is", _goals(word, values, item.case_insensitive, path, definitions)
    return Condition(word, negated, dimension, values, item.case_insensitive, f"{path}[2]")


def _check_value(dimension: str, word: str, value: str, path: str) -> None:
    if len(value) > MAX_VALUE:
        raise invalid(path, f"longer than {MAX_VALUE:,} characters")
    if "\0" in value:
        raise invalid(path, "holds a NUL character")
    is_code = len(value) == 2 and value.isascii() and value.isalpha()
    if dimension == "country" and word in ("is", "is_not") and value and not is_code:
        raise invalid(path, f'"{value[:40]}" is no ISO 3166-1 code of two letters, like DE')


def _segment(word: str, ids: tuple[str, ...], place: _Place, definitions: Definitions) -> Filter:
    """Any of the segments holds: all of its filters do."""
    if word not in ("is", "is_not"):
        raise invalid(f"{place.path}[0]", f'`{word}` is not for segments; write ["is","segment",["{ids[0][:40]}"]]')
    if place.in_segment:
        raise invalid(f"{place.path}[1]", "a segment holds no other segment")
    found: list[Filter] = []
    for index, name in enumerate(ids):
        path = f"{place.path}[2][{index}]"
        segment = definitions.segment(name, path)
        inner = _Place(path, place.depth + 1, place.within, in_segment=True)
        try:
            found.append(Group("and", tuple(_filter(item, inner, definitions) for item in segment.filters)))
        except MeshError as error:
            raise invalid(path, f'of the segment "{segment.name}": {error.message}') from None
    any_of: Filter = found[0] if len(found) == 1 else Group("or", tuple(found))
    return Group("not", (any_of,)) if word == "is_not" else any_of


def _goals(word: str, values: tuple[str, ...], fold_case: bool, path: str, definitions: Definitions) -> tuple[str, ...]:
    """The names of the goals that are meant."""
    if word == "matches":
        raise invalid(f"{path}[0]", '`matches` is not for goals; write ["is","goal",["NAME"]] or `contains`')

    def fold(text: str) -> str:
        return text.lower() if fold_case else text

    names: dict[str, None] = {}
    for index, value in enumerate(values):
        if word == "contains":
            found = [name for name in definitions.goals if fold(value) in fold(name)]
        else:
            found = [name for name in definitions.goals if fold(value) == fold(name)]
            if not found:
                definitions.goal(value, f"{path}[2][{index}]")
        names.update(dict.fromkeys(found))
    return tuple(names)
