"""The query language: a request is parsed, every default resolved, and what makes no sense refused by name.

An error names its place in the JSON that people write: `metrics[1]`, `filters[0][2]`, `order_by[0][0]`.
"""

import functools
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from analytics.v1 import query_pb2

from mesh.errors import invalid
from query import ranges, vocabulary
from query.pages import Page
from query.vocabulary import METRICS, Metric, Of, is_event, nearest

MAX_METRICS, MAX_DIMENSIONS, MAX_FILTERS, MAX_DEPTH = 20, 5, 100, 10
MAX_VALUES, MAX_VALUE = 1_000, 2_000
MAX_ROWS, DEFAULT_ROWS = 10_000, 100
DEFAULT_RANGE = ["30d"]

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
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of one dimension. `word` is is, contains or matches; `negated` for the `_not` forms."""

    word: str
    negated: bool
    dimension: str
    values: tuple[str, ...]
    fold_case: bool
    path: str


@dataclass(frozen=True, slots=True)
class Group:
    """`and`, `or` over children, or `not` over one."""

    word: str
    children: "tuple[Condition | Group, ...]"


Filter = Condition | Group


@dataclass(frozen=True, slots=True)
class Order:
    """By the metric or dimension with this name."""

    key: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A request with everything resolved. `grain` is the bucket of its time dimension, "" without one."""

    site: int
    metrics: tuple[Metric, ...]
    dimensions: tuple[str, ...]
    filters: tuple[Filter, ...]
    span: ranges.Range
    grain: str
    order: tuple[Order, ...]
    limit: int
    offset: int
    fill: bool
    total_rows: bool

    @property
    def by_time_alone(self) -> bool:
        return len(self.dimensions) == 1 and bool(self.grain)


def parse(request: query_pb2.QueryRequest, site: int, zone: ZoneInfo, page: Page, first: datetime | None) -> Question:
    """The question a request asks. `zone` is what `zone_of` found, `first` the time of the site's first event.

    Raises INVALID_ARGUMENT at the place in the JSON that is wrong.
    """
    metrics, dimensions = _metrics(request.metrics), _dimensions(request.dimensions)
    filters = _filters(request.filters)
    span = _span(request, zone, page.now, first)
    times = [name for name in dimensions if name in vocabulary.TIME]
    grain = ranges.grain_of(times[0], span) if times else ""
    if grain and ranges.too_fine(grain, span):
        place = f"dimensions[{dimensions.index(times[0])}]"
        raise invalid(place, f"more than {ranges.MAX_BUCKETS:,} buckets; take a coarser one or a shorter date_range")
    _refuse_senseless(metrics, dimensions, filters)
    if request.limit > MAX_ROWS:
        raise invalid("limit", f"{request.limit} is more than {MAX_ROWS:,}; ask page by page")
    return Question(
        site=site,
        metrics=metrics,
        dimensions=dimensions,
        filters=filters,
        span=span,
        grain=grain,
        order=_order(request.order_by, metrics, dimensions),
        limit=request.limit or DEFAULT_ROWS,
        offset=page.offset,
        fill=request.empty_buckets if request.HasField("empty_buckets") else True,
        total_rows=request.total_rows,
    )


