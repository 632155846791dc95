"""Doubles of what answers every question but `query`, and of what keeps goals and segments."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import grpc
from analytics.v1 import definition_pb2, definition_pb2_grpc, query_pb2, query_pb2_grpc

from mesh.auth import caller, unknown_site
from mesh.errors import MeshError, invalid, not_found

SCOPE: dict[str, Any] = {
    "site": "demo",
    "filters": [["is", "country", ["DE"]], ["has_done", ["is", "event", ["signup"]]]],
    "date_range": ["2026-01-01", "2026-01-31"],
    "timezone": "Europe/Berlin",
    "date": "2026-02-01",
}


def scope() -> query_pb2.Scope:
    done = query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_IS, dimension="event", values=["signup"])
    return query_pb2.Scope(
        site="demo",
        filters=[
            query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_IS, dimension="country", values=["DE"]),
            query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_HAS_DONE, children=[done]),
        ],
        date_range=["2026-01-01", "2026-01-31"],
        timezone="Europe/Berlin",
        date="2026-02-01",
    )


@dataclass
class Questions(query_pb2_grpc.QueryServiceServicer):
    """Answers what it was given to answer, by the request's name; with a gate it waits for that."""

    questions: list[Any] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    refusal: MeshError | None = None
    gate: asyncio.Event | None = None
    cancelled: int = 0

    async def Page(self, request: Any, context: Any) -> Any:
        return await self._answer(request, request.scope.site, query_pb2.PageResponse())

    async def Funnel(self, request: Any, context: Any) -> Any:
        return await self._answer(request, request.scope.site, query_pb2.FunnelResponse())

    async def Cohort(self, request: Any, context: Any) -> Any:
        return await self._answer(request, request.scope.site, query_pb2.CohortResponse())

    async def Journey(self, request: Any, context: Any) -> Any:
        return await self._answer(request, request.scope.site, query_pb2.JourneyResponse())

    async def Experiment(self, request: Any, context: Any) -> Any:
        return await self._answer(request, request.scope.site, query_pb2.ExperimentResponse())

    async def ListVisits(self, request: Any, context: Any) -> Any:
        return await self._answer(request, request.scope.site, query_pb2.ListVisitsResponse())

    async def GetVisit(self, request: Any, context: Any) -> Any:
        return await self._answer(request, request.site, query_pb2.GetVisitResponse())

    async def _answer(self, request: Any, site: str, nothing: Any) -> Any:
        caller().require_site(site)
        if site not in ("demo", "other"):
            raise unknown_site(site)
        self.questions.append(request)
        if self.refusal:
            raise self.refusal
        try:
            if self.gate:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return self.answers.get(type(request).__name__, nothing)


@dataclass
class Definitions(definition_pb2_grpc.GoalServiceServicer, definition_pb2_grpc.SegmentServiceServicer):
    """Keeps goals and segments in lists."""

    goals: list[definition_pb2.Goal] = field(default_factory=list)
    segments: list[definition_pb2.Segment] = field(default_factory=list)
    definition_masks: list[list[str]] = field(default_factory=list)
    version: int = 1

    async def ListGoals(self, request: Any, context: Any) -> Any:
        caller().require_site(request.site)
        return definition_pb2.ListGoalsResponse(goals=[goal for goal in self.goals if goal.site == request.site])

    async def CreateGoal(self, request: Any, context: Any) -> Any:
        if request.goal.event == "refused":
            raise invalid("goal.filters[0][1]", '"page" is no property of the event')
        goal = self._made(self.goals, request.goal, "goal")
        return definition_pb2.CreateGoalResponse(goal=goal, directory_version=self.version)

    async def UpdateGoal(self, request: Any, context: Any) -> Any:
        goal = self._changed(self.goals, request.goal, request.update_mask)
        return definition_pb2.UpdateGoalResponse(goal=goal, directory_version=self.version)

    async def DeleteGoal(self, request: Any, context: Any) -> Any:
        self.goals.remove(self._found(self.goals, request.id))
        return definition_pb2.DeleteGoalResponse(directory_version=self.version)

    async def ListSegments(self, request: Any, context: Any) -> Any:
        caller().require_site(request.site)
        found = [segment for segment in self.segments if segment.site == request.site]
        return definition_pb2.ListSegmentsResponse(segments=found)

    async def CreateSegment(self, request: Any, context: Any) -> Any:
        segment = self._made(self.segments, request.segment, "segment")
        return definition_pb2.CreateSegmentResponse(segment=segment, directory_version=self.version)

    async def UpdateSegment(self, request: Any, context: Any) -> Any:
        segment = self._changed(self.segments, request.segment, request.update_mask)
        return definition_pb2.UpdateSegmentResponse(segment=segment, directory_version=self.version)

    async def DeleteSegment(self, request: Any, context: Any) -> Any:
        self.segments.remove(self._found(self.segments, request.id))
        return definition_pb2.DeleteSegmentResponse(directory_version=self.version)

    def _made(self, kept: list[Any], wanted: Any, word: str) -> Any:
        caller().require_site(wanted.site)
        if any(each.name == wanted.name for each in kept):
            raise MeshError(grpc.StatusCode.ALREADY_EXISTS, "this name is taken", field=f"{word}.name")
        made = type(wanted)()
        made.CopyFrom(wanted)
        made.id, made.created_at_us = f"{word}_{len(kept) + 1}", 1_767_268_800_000_000
        kept.append(made)
        self.version += 1
        return made

    def _changed(self, kept: list[Any], wanted: Any, mask: Any) -> Any:
        found = self._found(kept, wanted.id)
        self.definition_masks.append(list(mask.paths))
        mask.MergeMessage(wanted, found, replace_repeated_field=True)
        self.version += 1
        return found

    def _found(self, kept: list[Any], id: str) -> Any:
        found = next((each for each in kept if each.id == id and caller().sees(each.site)), None)
        if found is None:
            raise not_found(f'there is no "{id}"', field="id")
        return found
