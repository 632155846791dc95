"""From bytes to verdicts: read, know who, normalise, store. One poison envelope spoils no other."""

import time
import traceback
import uuid
from collections.abc import Callable, Sequence
from typing import Protocol

from analytics.v1.event_pb2 import RawEventEnvelope
from analytics.v1.ingest_pb2 import IngestOutcome
from google.protobuf.message import DecodeError
from prometheus_client import Counter, Histogram

from mesh.directory import Snapshot
from mesh.errors import unavailable
from mesh.ids import is_uuid
from mesh.telemetry import log
from writer.ingest.bots import bot_kind
from writer.ingest.gate import Gate
from writer.ingest.identity import Keyring, SaltKey
from writer.ingest.normalize import Draft, draft, read, salts_needed
from writer.ingest.parts import RefusedError
from writer.ingest.place import Places
from writer.ingest.rules import SiteRules
from writer.ingest.store import DUPLICATE, ERASED, STORED, Refusal, Store, Verdict, Written

EVENTS = Counter("analytics_writer_events_total", "Envelopes handled, by outcome.", ["outcome"])
IGNORED = Counter("analytics_writer_ignored_total", "Events not stored on purpose.", ["site", "reason"])
BOTS = Counter("analytics_writer_bots_total", "Ignored bots by kind: AI crawlers, AI assistants, …", ["site", "kind"])
WRITE_SECONDS = Histogram("analytics_writer_batch_seconds", "Time to store a batch, waiting included.")

_MAX_SITE = 2**31 - 1  # PostgreSQL's integer

_STORED, _DUPLICATE = EVENTS.labels("stored"), EVENTS.labels("duplicate")
_IGNORED, _REJECTED = EVENTS.labels("ignored"), EVENTS.labels("rejected")


class Directory(Protocol):
    """The local directory: sites and credentials."""

    @property
    def snapshot(self) -> Snapshot: ...


