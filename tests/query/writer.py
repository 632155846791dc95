"""A writer as its followers see it: Follow, Directory, Audit over real gRPC, from a list of events kept in memory."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

import grpc
from analytics.v1 import (
    account_pb2,
    audit_pb2,
    audit_pb2_grpc,
    definition_pb2,
    directory_pb2,
    directory_pb2_grpc,
    event_pb2,
    follow_pb2,
    follow_pb2_grpc,
    query_pb2,
    site_pb2,
)

MESH_TOKEN = "mesh-token-of-the-tests"
ADMIN_KEY, READ_KEY, OTHER_KEY, INGEST_KEY = "am_key_admin", "am_key_read", "am_key_other", "am_ingest_demo"

_F = query_pb2.Filter
SEGMENTS = {
    "seg_country": _F(operator=_F.OPERATOR_IS, dimension="country", values=["DE"]),
    "seg_page": _F(operator=_F.OPERATOR_CONTAINS, dimension="page", values=["/blog"]),
    "seg_plan": _F(operator=_F.OPERATOR_IS, dimension="prop:plan", values=["pro"]),
}
"""Of the site `other`."""


def link(segment: str) -> directory_pb2.Credential:
    """A share link of the site `other`, whole or limited to a segment; its secret is `am_share_SEGMENT`."""
    return directory_pb2.Credential(
        secret_sha256=hashlib.sha256(f"am_share_{segment}".encode()).digest(),
        id=f"shr_{segment}",
        grants=[account_pb2.Grant(site="other", role=account_pb2.ROLE_GUEST)],
        segment=segment,
    )


def fingerprint(events: Iterable[event_pb2.NormalizedEvent]) -> int:
    total = 0
    for event in events:
        total ^= int.from_bytes(hashlib.md5(event.event_id.encode()).digest()[:8], "big", signed=True)
    return total


def delimited(events: Iterable[event_pb2.NormalizedEvent], position: int) -> bytes:
    parts: list[bytes] = []
    for event in events:
        event.position = position
        body = event.SerializeToString()
        size, prefix = len(body), bytearray()
        while size > 0x7F:
            prefix.append(size & 0x7F | 0x80)
            size >>= 7
        parts += [bytes([*prefix, size]), body]
    return b"".join(parts)


def commit_of(position: int, events: list[event_pb2.NormalizedEvent]) -> follow_pb2.Commit:
    return follow_pb2.Commit(
        position=position,
        kind=follow_pb2.COMMIT_KIND_EVENTS,
        count=len(events),
        fingerprint=fingerprint(events),
        events=delimited(events, position),
    )


class Truth:
    """What was committed. An erasure removes events from the commits before it, as the writer does."""

    def __init__(self) -> None:
        self.batches: list[list[event_pb2.NormalizedEvent]] = []
        self.erasures: dict[int, follow_pb2.Commit] = {}

    @property
    def head(self) -> int:
        return len(self.batches)

    @property
    def events(self) -> list[event_pb2.NormalizedEvent]:
        return [event for batch in self.batches for event in batch]

    def commit(self, events: list[event_pb2.NormalizedEvent]) -> int:
        self.batches.append(events)
        return self.head

    def erase(self, visit_ids: Iterable[str] = (), event_ids: Iterable[str] = ()) -> int:
        visits, single = set(visit_ids), set(event_ids)
        self.batches = [
            [event for event in batch if event.visit_id not in visits and event.event_id not in single]
            for batch in self.batches
        ]
        self.batches.append([])
        self.erasures[self.head] = follow_pb2.Commit(
            position=self.head,
            kind=follow_pb2.COMMIT_KIND_ERASURE,
            erased_visit_ids=sorted(visits),
            erased_event_ids=sorted(single),
        )
        return self.head

    def restore(self, head: int) -> None:
        """As from a dump that was taken when that position was the newest."""
        del self.batches[head:]
        self.erasures = {position: commit for position, commit in self.erasures.items() if position <= head}

    def commits(self, after: int) -> list[follow_pb2.Commit]:
        return [
            self.erasures.get(position) or commit_of(position, self.batches[position - 1])
            for position in range(after + 1, self.head + 1)
        ]


class Follow(follow_pb2_grpc.FollowServiceServicer):
    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.changed = asyncio.Condition()

    async def Follow(self, request: Any, context: Any) -> AsyncIterator[follow_pb2.FollowResponse]:
        after = request.after_position
        if after > self.truth.head:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the database is an older one")
        while True:
            commits = self.truth.commits(after)[:1_000]
            after = commits[-1].position if commits else after
            yield follow_pb2.FollowResponse(commits=commits, head=self.truth.head)
            async with self.changed:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.changed.wait(), 0.2)


class Directory(directory_pb2_grpc.DirectoryServiceServicer):
    def __init__(self, sites: list[site_pb2.Site]) -> None:
        def key(secret: str, site: str, scope: site_pb2.KeyScope) -> directory_pb2.Credential:
            digest = hashlib.sha256(secret.encode()).digest()
            return directory_pb2.Credential(secret_sha256=digest, id=f"key_{secret[-5:]}", site=site, scope=scope)

        self.directory = directory_pb2.Directory(
            version=1,
            sites=sites,
            credentials=[
                key(ADMIN_KEY, "", site_pb2.KEY_SCOPE_ADMIN),
                key(READ_KEY, sites[0].id, site_pb2.KEY_SCOPE_READ),
                key(OTHER_KEY, "other", site_pb2.KEY_SCOPE_READ),
                key(INGEST_KEY, sites[0].id, site_pb2.KEY_SCOPE_INGEST),
                *(link(name) for name in ("", *SEGMENTS, "seg_gone")),
            ],
            goals=[definition_pb2.Goal(id="goal_1", site="other", name="Signup", event="signup")],
            segments=[
                definition_pb2.Segment(id=id, site="other", name=id, filters=[item]) for id, item in SEGMENTS.items()
            ],
        )

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[directory_pb2.DirectoryServiceWatchResponse]:
        yield directory_pb2.DirectoryServiceWatchResponse(directory=self.directory, version=1)
        while True:
            await asyncio.sleep(1)
            yield directory_pb2.DirectoryServiceWatchResponse(version=1)


class Audit(audit_pb2_grpc.AuditServiceServicer):
    """Takes every entry."""

    async def AppendAudit(self, request: audit_pb2.AppendAuditRequest, context: Any) -> audit_pb2.AppendAuditResponse:
        return audit_pb2.AppendAuditResponse()


class Writer:
    """The double, listening. `stop` closes the port; `start` takes the same one again."""

    def __init__(self, truth: Truth, sites: list[site_pb2.Site]) -> None:
        self.truth, self.port = truth, 0
        self._sites = sites

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.follow = Follow(self.truth)
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        follow_pb2_grpc.add_FollowServiceServicer_to_server(self.follow, self._server)
        audit_pb2_grpc.add_AuditServiceServicer_to_server(Audit(), self._server)
        directory_pb2_grpc.add_DirectoryServiceServicer_to_server(Directory(self._sites), self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(None)

    async def commit(self, events: list[event_pb2.NormalizedEvent]) -> int:
        position = self.truth.commit(events)
        await self.announce()
        return position

    async def announce(self) -> None:
        async with self.follow.changed:
            self.follow.changed.notify_all()
