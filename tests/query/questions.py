"""Questions by chance, of all that makes sense of a site; and which metrics make sense with which dimensions."""

import random
from datetime import timedelta

from analytics.v1 import query_pb2

from tests.query import brute
from tests.query.brute import Filter, Known
from tests.query.generated import OWN, TIMES, VISIT, ZONES, Site, filter_of

TIED = [f"scroll_reached:{depth}" for depth in (25, 50, 75, 90, 100)]


def question(chance: random.Random, site: Site) -> query_pb2.QueryRequest:
    filters = [filter_of(chance, site.known) for _ in range(chance.choice([0, 0, 1, 1, 2]))]
    if chance.random() < 0.15:
        goal = chance.choice([*site.known.goals])
        filters.append(Filter(operator=Filter.OPERATOR_IS, dimension="goal", values=[goal]))
    dimensions = [chance.choice(TIMES)] if chance.random() < 0.3 else []
    others = [*OWN, *VISIT, "page", "page", "event", "goal", "goal"]
    dimensions += dict.fromkeys(chance.choice(others) for _ in range(chance.choice([0, 0, 1, 1, 2])))
    chance.shuffle(dimensions)
    known = metrics(dimensions, filters, site.known)
    asked = [*dict.fromkeys(chance.choice(known) for _ in range(chance.randint(1, 6)))]
    order = [*dict.fromkeys(chance.choice([*asked, *dimensions]) for _ in range(chance.choice([0, 0, 1, 2])))]
    words, today = _range(chance, site)
    paged = bool(dimensions) and chance.random() < 0.2
    return query_pb2.QueryRequest(
        site="demo",
        metrics=asked,
        dimensions=dimensions,
        filters=filters,
        date_range=words,
        date=today,
        timezone=chance.choice([site.zone, *ZONES]),
        order_by=[query_pb2.OrderBy(key=key, descending=chance.random() < 0.5) for key in order],
        limit=chance.randint(1, 4) if paged else 10_000,
        offset=chance.randrange(3) if paged else 0,
        total_rows=chance.random() < 0.2,
    )


def metrics(dimensions: list[str], filters: list[Filter], known: Known) -> list[str]:
    """Those that make sense. semantics: Refused with 400."""
    found = ["visitors", "visits", "pageviews", "events", "percentage", "total_revenue", "average_revenue"]
    filters = brute.expanded(filters, known)
    tested = brute.dimensions_of(filters)
    single = [name for name in dimensions if brute.single(name)]
    if single in ([], ["page"]):
        found += ["bounce_rate", "visit_duration", "exits", "exit_rate", "time_on_page"]
        if "page" in [*dimensions, *tested]:
            found += ["scroll_depth", *TIED]
    if not dimensions and not any(map(brute.single, tested)):
        found.append("views_per_visit")
    if "goal" in dimensions or any(map(_asks_goal, filters)):
        found += ["conversions"] * 3
        if not any(map(_mixes, filters)):
            found += ["conversion_rate", "group_conversion_rate"] * 3
    return found


def _asks_goal(item: Filter) -> bool:
    if item.operator in (Filter.OPERATOR_AND, Filter.OPERATOR_OR):
        return any(map(_asks_goal, item.children))
    return item.dimension == "goal" and item.operator in (Filter.OPERATOR_IS, Filter.OPERATOR_CONTAINS)


def _mixes(item: Filter) -> bool:
    """Whether it tests goals or properties and something else, but for an `and`, which can be taken apart."""
    if item.operator == Filter.OPERATOR_AND:
        return any(map(_mixes, item.children))
    tied = [name == "goal" or name.startswith("prop:") for name in brute.dimensions_of([item])]
    return any(tied) and not (all(tied) and not _does(item))


def _does(item: Filter) -> bool:
    done = (Filter.OPERATOR_HAS_DONE, Filter.OPERATOR_HAS_NOT_DONE)
    return item.operator in done or any(map(_does, item.children))


def _range(chance: random.Random, site: Site) -> tuple[list[str], str]:
    """A date_range, and the day from which it counts."""
    today = str(site.day + timedelta(days=chance.randrange(4)))
    words = [["day"], ["24h"], ["1d"], ["3d"], ["7d"], ["month"], ["year"], ["1mo"], ["all"]]
    first = site.day - timedelta(days=chance.randrange(3))
    dates = [str(first), str(first + timedelta(days=chance.choice([0, 0, 1, 3, 9, 60])))]
    begin = f"{first}T{chance.randrange(24):02}:{chance.choice(['00', '15', '31'])}:00"
    instants = [f"{begin}+00:00", f"{first + timedelta(days=chance.randint(1, 4))}T12:00:00.5+05:45"]
    return chance.choice([*words, *[dates] * 5, *[instants] * 4]), today
