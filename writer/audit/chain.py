"""The chain of entries: each digest holds the one before it, under a key that lies outside the database.

An entry's digest is HMAC-SHA256(key, digest before it ‖ the entry as a JSON array). Who can write to the database, but
has not the key, can change, move or remove no entry but the newest without `Walk` finding it. That the newest are all
there is proven by the signed checkpoints, and by a checkpoint that was written down elsewhere.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from analytics.v1 import audit_pb2

START: Final = b""
"""The digest before the first entry."""


class BrokenChainError(ValueError):
    """The message says what is wrong, and at which number."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the chain: the number of an entry, and its digest. 0 = before the first."""

    number: int = 0
    digest: bytes = START


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed place. `expired`: what lies before it ran out of its retention, and the chain begins after it."""

    place: Place
    at_us: int
    expired: bool
    signature: bytes = b""


def digest_of(key: bytes, before: bytes, entry: audit_pb2.AuditEntry) -> bytes:
    """32 bytes. All that is stored of an entry counts."""
    told = [
        *(entry.number, entry.at_us, int(entry.actor_kind), entry.actor, entry.operation),
        *(entry.site, entry.request, entry.refused, entry.network),
    ]
    return hmac.digest(key, before + json.dumps(told).encode(), "sha256")


def linked(
    key: bytes, head: Place, now_us: int, entries: Sequence[audit_pb2.AuditEntry]
) -> tuple[list[tuple[audit_pb2.AuditEntry, bytes]], Place]:
    """The entries with number and time, each with its digest, and the new head."""
    made: list[tuple[audit_pb2.AuditEntry, bytes]] = []
    for entry in entries:
        kept = audit_pb2.AuditEntry()
        kept.CopyFrom(entry)
        kept.number, kept.at_us = head.number + 1, now_us
        head = Place(kept.number, digest_of(key, head.digest, kept))
        made.append((kept, head.digest))
    return made, head


def signature_of(key: bytes, checkpoint: Checkpoint) -> bytes:
    place = checkpoint.place
    told = ["checkpoint", place.number, place.digest.hex(), checkpoint.at_us, checkpoint.expired]
    return hmac.digest(key, json.dumps(told).encode(), "sha256")


def signed(key: bytes, place: Place, at_us: int, *, expired: bool) -> Checkpoint:
    checkpoint = Checkpoint(place, at_us, expired)
    return Checkpoint(place, at_us, expired, signature_of(key, checkpoint))


def base_of(key: bytes, checkpoints: Sequence[Checkpoint]) -> Place:
    """Where the chain begins. Raises BrokenChainError for a checkpoint that the writer did not sign."""
    for checkpoint in checkpoints:
        if not hmac.compare_digest(checkpoint.signature, signature_of(key, checkpoint)):
            raise BrokenChainError(f"the checkpoint at entry {checkpoint.place.number:,} was changed")
    return max((each.place for each in checkpoints if each.expired), key=lambda place: place.number, default=Place())


@dataclass(slots=True)
class Walk:
    """Goes along the chain, entry by entry, from a place that is known to be right. `known` are digests by number that
    the chain must come past."""

    key: bytes
    at: Place
    known: Mapping[int, bytes] = field(default_factory=dict)

    def step(self, entry: audit_pb2.AuditEntry, digest: bytes) -> None:
        """Raises BrokenChainError where the next entry is not the one that was written after the last."""
        expected = self.at.number + 1
        if entry.number != expected:
            raise BrokenChainError(f"after entry {self.at.number:,} comes {entry.number:,}: those between are missing")
        if not hmac.compare_digest(digest, digest_of(self.key, self.at.digest, entry)):
            raise BrokenChainError(f"entry {entry.number:,} was changed")
        if not hmac.compare_digest(self.known.get(entry.number, digest), digest):
            raise BrokenChainError(f"entry {entry.number:,} is another than its checkpoint says: the log was rewritten")
        self.at = Place(entry.number, digest)

    def held_to(self, kept: Mapping[int, bytes]) -> None:
        """Raises BrokenChainError where the place that it starts from is another than somebody wrote down."""
        if not hmac.compare_digest(kept.get(self.at.number, self.at.digest), self.at.digest):
            raise BrokenChainError(
                f"entry {self.at.number:,} was another than its checkpoint says: the log was rewritten"
            )

    def end(self, head: Place) -> None:
        """Raises BrokenChainError where entries that once were there are not."""
        newest = max(head.number, *self.known, 0)
        if self.at.number < newest:
            raise BrokenChainError(f"the entries after {self.at.number:,} are missing; there were {newest:,}")
        if self.at != head:
            raise BrokenChainError(f"the log's head is not its last entry, {self.at.number:,}")