class Pipeline:
    """The way of every event, live or from an import. `committed` hears the position that each batch is stored by."""

    def __init__(
        self,
        directory: Directory,
        keyring: Keyring,
        places: Places,
        store: Store,
        gate: Gate,
        committed: Callable[[int], None],
    ) -> None:
        self._directory = directory
        self._keyring = keyring
        self._places = places
        self._store = store
        self._gate = gate
        self._committed = committed
        self._snapshot = Snapshot()
        self._rules: dict[int, SiteRules] = {}

    async def ingest(self, envelopes: Sequence[bytes]) -> list[Verdict]:
        """Store a batch exactly once; one verdict per envelope, in order. What can never be stored is kept, sealed.

        Raises UNAVAILABLE: send the whole batch again.
        """
        verdicts: list[Verdict | None] = [None] * len(envelopes)
        events: list[RawEventEnvelope | None] = [None] * len(envelopes)
        for index, envelope in enumerate(envelopes):
            try:
                events[index] = read(envelope)
            except DecodeError:
                verdicts[index] = _rejected("envelope: these bytes are no RawEventEnvelope")
        result = (await self.store(events, verdicts)).verdicts
        refused = [index for index, verdict in enumerate(result) if verdict.code == IngestOutcome.CODE_REJECTED]
        if refused:
            fields = sorted({result[index].reason.partition(":")[0] for index in refused})  # the rest quotes the event
            log.warning("rejected", events=len(refused), fields=fields[:5])
            refusals = [self._refusal(envelopes[i], events[i], result[i].reason) for i in refused]
            await self._store.keep_refused(refusals)
        return result

    def _refusal(self, envelope: bytes, event: RawEventEnvelope | None, reason: str) -> Refusal:
        if event is None or event.site_id > _MAX_SITE:
            return Refusal(envelope, 0, reason)
        user_hash = self._keyring.user_hash(event.site_id, event.user_id[:200]) if event.user_id else None
        ids = [uuid.UUID(event.session_id).bytes] if is_uuid(event.session_id) else []
        traces = self._store.tombstones.traces(event.site_id, user_hash, ids)
        received_at_us = max(0, event.received_at_us)  # years B.C. are no timestamptz
        return Refusal(envelope, event.site_id, reason, received_at_us, traces)

    async def store(self, events: Sequence[RawEventEnvelope | None], verdicts: list[Verdict | None]) -> Written:
        """Store events that have no verdict yet; returns all verdicts. Raises UNAVAILABLE."""
        began = time.perf_counter()
        sites = await self._sites(events)
        await self._have_secrets([event for event, given in zip(events, verdicts, strict=True) if not given], sites)
        drafts: list[Draft] = []
        places: list[int] = []
        for index, event in enumerate(events):
            if event is None or verdicts[index] is not None:
                continue
            made = self._draft(event, sites)
            if isinstance(made, Draft):
                drafts.append(made)
                places.append(index)
            else:
                verdicts[index] = made
        written = await self._gate.write(drafts)
        self._committed(written.position)
        for index, verdict in zip(places, written.verdicts, strict=True):
            verdicts[index] = verdict
            if verdict is ERASED and (event := events[index]):
                IGNORED.labels(sites[event.site_id].site, ERASED.reason).inc()
        WRITE_SECONDS.observe(time.perf_counter() - began)
        final = [verdict for verdict in verdicts if verdict is not None]
        _count(final)
        return Written(final, written.position)

    def _draft(self, event: RawEventEnvelope, sites: dict[int, SiteRules]) -> Draft | Verdict:
        rules = sites.get(event.site_id)
        if rules is None:
            if self._store.tombstones.refuse(event.site_id, event.received_at_us, None, ()):
                return ERASED  # a deleted site's, late out of a spool: kept nowhere
            return _rejected(f"site_id: there is no site with the number {event.site_id}")
        try:
            made = draft(event, rules, self._keyring, self._places)
        except RefusedError as error:
            return _rejected(str(error))
        except Exception as error:  # a fault of ours with one envelope must not hold up the rest
            frame = traceback.extract_tb(error.__traceback__)[-1]  # the place alone: a message could quote the event
            log.error("normalize_failed", error=type(error).__name__, file=frame.filename, line=frame.lineno)
            return _rejected(f"envelope: this writer fails on it: {type(error).__name__}")
        if isinstance(made, str):
            IGNORED.labels(rules.site, made).inc()
            if made == "bot":
                BOTS.labels(rules.site, bot_kind(event.user_agent)).inc()
            return Verdict(IngestOutcome.CODE_IGNORED, made)
        return made

    async def _sites(self, events: Sequence[RawEventEnvelope | None]) -> dict[int, SiteRules]:
        """Rules of the sites of a batch. A site that the local copy does not know yet makes the batch wait outside."""
        snapshot = self._directory.snapshot
        if snapshot is not self._snapshot:
            before = self._snapshot.by_number
            self._rules = {
                number: self._rules[number] if before.get(number) == site else SiteRules.of(site)
                for number, site in snapshot.by_number.items()
            }
            self._snapshot = snapshot
        for number in {event.site_id for event in events if event} - self._rules.keys():
            if number <= _MAX_SITE and await self._store.site_exists(number):
                raise unavailable(f"site {number} is not known here yet; send the same again")
        return self._rules

    async def _have_secrets(self, events: Sequence[RawEventEnvelope | None], sites: dict[int, SiteRules]) -> None:
        salts: set[SaltKey] = set()
        users: set[int] = set()
        for event in events:
            if event is None or not (rules := sites.get(event.site_id)):
                continue
            salts.update(salts_needed(event, rules))
            if event.user_id:
                users.add(event.site_id)
        if salts or users:
            await self._keyring.ensure(salts, users)


def _rejected(reason: str) -> Verdict:
    return Verdict(IngestOutcome.CODE_REJECTED, reason)


def _count(verdicts: Sequence[Verdict]) -> None:
    stored, duplicate = verdicts.count(STORED), verdicts.count(DUPLICATE)
    _STORED.inc(stored)
    if stored == len(verdicts):
        return
    _DUPLICATE.inc(duplicate)
    ignored = sum(verdict.code == IngestOutcome.CODE_IGNORED for verdict in verdicts)
    _IGNORED.inc(ignored)
    _REJECTED.inc(len(verdicts) - stored - duplicate - ignored)
