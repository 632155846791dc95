"""The spool: where a batch is durable while the writer is away.

Appends that wait while one is under way share the next one: a group commit, one fsync for all of them.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analytics.v1 import ingest_pb2

from edge.balance import Balance
from edge.seal import CHUNK_EVENTS, HEADER_BYTES, Header, Sealer, Unopenable
from edge.store import Store, StoreError, Totals
from mesh.clock import NowUs
from mesh.telemetry import log

_CHUNK_BYTES = 4 * 1024 * 1024  # of content in one chunk, where a single batch has no more
_GROUP_EVENTS = 10_000  # events of one transaction
_CHECK_S = 1.0
_APART_S = 0.005  # between two appends under load: a chunk of one event has three times the bytes of one of five
_FILE_BYTES = 16 * 1024 * 1024  # of Redis' file with an empty spool; more is given back

Outcome = ingest_pb2.IngestOutcome


class SpoolRefused(Exception):
    """Nothing was acknowledged; `full` where the limit was reached, and not a fault of Redis."""

    def __init__(self, message: str, *, full: bool = False) -> None:
        super().__init__(message)
        self.full = full


@dataclass(slots=True)
class _Append:
    envelopes: Sequence[bytes]
    done: asyncio.Future[None]


@dataclass(frozen=True, slots=True)
class Settled:
    """A chunk and the writer's outcomes for its envelopes."""

    header: Header
    outcomes: Sequence[Outcome]


