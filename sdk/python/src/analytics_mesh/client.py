"""The client for threads: a queue in memory and one thread that empties it."""

import atexit
import os
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import grpc

from analytics_mesh import channel as edge
from analytics_mesh import delivery
from analytics_mesh._contract.track_pb2 import TrackBatchRequest, TrackBatchResponse, TrackEvent
from analytics_mesh.delivery import Backoff, Outcome
from analytics_mesh.options import Options
from analytics_mesh.outbox import Entry, Outbox
from analytics_mesh.tracking import QueueFull, Stats, Tracking, built, log, stats_of


class Client(Tracking[str]):
    """Sends events to the edge at `target` (`host:port`) with a site's ingest key.

    Calls return at once with the event's id. Use it in a `with` block, or `close` it: either sends what waits. Safe to
    share between threads; nothing runs before the first event, so one made before a fork works in each child.
    """

    def __init__(self, target: str, key: str, options: Options | None = None) -> None:
        edge.require(target, key)
        self._target = target
        self._metadata = edge.metadata(key)
        self._options = options or Options()
        self._reset()
        own = weakref.WeakMethod(self._reset)
        os.register_at_fork(after_in_child=lambda: (reset := own()) and reset())

    def _reset(self) -> None:
        """Empty, as at first: what a parent process holds is the parent's to send."""
        options = self._options
        self._outbox = Outbox(options.queue_events, options.queue_bytes, options.batch_events, options.batch_wait_s)
        self._changed = threading.Condition()
        self._counts: Counter[str] = Counter()
        self._thread: threading.Thread | None = None
        self._call: Any = None
        self._flush_to = 0
        self._closing = self._abandoned = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def stats(self) -> Stats:
        with self._changed:
            return stats_of(self._counts, self._outbox.waiting)

    def offer(self, event: TrackEvent) -> bool:
        fits = built(lambda: event) is not None
        with self._changed:
            if not fits:
                self._counts["refused"] += 1
                return False
            taken = not self._closing and self._offer(event)
            self._counts["dropped"] += not taken
            return taken

    def flush(self, timeout_s: float | None = None) -> bool:
        """Send what waits now; True once each event of it is settled, False after `timeout_s` seconds."""
        with self._changed:
            target = self._flush_to = self._outbox.offered
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._outbox.settled >= target or self._abandoned, timeout_s) and (
                self._outbox.settled >= target
            )

    def close(self) -> None:
        """Send what waits, for up to `close_s` seconds, and end. A second call does nothing."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            thread = self._thread
        if thread is None:
            return
        atexit.unregister(self.close)
        thread.join(self._options.close_s)
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()
            if self._call is not None:
                self._call.cancel()
        thread.join()

    def _submit(self, build: Callable[[], TrackEvent]) -> str:
        event = built(build)
        with self._changed:
            if event is None:
                self._counts["refused"] += 1
                return ""
            if not self._take_in(event):
                self._counts["dropped"] += 1
                if not self._closing and self._options.when_full == "raise":
                    raise QueueFull(f"{self._outbox.held} events wait already")
        return event.event_id

    def _take_in(self, event: TrackEvent) -> bool:
        if self._closing:
            return False
        if self._options.when_full != "wait":
            return self._offer(event)
        born = time.monotonic()
        return (
            self._changed.wait_for(lambda: self._closing or self._offer(event, born), self._options.wait_s)
            and not self._closing
        )

    def _offer(self, event: TrackEvent, born: float | None = None) -> bool:
        if not self._outbox.offer(event, time.monotonic() if born is None else born):
            return False
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="analytics-mesh", daemon=True)
            self._thread.start()
            atexit.register(self.close)
        if not self._outbox.due_in(time.monotonic()) or self._outbox.held == 1:
            self._changed.notify_all()
        return True

    def _run(self) -> None:
        backoff = Backoff()
        with _connect(self._target, self._options) as channel:
            send = channel.unary_unary(
                delivery.METHOD,
                request_serializer=TrackBatchRequest.SerializeToString,
                response_deserializer=TrackBatchResponse.FromString,
            )
            while batch := self._next():
                outcome = self._try(send, batch)
                self._settle(batch, outcome)
                if outcome.again:
                    self._pause(backoff.pause_s(outcome.retry_after_s))
                else:
                    backoff.reset()

    def _next(self) -> list[Entry]:
        """The next batch once it is due; none when everything is sent or given up."""
        with self._changed:
            while not self._abandoned:
                flushing = self._closing or self._outbox.settled < self._flush_to
                due_in = self._outbox.due_in(time.monotonic())
                if due_in == 0 or (flushing and due_in != float("inf")):
                    return self._outbox.take()
                if self._closing:
                    return []
                self._changed.wait(None if due_in == float("inf") else due_in)
            self._give_up()
            return []

    def _give_up(self) -> None:
        if lost := self._outbox.give_up():
            self._counts["lost"] += lost
            log.error("%d events could not be sent before the client was closed and are lost", lost)

    def _try(self, send: Any, batch: list[Entry]) -> Outcome:
        now = time.monotonic()
        if old := delivery.expired(batch, now):
            log.error("%d events are lost: the edge could not be reached for 24 hours", len(old))
            kept = [entry for entry in batch if entry not in old]
            return Outcome(Counter(lost=len(old)), again=kept)
        with self._changed:
            if self._abandoned:
                return Outcome(Counter(), again=batch)
            self._call = send.future(
                delivery.request(batch, now), timeout=self._options.timeout_s, metadata=self._metadata
            )
        try:
            return delivery.answered(batch, self._call.result())
        except grpc.RpcError as error:
            return delivery.failed(batch, error)
        except grpc.FutureCancelledError:
            return Outcome(Counter(), again=batch)

    def _settle(self, batch: list[Entry], outcome: Outcome) -> None:
        for reason in outcome.reasons[:3]:
            log.error("event refused by the edge: %s", reason)
        with self._changed:
            self._call = None
            self._counts += outcome.counts
            kept = sum(entry.size for entry in outcome.again)
            self._outbox.settle(len(batch) - len(outcome.again), sum(entry.size for entry in batch) - kept)
            self._outbox.give_back(outcome.again)
            self._changed.notify_all()

    def _pause(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._abandoned, seconds)


def _connect(target: str, options: Options) -> grpc.Channel:
    secure = edge.credentials(options)
    if secure is None:
        return grpc.insecure_channel(target, edge.OPTIONS)
    return grpc.secure_channel(target, secure, edge.OPTIONS)
