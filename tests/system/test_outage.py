"""The writer away: events are still acknowledged, from the spool, and all are stored when it is back."""

import asyncio
import signal
import uuid
from typing import Any

import grpc
from analytics.v1 import spool_pb2, spool_pb2_grpc

from bench.mesh import Mesh
from mesh.channel import bearer
from mesh.ids import new_id


async def test_f03_views_are_acknowledged_while_the_writer_hangs_and_stored_when_it_is_back(
    mesh: Mesh, channels: dict[str, grpc.aio.Channel], eventually: Any
) -> None:
    spool = spool_pb2_grpc.SpoolServiceStub(channels["edge"])
    operator = bearer(mesh.ready["admin_token"])

    async def status() -> spool_pb2.SpoolServiceStatusResponse:
        return await spool.Status(spool_pb2.SpoolServiceStatusRequest(), metadata=operator, timeout=10)

    ids = [new_id() for _ in range(40)]
    mesh.kill("writer", signal.SIGSTOP)
    try:
        for event_id in ids:
            reply = await mesh.view("/outage", eventId=event_id)
            assert (reply.status, reply.json()) == (202, {"status": "accepted", "eventId": event_id})
        during = await status()
        assert during.entries > 0
        assert during.balance.spooled > 0
        assert during.breaker in ("open", "half_open")
    finally:
        mesh.kill("writer", signal.SIGCONT)

    async def stored() -> int:
        wanted = [uuid.UUID(event_id) for event_id in ids]
        (row,) = await mesh.sql("SELECT count(*) FROM events WHERE event_id = ANY($1)", wanted)
        return row["count"]

    await eventually(stored, 40)
    await eventually(lambda: mesh.query(["pageviews"], filters=[["is", "page", ["/outage"]]]), [([], [40])])

    async def left() -> tuple[int, int, str]:
        assert (await mesh.view("/after")).status == 202
        now = await status()
        return now.entries, now.balance.in_flight, now.breaker

    await eventually(left, (0, 0, "closed"))
    balance = (await status()).balance
    settled = balance.stored + balance.duplicate + balance.ignored + balance.rejected + balance.spooled
    assert balance.acknowledged + balance.carried == settled


async def test_f11_without_spool_and_writer_nothing_is_acknowledged(mesh: Mesh, eventually: Any) -> None:
    mesh.kill("redis", signal.SIGSTOP)
    mesh.kill("writer", signal.SIGSTOP)
    event_id = new_id()
    try:
        reply = await mesh.view("/refused", eventId=event_id)
        assert reply.status == 503
        assert int(reply.headers["retry-after"]) >= 1
    finally:
        mesh.kill("redis", signal.SIGCONT)
        mesh.kill("writer", signal.SIGCONT)

    async def retry() -> int:
        return (await mesh.view("/refused", eventId=event_id)).status

    await eventually(retry, 202)
    await eventually(lambda: mesh.query(["pageviews"], filters=[["is", "page", ["/refused"]]]), [([], [1])])


async def test_f20_views_keep_their_place_in_the_day_when_the_drain_brings_them(mesh: Mesh, eventually: Any) -> None:
    """One session, half before and half in the outage: one visit, whose duration is that of its events."""
    session = new_id()
    assert (await mesh.view("/one", sessionId=session)).status == 202
    mesh.kill("writer", signal.SIGSTOP)
    try:
        await asyncio.sleep(2)
        assert (await mesh.view("/two", sessionId=session)).status == 202
    finally:
        mesh.kill("writer", signal.SIGCONT)

    async def visit() -> Any:
        rows = await mesh.query(["visits", "pageviews", "visit_duration"], filters=[["is", "entry_page", ["/one"]]])
        (_, (visits, views, duration)) = rows[0]
        return visits, views, duration >= 2

    await eventually(visit, (1, 2, True))
