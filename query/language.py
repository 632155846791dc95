"""The query language: a request is parsed, every default resolved, and what makes no sense refused by name.

An error names its place in the JSON that people write: `metrics[1]`, `filters[0][2]`, `order_by[0][0]`.
"""

import functools
import unicodedata
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from analytics.v1 import query_pb2, site_pb2

from mesh.errors import invalid
from query import ranges, vocabulary
from query.definitions import NONE, Definitions
from query.filters import Condition, Done, Filter, Group, Match, is_mixed, own_leaves
from query.grammar import filters_of, goal_match, known, limit_of, page_pattern
from query.pages import Page
from query.vocabulary import METRICS, Metric, Of, is_event, nearest

MAX_METRICS, MAX_DIMENSIONS = 20, 5
MAX_ROWS, DEFAULT_ROWS = 10_000, 100
DEFAULT_RANGE = ["30d"]


@dataclass(frozen=True, slots=True)
class Scoped:
    """What an answer is about: a site, the events and visits that filters leave of it, and a range of time."""

    site: int
    filters: tuple[Filter, ...]
    span: ranges.Range
    definitions: Definitions


@dataclass(frozen=True, slots=True)
class Order:
    """By the metric or dimension with this name."""

    key: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Question(Scoped):
    """A request with everything resolved. `grain` is the bucket of its time dimension, "" without one."""

    metrics: tuple[Metric, ...]
    dimensions: tuple[str, ...]
    grain: str
    order: tuple[Order, ...]
    limit: int
    offset: int
    fill: bool
    total_rows: bool

    @property
    def by_time_alone(self) -> bool:
        return len(self.dimensions) == 1 and bool(self.grain)


def scope_of(
    scope: query_pb2.Scope, site: site_pb2.Site, now: datetime, definitions: Definitions, first: datetime | None
) -> Scoped:
    """What a request is about. `first` is the time of the site's first event, None where it has none.

    Raises INVALID_ARGUMENT at the place in the JSON that is wrong.
    """
    zone = zone_of(scope.timezone or site.timezone or "UTC")
    filters = (*filters_of(scope.filters, definitions), *limit_of(definitions))
    return Scoped(site.number, filters, _span(scope, zone, now, first), definitions)


def match_of(match: query_pb2.EventMatch, path: str, definitions: Definitions) -> Match:
    """The events that are meant. Raises INVALID_ARGUMENT at the place in the JSON, e.g. `steps[1].goal`."""
    own = filters_of(match.filters, definitions, f"{path}.filters", "an event that is meant by name")
    if match.goal:
        if match.page or match.event:
            raise invalid(f"{path}.goal", "neither with page nor with event; a goal says both itself")
        goal = goal_match(definitions.goal(match.goal, f"{path}.goal"))
        return Match(goal.page, goal.name, (*goal.filters, *own), goal.scroll, goal.currency)
    if not match.page and not match.event:
        raise invalid(path, 'give at least one of page, event and goal, like {"page":"/pricing"}')
    page = page_pattern(match.page, f"{path}.page") if match.page else ""
    if any(unicodedata.category(each) == "Cc" for each in match.event) or len(match.event) > vocabulary.MAX_NAME:
        raise invalid(f"{path}.event", f"a name has 1–{vocabulary.MAX_NAME} characters, no control characters")
    return Match(page, match.event, own)


def parse(
    request: query_pb2.QueryRequest,
    site: int,
    zone: ZoneInfo,
    page: Page,
    first: datetime | None,
    definitions: Definitions = NONE,
) -> Question:
    """The question a request asks. `zone` is what `zone_of` found, `first` the time of the site's first event.

    Raises INVALID_ARGUMENT at the place in the JSON that is wrong.
    """
    metrics, dimensions = _metrics(request.metrics), _dimensions(request.dimensions)
    filters = (*filters_of(request.filters, definitions), *limit_of(definitions))
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
        definitions=definitions,
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


