"""QueryService: decode, ask, encode."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Generator
from typing import Any

import grpc
from analytics.v1 import account_pb2, query_pb2, query_pb2_grpc

from mesh.auth import caller
from mesh.errors import MeshError, invalid
from query import language, messages, page
from query.answer import Answer, answer, compared_rows, warnings_of_paths
from query.asking import Asking, Desk, instants
from query.cache import Source
from query.cohort import cohort
from query.compare import Compared, beside, compared_range, joined
from query.console import Console
from query.cursor import cursor_of
from query.experiment import experiment
from query.explain import Recorder, explaining
from query.follow import Follower
from query.funnel import funnel
from query.journey import journey
from query.language import Question, Scoped
from query.pages import Page, page_of, token_of
from query.ranges import Range, buckets
from query.visits import get_visit, list_visits

Context = grpc.aio.ServicerContext[Any, Any]
_AWAIT_S = 10.0


class QueryServicer(query_pb2_grpc.QueryServiceServicer):
    """Answers from the columnar copy; says up to which commit, and how fresh that is."""

    def __init__(self, desk: Desk, console: Console, follower: Follower) -> None:
        self._desk = desk
        self._console = console
        self._follower = follower

    async def Query(self, request: query_pb2.QueryRequest, context: Context) -> query_pb2.QueryResponse:
        """One question: metrics by dimensions, filtered, over a range."""
        async with self._desk.asking(request.site, request.date_range) as asking:
            begun = page_of(request, asking.now)
            zone = language.zone_of(request.timezone or asking.site.timezone or "UTC")
            question = language.parse(request, asking.site.number, zone, begun, asking.first, asking.definitions)
            compared = compared_range(request.compare, question.span) if request.HasField("compare") else None
            labels = _time_labels(request, question)
            with _explaining(request) as recorder:
                spans = (question.span, compared) if compared else (question.span,)
                source = asking.pool if recorder else await self._desk.remembered(asking, spans)
                found = await answer(source, question)
                others = await _beside(source, question, compared, found)
            following = Page(question.offset + len(found.rows), begun.now)
            return query_pb2.QueryResponse(
                rows=[messages.row_of(*pair) for pair in zip(found.rows, others, strict=True)],
                next_page_token=token_of(request, following) if found.more else "",
                total_rows=found.total_rows,
                as_of_position=asking.position,
                freshness_s=asking.freshness_s,
                took_ms=asking.took_ms,
                warnings=found.warnings,
                resolved=language.resolved(request, question),
                time_labels=labels,
                explanation=messages.explained(recorder.statements) if recorder else (),
                compared_range=instants(compared) if compared else (),
            )

    async def Page(self, request: query_pb2.PageRequest, context: Context) -> query_pb2.PageResponse:
        """All that a dashboard's page shows."""
        scope = request.scope
        async with self._desk.asking(scope.site, scope.date_range) as asking:
            zone = language.zone_of(scope.timezone or asking.site.timezone or "UTC")
            asked = page.asked(request, asking.site.number, zone, asking.now, asking.first, asking.definitions)
            source = await self._desk.remembered(asking, asked.spans)
            found = await page.answer_page(source, asked)
            span = asked.totals.span
            meta = asking.meta(scope, span, found.warnings)
            return messages.page_of(asked, found, unfinished=asking.now < span.end, meta=meta)

    async def Funnel(self, request: query_pb2.FunnelRequest, context: Context) -> query_pb2.FunnelResponse:
        """How many got from step to step."""
        async with self._about(request.scope) as (asking, scoped):
            groups = await funnel(asking.pool, request, scoped)
            warnings = await warnings_of_paths(asking.pool, scoped)
            return query_pb2.FunnelResponse(groups=groups, meta=asking.meta(request.scope, scoped.span, warnings))

    async def Cohort(self, request: query_pb2.CohortRequest, context: Context) -> query_pb2.CohortResponse:
        """How many identified users came back."""
        async with self._about(request.scope) as (asking, scoped):
            rows = await cohort(asking.pool, request, scoped, asking.now)
            return query_pb2.CohortResponse(cohorts=rows, meta=asking.meta(request.scope, scoped.span))

    async def Journey(self, request: query_pb2.JourneyRequest, context: Context) -> query_pb2.JourneyResponse:
        """Where visits went, or came from."""
        async with self._about(request.scope) as (asking, scoped):
            groups = await journey(asking.pool, request, scoped)
            warnings = await warnings_of_paths(asking.pool, scoped)
            return query_pb2.JourneyResponse(groups=groups, meta=asking.meta(request.scope, scoped.span, warnings))

    async def Experiment(self, request: query_pb2.ExperimentRequest, context: Context) -> query_pb2.ExperimentResponse:
        """An A/B test's variants compared."""
        async with self._about(request.scope) as (asking, scoped):
            groups = await experiment(asking.pool, request, scoped)
            return query_pb2.ExperimentResponse(groups=groups, meta=asking.meta(request.scope, scoped.span))

    async def ListVisits(self, request: query_pb2.ListVisitsRequest, context: Context) -> query_pb2.ListVisitsResponse:
        """Single visits, newest first."""
        scope = request.scope
        async with self._desk.asking(scope.site, scope.date_range) as asking:
            cursor = cursor_of(request, asking.now)
            scoped = asking.scoped(scope, cursor.now)
            found = await list_visits(asking.pool, request, scoped, cursor)
            found.meta.CopyFrom(asking.meta(scope, scoped.span))
            return found

    async def GetVisit(self, request: query_pb2.GetVisitRequest, context: Context) -> query_pb2.GetVisitResponse:
        """One visit's events in order."""
        async with self._desk.asking(request.site) as asking:
            found = await get_visit(asking.pool, request, asking.site.number)
            found.meta.CopyFrom(asking.meta(query_pb2.Scope(site=request.site), None))
            return found

    async def Await(self, request: query_pb2.AwaitRequest, context: Context) -> query_pb2.AwaitResponse:
        """Return when everything committed up to a position is in the answers."""
        limit_s = max(0.0, (context.time_remaining() or _AWAIT_S) - 0.05)
        try:
            async with asyncio.timeout(limit_s):
                await self._follower.reach(request.position)
        except TimeoutError:
            reached = f"the copy holds position {self._follower.position}, not yet {request.position}"
            raise MeshError(grpc.StatusCode.DEADLINE_EXCEEDED, reached, field="position") from None
        return query_pb2.AwaitResponse(position=self._follower.position)

    async def Sql(self, request: query_pb2.SqlRequest, context: Context) -> query_pb2.SqlResponse:
        """One read-only statement."""
        table = await self._console.ask(request.statement, request.max_rows)
        return query_pb2.SqlResponse(
            columns=table.columns,
            rows=[json.dumps(row, default=str, ensure_ascii=False) for row in table.rows],
        )

    async def Status(self, request: query_pb2.StatusRequest, context: Context) -> query_pb2.StatusResponse:
        """How far the copy has come."""
        return query_pb2.StatusResponse(
            position=self._follower.position,
            head=self._follower.head,
            freshness_s=self._follower.freshness_s,
            repaired_ranges=self._follower.repaired_ranges,
        )

    @contextlib.asynccontextmanager
    async def _about(self, scope: query_pb2.Scope) -> AsyncGenerator[tuple[Asking, Scoped]]:
        async with self._desk.asking(scope.site, scope.date_range) as asking:
            yield asking, asking.scoped(scope)


def _time_labels(request: query_pb2.QueryRequest, question: Question) -> list[str]:
    if not request.time_labels:
        return []
    if not question.grain:
        raise invalid("include.time_labels", "there is no time among the dimensions; add e.g. time:day")
    return buckets(question.grain, question.span)


@contextlib.contextmanager
def _explaining(request: query_pb2.QueryRequest) -> Generator[Recorder | None]:
    if not request.explain:
        yield None
        return
    caller().require_role(account_pb2.ROLE_ADMIN, request.site, "explain")
    with explaining() as recorder:
        yield recorder


async def _beside(source: Source, question: Question, compared: Range | None, found: Answer) -> list[Compared | None]:
    """What stands beside each row."""
    if compared is None:
        return [None] * len(found.rows)
    before = await compared_rows(source, question, compared, found.rows)
    where = beside(question.dimensions, question.grain, question.span, compared)
    return joined(question.metrics, found.rows, before, where)