def resolved(request: query_pb2.QueryRequest, question: Question) -> query_pb2.QueryRequest:
    """The request with every default filled in."""
    full = query_pb2.QueryRequest()
    full.CopyFrom(request)
    full.timezone, full.limit, full.empty_buckets = question.span.zone.key, question.limit, question.fill
    full.dimensions[:] = [f"time:{question.grain}" if name == "time" else name for name in question.dimensions]
    full.date_range[:] = [question.span.start.isoformat(), question.span.end.isoformat()]
    del full.order_by[:]
    full.order_by.extend(query_pb2.OrderBy(key=order.key, descending=order.descending) for order in question.order)
    return full


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - {"Factory", "localtime"})


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises INVALID_ARGUMENT for any other text."""
    if name not in _zones():
        raise invalid("timezone", f'"{name[:40]}" is no IANA name; near: {nearest(name[:40], sorted(_zones()))[:200]}')
    return ZoneInfo(name)


def leaves(filters: Sequence[Filter]) -> Iterator[Condition]:
    """Every condition in a tree of filters."""
    for item in filters:
        if isinstance(item, Condition):
            yield item
        else:
            yield from leaves(item.children)


def renamed(item: Filter, old: str, new: str) -> Filter:
    """A filter with one dimension replaced by another."""
    if isinstance(item, Condition):
        return replace(item, dimension=new) if item.dimension == old else item
    return replace(item, children=tuple(renamed(child, old, new) for child in item.children))


def _metrics(names: Sequence[str]) -> tuple[Metric, ...]:
    if not 1 <= len(names) <= MAX_METRICS:
        raise invalid("metrics", f"{len(names)} of them; give 1–{MAX_METRICS} of {', '.join(METRICS)}")
    for index, name in enumerate(names):
        if name not in METRICS:
            raise invalid(f"metrics[{index}]", f'there is no metric "{name[:100]}"; near: {nearest(name, [*METRICS])}')
        if name in names[:index]:
            raise invalid(f"metrics[{index}]", f'"{name}" is asked twice; each metric once')
    return tuple(METRICS[name] for name in names)


_ASKABLE = sorted(vocabulary.TIME | vocabulary.VISIT | vocabulary.EVENT | {"prop:KEY"})
_TESTABLE = sorted(vocabulary.VISIT | vocabulary.EVENT | {"prop:KEY"})


def _known(path: str, name: str, valid: list[str]) -> str:
    if name.startswith(vocabulary.PROP):
        if not 1 <= len(name) - len(vocabulary.PROP) <= vocabulary.MAX_PROP_KEY:
            raise invalid(path, f"a property's key has 1–{vocabulary.MAX_PROP_KEY} characters, like prop:plan")
    elif name not in valid or name == "prop:KEY":
        raise invalid(path, f'there is no dimension "{name[:100]}" here; near: {nearest(name[:100], valid)}')
    return name


def _dimensions(names: Sequence[str]) -> tuple[str, ...]:
    if len(names) > MAX_DIMENSIONS:
        raise invalid("dimensions", f"{len(names)} of them; give at most {MAX_DIMENSIONS}")
    for index, name in enumerate(names):
        _known(f"dimensions[{index}]", name, _ASKABLE)
        if name in names[:index]:
            raise invalid(f"dimensions[{index}]", f'"{name[:100]}" is asked twice; each dimension once')
        if name in vocabulary.TIME and any(other in vocabulary.TIME for other in names[:index]):
            raise invalid(f"dimensions[{index}]", "a second time dimension; one is the most")
    return tuple(names)


def _filters(items: Sequence[query_pb2.Filter]) -> tuple[Filter, ...]:
    found = tuple(_filter(item, f"filters[{index}]", 1) for index, item in enumerate(items))
    if sum(1 for _ in leaves(found)) > MAX_FILTERS:
        raise invalid("filters", f"more than {MAX_FILTERS} conditions")
    return found


def _filter(item: query_pb2.Filter, path: str, depth: int) -> Filter:
    if depth > MAX_DEPTH:
        raise invalid(path, f"more than {MAX_DEPTH} deep")
    if item.operator in _TEST_WORDS:
        return _condition(item, path)
    if item.operator not in _GROUP_WORDS:
        valid = ", ".join([*_TEST_WORDS.values(), *_GROUP_WORDS.values()])
        came = _Operator.Name(item.operator).removeprefix("OPERATOR_").lower() if item.operator else "no operator"
        raise invalid(f"{path}[0]", f"{came} is not answered; give one of {valid}")
    word = _GROUP_WORDS[item.operator]
    if item.dimension or item.values:
        raise invalid(path, f"`{word}` takes filters, no dimension or values")
    if word == "not" and len(item.children) != 1:
        raise invalid(f"{path}[1]", f"`not` takes one filter, not {len(item.children)}")
    if not item.children:
        raise invalid(f"{path}[1]", f"`{word}` takes at least one filter")
    inner = f"{path}[1]" if word == "not" else ""
    places = (inner or f"{path}[1][{index}]" for index in range(len(item.children)))
    children = zip(item.children, places, strict=True)
    return Group(word, tuple(_filter(child, place, depth + 1) for child, place in children))


def _condition(item: query_pb2.Filter, path: str) -> Condition:
    word = _TEST_WORDS[item.operator]
    if item.children:
        raise invalid(path, f"`{word}` takes a dimension and values, no filters")
    dimension = _known(f"{path}[1]", item.dimension, _TESTABLE)
    if not 1 <= len(item.values) <= MAX_VALUES:
        raise invalid(f"{path}[2]", f"{len(item.values)} values; give 1–{MAX_VALUES:,}")
    for index, value in enumerate(item.values):
        place = f"{path}[2][{index}]"
        if len(value) > MAX_VALUE:
            raise invalid(place, f"longer than {MAX_VALUE:,} characters")
        if "\0" in value:
            raise invalid(place, "holds a NUL character")
        if dimension == "country" and word in ("is", "is_not") and value and not _is_country(value):
            raise invalid(place, f'"{value[:40]}" is no ISO 3166-1 code of two letters, like DE')
    negated = word.endswith("_not")
    return Condition(
        word.removesuffix("_not"), negated, dimension, tuple(item.values), item.case_insensitive, f"{path}[2]"
    )


def _is_country(value: str) -> bool:
    return len(value) == 2 and value.isascii() and value.isalpha()


def _span(request: query_pb2.QueryRequest, zone: ZoneInfo, now: datetime, first: datetime | None) -> ranges.Range:
    try:
        today = ranges.parse_date(request.date) if request.date else now.astimezone(zone).date()
    except ValueError as error:
        raise invalid("date", str(error)) from None
    if request.date and now.astimezone(zone).date() != today:
        # `24h` then ends with that day
        now = ranges.day_end(today, zone)
    try:
        return ranges.resolve(list(request.date_range) or DEFAULT_RANGE, zone, now.astimezone(UTC), today, first)
    except ValueError as error:
        raise invalid("date_range", str(error)) from None


def _order(
    items: Sequence[query_pb2.OrderBy], metrics: tuple[Metric, ...], dimensions: tuple[str, ...]
) -> tuple[Order, ...]:
    valid = [*(metric.name for metric in metrics), *dimensions]
    for index, item in enumerate(items):
        if item.key not in valid:
            raise invalid(f"order_by[{index}][0]", f'"{item.key[:100]}" is not in the query: {", ".join(valid)[:500]}')
        if item.key in (other.key for other in items[:index]):
            raise invalid(f"order_by[{index}][0]", f'"{item.key[:100]}" is named twice')
    order = [Order(item.key, item.descending) for item in items]
    if not order:
        times = [name for name in dimensions if name in vocabulary.TIME]
        order = [Order(times[0], descending=False) if times else Order(metrics[0].name, descending=True)]
    # the rest of the dimensions make the order total, so that pages neither repeat nor lose a row
    named = {item.key for item in order}
    return (*order, *(Order(name, descending=False) for name in dimensions if name not in named))


def _refuse_senseless(metrics: tuple[Metric, ...], dimensions: tuple[str, ...], filters: tuple[Filter, ...]) -> None:
    """semantics: Refused with 400, by name, never answered wrongly."""
    events = [name for name in dimensions if is_event(name)]
    for index, metric in enumerate(metrics):
        if metric.of is not Of.VISITS:
            continue
        path = f"metrics[{index}]"
        if events and events != ["page"]:
            wrong = next(name for name in events if name != "page")
            raise invalid(path, f'{metric.name} is of whole visits, "{wrong[:100]}" of single events; leave one out')
        if metric.name == "views_per_visit":
            if dimensions:
                raise invalid(path, f'views_per_visit takes no dimensions ("{dimensions[0][:100]}"); ask for the total')
            if tested := next((leaf for leaf in leaves(filters) if is_event(leaf.dimension)), None):
                raise invalid(path, f'views_per_visit takes no filter by "{tested.dimension[:100]}", of single events')
