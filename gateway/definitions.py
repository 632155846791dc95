"""`/api/v1/goals` and `/api/v1/segments` as plain JSON resources over GoalService and SegmentService."""

from typing import Any

from analytics.v1 import definition_pb2
from google.protobuf.field_mask_pb2 import FieldMask
from msgspec import UNSET, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import Response

from gateway import filters_json
from gateway.answers import json, nothing, read_json
from gateway.credentials import credential
from gateway.peers import Peers, ask
from gateway.sites import instant
from mesh.errors import invalid

Text = str | UnsetType | None


class GoalFields(Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What meets a goal; null takes a value away."""

    page: Text = UNSET
    event: Text = UNSET
    filters: list[Any] | UnsetType | None = UNSET
    scroll_threshold: int | UnsetType | None = UNSET
    currency: Text = UNSET


class GoalPatch(GoalFields, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What may be changed of a goal."""

    name: str | UnsetType = UNSET


class NewGoal(GoalFields, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A goal to make: `page` or `event`."""

    site: str
    name: str


class SegmentPatch(Struct, rename="camel", forbid_unknown_fields=True):
    """What may be changed of a segment."""

    name: str | UnsetType = UNSET
    filters: list[Any] | UnsetType = UNSET


class NewSegment(Struct, rename="camel", forbid_unknown_fields=True):
    """A segment to make."""

    site: str
    name: str
    filters: list[Any]


class Definitions:
    """A change holds for every later call: the gateway passes the directory version on."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def list_goals(self, request: Request) -> Response:
        wanted = definition_pb2.ListGoalsRequest(site=site_asked(request))
        response = await ask(self._peers.goals.ListGoals, wanted, self._peers.metadata(credential(request)))
        return json({"goals": [goal_json(goal) for goal in response.goals]})

    async def create_goal(self, request: Request) -> Response:
        secret = credential(request)
        wanted = await read_json(request, NewGoal)
        goal = definition_pb2.Goal(site=wanted.site)
        _fill_goal(goal, wanted)
        message = definition_pb2.CreateGoalRequest(goal=goal)
        response = await ask(self._peers.goals.CreateGoal, message, self._peers.metadata(secret))
        self._peers.learned(response.directory_version)
        return json(goal_json(response.goal), 201)

    async def update_goal(self, request: Request) -> Response:
        secret = credential(request)
        goal = definition_pb2.Goal(id=request.path_params["id"])
        mask = mask_of(_fill_goal(goal, await read_json(request, GoalPatch)))
        message = definition_pb2.UpdateGoalRequest(goal=goal, update_mask=mask)
        response = await ask(self._peers.goals.UpdateGoal, message, self._peers.metadata(secret))
        self._peers.learned(response.directory_version)
        return json(goal_json(response.goal))

    async def delete_goal(self, request: Request) -> Response:
        message = definition_pb2.DeleteGoalRequest(id=request.path_params["id"])
        response = await ask(self._peers.goals.DeleteGoal, message, self._peers.metadata(credential(request)))
        self._peers.learned(response.directory_version)
        return nothing()

    async def list_segments(self, request: Request) -> Response:
        wanted = definition_pb2.ListSegmentsRequest(site=site_asked(request))
        response = await ask(self._peers.segments.ListSegments, wanted, self._peers.metadata(credential(request)))
        return json({"segments": [segment_json(segment) for segment in response.segments]})

    async def create_segment(self, request: Request) -> Response:
        secret = credential(request)
        wanted = await read_json(request, NewSegment)
        segment = definition_pb2.Segment(
            site=wanted.site, name=wanted.name, filters=filters_json.read_all("filters", wanted.filters)
        )
        message = definition_pb2.CreateSegmentRequest(segment=segment)
        response = await ask(self._peers.segments.CreateSegment, message, self._peers.metadata(secret))
        self._peers.learned(response.directory_version)
        return json(segment_json(response.segment), 201)

    async def update_segment(self, request: Request) -> Response:
        secret = credential(request)
        segment = definition_pb2.Segment(id=request.path_params["id"])
        mask = mask_of(_fill(segment, await read_json(request, SegmentPatch)))
        message = definition_pb2.UpdateSegmentRequest(segment=segment, update_mask=mask)
        response = await ask(self._peers.segments.UpdateSegment, message, self._peers.metadata(secret))
        self._peers.learned(response.directory_version)
        return json(segment_json(response.segment))

    async def delete_segment(self, request: Request) -> Response:
        message = definition_pb2.DeleteSegmentRequest(id=request.path_params["id"])
        response = await ask(self._peers.segments.DeleteSegment, message, self._peers.metadata(credential(request)))
        self._peers.learned(response.directory_version)
        return nothing()


def goal_json(goal: definition_pb2.Goal) -> dict[str, object]:
    """What a goal does not have is null."""
    return {
        "id": goal.id,
        "site": goal.site,
        "name": goal.name,
        "page": goal.page or None,
        "event": goal.event or None,
        "filters": [filters_json.written(item) for item in goal.filters],
        "scrollThreshold": goal.scroll_threshold or None,
        "currency": goal.currency or None,
        "createdAt": instant(goal.created_at_us),
    }


def segment_json(segment: definition_pb2.Segment) -> dict[str, object]:
    return {
        "id": segment.id,
        "site": segment.site,
        "name": segment.name,
        "filters": [filters_json.written(item) for item in segment.filters],
        "createdAt": instant(segment.created_at_us),
    }


def site_asked(request: Request) -> str:
    """The id in `?site=`. Raises INVALID_ARGUMENT without one."""
    site = request.query_params.get("site", "")
    if not site:
        raise invalid("site", "is required: the site's id, as ?site=")
    return site


def _fill_goal(goal: definition_pb2.Goal, patch: GoalPatch | NewGoal) -> list[str]:
    """Copy what the JSON gives; returns the contract's names of it."""
    threshold = patch.scroll_threshold
    if isinstance(threshold, int) and not 1 <= threshold <= 100:
        raise invalid("scrollThreshold", f"{threshold} is not from 1 to 100, in %; leave it out for any view")
    return _fill(goal, patch)


def _fill(made: Any, patch: GoalPatch | NewGoal | SegmentPatch) -> list[str]:
    names: list[str] = []
    for name in type(patch).__struct_fields__:
        value = getattr(patch, name)
        if value is UNSET or name == "site":
            continue
        if name == "filters":
            made.filters.extend(filters_json.read_all(name, value))
        elif value is not None:
            setattr(made, name, value)
        names.append(name)
    return names


def mask_of(names: list[str]) -> FieldMask:
    """The fields to change. Raises INVALID_ARGUMENT where there are none."""
    if not names:
        raise invalid("", "names no field to change")
    return FieldMask(paths=names)
