"""Endpoints that other trackers' own scripts and libraries send to: one file for each tracker.

A file holds a class with `endpoints()`, raw ASGI callables by path that turn the tracker's requests into events and
our results into the tracker's answers, and where it needs them `routes()` for what is no hot path. `exchange.py` is the
shape of such an endpoint, `intake.py` the way to sites and to the edge. A new tracker is a file and a line below.
"""

from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.compat.intake import Intake
from gateway.compat.plausible_events import PlausibleEvents
from gateway.compat.plausible_stats import PlausibleStats
from gateway.compat.segment import Segment
from gateway.peers import Peers


def endpoints(intake: Intake) -> dict[str, ASGIApp]:
    """Every foreign tracker's hot paths."""
    return {**PlausibleEvents(intake).endpoints(), **Segment(intake).endpoints()}


def routes(intake: Intake, peers: Peers) -> list[Route]:
    """What foreign trackers and their readers ask for beside."""
    return [*Segment(intake).routes(), *PlausibleStats(intake, peers).routes()]
