"""The calls that both clients have in common."""

import logging
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, Unpack

from analytics_mesh import events
from analytics_mesh._contract.track_pb2 import TrackEvent
from analytics_mesh.events import Context, Money, PageContext, Props
from analytics_mesh.outbox import BATCH_BYTES

R = TypeVar("R")
log = logging.getLogger("analytics_mesh")


class QueueFull(Exception):
    """The queue has no room; raised with `when_full="raise"` alone."""


@dataclass(frozen=True, slots=True)
class Stats:
    """Events since the client was made."""

    accepted: int
    duplicates: int
    """Recorded by an earlier try."""
    ignored: int
    """Not recorded on purpose: the visitor's DNT or GPC, a bot, an excluded address."""
    refused: int
    """Wrong; the log says why."""
    dropped: int
    """Never sent, since the queue was full or the client closed."""
    lost: int
    """Given up: at `close`, or after 24 hours."""
    waiting: int
    """Waiting, or under way."""


def stats_of(counts: Counter[str], waiting: int) -> Stats:
    words = ("accepted", "duplicates", "ignored", "refused", "dropped", "lost")
    return Stats(**{word: counts[word] for word in words}, waiting=waiting)


class Tracking(ABC, Generic[R]):
    """Each call hands one event over and gives its id; none raises for what is wrong with an event, but logs it."""

    def view(self, page_url: str, props: Props | None = None, **context: Unpack[PageContext]) -> R:
        """Record that a page was shown."""
        return self._submit(lambda: events.view(page_url, props, **context))

    def track(
        self,
        name: str,
        props: Props | None = None,
        *,
        revenue: Money | None = None,
        interactive: bool = True,
        **context: Unpack[Context],
    ) -> R:
        """Record an application's own event."""
        return self._submit(lambda: events.track(name, props, revenue=revenue, interactive=interactive, **context))

    def interaction(
        self,
        type: str,
        *,
        element_id: str = "",
        text: str = "",
        href: str = "",
        depth: int = 0,
        props: Props | None = None,
        **context: Unpack[Context],
    ) -> R:
        """Record a click, a scroll or the like."""
        return self._submit(
            lambda: events.interaction(
                type, element_id=element_id, text=text, href=href, depth=depth, props=props, **context
            )
        )

    def exposure(self, experiment: str, variant: str, **context: Unpack[Context]) -> R:
        """Record that a variant of an experiment was shown."""
        return self._submit(lambda: events.exposure(experiment, variant, **context))

    @abstractmethod
    def _submit(self, build: Callable[[], TrackEvent]) -> R: ...

    @abstractmethod
    def offer(self, event: TrackEvent) -> bool:
        """Hand over an event of `analytics_mesh.events`; never waits, never raises. False where it was dropped."""


def built(build: Callable[[], TrackEvent]) -> TrackEvent | None:
    """The event; None, and a line in the log, where a value has a wrong type, is no text, or is far too long.

    What an application hands over may raise anything when it is read: that is no reason to fail its request.
    """
    try:
        event = build()
        if not isinstance(event, TrackEvent):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"event: a {type(event).__name__} is none that analytics_mesh.events made")
        if event.ByteSize() > BATCH_BYTES:
            raise ValueError(
                f"it has {event.ByteSize():,} bytes; no event that the edge takes has over {BATCH_BYTES:,}"
            )
        return event
    except Exception as error:
        log.error("event refused: %s: %s", type(error).__name__, str(error)[:200])
        return None
