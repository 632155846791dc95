"""The edge's books: every event since its start, counted once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from analytics.v1 import ingest_pb2, spool_pb2

_FIELDS = [field.name for field in spool_pb2.Balance.DESCRIPTOR.fields]
SHOWN = ("acknowledged", "carried", "stored", "duplicate", "ignored", "rejected", "spooled", "missing", "in_flight")

Outcome = ingest_pb2.IngestOutcome


@dataclass(slots=True)
class Balance:
    """With nothing in flight: acknowledged + carried = stored + duplicate + ignored + rejected + spooled + missing.

    A batch that was spooled counts as spooled until the drain has its outcomes; a late direct reply to it does not
    count. An entry found in the spool, at start or later, counts as carried. `missing` were in the spool and are not
    any more since Redis started again: its file was cut by a repair, replaced, or its disk had lied about an fsync.
    """

    acknowledged: int = 0
    carried: int = 0
    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    spooled: int = 0
    missing: int = 0
    in_flight: int = 0
    ignored_by_reason: Counter[str] = field(default_factory=Counter[str])

    @property
    def ignored(self) -> int:
        return self.ignored_by_reason.total()

    def ignore(self, reason: str) -> None:
        """Count one that the edge itself ignored."""
        self.acknowledged += 1
        self.ignored_by_reason[reason] += 1

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Count the writer's final outcomes, of a direct batch or of one from the spool."""
        for outcome in outcomes:
            match outcome.code:
                case Outcome.CODE_STORED:
                    self.stored += 1
                case Outcome.CODE_DUPLICATE:
                    self.duplicate += 1
                case Outcome.CODE_IGNORED:
                    self.ignored_by_reason[outcome.reason] += 1
                case _:
                    self.rejected += 1

    def to_proto(self) -> spool_pb2.Balance:
        return spool_pb2.Balance(**{name: getattr(self, name) for name in _FIELDS})
