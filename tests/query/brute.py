"""What events, sessions, dimensions and filters mean, read off the definitions event by event: slow, short, and without
any of the product's code. `brute_answer` has the metrics, `brute_ways` funnels and journeys.

A session is whole; one that continues another has no entry and no exit page. What is said of a visit is the same for
each of its events; an event without a visit tells the opening event's values itself.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from analytics.v1 import definition_pb2, event_pb2, query_pb2

Event, Filter = event_pb2.NormalizedEvent, query_pb2.Filter
SINGLE = ("page", "hostname", "page_title", "event", "goal", "element", "currency")
NOT_EVENTS = ("engagement", "scroll", "session_start", "session_end")
_FIELD = {"event": "name", "element": "element_id", "currency": "revenue_currency"}


@dataclass
class Known:
    """A site's goals by name and segments by id."""

    goals: Mapping[str, definition_pb2.Goal] = field(default_factory=dict)
    segments: Mapping[str, definition_pb2.Segment] = field(default_factory=dict)


NOTHING = Known()


def at(event: Event) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=event.occurred_at_us)


def in_order(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event.occurred_at_us, event.sequence, event.event_id))


@dataclass
class Session:
    events: list[Event]

    def __post_init__(self) -> None:
        views = in_order(event for event in self.events if event.name == "pageview")
        self.start = min(at(event) for event in self.events)
        self.views, self.entry, self.exit = len(views), views[0] if views else None, views[-1] if views else None
        self.continues = any(event.continuation for event in self.events)
        if self.continues:
            self.entry = self.exit = None
        self.counts = any(countable(event) for event in self.events)
        lasting = [at(event) for event in self.events if event.name not in ("engagement", "scroll")]
        self.seconds = (max(lasting) - self.start).total_seconds() if lasting else 0.0
        self.bounced = self.views <= 1 and not any(event.interactive for event in self.events)
        first = self.events[0]
        self.visitor = first.visitor_id if first.identity == event_pb2.IDENTITY_MODE_DAILY else first.visit_id

    def scrolled(self, page: str) -> int:
        """The deepest scroll of a page, %, from scroll and engagement events."""
        told = [each for each in self.events if each.name in ("scroll", "engagement") and each.page == page]
        return max((each.scroll_depth for each in told), default=0)

    def variant(self, experiment: str) -> str:
        """That of the first exposure."""
        shown = [each for each in self.events if each.name == "experiment_exposure"]
        shown = in_order(each for each in shown if each.props["experiment"] == experiment)
        return shown[0].props["variant"] if shown else ""


def countable(event: Event) -> bool:
    return event.kind in (event_pb2.EVENT_KIND_PAGEVIEW, event_pb2.EVENT_KIND_CUSTOM)


def single(name: str) -> bool:
    return name in SINGLE or name.startswith("prop:")


def value(name: str, event: Event | None, session: Session | None) -> str:
    """A dimension's value, "" where it is blank. A session's own values win over its events'."""
    if name.startswith("prop:"):
        return event.props.get(name[5:], "(none)")
    if single(name):
        return getattr(event, _FIELD.get(name, name))
    if name.startswith("experiment:"):
        return session.variant(name.partition(":")[2]) if session else ""
    if name.startswith(("entry_", "exit_")):
        which, _, what = name.partition("_")
        view = getattr(session, which) if session else None
        return getattr(view, what) if view else ""
    return max(getattr(each, name) for each in session.events) if session else getattr(event, name)


def label(name: str, raw: str) -> str:
    if raw or name in ("country", "region", "city") or name.startswith("prop:"):
        return raw
    if name == "currency" or name.startswith("experiment:"):
        return "(none)"
    return {"source": "Direct / None", "referrer": "Direct / None", "channel": "Direct"}.get(name, "(not set)")


def like(pattern: str, page: str) -> bool:
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), page, re.DOTALL) is not None


