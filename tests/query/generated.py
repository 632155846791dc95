"""Sites and questions by chance, from the whole grammar. Everything is drawn from one `random.Random`."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.v1 import definition_pb2, event_pb2

from tests.query import brute
from tests.query.brute import Event, Filter, Known
from tests.query.sample import DAILY, MEMORY, event

# Days around which sites live: clocks change (at midnight in São Paulo, by half an hour on Lord Howe, a minute after
# midnight in St. John's; in Vancouver by rules that differ from one year's zone files to the next's), years end.
DAYS = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2019, 2, 17)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2025, 10, 5)),
    ("Asia/Kathmandu", date(2026, 1, 1)),
    ("UTC", date(2024, 2, 29)),
    ("America/St_Johns", date(2010, 11, 7)),
    ("America/Vancouver", date(2026, 11, 1)),
]
ZONES = sorted({zone for zone, _ in DAYS})
NAMES = [
    *("pageview", "pageview", "pageview", "pageview", "click", "scroll", "engagement", "engagement"),
    *("session_start", "signup", "signup", "Buy it", "experiment_exposure"),
]
PAGES = ["/", "/a", "/A", "/b%_c", ""]
TEXTS = {
    "source": ["", "Google", "news'letter"],
    "channel": ["", "Organic Search"],
    "country": ["", "DE", "FR"],
    "browser": ["", "Chrome", "Firefox"],
    "utm_source": ["", "x_y"],
}
PROPS = [{}, {}, {"plan": "pro"}, {"plan": "free"}, {"plan": ""}, {"plan": "(none)", "k'ey": "v\\1"}]
EXPOSED = [{"experiment": "blue", "variant": "A"}, {"experiment": "blue", "variant": "B"}, {"experiment": "other"}]
OWN = {
    "page": PAGES,
    "hostname": ["example.org", "shop.example.org"],
    "page_title": ["", "Home", "A 'title'"],
    "event": [*dict.fromkeys(NAMES)],
    "element": ["", "buy", "menu"],
    "currency": ["EUR", "USD"],
    "prop:plan": ["pro", "free", "", "(none)"],
    "prop:k'ey": ["v\\1"],
}
VISIT = {
    **TEXTS,
    **dict.fromkeys(("entry_page", "exit_page"), PAGES),
    **dict.fromkeys(("entry_hostname", "exit_hostname"), OWN["hostname"]),
    "experiment:blue": ["A", "B"],
    "experiment:other": ["", "(none)"],
}
TIMES = ["time", "time:hour", "time:day", "time:week", "time:month"]
GOALS = [
    {"name": "Signup", "event": "signup"},
    {"name": "Pro", "event": "signup", "filters": [Filter(operator=1, dimension="prop:plan", values=["pro", ""])]},
    {"name": "Reads A", "page": "/a*"},
    {"name": "Odd 'page'", "page": "*%_c"},
    {"name": "Scrolls", "page": "/", "scroll_threshold": 50},
    {"name": "Sale", "event": "Buy it", "currency": "EUR"},
    {"name": "Click", "event": "click"},
]


@dataclass
class Site:
    """A site, its events in the order of their commits, and what is erased of them afterwards."""

    number: int
    zone: str
    day: date
    known: Known
    commits: list[list[Event]] = field(default_factory=list)
    erased_visits: list[str] = field(default_factory=list)
    erased_events: list[str] = field(default_factory=list)

    @property
    def events(self) -> list[Event]:
        """Those that are left."""
        return [
            each
            for commit in self.commits
            for each in commit
            if each.visit_id not in self.erased_visits and each.event_id not in self.erased_events
        ]


def site(chance: random.Random, number: int, around: tuple[str, date]) -> Site:
    """A site that lives around one of `DAYS`."""
    zone, day = around
    made = Site(number, zone, day, _known(chance))
    modes = chance.choice([[MEMORY], [DAILY], [MEMORY, DAILY]])
    currencies = chance.choice([["EUR"], ["EUR"], ["EUR", "USD"]])
    events = [each for place in range(chance.randint(0, 14)) for each in _visit(chance, made, place, modes, currencies)]
    chance.shuffle(events)
    cuts = sorted(chance.randint(0, len(events)) for _ in range(2))
    made.commits = [part for part in (events[: cuts[0]], events[cuts[0] : cuts[1]], events[cuts[1] :]) if part]
    made.erased_visits = [each.visit_id for each in events if each.visit_id and chance.random() < 0.02]
    made.erased_events = [each.event_id for each in events if not each.visit_id and chance.random() < 0.2]
    return made


def _known(chance: random.Random) -> Known:
    goals = [definition_pb2.Goal(**each) for each in chance.sample(GOALS, chance.randint(1, len(GOALS)))]
    done = Filter(operator=Filter.OPERATOR_HAS_DONE, children=[_is("event", "signup")])
    filters = {
        "seg_germans": [_is("country", "DE")],
        "seg_pages": [Filter(operator=Filter.OPERATOR_OR, children=[_is("page", "/a"), _is("browser", "Chrome")])],
        "seg_done": [done, _is("source", "Google", "Direct / None")],
        "seg_goal": [_is("goal", goals[0].name), _is("prop:plan", "pro", "(none)")],
    }
    segments = [definition_pb2.Segment(id=name, name=name[4:], filters=each) for name, each in filters.items()]
    return Known({goal.name: goal for goal in goals}, {segment.id: segment for segment in segments})


def _is(dimension: str, *values: str) -> Filter:
    return Filter(operator=Filter.OPERATOR_IS, dimension=dimension, values=values)


def _moment(chance: random.Random, day: date, zone: str) -> datetime:
    """Around that day, often near its midnights."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    near = midnight + timedelta(minutes=chance.choice([-90, -20, -1, 0, 1, 29, 61, 115, 125, 179]))
    anywhere = midnight + timedelta(minutes=chance.randint(-2 * 1440, 3 * 1440))
    return chance.choice([near, anywhere]).astimezone(ZoneInfo("UTC"))


