"""QueryService: decode, ask, encode."""

import asyncio
import json
import time
from datetime import UTC, datetime
from typing import Any

import grpc
from analytics.v1 import query_pb2, query_pb2_grpc

from mesh.auth import caller, unknown_site
from mesh.clock import NowUs
from mesh.directory import DirectoryClient
from mesh.errors import MeshError
from query import language
from query.answer import answer, first_event
from query.clickhouse import Pool, not_ready
from query.console import Console
from query.follow import Follower
from query.labels import Row
from query.pages import Page, page_of, token_of

Context = grpc.aio.ServicerContext[Any, Any]
_AWAIT_S = 10.0


class QueryServicer(query_pb2_grpc.QueryServiceServicer):
    """Answers from the columnar copy; says up to which commit, and how fresh that is."""

    def __init__(
        self, pool: Pool, console: Console, follower: Follower, directory: DirectoryClient, now_us: NowUs
    ) -> None:
        self._pool = pool
        self._console = console
        self._follower = follower
        self._directory = directory
        self._now_us = now_us

    async def Query(self, request: query_pb2.QueryRequest, context: Context) -> query_pb2.QueryResponse:
        """One question: metrics by dimensions, filtered, over a range."""
        began = time.perf_counter()
        caller().require_site(request.site)
        site = self._directory.snapshot.sites.get(request.site)
        if site is None:
            raise unknown_site(request.site)
        if not self._follower.ready:
            raise not_ready()
        position, freshness_s = self._follower.position, self._follower.freshness_s
        page = page_of(request, datetime.fromtimestamp(self._now_us() / 1e6, UTC))
        zone = language.zone_of(request.timezone or site.timezone or "UTC")
        first = await first_event(self._pool, site.number) if "all" in request.date_range else None
        question = language.parse(request, site.number, zone, page, first)
        found = await answer(self._pool, question)
        following = Page(question.offset + len(found.rows), page.now)
        return query_pb2.QueryResponse(
            rows=[_row(row) for row in found.rows],
            next_page_token=token_of(request, following) if found.more else "",
            total_rows=found.total_rows,
            as_of_position=position,
            freshness_s=freshness_s,
            took_ms=(time.perf_counter() - began) * 1_000,
            warnings=found.warnings,
            resolved=language.resolved(request, question),
        )

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


def _row(row: Row) -> query_pb2.Row:
    return query_pb2.Row(
        dimensions=row.dimensions,
        metrics=[
            query_pb2.MetricValue(integer=value) if isinstance(value, int) else query_pb2.MetricValue(number=value)
            for value in row.metrics
        ],
    )
