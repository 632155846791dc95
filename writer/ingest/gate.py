"""Few transactions at once: what waits meanwhile is the next batch. Nothing lingers when nobody is ahead."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from mesh.errors import unavailable
from writer.ingest.normalize import Draft
from writer.ingest.store import Verdict, Written

Write = Callable[[Sequence[Draft]], Awaitable[Written]]

MAX_EVENTS = 1_000  # of a transaction that gathers several calls
MAX_BYTES = 4 * 1024 * 1024  # of any transaction: a commit has to fit a follower's message
MAX_WAITING = 20_000  # events


@dataclass(frozen=True, slots=True)
class _Waiting:
    drafts: Sequence[Draft]
    size: int
    done: asyncio.Future[Written]


class Gate:
    """Lets `in_flight` batches through at a time."""

    def __init__(self, write: Write, in_flight: int) -> None:
        self._write = write
        self._free = in_flight
        self._queue: list[_Waiting] = []
        self._waiting = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def write(self, drafts: Sequence[Draft]) -> Written:
        """Store drafts, together with others that wait. Raises UNAVAILABLE, also when too many wait."""
        if self._waiting + len(drafts) > MAX_WAITING:
            raise unavailable("too many events wait for the database; send the same again later")
        loop = asyncio.get_running_loop()
        parts = [_Waiting(part, size, loop.create_future()) for part, size in _parts(drafts)]
        self._queue += parts
        self._waiting += len(drafts)
        self._pump()
        if len(parts) == 1:
            return await parts[0].done
        results = await asyncio.gather(*(part.done for part in parts))
        verdicts = [verdict for written in results for verdict in written.verdicts]
        return Written(verdicts, max((written.position for written in results), default=0))

    def _pump(self) -> None:
        while self._free and self._queue:
            batch = self._next_batch()
            self._free -= 1
            task = asyncio.create_task(self._pass(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _next_batch(self) -> list[_Waiting]:
        events = size = taken = 0
        for waiting in self._queue:
            events, size = events + len(waiting.drafts), size + waiting.size
            if taken and (events > MAX_EVENTS or size > MAX_BYTES):
                break
            taken += 1
        batch, self._queue = self._queue[:taken], self._queue[taken:]
        return batch

    async def _pass(self, batch: list[_Waiting]) -> None:
        try:
            drafts = batch[0].drafts if len(batch) == 1 else [draft for waiting in batch for draft in waiting.drafts]
            written = await self._write(drafts)
        except Exception as error:  # each caller gets it
            for waiting in batch:
                if not waiting.done.done():
                    waiting.done.set_exception(error)
        else:
            _share(batch, written)
        finally:
            self._waiting -= sum(len(waiting.drafts) for waiting in batch)
            self._free += 1
            self._pump()


def _share(batch: list[_Waiting], written: Written) -> None:
    start = 0
    for waiting in batch:
        end = start + len(waiting.drafts)
        if not waiting.done.done():  # a caller may be gone: what it sent is stored all the same
            verdicts: list[Verdict] = written.verdicts[start:end]
            waiting.done.set_result(Written(verdicts, written.position))
        start = end


def _parts(drafts: Sequence[Draft]) -> list[tuple[Sequence[Draft], int]]:
    total = sum(len(draft.body) for draft in drafts)
    if total <= MAX_BYTES:
        return [(drafts, total)] if drafts else []
    parts: list[tuple[Sequence[Draft], int]] = []
    start = size = 0
    for index, draft in enumerate(drafts):
        if size and size + len(draft.body) > MAX_BYTES:
            parts.append((drafts[start:index], size))
            start, size = index, 0
        size += len(draft.body)
    return [*parts, (drafts[start:], size)]