def _visit(
    chance: random.Random, made: Site, place: int, modes: list[int], currencies: list[str]
) -> list[event_pb2.NormalizedEvent]:
    """One visit, or a few events that belong to none."""
    mode = chance.choice(modes)
    start = _moment(chance, made.day, made.zone)
    visit = str(uuid.UUID(int=made.number << 64 | place + 1)) if chance.random() < 0.9 else ""
    visitor = str(uuid.UUID(int=1 + chance.randrange(4))) if mode == DAILY else visit
    texts = {name: chance.choice(values) for name, values in TEXTS.items()}
    placed = start + timedelta(hours=chance.choice([-40, 0, 0, 5]))
    continuation = mode == MEMORY and chance.random() < 0.25
    return [
        _event(
            chance,
            chance.choice(NAMES),
            start + timedelta(minutes=chance.choice([0, 0, 1, 20, 70, 600]), seconds=chance.choice([0, 0, 30])),
            currencies,
            visit=visit,
            site=made.number,
            started=placed,
            identity=mode,
            visitor_id=visitor,
            continuation=continuation,
            # some events do not know the first touch
            **(texts if chance.random() < 0.75 else dict.fromkeys(TEXTS, "")),
        )
        for _ in range(chance.randint(1, 6))
    ]


def _event(chance: random.Random, name: str, moment: datetime, currencies: list[str], **values) -> Event:
    custom = name in ("signup", "Buy it")
    paid = chance.random() < (0.7 if name == "Buy it" else 0.05)
    return event(
        name,
        moment,
        values.pop("visit"),
        sequence=chance.randrange(3),
        page=chance.choice(PAGES),
        hostname=chance.choice(OWN["hostname"]),
        page_title=chance.choice(OWN["page_title"]) if name == "pageview" else "",
        element_id=chance.choice(OWN["element"]) if name in ("click", "Buy it") else "",
        scroll_depth=chance.choice([0, 10, 25, 60, 90, 100]),
        engaged_ms=chance.choice([0, 1, 999, 61_000]) if name == "engagement" else 0,
        props=chance.choice(EXPOSED if name == "experiment_exposure" else PROPS),
        interactive=custom and chance.random() < 0.5,
        revenue_currency=chance.choice(currencies) if paid else "",
        revenue_micros=chance.choice([0, 1, 12_500_000, -3_333_333, 10**15]) if paid else 0,
        event_id=str(uuid.UUID(int=chance.getrandbits(128))),
        **values,
    )


def condition(chance: random.Random, known: Known, *, events_alone: bool = False) -> Filter:
    dimensions = [*OWN, "page", "prop:plan"] if events_alone else [*OWN, *VISIT]
    word = chance.choice(["IS", "IS", "IS_NOT", "CONTAINS", "CONTAINS_NOT", "MATCHES", "MATCHES_NOT"])
    draw = chance.random()
    if draw < 0.15 and not word.startswith("MATCHES"):
        name, values = "goal", [*known.goals]
    elif draw < 0.25 and word.startswith("IS") and not events_alone:
        name, values = "segment", [*known.segments]
    else:
        name = chance.choice(dimensions)
        values = [*{**OWN, **VISIT}[name], brute.label(name, "")]
    if word.startswith("MATCHES"):
        values = ["^/a", "o", "(pro|Chrome)$", "[A-Z]", "", "^$", r"\(", "(?i)GOOGLE"]
    elif word.startswith("CONTAINS"):
        values = ["a", "%", "_", "'", "\\", "Direct", "o", "E", "S"]
    return Filter(
        operator=Filter.Operator.Value(f"OPERATOR_{word}"),
        dimension=name,
        values=[chance.choice(values) for _ in range(chance.randint(1, 2))],
        case_insensitive=chance.random() < 0.3 and name != "segment",
    )


def filter_of(chance: random.Random, known: Known, depth: int = 0, *, events_alone: bool = False) -> Filter:
    draw = chance.random()
    if depth > 2 or draw < 0.6:
        return condition(chance, known, events_alone=events_alone)

    def inner(*, alone: bool = events_alone) -> Filter:
        return filter_of(chance, known, depth + 1, events_alone=alone)

    if draw < 0.8:
        word = chance.choice([Filter.OPERATOR_AND, Filter.OPERATOR_OR])
        return Filter(operator=word, children=[inner() for _ in range(chance.randint(1, 3))])
    if draw < 0.9 or events_alone:
        return Filter(operator=Filter.OPERATOR_NOT, children=[inner()])
    word = chance.choice([Filter.OPERATOR_HAS_DONE, Filter.OPERATOR_HAS_NOT_DONE])
    return Filter(operator=word, children=[inner(alone=True)])
