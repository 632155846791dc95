"""Everything acknowledged in a run of any length, held against both stores: what is lost, what counts twice."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from analytics.v1 import query_pb2, query_pb2_grpc

from bench.mesh import Mesh
from mesh.channel import bearer, connect

# The fingerprint of the stream table's rows, taken of what ClickHouse holds.
_COPY = """
    SELECT count(), uniqExact(event_id),
           toString(groupBitXor(reinterpretAsInt64(reverse(substring(MD5(toString(event_id)), 1, 8)))))
    FROM events
"""
_TRUTH = """
    SELECT count(*) AS rows, count(DISTINCT event_id) AS events,
           bit_xor(('x' || left(md5(event_id::text), 16))::bit(64)::bigint) AS fingerprint
    FROM events
"""
_LOST = "SELECT count(*) FROM owed WHERE NOT EXISTS (SELECT FROM events WHERE events.event_id = owed.event_id)"


@dataclass(frozen=True, slots=True)
class Findings:
    """`lost`: acknowledged, and not there in PostgreSQL or ClickHouse. `twice`: rows beyond one for an id, in either.

    ClickHouse is held against PostgreSQL by count and fingerprint; one that differs alone counts as one lost.
    """

    acknowledged: int
    stored: int
    lost: int
    twice: int


class Books:
    """What callers were told is recorded."""

    def __init__(self) -> None:
        self._owed: set[UUID] = set()

    def note(self, acknowledged: Iterable[UUID]) -> None:
        self._owed.update(acknowledged)

    async def settle(self, mesh: Mesh) -> Findings:
        """Compare; nothing may be under way, and the copy must be at the head."""
        connection = await asyncpg.connect(mesh.ready["database"], timeout=30)
        try:
            await connection.execute("CREATE TEMPORARY TABLE owed (event_id uuid NOT NULL)")
            await connection.copy_records_to_table("owed", records=((one,) for one in self._owed))
            lost = await connection.fetchval(_LOST, timeout=300)
            truth = await connection.fetchrow(_TRUTH, timeout=300)
        finally:
            await connection.close()
        assert truth
        rows, events, fingerprint = await _ask(mesh, _COPY)
        twice = truth["rows"] - truth["events"] + rows - events
        missing = abs(truth["events"] - events) or fingerprint != str(truth["fingerprint"])
        return Findings(len(self._owed), truth["events"], lost + missing, twice)


async def _ask(mesh: Mesh, statement: str) -> list[Any]:
    """The one row of an answer of ClickHouse."""
    async with connect(mesh.ready["query"]) as channel:
        stub = query_pb2_grpc.QueryServiceStub(channel)
        request = query_pb2.SqlRequest(statement=statement)
        answer: query_pb2.SqlResponse = await stub.Sql(request, metadata=bearer(mesh.ready["admin_token"]), timeout=120)
    return json.loads(answer.rows[0])
