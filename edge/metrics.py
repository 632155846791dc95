"""The edge's Prometheus metrics: its balance and its spool, read when they are scraped."""

from collections.abc import Callable

from prometheus_client import Gauge

from edge.balance import SHOWN, Balance
from edge.breaker import Breaker
from edge.spool import Spool

_EVENTS = Gauge("analytics_edge_events", "Events of this edge since its start, by what became of them.", ["fate"])
_ENTRIES = Gauge("analytics_edge_spool_entries", "Chunks in the spool.")
_BYTES = Gauge("analytics_edge_spool_bytes", "Sealed bytes in the spool.")
_SET_ASIDE = Gauge("analytics_edge_spool_set_aside", "Chunks set aside since they could not be opened.")
_USABLE = Gauge("analytics_edge_spool_usable", "1 while the spool takes appends.")
_OPEN = Gauge("analytics_edge_breaker_open", "1 while events go straight to the spool.")


def expose(balance: Balance, spool: Spool, breaker: Breaker) -> None:
    """Show the balance as `analytics_edge_events{fate=…}`, the spool and the breaker beside it."""

    def reader(name: str) -> Callable[[], float]:
        return lambda: float(getattr(balance, name))

    for name in SHOWN:
        _EVENTS.labels(name).set_function(reader(name))
    _ENTRIES.set_function(lambda: float(spool.totals.entries))
    _BYTES.set_function(lambda: float(spool.totals.bytes))
    _SET_ASIDE.set_function(lambda: float(spool.totals.set_aside))
    _USABLE.set_function(lambda: float(spool.usable))
    _OPEN.set_function(lambda: float(breaker.state != "closed"))
