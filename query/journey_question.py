"""What a journey asks: from where, in which direction, over which events, every default resolved."""

from dataclasses import dataclass

from analytics.v1 import query_pb2

from mesh.errors import invalid
from query.breakdown import bounded, breakdown_of
from query.filters import Match
from query.language import Scoped, match_of

MAX_STEPS, DEFAULT_STEPS = 10, 3
MAX_VALUES, DEFAULT_VALUES = 100, 10

_Of = query_pb2.JourneyRequest.Of


@dataclass(frozen=True, slots=True)
class JourneyQuestion:
    """A request with everything resolved. `backwards` goes back from an end; `of_events` takes custom events too."""

    scoped: Scoped
    place: Match
    backwards: bool
    of_events: bool
    steps: int
    limit: int
    breakdown: str


def journey_question(request: query_pb2.JourneyRequest, scoped: Scoped) -> JourneyQuestion:
    """Raises INVALID_ARGUMENT at the place in the JSON that is wrong."""
    backwards = request.HasField("end")
    if backwards == request.HasField("start"):
        came = "both start and end" if backwards else "neither start nor end"
        raise invalid("start", f'{came}; give exactly one of them, like "start":{{"page":"/"}}')
    if request.of not in _Of.values():
        raise invalid("of", f"{request.of} is none; give pages or events")
    path, match = ("end", request.end) if backwards else ("start", request.start)
    return JourneyQuestion(
        scoped=scoped,
        place=match_of(match, path, scoped.definitions),
        backwards=backwards,
        of_events=request.of == _Of.OF_EVENTS,
        steps=bounded("steps", request.steps, DEFAULT_STEPS, MAX_STEPS),
        limit=bounded("limit", request.limit, DEFAULT_VALUES, MAX_VALUES),
        breakdown=breakdown_of(request.breakdown),
    )
