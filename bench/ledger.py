"""The oracle of every fault test: which events were acknowledged, and whether each is stored and counted once.

A ledger issues event ids; what an event says derives from its id, so that what is stored can be held against it. Only
acknowledged ids are owed. Clients send as an SDK does: they try again with the same ids until they are answered.
"""

# ruff: noqa: S608  (the label is a constant of the caller)

import asyncio
import hashlib
import http.client
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import grpc
from analytics.v1 import event_pb2, query_pb2, query_pb2_grpc, spool_pb2, spool_pb2_grpc, track_pb2, track_pb2_grpc

from bench.mesh import AGENT, Mesh, Reply
from mesh.channel import bearer, connect
from mesh.ids import new_id, uuid7_time_us

HOST = "shop.example"
_WINDOW_MS, _SESSIONS = 5_000, 8
_WAITS_S = (0.05, 1.0)
_TRY_LIMIT_S = 8.0
_CUT_S = (0.002, 0.03)
_DONE = ("accepted", "duplicate")
_WRONG = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.NOT_FOUND,
)
_IDS_ENDING = "0123456789abcdef"  # answers are fetched in sixteen slices, so that a long run fits into messages
_SETTLED_READINGS = 3


@dataclass(frozen=True, slots=True)
class Content:
    """What the event of an id says."""

    page: str
    title: str
    session_id: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the stores hold of a ledger's events.

    `stored` are ids in PostgreSQL, `counted` those in ClickHouse; `in_visits` and `in_pages` the page views that
    its aggregates add up to. `lost` are acknowledged ids that one of the two stores lacks, `twice` ids with more than
    one row, `spurious` ids that were never issued, `corrupted` those whose content is another than they were sent with.
    """

    acknowledged: int
    stored: int
    counted: int
    in_visits: int
    in_pages: int
    lost: int
    twice: int
    spurious: int
    corrupted: int

    @property
    def holds(self) -> bool:
        """Nothing lost, twice, spurious or corrupted, and every stored event counted once."""
        wrong = self.lost + self.twice + self.spurious + self.corrupted
        return wrong == 0 and self.stored == self.counted == self.in_visits == self.in_pages


class Ledger:
    """Ids issued and acknowledged under `label`, which is the first segment of every page.

    `duplicates` counts answers that said the event was there already; `refused` the reasons of events that no try can
    store, which are no longer owed; `tries_again` the tries that left something unanswered,
    `cuts` those that a client gave up after milliseconds.
    """

    def __init__(self, label: str = "ledger") -> None:
        self.label = label
        self.issued: set[str] = set()
        self.acknowledged: set[str] = set()
        self.duplicates = 0
        self.refused: Counter[str] = Counter()
        self.tries_again = 0
        self.cuts = 0
        self.stopped = False

    def issue(self) -> str:
        """A new event id."""
        event_id = new_id()
        self.issued.add(event_id)
        return event_id

    def acknowledge(self, event_id: str, *, duplicate: bool = False) -> None:
        """From now on the event is owed."""
        self.acknowledged.add(event_id)
        self.duplicates += duplicate

    def content(self, event_id: str) -> Content:
        """What the event says; some events share a session of a few seconds."""
        digest = hashlib.sha256(event_id.encode()).hexdigest()
        sent_ms = (uuid7_time_us(event_id) or 0) // 1_000
        began = f"{sent_ms - sent_ms % _WINDOW_MS:012x}"
        one = hashlib.sha256(f"{self.label} {began} {int(digest[:8], 16) % _SESSIONS}".encode()).hexdigest()
        session_id = f"{began[:8]}-{began[8:]}-7{one[:3]}-8{one[3:6]}-{one[6:18]}"
        return Content(f"/{self.label}/{digest[:16]}", f"Page {digest[16:32]}", session_id)

    def payload(self, event_id: str) -> dict[str, Any]:
        """The event as the SDK sends it, but for `appName` and `kind`."""
        said = self.content(event_id)
        page = {"pageUrl": f"https://{HOST}{said.page}", "pageTitle": said.title}
        return {"eventId": event_id, "sessionId": said.session_id, **page}

    def event(self, event_id: str, site: str = "") -> track_pb2.TrackEvent:
        """The event as a backend sends it."""
        said = self.content(event_id)
        return track_pb2.TrackEvent(
            event_id=event_id,
            site=site,
            kind=event_pb2.EVENT_KIND_PAGEVIEW,
            session_id=said.session_id,
            page_url=f"https://{HOST}{said.page}",
            page_title=said.title,
            user_agent=AGENT,
            ip="198.51.100.7",
        )

    async def settle(self, mesh: Mesh, within_s: float = 180) -> None:
        """Return when the spool is empty, nothing is in flight, the copy is at the head, and counts stand still.

        Raises TimeoutError with what was seen last.
        """
        seen: list[Any] = []
        try:
            async with (
                asyncio.timeout(within_s),
                connect(mesh.ready["edge"]) as edge,
                connect(mesh.ready["query"]) as query,
            ):
                spool, copy = spool_pb2_grpc.SpoolServiceStub(edge), query_pb2_grpc.QueryServiceStub(query)
                while len(seen) < _SETTLED_READINGS or any(reading != seen[-1] for reading in seen) or not seen[-1][0]:
                    seen = [*seen[1 - _SETTLED_READINGS :], await _reading(mesh, spool, copy)]
                    await asyncio.sleep(0.3)
        except TimeoutError:
            raise TimeoutError(f"the mesh did not settle within {within_s:.0f} s; seen last: {seen[-1:]}") from None

    async def verify(self, mesh: Mesh) -> Verdict:
        """Hold both stores against what was acknowledged."""
        in_store = await self.stored(mesh.ready["database"])
        async with connect(mesh.ready["query"]) as channel:
            ask = _Console(channel, mesh.ready["admin_token"])
            rows: list[list[Any]] = []
            for ending in _IDS_ENDING:
                rows += await ask(
                    "SELECT toString(event_id), hostname || page, page_title, toString(visit_id) FROM events "
                    f"WHERE startsWith(page, '/{self.label}/') AND endsWith(toString(event_id), '{ending}')"
                )
            ours = f"visit_id IN (SELECT visit_id FROM events WHERE startsWith(page, '/{self.label}/'))"
            ((in_visits,),) = await ask(f"SELECT sum(pageviews) FROM visits WHERE {ours}")
            ((in_pages,),) = await ask(f"SELECT sum(pageviews) FROM visit_pages WHERE {ours}")
        in_copy = Rows(rows)
        return Verdict(
            acknowledged=len(self.acknowledged),
            stored=len(in_store.times),
            counted=len(in_copy.times),
            in_visits=int(in_visits),
            in_pages=int(in_pages),
            lost=len(self.acknowledged - in_store.times.keys() | self.acknowledged - in_copy.times.keys()),
            twice=len(in_store.twice | in_copy.twice),
            spurious=len((in_store.times.keys() | in_copy.times.keys()) - self.issued),
            corrupted=len(in_store.corrupted(self) | in_copy.corrupted(self)),
        )

    async def stored(self, database: str) -> "Rows":
        """The rows of this ledger in PostgreSQL, whatever their site."""
        connection = await asyncpg.connect(database, timeout=30)
        try:
            rows = await connection.fetch("SELECT event_id::text AS id, event FROM events")
        finally:
            await connection.close()
        found: list[list[Any]] = []
        for row in rows:
            event = event_pb2.NormalizedEvent.FromString(row["event"])
            if event.page.startswith(f"/{self.label}/"):
                found.append([row["id"], event.hostname + event.page, event.page_title, event.visit_id])
        return Rows(found)


class Rows:
    """What a store holds of a ledger: `times` each id is there, out of rows of id, page with host, title, visit."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._rows = [
            (str(event_id), Content(page.removeprefix(HOST), title, visit)) for event_id, page, title, visit in rows
        ]
        self.times = Counter(event_id for event_id, _ in self._rows)

    @property
    def twice(self) -> set[str]:
        return {event_id for event_id, times in self.times.items() if times > 1}

    def corrupted(self, ledger: Ledger) -> set[str]:
        return {event_id for event_id, said in self._rows if said != ledger.content(event_id)}


