"""What funnels, journeys and their like share: groups by a visit dimension, bounded numbers, and which sessions."""

# ruff: noqa: S608  (texts of `Conditions`, values are bound)

from mesh.errors import invalid
from query.conditions import Conditions
from query.filters import Filter, Match
from query.grammar import known
from query.vocabulary import VISIT

_VALID = sorted(VISIT | {"experiment:KEY"})
# Every event of a visit, and so its start, lies within 72 hours of where it is placed.
_REACH = "toIntervalHour(72)"
# Names of events that are neither page views nor custom: a session of these alone does not count.
_SILENT = frozenset({"click", "scroll", "engagement", "session_start", "session_end", "experiment_exposure"})


def breakdown_of(name: str) -> str:
    """A visit dimension, or none. Raises INVALID_ARGUMENT at `breakdown`."""
    return known("breakdown", name, _VALID) if name else ""


def bounded(path: str, number: int, default: int, most: int) -> int:
    """A number from 1 on, the default for 0. Raises INVALID_ARGUMENT at a path for one that is too large."""
    if number > most:
        raise invalid(path, f"{number:,} is more than {most:,}")
    return number or default


def tells_of_session(match: Match) -> bool:
    """Whether a session that holds such an event counts: it is a page view or custom event."""
    return match.name not in _SILENT


def of_counted_session(conditions: Conditions, filters: tuple[Filter, ...]) -> str:
    """Over `e`: its session started in the range, holds a page view or custom event, and all filters hold for it."""
    whole = f"{conditions.counted()} AND {conditions.sessions(filters)}"
    return f"e.visit_id IN (SELECT v.visit_id FROM {conditions.visits()} AS v WHERE {whole})"


def of_session_started(conditions: Conditions) -> str:
    """Over `e`: its session started in the range.

    Nearly every session starts where it is placed; those that do not are looked up, near the ends of the range alone.
    """
    start, end = conditions.start, conditions.end

    def within(column: str) -> str:
        return f"({column} >= {start} AND {column} < {end})"

    near = f"visit_started_at < {start} + {_REACH} OR visit_started_at > {end} - {_REACH}"
    elsewhere = (
        f"SELECT visit_id FROM visits FINAL WHERE {conditions.placed()} AND ({near}) "
        f"AND {within('visit_started_at')} != {within('first_at')}"
    )
    return f"{within('e.visit_started_at')} != (e.visit_id IN ({elsewhere}))"
