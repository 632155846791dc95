"""Filters: conditions on dimensions, groups of them, and what a visit has done. And the events that are meant by name.

A filter is *of single events* where it tests an event dimension outside of has_done; has_done and visit dimensions are
of the whole visit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from query.vocabulary import is_event, is_tied


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of one dimension. `word` is is, contains or matches; `negated` for the `_not` forms.

    Of the dimension `goal` the values are names of goals of the site, and the word is `is`.
    """

    word: str
    negated: bool
    dimension: str
    values: tuple[str, ...]
    fold_case: bool
    path: str


@dataclass(frozen=True, slots=True)
class Group:
    """`and`, `or` over children, or `not` over one. `kept`: it stands also where a metric leaves filters out."""

    word: str
    children: "tuple[Filter, ...]"
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """The visit holds an event of any kind for which a filter of events holds; `negated`: it holds none."""

    inner: "Filter"
    negated: bool


Filter = Condition | Group | Done


@dataclass(frozen=True, slots=True)
class Match:
    """Events: those that satisfy everything that is set.

    `page` is a path in which `*` stands for any characters; alone it means page views. `name` is the event's.
    `scroll` asks that the visit scrolled the event's page to that depth, %; `currency` for revenue in it.
    """

    page: str = ""
    name: str = ""
    filters: tuple[Filter, ...] = ()
    scroll: int = 0
    currency: str = ""


def leaves(filters: Sequence[Filter]) -> Iterator[Condition]:
    """Every condition in a tree of filters, those of has_done included."""
    for item in filters:
        if isinstance(item, Condition):
            yield item
        elif isinstance(item, Group):
            yield from leaves(item.children)
        else:
            yield from leaves((item.inner,))


def own_leaves(filters: Sequence[Filter]) -> Iterator[Condition]:
    """The conditions outside of has_done: what the asked events and visits are tested for themselves."""
    for item in filters:
        if isinstance(item, Condition):
            yield item
        elif isinstance(item, Group):
            yield from own_leaves(item.children)


def of_events(item: Filter) -> bool:
    """Whether a filter is of single events."""
    return any(is_event(leaf.dimension) for leaf in own_leaves((item,)))


def renamed(item: Filter, old: str, new: str) -> Filter:
    """A filter with one dimension replaced by another; what a visit has done stays as it is."""
    if isinstance(item, Condition):
        return replace(item, dimension=new) if item.dimension == old else item
    if isinstance(item, Done):
        return item
    return replace(item, children=tuple(renamed(child, old, new) for child in item.children))


def is_tied_alone(item: Filter) -> bool:
    """Whether a filter tests goals and properties and nothing else."""
    return isinstance(item, Condition | Group) and not _is_kept(item) and not _is_untied(item)


def is_mixed(item: Filter) -> bool:
    """Whether a filter tests goals or properties, and something else."""
    return not _is_kept(item) and _is_untied(item) and any(is_tied(leaf.dimension) for leaf in own_leaves((item,)))


def _is_kept(item: Filter) -> bool:
    return isinstance(item, Group) and item.kept


def _is_untied(item: Filter) -> bool:
    if isinstance(item, Group):
        return any(_is_untied(child) for child in item.children)
    return isinstance(item, Done) or not is_tied(item.dimension)