def _metrics(names: Sequence[str]) -> tuple[Metric, ...]:
    if not 1 <= len(names) <= MAX_METRICS:
        raise invalid("metrics", f"{len(names)} of them; give 1–{MAX_METRICS} of {', '.join(METRICS)}")
    for index, name in enumerate(names):
        if name not in METRICS:
            raise invalid(f"metrics[{index}]", f'there is no metric "{name[:100]}"; near: {nearest(name, [*METRICS])}')
        if name in names[:index]:
            raise invalid(f"metrics[{index}]", f'"{name}" is asked twice; each metric once')
    return tuple(METRICS[name] for name in names)


_ASKABLE = sorted(vocabulary.TIME | vocabulary.VISIT | vocabulary.EVENT | {"prop:KEY", "experiment:KEY"})


def _dimensions(names: Sequence[str]) -> tuple[str, ...]:
    if len(names) > MAX_DIMENSIONS:
        raise invalid("dimensions", f"{len(names)} of them; give at most {MAX_DIMENSIONS}")
    for index, name in enumerate(names):
        known(f"dimensions[{index}]", name, _ASKABLE)
        if name in names[:index]:
            raise invalid(f"dimensions[{index}]", f'"{name[:100]}" is asked twice; each dimension once')
        if name in vocabulary.TIME and any(other in vocabulary.TIME for other in names[:index]):
            raise invalid(f"dimensions[{index}]", "a second time dimension; one is the most")
    return tuple(names)


def _span(
    request: query_pb2.QueryRequest | query_pb2.Scope, zone: ZoneInfo, now: datetime, first: datetime | None
) -> ranges.Range:
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
    tested = [*own_leaves(filters)]
    events = [name for name in dimensions if is_event(name)]
    names = {*dimensions, *(leaf.dimension for leaf in tested)}
    for index, metric in enumerate(metrics):
        path = f"metrics[{index}]"
        if metric.of in (Of.VISITS, Of.PAGES) and events and events != ["page"]:
            wrong = next(name for name in events if name != "page")
            raise invalid(path, f'{metric.name} is of whole visits, "{wrong[:100]}" of single events; leave one out')
        if metric.name == "views_per_visit":
            if dimensions:
                raise invalid(path, f'views_per_visit takes no dimensions ("{dimensions[0][:100]}"); ask for the total')
            if wrong := next((leaf.dimension for leaf in tested if is_event(leaf.dimension)), ""):
                raise invalid(path, f'views_per_visit takes no filter by "{wrong[:100]}", of single events')
        if metric.name.startswith("scroll") and "page" not in names:
            raise invalid(path, f"{metric.name} is of a page; add the dimension page or a filter by it")
        if metric.of is Of.GOALS:
            if "goal" not in dimensions and not any(_asks_goal(item) for item in filters):
                raise invalid(path, f'{metric.name} is of a goal; add ["is","goal",["NAME"]] or the dimension goal')
            if metric.name != "conversions":
                _refuse_mixed(metric.name, filters)


def _asks_goal(item: Filter) -> bool:
    """Whether a filter says which goal is met."""
    if isinstance(item, Condition):
        return item.dimension == "goal" and not item.negated
    if isinstance(item, Done) or item.kept:
        return False
    return item.word != "not" and any(_asks_goal(child) for child in item.children)


def _refuse_mixed(metric: str, filters: Sequence[Filter], path: str = "filters") -> None:
    """A rate of conversion is measured without filters by goals and properties, so they must stand by themselves."""
    for index, item in enumerate(filters):
        place = f"{path}[{index}]" if path == "filters" else path
        if isinstance(item, Group) and item.word == "and" and not item.kept:
            _refuse_mixed(metric, item.children, place)
        elif isinstance(item, Group) and is_mixed(item):
            raise invalid(
                place,
                f"{metric} is measured without filters by goals and properties, and this `{item.word}` mixes them with "
                "others; write them as filters of their own",
            )
