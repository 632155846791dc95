"""Works off tasks: one writer at a time, the oldest task first, sweeps of retention last.

Every step is a transaction that leaves a state to go on from (store.py), so a writer that is killed anywhere leaves
nothing half done: whichever writer looks next goes on.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from analytics.v1 import privacy_pb2
from analytics.v1.event_pb2 import RawEventEnvelope
from google.protobuf.message import DecodeError

from mesh.clock import DAY, MINUTE, NowUs
from mesh.errors import MeshError
from mesh.ids import is_uuid
from mesh.telemetry import log
from writer.ingest.identity import Keyring
from writer.ingest.importer import oldest_kept_us
from writer.ingest.store import Store
from writer.privacy.reading import FOR_EVER, Found, Task
from writer.privacy.receipts import Receipts
from writer.privacy.slices import NO_VISIT, slices
from writer.privacy.store import CLOSED_AT_ONCE, Finished, PrivacyStore, commit_kind
from writer.privacy.tombstones import WHOLE_SITE, Tombstone
from writer.wrap import UnknownKeyError, Wrapper

LOOK_EVERY_S = 2.0
EXPORT_LIFE_US = 7 * DAY
REPORT_LIFE_US = 760 * DAY  # 25 months
EDGE_LIFE_US = 90 * DAY
_HEARD_LATELY_US = MINUTE

_USER, _VISIT = privacy_pb2.PRIVACY_TASK_KIND_ERASE_USER, privacy_pb2.PRIVACY_TASK_KIND_ERASE_VISIT
_SITE, _RETENTION = privacy_pb2.PRIVACY_TASK_KIND_ERASE_SITE, privacy_pb2.PRIVACY_TASK_KIND_RETENTION
_REPLAY, _EXPORT = privacy_pb2.PRIVACY_TASK_KIND_REPLAY, privacy_pb2.PRIVACY_TASK_KIND_EXPORT
_PASSING = frozenset({_SITE, _RETENTION})

Find = Callable[[], Awaitable[list[Found]]]


class Worker:
    """`committed` hears of positions; `wake` is set when a task was made here."""

    def __init__(
        self,
        store: PrivacyStore,
        events: Store,
        keyring: Keyring,
        wrapper: Wrapper,
        sealer: Wrapper,
        receipts: Receipts,
        now_us: NowUs,
        committed: Callable[[int], None],
    ) -> None:
        self.wake = asyncio.Event()
        self._store = store
        self._events = events
        self._tombstones = events.tombstones
        self._keyring = keyring
        self._wrapper = wrapper
        self._sealer = sealer
        self._receipts = receipts
        self._now_us = now_us
        self._committed = committed
        self._swept_day = 0

    async def run(self) -> None:
        """Work for ever."""
        while True:
            try:
                async with self._store.turn() as mine:
                    if mine:
                        await self.work()
            except MeshError:
                pass  # the store has told the log; what was begun goes on at the next look
            except Exception as error:
                log.error("privacy_task_failed", error=type(error).__name__, exc_info=error)
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self.wake.wait()
                self.wake.clear()
            except TimeoutError:
                pass

    async def work(self) -> None:
        """Work off what there is."""
        day = self._now_us() // DAY
        if day != self._swept_day:
            now = self._now_us()
            await self._store.make_sweeps(datetime.fromtimestamp(now / 1e6, UTC).date(), now)
            await self._store.forget(now - EXPORT_LIFE_US, now - REPORT_LIFE_US, now - EDGE_LIFE_US)
            self._swept_day = day
        while task := await self._store.next_task():
            try:
                await (self._export(task) if task.kind == _EXPORT else self._erase(task))
            except Finished:
                continue

    async def _export(self, task: Task) -> None:
        user_hash = self._wrapper.unwrap(task.subject or b"")
        visits, loose = await self._store.export_visits(task.site_number, user_hash)
        now = self._now_us()
        edges = [
            {
                "edge": edge,
                "heard_at_us": heard_at,
                "waiting": waiting,
                "drained": not waiting and heard_at >= now - _HEARD_LATELY_US,
            }
            for edge, heard_at, waiting in await self._store.edges()
        ]
        if loose:
            await self._store.count(task, "events", loose)
        await self._store.count(task, "visits", sum(visit.visit_id != NO_VISIT for visit in visits))
        await self._store.finish(task, now, "", {"edges": edges})

    async def _erase(self, task: Task) -> None:
        task = await self._begun(task)
        match task.kind:
            case privacy_pb2.PRIVACY_TASK_KIND_ERASE_USER:
                await self._erase_user(task, self._wrapper.unwrap(task.subject or b""), FOR_EVER)
            case privacy_pb2.PRIVACY_TASK_KIND_ERASE_VISIT:
                visit_id = self._wrapper.unwrap(task.subject or b"")
                await self._take(task, _once(lambda: self._store.visit(task, visit_id)))
            case privacy_pb2.PRIVACY_TASK_KIND_ERASE_SITE:
                await self._store.forget_site_visitors(task)
                await self._take(task, lambda: self._store.visits_of_site(task))
                await self._loose(lambda: self._store.delete_loose_of_site(task))
            case privacy_pb2.PRIVACY_TASK_KIND_RETENTION:
                await self._erase_before(task, task.before_us or 0)
            case _:
                await self._replay(task)
        await self._erase_rejected(task)
        await self._finish(task)

    async def _begun(self, task: Task) -> Task:
        """The task with its fence crossed: what it is to take away is settled."""
        if task.batch_mark is None:
            now = self._now_us()
            before = now
            stones: list[Tombstone] = []
            if task.kind in (_USER, _VISIT):
                stones = [Tombstone(task.site_number, task.digest or b"", now if task.kind == _USER else None)]
            elif task.kind == _SITE:
                gone = await self._store.is_deleted(task.site_number)
                stones = [Tombstone(task.site_number, WHOLE_SITE, None if gone else now)]
            elif task.kind == _RETENTION:
                before = oldest_kept_us(await self._store.months(task.site_number), now)
            await self._store.begin(task, before, stones)
        begun = await self._store.task(task.id)
        if begun is None:
            raise Finished(task.id)
        await self._events.learn_tombstones()
        return begun

    async def _erase_user(self, task: Task, user_hash: bytes, before_us: int) -> None:
        await self._take(task, lambda: self._store.visits_of_user(task, user_hash, before_us))
        await self._loose(lambda: self._store.delete_loose_of_user(task, user_hash, before_us))

    async def _erase_before(self, task: Task, before_us: int) -> None:
        if before_us:
            await self._take(task, lambda: self._store.visits_before(task, before_us))
            await self._loose(lambda: self._store.delete_loose_before(task, before_us))

    async def _replay(self, task: Task) -> None:
        """Find again, by their tombstones, users and visits that a backup brought back."""
        stones, site = self._tombstones, task.site_number
        await self._erase_before(task, stones.before(site, WHOLE_SITE))
        for user_hash in await self._store.every_user(site):
            if before_us := stones.before(site, stones.of_user(site, user_hash)):
                await self._erase_user(task, user_hash, min(before_us, FOR_EVER))
        first, last = await self._store.span(site)
        day = (first or 0) // DAY * DAY
        while last is not None and day <= last:
            found = [
                each
                for each in await self._store.every_visit(site, day, day + DAY)
                if stones.before(site, stones.of_id(site, each.seen.visit_id))
            ]
            await self._take(task, _once(lambda found=found: _ready(found)))
            day += DAY

    async def _take(self, task: Task, find: Find) -> None:
        """Close the visits that are found, delete their events, tell followers; until none is found any more."""
        while True:
            closed = await self._store.closed(task)
            if closed:
                for part in slices(closed):
                    await self._store.delete_visits(task, part)
                self._committed(await self._store.tell(task, commit_kind(task)))
                continue
            found = await find()
            if not found:
                return
            for start in range(0, len(found), CLOSED_AT_ONCE):
                await self._close(task, found[start : start + CLOSED_AT_ONCE])

    async def _close(self, task: Task, found: Sequence[Found]) -> None:
        site, stones = task.site_number, self._tombstones
        visits = [each.seen.visit_id for each in found]
        sessions = await self._store.sessions(task, visits)
        visitors = {visitor for each in found for visitor in each.visitors}
        closing = [Tombstone(site, stones.of_id(site, id), None) for id in (*visits, *sessions)]
        passing = task.kind in _PASSING
        if not passing:  # late events of a day's visitor would begin a new visit of what was erased
            closing += [Tombstone(site, stones.of_id(site, visitor), task.before_us) for visitor in visitors]
        await self._store.close(task, found, closing, [*visitors, *sessions], passing=passing)

    async def _loose(self, delete: Callable[[], Awaitable[int]]) -> None:
        while position := await delete():
            self._committed(position)

    async def _erase_rejected(self, task: Task) -> None:
        """Sealed envelopes that could not be stored: those of whom is erased, or of what is over."""
        if task.kind == _SITE:
            await self._store.delete_rejected_of_site(task)
        elif task.kind == _RETENTION:
            if task.before_us:
                await self._store.delete_rejected_before(task)
        else:
            await self._events.learn_tombstones()
            await self._keyring.ensure((), (task.site_number,))
            after = 0
            while page := await self._store.rejected(task.site_number, after):
                after = page[-1][0]
                refused = [number for number, sealed in page if self._is_erased(task.site_number, sealed)]
                if refused:
                    await self._store.delete_rejected(task, refused)

    def _is_erased(self, site: int, sealed: bytes) -> bool:
        try:
            event = RawEventEnvelope.FromString(self._sealer.unwrap(sealed))
        except (UnknownKeyError, DecodeError):
            return False
        user_hash = self._keyring.user_hash(site, event.user_id[:200]) if event.user_id else None
        ids = [uuid.UUID(event.session_id).bytes] if is_uuid(event.session_id) else []
        return self._tombstones.refuse(site, event.received_at_us, user_hash, ids)

    async def _finish(self, task: Task) -> None:
        done = await self._store.task(task.id)
        if done is None:
            raise Finished(task.id)
        now = self._now_us()
        if task.kind == _RETENTION:
            oldest = await self._store.oldest(task.site_number)
            await self._store.finish(task, now, "", {"oldest_day": day_of(oldest)})
        else:
            receipt = self._receipts.sign(
                {
                    "id": done.id,
                    "site": done.site,
                    "kind": done.kind,
                    "rows": done.rows,
                    "tombstone": f"{done.site_number}:{(done.digest or b'').hex()}",
                    "erased_at_us": now,
                    "refused_before_us": done.before_us,
                }
            )
            await self._store.finish(task, now, receipt, {})
        log.info("privacy_task_done", task=task.id, kind=task.kind, rows=done.rows)


def day_of(at_us: int | None) -> str:
    """The UTC day as YYYY-MM-DD, "" for none."""
    return "" if at_us is None else datetime.fromtimestamp(at_us / 1e6, UTC).date().isoformat()


def _once(find: Find) -> Find:
    """Finds the first time, and nothing after that."""
    done = False

    async def look() -> list[Found]:
        nonlocal done
        found = [] if done else await find()
        done = True
        return found

    return look


async def _ready(found: list[Found]) -> list[Found]:
    return found