class Client:
    """Sends page views through one door, `batch` at a time, each until it is acknowledged.

    `door` is "http" (the gateway) or "grpc" (the edge). A part of the tries (`cut`) is given up after a few
    milliseconds: its connection goes, its answer is lost, and its ids are sent again.
    """

    def __init__(
        self, ledger: Ledger, mesh: Mesh, door: str, batch: int = 1, *, pause_s: float = 0.02, cut: float = 0.02
    ) -> None:
        self._ledger = ledger
        self._mesh = mesh
        self._door = door
        self._batch = batch
        self._pause_s = pause_s
        self._cut = cut

    async def run(self) -> None:
        """Send until the ledger is stopped, then until the last event is acknowledged."""
        async with connect(self._mesh.ready["edge"]) as channel:
            stub = track_pb2_grpc.TrackServiceStub(channel)
            while not self._ledger.stopped:
                ids = [self._ledger.issue() for _ in range(self._batch)]
                await self._deliver(stub, ids)
                await asyncio.sleep(self._pause_s)

    async def send(self, count: int) -> list[str]:
        """Send so many events; their ids, once all are acknowledged."""
        sent: list[str] = []
        async with connect(self._mesh.ready["edge"]) as channel:
            stub = track_pb2_grpc.TrackServiceStub(channel)
            while len(sent) < count:
                ids = [self._ledger.issue() for _ in range(min(self._batch, count - len(sent)))]
                await self._deliver(stub, ids)
                sent += ids
        return sent

    async def send_again(self, ids: Sequence[str]) -> None:
        """Send events that were acknowledged once more, as a client does whose answers were lost."""
        async with connect(self._mesh.ready["edge"]) as channel:
            await self._deliver(track_pb2_grpc.TrackServiceStub(channel), ids)

    async def _deliver(self, stub: Any, ids: Sequence[str]) -> None:
        waiting = list(ids)
        wait_s, most_s = _WAITS_S
        while waiting:
            cut = random.random() < self._cut
            self._ledger.cuts += cut
            limit_s = random.uniform(*_CUT_S) if cut else _TRY_LIMIT_S
            try:
                if self._door == "grpc":
                    tried = await self._over_grpc(stub, waiting, limit_s)
                else:
                    tried = await self._over_http(waiting, limit_s)
            except (OSError, TimeoutError, http.client.HTTPException):
                tried = set[str]()
            waiting = [event_id for event_id in waiting if event_id not in tried]
            if waiting:
                self._ledger.tries_again += 1
                await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))
                wait_s = min(wait_s * 2, most_s)

    async def _over_http(self, ids: Sequence[str], limit_s: float) -> set[str]:
        """Ids that need no other try."""
        if len(ids) == 1:
            reply = await self._post("view", self._ledger.payload(ids[0]), limit_s)
        else:
            events = [{"kind": "view", **self._ledger.payload(event_id)} for event_id in ids]
            reply = await self._post("batch", {"events": events}, limit_s)
        if reply.status >= 500 or reply.status == 429:
            return set()
        if reply.status != 202:
            return self._refuse(ids, f"{reply.status} {reply.body[:200].decode(errors='replace')}")
        answer = reply.json()
        for result in answer.get("results", [answer]):
            if result["status"] in _DONE:
                self._ledger.acknowledge(result["eventId"], duplicate=result["status"] == "duplicate")
            else:
                self._refuse([result["eventId"]], json.dumps(result))
        return set(ids)

    async def _post(self, path: str, payload: dict[str, Any], limit_s: float) -> Reply:
        body = {"appName": self._mesh.site, **payload}
        return await self._mesh.http("POST", f"/track/{path}", body, timeout_s=limit_s)

    async def _over_grpc(self, stub: Any, ids: Sequence[str], limit_s: float) -> set[str]:
        metadata = bearer(self._mesh.ready["ingest_key"])
        events = [self._ledger.event(event_id, self._mesh.site) for event_id in ids]
        try:
            if len(events) == 1:
                request = track_pb2.TrackRequest(event=events[0])
                results = [(await stub.Track(request, metadata=metadata, timeout=limit_s)).result]
            else:
                batch = track_pb2.TrackBatchRequest(events=events)
                results = (await stub.TrackBatch(batch, metadata=metadata, timeout=limit_s)).results
        except grpc.aio.AioRpcError as error:
            return self._refuse(ids, f"{error.code().name} {error.details()}") if error.code() in _WRONG else set()
        code = track_pb2.TrackResult
        done = set[str]()
        for result in results:
            if result.code == code.CODE_UNAVAILABLE:
                continue
            done.add(result.event_id)
            if result.code in (code.CODE_ACCEPTED, code.CODE_DUPLICATE):
                self._ledger.acknowledge(result.event_id, duplicate=result.code == code.CODE_DUPLICATE)
            else:
                self._refuse([result.event_id], f"{code.Code.Name(result.code)} {result.reason}")
        return done

    def _refuse(self, ids: Sequence[str], reason: str) -> set[str]:
        self._ledger.refused[reason] += len(ids)
        return set(ids)


