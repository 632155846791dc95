"""Many events in the spool, put there as a backend does it: TrackBatch of 500 at the edge, the writer away."""

import asyncio
import time
from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from analytics.v1 import track_pb2

from bench.mesh import Mesh
from bench.traffic import Traffic
from mesh.channel import bearer, connect
from mesh.ids import new_id

_BATCH, _AT_ONCE = 500, 4
_LIMIT_S = 30.0


async def fill(mesh: Mesh, events: int) -> tuple[list[UUID], float]:
    """Ids of so many acknowledged events, and the seconds it took. Raises RuntimeError if the edge refuses one."""
    acknowledged: list[UUID] = []
    requests = islice(_requests(mesh.site), -(-events // _BATCH))
    token = bearer(mesh.ready["ingest_key"])
    async with connect(mesh.ready["edge"]) as channel:
        call = channel.unary_unary(
            "/analytics.v1.TrackService/TrackBatch",
            response_deserializer=track_pb2.TrackBatchResponse.FromString,
        )

        async def send() -> None:
            for request in requests:
                response = await call(request, metadata=token, timeout=_LIMIT_S)
                for result in response.results:
                    if result.code != track_pb2.TrackResult.CODE_ACCEPTED:
                        raise RuntimeError(f"the edge refused an event: {result}")
                    acknowledged.append(UUID(result.event_id))

        began = time.monotonic()
        async with asyncio.TaskGroup() as senders:
            for _ in range(_AT_ONCE):
                senders.create_task(send())
    return acknowledged, time.monotonic() - began


def _requests(site: str) -> Iterator[bytes]:
    """Made as they are sent: all of them at once would take hundreds of megabytes."""
    views = iter(Traffic(seed=2))
    session_id = new_id()
    while True:
        events: list[track_pb2.TrackEvent] = []
        for view in islice(views, _BATCH):
            if view.sequence == 1:
                session_id = new_id()
            events.append(view.event(site, new_id(), session_id))
        yield track_pb2.TrackBatchRequest(events=events).SerializeToString()
