"""Empties the spool into the writer: oldest first, one worker per spool, removed only when every outcome is known."""

import asyncio
import contextlib
import random
import uuid
from collections.abc import Awaitable, Callable, Sequence

import grpc

from edge.balance import Balance
from edge.breaker import Breaker
from edge.forwarder import Ingest, Outcome, Unanswered
from edge.seal import CHUNK_EVENTS, Header, Unopenable
from edge.spool import Settled, Spool
from edge.store import Store, StoreError
from mesh.telemetry import log

LOCK_MS = 3_000
_READ_BYTES = 4 * 1024 * 1024  # sealed
_SEND_BYTES = 8 * 1024 * 1024  # opened: well below what a message between services may have
_IDLE_S = 1.0
_HEALTH_EVERY_S = 1.0
_BACK_OFF_S = (0.2, 3.0)
_SLICE_EVENTS = 125  # of one call: what a live batch waits for at most
_REST = 0.5  # of the time a call took, while live traffic is there: live batches find the writer free in between
_START_JITTER_S = 0.5  # several edges do not all start in the instant in which the writer returns


class Drain:
    """The drain worker. `paused` is the operator's word; `draining` is True while batches go out.

    A batch that is answered within `prompt_s`, which is what live traffic waits for, closes the breaker.
    """

    def __init__(
        self,
        ingest: Ingest,
        serves: Callable[[], Awaitable[bool]],
        spool: Spool,
        store: Store,
        breaker: Breaker,
        balance: Balance,
        edge_id: str,
        prompt_s: float,
    ) -> None:
        self.paused = False
        self.draining = False
        self._ingest = ingest
        self._serves = serves
        self._spool = spool
        self._store = store
        self._breaker = breaker
        self._balance = balance
        self._prompt_s = prompt_s
        self._token = f"{edge_id}:{uuid.uuid4()}"
        self._locked_until = 0.0
        self._elsewhere = False
        self._alone = False  # one chunk at a time, after a refused request
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def holds_lock(self) -> bool:
        return asyncio.get_running_loop().time() < self._locked_until

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._keep_lock()), asyncio.create_task(self._run())]

    async def stop(self) -> None:
        """Stop at once: a batch under way is sent again by the next drain."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.draining = False
        with contextlib.suppress(StoreError):
            await self._store.unlock(self._token)

    async def _keep_lock(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            asked = loop.time()
            try:
                if await self._store.lock(self._token, LOCK_MS):
                    self._locked_until, self._elsewhere = asked + LOCK_MS / 1_000, False
                elif not self._elsewhere:
                    self._elsewhere, self._spool.alone = True, False
                    log.warning("spool_drained_elsewhere", reason="another edge holds the lock of this spool")
            except StoreError:
                pass  # the spool says so itself; a lock that is not kept runs out
            await asyncio.sleep(LOCK_MS / 4_000)

    async def _run(self) -> None:
        least, most = _BACK_OFF_S
        delay = least
        while True:
            if self.paused or not self.holds_lock or not self._spool.filled.is_set():
                self.draining = False
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_IDLE_S):
                        await self._spool.filled.wait()
                if self.paused or not self.holds_lock:
                    await asyncio.sleep(0.1)
                continue
            try:
                if await self._serves():
                    if not self.draining:
                        await asyncio.sleep(random.uniform(0, _START_JITTER_S))
                    self.draining = True
                    await self._for_a_while()
                    delay = least
                    continue
                reason = "the writer is not serving"
            except (grpc.aio.AioRpcError, Unanswered) as error:
                reason = error.code().name if isinstance(error, grpc.aio.AioRpcError) else str(error)
            except StoreError as error:
                reason = str(error)
            except Exception as error:
                log.error("drain_failed", error=type(error).__name__, exc_info=error)
                reason = type(error).__name__
            if self.draining:
                log.warning("drain_waits", reason=reason)
            self.draining = False
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))
            delay = min(delay * 2, most)

    async def _for_a_while(self) -> None:
        """Drain until it is time to ask for the writer's health again."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _HEALTH_EVERY_S
        while loop.time() < until and not self.paused and self.holds_lock:
            if not await self._batch():
                return

    async def _batch(self) -> bool:
        """Send one batch of whole chunks; False if the spool is empty."""
        opened: list[Header] = []
        envelopes: list[bytes] = []
        size = 0
        first: bytes | None = None
        for chunk in await self._spool.read(1 if self._alone else CHUNK_EVENTS, _READ_BYTES):
            try:
                header = Header.of(chunk)
                content = self._spool.open(chunk)
            except Unopenable as error:
                if first is None:
                    await self._spool.set_aside(chunk, str(error))
                    return True
                break  # it is the oldest next time
            size += sum(map(len, content))
            if first and size > _SEND_BYTES:
                break
            first = first or chunk
            opened.append(header)
            envelopes.extend(content)
        if first is None:
            self._spool.filled.clear()
            return False
        try:
            outcomes = await self._send(envelopes)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
                raise
            # The writer rejects envelopes one by one; a request it refuses as such would block the drain for ever.
            if len(opened) == 1:
                await self._spool.set_aside(first, f"the writer refuses it: {error.details()}")
            self._alone = True
            return True
        self._alone = False
        start = 0
        settled: list[Settled] = []
        for header in opened:
            settled.append(Settled(header, outcomes[start : start + header.envelopes]))
            start += header.envelopes
        await self._spool.settle(settled)
        return True

    async def _send(self, envelopes: Sequence[bytes]) -> list[Outcome]:
        """The writer's outcomes, asked for in small calls with rests between: live traffic keeps its latency."""
        loop = asyncio.get_running_loop()
        outcomes: list[Outcome] = []
        for start in range(0, len(envelopes), _SLICE_EVENTS):
            began, live = loop.time(), self._balance.acknowledged
            outcomes += await self._ingest(envelopes[start : start + _SLICE_EVENTS])
            took = loop.time() - began
            if took <= self._prompt_s:
                self._breaker.succeeded()
            if self._balance.acknowledged > live or self._balance.in_flight:
                await asyncio.sleep(took * _REST)
        return outcomes