class _Console:
    """Statements on ClickHouse through QueryService."""

    def __init__(self, channel: grpc.aio.Channel, token: str) -> None:
        self._stub = query_pb2_grpc.QueryServiceStub(channel)
        self._token = token

    async def __call__(self, statement: str) -> list[list[Any]]:
        request = query_pb2.SqlRequest(statement=statement, max_rows=1_000_000)
        answer = await self._stub.Sql(request, metadata=bearer(self._token), timeout=120)
        return [json.loads(row) for row in answer.rows]


async def _reading(mesh: Mesh, spool: Any, copy: Any) -> tuple[bool, Any]:
    """Whether nothing is under way, and what was seen."""
    token = bearer(mesh.ready["admin_token"])
    try:
        ((head, events),) = await mesh.sql("SELECT (SELECT position FROM stream_head), (SELECT count(*) FROM events)")
        status: spool_pb2.SpoolServiceStatusResponse = await spool.Status(
            spool_pb2.SpoolServiceStatusRequest(), metadata=token, timeout=10
        )
        # an edge that has not met its spool yet knows of no entries: this one asks the spool itself
        waiting = (await spool.Inspect(spool_pb2.InspectRequest(limit=1), metadata=token, timeout=10)).entries
        behind: query_pb2.StatusResponse = await copy.Status(query_pb2.StatusRequest(), metadata=token, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError, grpc.aio.AioRpcError) as error:
        return False, f"{type(error).__name__}: {error}"
    seen = (head, events, status.entries, status.balance.in_flight, behind.position)
    at_rest = not waiting and (status.entries, status.balance.in_flight, behind.position) == (0, 0, head)
    return at_rest, seen
