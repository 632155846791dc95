"""Appends what calls bring, as many as wait in one commit, and keeps the chain's checkpoints and its retention."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import grpc
from analytics.v1 import audit_pb2

from mesh.clock import HOUR, NowUs
from mesh.errors import MeshError, unavailable
from mesh.telemetry import log
from writer.audit.chain import BrokenChainError, Place, Walk, base_of, linked, signed
from writer.audit.store import AuditStore
from writer.ingest.importer import oldest_kept_us

CHECKPOINT_EVERY_S: Final = 3_600.0
_MAX_WAITING, _MAX_TOGETHER = 2_000, 500

_Waiting = tuple[Sequence[audit_pb2.AuditEntry], asyncio.Future[None]]


class Recorder:
    """`key` chains and signs; it is 32 bytes from outside the database. `run` and `keep` are chores of the writer."""

    def __init__(self, store: AuditStore, key: bytes, now_us: NowUs, retention_months: int) -> None:
        self._store = store
        self._key = key
        self._now_us = now_us
        self._retention_months = retention_months
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._head: Place | None = None
        self._last_us = 0
        self._reading = asyncio.Lock()

    async def append(self, *entries: audit_pb2.AuditEntry) -> None:
        """Returns when they are on disk. Raises UNAVAILABLE where they cannot be written."""
        if len(self._waiting) >= _MAX_WAITING:
            raise unavailable("the audit log has more waiting than it can write")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, done))
        self._wake.set()
        await done

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                await self._write([self._waiting.popleft() for _ in range(min(len(self._waiting), _MAX_TOGETHER))])

    async def _write(self, group: Sequence[_Waiting]) -> None:
        try:
            await self._commit([entry for entries, _ in group for entry in entries])
        except Exception as error:  # a disk that is full, a database that is away: whoever waits must hear of it
            self._head = None
            log.warning("audit_not_written", entries=len(group), error=str(error))
            for _, done in group:
                if not done.done():
                    done.set_exception(unavailable("the audit log cannot be written now"))
            return
        for _, done in group:
            if not done.done():
                done.set_result(None)

    async def _commit(self, entries: Sequence[audit_pb2.AuditEntry]) -> None:
        """Another writer may have appended meanwhile: then the chain goes on from there. Times never go back along it,
        whatever a clock does: retention counts on that."""
        while True:
            if self._head is None:
                self._head, last_us = await self._store.head()
                self._last_us = max(self._last_us, last_us)
            at_us = max(self._last_us, self._now_us())
            made, after = linked(self._key, self._head, at_us, entries)
            if await self._store.append(self._head, made):
                self._head, self._last_us = after, at_us
                return
            self._head = None

    async def verify(self, kept: Mapping[int, bytes]) -> tuple[Place, Place, str]:
        """Where the chain begins, where it ends, and what is wrong with it ("" = nothing). `kept` are digests by number
        that somebody wrote down. One at a time: each reads everything. Raises FAILED_PRECONDITION for a number whose
        entry ran out."""
        async with self._reading:
            (head, _), checkpoints = await self._store.head(), await self._store.checkpoints()
            try:
                base = base_of(self._key, checkpoints)
                if too_old := [number for number in kept if number < base.number]:
                    raise _ran_out(too_old[0], base.number)
                own = {each.place.number: each.place.digest for each in checkpoints}
                known = {number: digest for number, digest in {**own, **kept}.items() if base.number < number}
                walk = Walk(self._key, base, known)
                walk.held_to(kept)
                async for entry, digest in self._store.walk(base.number, head.number):
                    walk.step(entry, digest)
                walk.end(head)
                await self._nothing_beside(base)
            except BrokenChainError as error:
                return Place(), head, str(error)
            return base, head, ""

    async def _nothing_beside(self, base: Place) -> None:
        """Raises BrokenChainError for an entry before the first or after the last: it was not written by us."""
        first, last = await self._store.bounds() or (base.number + 1, 0)
        head, _ = await self._store.head()  # of later than the bounds: what was appended meanwhile is before it
        if first <= base.number:
            raise BrokenChainError(f"entry {first:,} is there, though entries up to {base.number:,} ran out")
        if last > head.number:
            raise BrokenChainError(f"entry {last:,} lies beyond the log's head, {head.number:,}: it was added")

    async def keep(self) -> None:
        """A checkpoint every hour in which something was recorded, in the writer's log too; retention every day."""
        told, day = Place(), 0
        while True:
            try:
                head, _ = await self._store.head()
                if head not in (told, Place()):
                    await self._store.set_checkpoint(signed(self._key, head, self._now_us(), expired=False))
                    log.info("audit_checkpoint", number=head.number, digest=head.digest.hex())
                    told = head
                if day != (day := self._now_us() // (24 * HOUR)):
                    await self.expire()
            except Exception as error:  # a statement that took too long, a full disk: tried again in an hour
                log.warning("audit_not_kept", error=f"{type(error).__name__}: {error}")
                day = 0
            await asyncio.sleep(CHECKPOINT_EVERY_S)

    async def expire(self) -> int:
        """Take away entries that ran out of their retention; returns how many."""
        before = oldest_kept_us(self._retention_months, self._now_us())
        place = await self._store.last_before(before) if self._retention_months else None
        if place is None:
            return 0
        gone = 0
        async with self._reading:
            await self._store.set_checkpoint(signed(self._key, place, self._now_us(), expired=True))
            while some := await self._store.expire(place.number):
                gone += some
        log.info("audit_expired", entries=gone, before=datetime.fromtimestamp(before / 1e6, UTC).date().isoformat())
        return gone


def _ran_out(number: int, base: int) -> MeshError:
    message = f"entry {number:,} ran out of its retention, as all up to {base:,} did: keep a newer checkpoint"
    return MeshError(grpc.StatusCode.FAILED_PRECONDITION, message, field="checkpoints")
