"""How a client batches, waits and gives up."""

from dataclasses import dataclass
from typing import Literal

import grpc

MAX_BATCH_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Options:
    """Options of a client; each has a default that suits a web application.

    Raises ValueError, naming the option, for a value that cannot be meant.
    """

    batch_events: int = 100
    """Events in one call, 1 to 500. As many as this are sent at once."""
    batch_wait_s: float = 1.0
    """How long the first event of a batch waits for others, seconds. 0 sends each as soon as the last call ended."""
    queue_events: int = 10_000
    """Events held in memory at most."""
    queue_bytes: int = 32 * 1024 * 1024
    """Bytes of events held in memory at most."""
    when_full: Literal["drop", "wait", "raise"] = "drop"
    """A new event while the queue is full: dropped and counted, waits for room, or raises QueueFull."""
    wait_s: float = 5.0
    """With `when_full="wait"`: after as many seconds without room the event is dropped."""
    timeout_s: float = 10.0
    """Deadline of one call, seconds. What was not answered by then is sent again."""
    close_s: float = 10.0
    """How long `close` goes on sending what waits, seconds. What is left then is lost, counted and logged."""
    tls: bool | grpc.ChannelCredentials = False
    """True: TLS with the system's authorities; credentials: TLS with those. False: plain, for a private network."""

    def __post_init__(self) -> None:
        if not 1 <= self.batch_events <= MAX_BATCH_EVENTS:
            raise ValueError(f"batch_events: {self.batch_events} is not from 1 to {MAX_BATCH_EVENTS}")
        if self.when_full not in ("drop", "wait", "raise"):
            raise ValueError(f'when_full: {self.when_full!r} is none of "drop", "wait", "raise"')
        for name in ("queue_events", "queue_bytes", "timeout_s"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: {getattr(self, name)} is not above 0")
        for name in ("batch_wait_s", "wait_s", "close_s"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name}: {getattr(self, name)} is not 0 or more")