def met(event: Event, session: Session | None, goals: Mapping[str, definition_pb2.Goal]) -> list[str]:
    """Names of the goals that an event meets. A scroll goal is met by the views of a page that the visit scrolled."""
    return [name for name, goal in goals.items() if meets(goal, event, session)]


def meets(goal: definition_pb2.Goal, event: Event, session: Session | None) -> bool:
    if goal.event:
        paid = not goal.currency or event.revenue_currency == goal.currency
        return event.name == goal.event and paid and all(holds(item, event, session) for item in goal.filters)
    if event.name != "pageview" or not like(goal.page, event.page):
        return False
    return not goal.scroll_threshold or (session is not None and session.scrolled(event.page) >= goal.scroll_threshold)


def holds(
    item: Filter, event: Event | None, session: Session | None, known: Known = NOTHING, of_goal: str | None = None
) -> bool:
    """Whether a filter holds for an event of a session. `of_goal` is the goal that a row of the event is of."""
    word = Filter.Operator.Name(item.operator).removeprefix("OPERATOR_")
    if word in ("HAS_DONE", "HAS_NOT_DONE"):
        did = any(holds(item.children[0], each, session, known) for each in (session.events if session else []))
        return did if word == "HAS_DONE" else not did
    if word in ("AND", "OR", "NOT"):
        results = [holds(child, event, session, known, of_goal) for child in item.children]
        return {"AND": all(results), "OR": any(results), "NOT": not results[0]}[word]
    negated, word = word.endswith("_NOT"), word.removesuffix("_NOT")
    fold: Callable[[str], str] = str.lower if item.case_insensitive else str
    tests = {
        "IS": lambda text, wanted: fold(text) == fold(wanted),
        "CONTAINS": lambda text, wanted: fold(wanted) in fold(text),
        "MATCHES": lambda text, wanted: re.search(wanted, text, re.I if item.case_insensitive else 0) is not None,
    }
    if item.dimension == "goal":
        texts = met(event, session, known.goals) if of_goal is None else [of_goal]
    else:
        texts = [label(item.dimension, value(item.dimension, event, session))]
    found = any(tests[word](text, wanted) for text in texts for wanted in item.values)
    missing = item.dimension.startswith("prop:") and item.dimension[5:] not in event.props
    if missing and word != "IS":
        found = False
    return not found if negated else found


def expanded(filters: Iterable[Filter], known: Known) -> list[Filter]:
    """Filters with what segments stand for in place of them: any of them holds, if all of its filters do."""
    found: list[Filter] = []
    for item in filters:
        if item.dimension == "segment":
            each = [
                Filter(operator=Filter.OPERATOR_AND, children=known.segments[wanted].filters) for wanted in item.values
            ]
            one = each[0] if len(each) == 1 else Filter(operator=Filter.OPERATOR_OR, children=each)
            negated = item.operator == Filter.OPERATOR_IS_NOT
            found.append(Filter(operator=Filter.OPERATOR_NOT, children=[one]) if negated else one)
        else:
            changed = Filter()
            changed.CopyFrom(item)
            del changed.children[:]
            changed.children.extend(expanded(item.children, known))
            found.append(changed)
    return found


def dimensions_of(filters: Iterable[Filter]) -> list[str]:
    """What filters test of the asked event or visit itself, has_done left out."""
    names: list[str] = []
    for item in filters:
        if item.operator not in (Filter.OPERATOR_HAS_DONE, Filter.OPERATOR_HAS_NOT_DONE):
            names += [item.dimension] if item.dimension else dimensions_of(item.children)
    return names


def rename(item: Filter, old: str, new: str) -> Filter:
    changed = Filter()
    changed.CopyFrom(item)
    if item.operator not in (Filter.OPERATOR_HAS_DONE, Filter.OPERATOR_HAS_NOT_DONE):
        changed.dimension = new if item.dimension == old else item.dimension
        del changed.children[:]
        changed.children.extend(rename(child, old, new) for child in item.children)
    return changed
