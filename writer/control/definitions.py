"""Goals and segments: read by viewers, defined by analysts. A caller sees those of the sites of its roles alone."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

import grpc
from analytics.v1 import definition_pb2, definition_pb2_grpc

from mesh.auth import caller, unknown_site
from mesh.directory import Snapshot
from writer.control import goals, segments
from writer.control.definition_store import GOALS, SEGMENTS, DefinitionStore, T
from writer.control.keys import new_public_id
from writer.control.servicer import Refresh

Context = grpc.aio.ServicerContext[Any, Any]


class GoalServicer(definition_pb2_grpc.GoalServiceServicer):
    """`refresh` brings the writer's own directory, `snapshot`, up to a change before it is answered."""

    def __init__(self, store: DefinitionStore, refresh: Refresh, snapshot: Callable[[], Snapshot]) -> None:
        self._store = store
        self._refresh = refresh
        self._snapshot = snapshot

    async def ListGoals(
        self, request: definition_pb2.ListGoalsRequest, context: Context
    ) -> definition_pb2.ListGoalsResponse:
        snapshot = self._snapshot()
        return definition_pb2.ListGoalsResponse(goals=_of_site(snapshot, snapshot.goals, request.site))

    async def CreateGoal(
        self, request: definition_pb2.CreateGoalRequest, context: Context
    ) -> definition_pb2.CreateGoalResponse:
        caller().require_site(request.goal.site)
        goal = goals.checked(request.goal)
        goal.id = new_public_id("goal_")
        made = await self._store.create(GOALS, goal)
        await self._refresh()
        return definition_pb2.CreateGoalResponse(goal=made.value, directory_version=made.version)

    async def UpdateGoal(
        self, request: definition_pb2.UpdateGoalRequest, context: Context
    ) -> definition_pb2.UpdateGoalResponse:
        made = await self._store.update(
            GOALS,
            request.goal.id,
            caller(),
            lambda goal: goals.changed(goal, request.goal, request.update_mask),
        )
        await self._refresh()
        return definition_pb2.UpdateGoalResponse(goal=made.value, directory_version=made.version)

    async def DeleteGoal(
        self, request: definition_pb2.DeleteGoalRequest, context: Context
    ) -> definition_pb2.DeleteGoalResponse:
        version = await self._store.delete(GOALS, request.id, caller())
        await self._refresh()
        return definition_pb2.DeleteGoalResponse(directory_version=version)


class SegmentServicer(definition_pb2_grpc.SegmentServiceServicer):
    """Made of the same as GoalServicer."""

    def __init__(self, store: DefinitionStore, refresh: Refresh, snapshot: Callable[[], Snapshot]) -> None:
        self._store = store
        self._refresh = refresh
        self._snapshot = snapshot

    async def ListSegments(
        self, request: definition_pb2.ListSegmentsRequest, context: Context
    ) -> definition_pb2.ListSegmentsResponse:
        snapshot = self._snapshot()
        return definition_pb2.ListSegmentsResponse(segments=_of_site(snapshot, snapshot.segments, request.site))

    async def CreateSegment(
        self, request: definition_pb2.CreateSegmentRequest, context: Context
    ) -> definition_pb2.CreateSegmentResponse:
        caller().require_site(request.segment.site)
        segment = segments.checked(request.segment)
        segment.id = new_public_id("seg_")
        made = await self._store.create(SEGMENTS, segment)
        await self._refresh()
        return definition_pb2.CreateSegmentResponse(segment=made.value, directory_version=made.version)

    async def UpdateSegment(
        self, request: definition_pb2.UpdateSegmentRequest, context: Context
    ) -> definition_pb2.UpdateSegmentResponse:
        made = await self._store.update(
            SEGMENTS,
            request.segment.id,
            caller(),
            lambda segment: segments.changed(segment, request.segment, request.update_mask),
        )
        await self._refresh()
        return definition_pb2.UpdateSegmentResponse(segment=made.value, directory_version=made.version)

    async def DeleteSegment(
        self, request: definition_pb2.DeleteSegmentRequest, context: Context
    ) -> definition_pb2.DeleteSegmentResponse:
        version = await self._store.delete(SEGMENTS, request.id, caller())
        await self._refresh()
        return definition_pb2.DeleteSegmentResponse(directory_version=version)


def _of_site(snapshot: Snapshot, known: Mapping[str, Mapping[str, T]], site: str) -> list[T]:
    """A site's definitions by name. Raises NOT_FOUND without such a site, and for another site's key."""
    caller().require_site(site)
    if site not in snapshot.sites:
        raise unknown_site(site)
    return sorted(known.get(site, {}).values(), key=attrgetter("name"))