class Spool:
    """Appends and removes chunks, within limits, and keeps the balance of both.

    `usable` says whether an append would be taken now, `trouble` why not; `totals` is the size as last heard. `alone`
    is False once another edge was seen to drain this spool: what that edge took then cannot be told from what Redis
    lost.
    """

    def __init__(
        self, store: Store, sealer: Sealer, balance: Balance, now_us: NowUs, max_entries: int, max_bytes: int
    ) -> None:
        self.totals = Totals(0, 0, 0, 0)
        self.max_entries = max_entries
        self.max_bytes = max_bytes
        self.filled = asyncio.Event()
        self.alone = True
        self.trouble = "it has not been reached yet"
        self._store = store
        self._sealer = sealer
        self._balance = balance
        self._now_us = now_us
        self._run_id: str | None = None  # of the Redis whose content is in the books; None until it was heard
        self._held: set[bytes] = set()  # headers of the chunks in `spooled`: found at start, or acknowledged to us
        self._compacted = False
        self._waiting: list[_Append] = []
        self._appending: asyncio.Task[None] | None = None
        self._next_append = 0.0
        self._watching: asyncio.Task[None] | None = None
        self._unremoved: list[Settled] = []

    @property
    def full(self) -> bool:
        return self.totals.entries >= self.max_entries or self.totals.bytes >= self.max_bytes

    @property
    def usable(self) -> bool:
        return not self.trouble and not self.full

    async def start(self) -> None:
        """Meet Redis and count what it holds; where it is away that happens later."""
        await self._check()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._appending:
            await self._appending
        await self._store.close()

    async def append(self, envelopes: Sequence[bytes]) -> None:
        """Return when the envelopes are fsynced. Raises SpoolRefused, and then they are not to be acknowledged."""
        entry = _Append(envelopes, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        if self._appending is None:
            self._appending = asyncio.create_task(self._append_waiting())
        await entry.done

    async def settle(self, batch: Sequence[Settled]) -> None:
        """Remove the oldest chunks, whose outcomes are all known, and count them. Raises StoreError.

        A removal that was not answered is looked into at the next `read`.
        """
        self._unremoved = list(batch)
        removed = await self._store.remove([settled.header.raw for settled in batch])
        self._count(self._unremoved[:removed])
        self._unremoved = []
        await self._check()

    async def read(self, envelopes: int, size: int) -> list[bytes]:
        """The oldest chunks. Raises StoreError."""
        chunks = await self._store.read(envelopes, size)
        if self._unremoved and not (chunks and chunks[0].startswith(self._unremoved[0].header.raw)):
            self._count(self._unremoved)  # the removal had happened, its answer was lost
        self._unremoved = []
        return chunks

    async def peek(self, entries: int) -> list[bytes]:
        """The oldest entries, to look at. Raises StoreError."""
        return await self._store.peek(entries)

    def open(self, chunk: bytes) -> list[bytes]:
        """The envelopes of a chunk. Raises Unopenable."""
        return self._sealer.open(chunk)

    async def set_aside(self, chunk: bytes, reason: str) -> None:
        """Take the oldest chunk out of the way, with its bytes; its envelopes stay counted as spooled."""
        if await self._store.set_aside(chunk):
            log.error("chunk_set_aside", reason=reason, bytes=len(chunk))
        await self._check()

    def _count(self, batch: Sequence[Settled]) -> None:
        for settled in batch:
            envelopes = settled.header.envelopes
            if settled.header.raw in self._held:
                self._held.discard(settled.header.raw)
                self._balance.spooled -= envelopes
            else:
                self._balance.carried += envelopes  # from another edge, or an append whose answer was lost
            self._balance.settle(settled.outcomes)

    async def _append_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            await asyncio.sleep(self._next_append - loop.time())
            self._next_append = loop.time() + _APART_S
            group: list[_Append] = []
            events = 0
            while self._waiting and (not group or events + len(self._waiting[0].envelopes) <= _GROUP_EVENTS):
                group.append(self._waiting.pop(0))
                events += len(group[-1].envelopes)
            error: SpoolRefused | None = None
            try:
                await self._push([envelope for entry in group for envelope in entry.envelopes])
            except SpoolRefused as refused:
                error = refused
            except Exception as unforeseen:
                log.error("append_failed", error=type(unforeseen).__name__, exc_info=unforeseen)
                error = SpoolRefused("the spool failed")
            for entry in group:
                if entry.done.done():
                    continue
                if error:
                    entry.done.set_exception(error)
                else:
                    entry.done.set_result(None)
        self._appending = None

    async def _push(self, envelopes: Sequence[bytes]) -> None:
        if self._run_id is None:
            await self._check()
            if self._run_id is None:
                raise SpoolRefused(self.trouble)
        now = self._now_us()
        chunks = [self._sealer.seal(part, now) for part in _parts(envelopes)]
        size = sum(map(len, chunks))
        if self.totals.entries + len(chunks) > self.max_entries or self.totals.bytes + size > self.max_bytes:
            raise SpoolRefused("the spool is full", full=True)
        try:
            self.totals = await self._store.push(chunks, len(envelopes))
        except StoreError as error:
            self.trouble = str(error)
            log.warning("spool_refused", error=self.trouble)
            raise SpoolRefused(f"the spool refuses: {self.trouble}") from error
        self._held.update(chunk[:HEADER_BYTES] for chunk in chunks)
        self._balance.spooled += len(envelopes)
        self.trouble = ""
        self._compacted = False
        self.filled.set()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_CHECK_S)
            await self._check()

    async def _check(self) -> None:
        try:
            self.totals = await self._store.check()
            if self._store.run_id != self._run_id:
                await self._recount(self._store.run_id)
                self.totals = await self._store.check()
            if self.trouble:
                await self._store.probe()
        except StoreError as error:
            if self.trouble != str(error):
                log.error("spool_unusable", error=str(error))
            self.trouble = str(error)
            return
        if self.trouble:
            log.info("spool_usable", entries=self.totals.entries, envelopes=self.totals.envelopes)
        self.trouble = ""
        if self.totals.entries:
            self.filled.set()
            self._compacted = False
        else:
            self.filled.clear()
            await self._compact()

    async def _compact(self) -> None:
        """Have Redis give the disk back, once after each time that the spool held something."""
        if self._compacted:
            return
        self._compacted = True
        try:
            if await self._store.compact(_FILE_BYTES):
                log.info("spool_compacts")
        except StoreError as error:
            log.warning("spool_not_compacted", error=str(error))

    async def _recount(self, run_id: str) -> None:
        """Take into the books what Redis holds at first; later, when it has read its file again, what it lacks."""
        before = set(self._held)
        recount = await self._store.recount(HEADER_BYTES)
        there = recount.headers
        if self._run_id is None:
            self._held |= there
            found = _envelopes(there)
            self._balance.carried += found + recount.lost
            self._balance.spooled += found
            self._miss(recount.lost, "its file was changed")
        elif self.alone:
            leaving = {settled.header.raw for settled in self._unremoved}
            gone = (before & self._held) - there - leaving
            self._held -= gone
            missing = _envelopes(gone)
            self._balance.spooled -= missing
            self._miss(missing, "Redis started again without them")
        self._run_id = run_id

    def _miss(self, events: int, reason: str) -> None:
        if events:
            self._balance.missing += events
            log.error("spool_misses_events", events=events, reason=reason)


def _envelopes(headers: Iterable[bytes]) -> int:
    count = 0
    for raw in headers:
        with contextlib.suppress(Unopenable):  # no chunk of an edge: it is set aside when its turn comes
            count += Header.of(raw).envelopes
    return count


def _parts(envelopes: Sequence[bytes]) -> list[Sequence[bytes]]:
    parts: list[list[bytes]] = [[]]
    size = 0
    for envelope in envelopes:
        if parts[-1] and (len(parts[-1]) == CHUNK_EVENTS or size + len(envelope) > _CHUNK_BYTES):
            parts.append([])
            size = 0
        parts[-1].append(envelope)
        size += len(envelope)
    return [*parts]
