"""What every foreign tracker needs of the gateway: the site behind a domain or a key, and the way to the edge."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from analytics.v1 import event_pb2, site_pb2, track_pb2

from gateway.batcher import Batcher
from gateway.compat.exchange import Call
from gateway.payload import MAX_BATCH
from gateway.peers import Peers
from gateway.rate import Rates
from gateway.visitor import Visitor
from mesh.clock import now_us
from mesh.directory import Snapshot
from mesh.errors import unavailable
from mesh.ids import new_id

Code = track_pb2.TrackResult.Code

_OUTCOMES = {
    Code.CODE_ACCEPTED: "accepted",
    Code.CODE_DUPLICATE: "duplicate",
    Code.CODE_IGNORED: "ignored",
    Code.CODE_UNAVAILABLE: "unavailable",
}
_KINDS = {
    "pageview": event_pb2.EVENT_KIND_PAGEVIEW,
    "click": event_pb2.EVENT_KIND_CLICK,
    "scroll": event_pb2.EVENT_KIND_SCROLL,
    "engagement": event_pb2.EVENT_KIND_ENGAGEMENT,
    "session_start": event_pb2.EVENT_KIND_SESSION_START,
    "session_end": event_pb2.EVENT_KIND_SESSION_END,
    "experiment_exposure": event_pb2.EVENT_KIND_EXPOSURE,
}
# RFC 1035
_LONGEST_HOST = 253
_DIGITS = 30
# for a gateway that has just started; trackers of pages ask once and never again
_FIRST_COPY_S = 1.0


class Intake:
    """`counts` are the gateway's own, events by outcome."""

    def __init__(self, batcher: Batcher, visitor: Visitor, rates: Rates, peers: Peers, counts: dict[str, int]) -> None:
        self._batcher = batcher
        self._visitor = visitor
        self._rates = rates
        self._peers = peers
        self._domains: dict[str, str] = {}
        self._indexed: Snapshot | None = None
        self.counts = counts

    async def site_of_domain(self, domain: str) -> str:
        """The site whose id or domain this is, or below whose domain it lies; "" for none. `www.` makes no difference.

        Raises UNAVAILABLE while no site is known yet.
        """
        snapshot = await self._snapshot()
        if len(domain) > _LONGEST_HOST:  # each of its labels is looked up
            return ""
        if domain in snapshot.sites:
            return domain
        if self._indexed is not snapshot:
            self._domains, self._indexed = _by_domain(snapshot), snapshot
        host = _bare(domain)
        while host:
            if host in self._domains:
                return self._domains[host]
            host = host.partition(".")[2]
        return ""

    async def site_of_key(self, secret: str) -> str:
        """The site of an ingest key that is neither revoked nor expired; "" for any other secret.

        Raises UNAVAILABLE while no key is known yet.
        """
        entry = (await self._snapshot()).credential(secret)
        if entry is None or entry.scope != site_pb2.KEY_SCOPE_INGEST or 0 < entry.expires_at_us <= now_us():
            return ""
        return entry.site

    async def is_reader(self, secret: str) -> bool:
        """Whether this secret, neither revoked nor expired, may read of any site at all; which, query decides.

        Raises UNAVAILABLE while no key is known yet.
        """
        entry = (await self._snapshot()).credential(secret)
        if entry is None or 0 < entry.expires_at_us <= now_us():
            return False
        return entry.scope != site_pb2.KEY_SCOPE_INGEST

    def visit(self, event: track_pb2.TrackEvent, call: Call) -> None:
        """Set the context of the visitor's own request. Raises Problem 429 for an address that sends too much."""
        self._visitor.fill(event, call.peer, call.headers, call.pairs)
        self._rates.check(event.ip, "", 1)

    def address(self, call: Call) -> str:
        """The visitor's address, as it is taken from the request."""
        event = track_pb2.TrackEvent()
        self.visit(event, call)
        return event.ip

    async def submit(self, events: Sequence[track_pb2.TrackEvent]) -> list[track_pb2.TrackResult]:
        """What became of each event, in order; one without an id gets one.

        Raises UNAVAILABLE with a full queue, Problem 429 for a site that gets too much.
        """
        self._rates.check("", events[0].site, len(events))
        pending = [
            self._batcher.submit(_request(events[start : start + MAX_BATCH]), len(events[start : start + MAX_BATCH]))
            for start in range(0, len(events), MAX_BATCH)
        ]
        results = [result for parcel in pending for result in await parcel]
        for result in results:
            self.counts[_OUTCOMES.get(result.code, "rejected")] += 1
        return results

    async def _snapshot(self) -> Snapshot:
        directory = self._peers.directory
        if not directory.snapshot.version:
            await directory.at_least(1, _FIRST_COPY_S, even_unconnected=True)
        await directory.at_least(self._peers.version)
        if not directory.snapshot.version:
            raise unavailable("the sites are not known yet; try again")
        return directory.snapshot


def name(event: track_pb2.TrackEvent, word: str) -> None:
    """Set kind and name: a built-in kind where the word is its name, else an event of the application's own."""
    event.kind = _KINDS.get(word, event_pb2.EVENT_KIND_CUSTOM)
    if event.kind == event_pb2.EVENT_KIND_CUSTOM:
        event.name = word


def money(amount: object) -> str:
    """An amount as the contract spells it; a float's noise beyond six digits after the point goes."""
    try:
        exact = Decimal(str(amount)[:64].strip())
        if abs(exact.adjusted()) > _DIGITS:  # written out, an exponent may be gigabytes
            return str(amount)[:64]
        return f"{exact.quantize(Decimal('0.000001')) if isinstance(amount, float) else exact:f}"
    except InvalidOperation:
        return str(amount)[:64]


def _request(events: Sequence[track_pb2.TrackEvent]) -> bytes:
    for event in events:
        event.event_id = event.event_id or new_id()
    return track_pb2.TrackStreamRequest(events=events).SerializeToString()


def _by_domain(snapshot: Snapshot) -> dict[str, str]:
    """Sites by domain; of several with the same domain the oldest."""
    newest_first = sorted(snapshot.by_number.items(), reverse=True)
    return {_bare(domain): site.id for _, site in newest_first for domain in site.domains}


def _bare(domain: str) -> str:
    return domain.lower().rstrip(".").removeprefix("www.")
