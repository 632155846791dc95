"""Which visit an event belongs to, where the event does not say so itself. Pure: states in, states out.

Daily mode: the events of a visitor, at most 30 minutes apart. Memory mode, for a session id that does not tell when it
began: the session, remembered. Visits once separate never merge; a late event joins the nearest.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from analytics.v1 import event_pb2

from mesh.clock import HOUR, MINUTE

SILENCE_US = 30 * MINUTE
REACH_US = 48 * HOUR  # no event lies further from its visit's start: followers keep a visit in one partition

MEMORY, DAILY = event_pb2.IDENTITY_MODE_MEMORY, event_pb2.IDENTITY_MODE_DAILY


class Key(NamedTuple):
    """Whose visits a state row holds. Sorted, it is the order in which every writer locks: deadlocks cannot happen.

    `day` counts UTC days since the epoch (0 for a session); `visitor` is a day's visitor or a session id, 16 bytes.
    """

    day: int
    site_id: int
    visitor: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """What an event knows of its visit. `previous` is the same visitor under the salt of the day before."""

    identity: event_pb2.IdentityMode
    key: Key
    previous: Key | None
    opens: bool  # may begin a visit
    keeps_id: bool  # memory mode: the session's first visit may have the session id


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event on its way in. `first_touch`: fields of NormalizedEvent that it decides if it opens its visit."""

    event_id: bytes
    occurred_at_us: int
    claim: Claim
    first_touch: bytes


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit as `visit_state` remembers it; microseconds since the epoch."""

    id: bytes
    started_us: int
    first_us: int
    last_us: int
    first_touch: bytes


@dataclass(frozen=True, slots=True)
class Placement:
    """An event's visit (None = it belongs to none) and the visitor it counts for."""

    visit: Visit | None
    visitor: bytes


@dataclass(frozen=True, slots=True)
class Minted:
    """One placement per arrival, in the order given, and the states that changed."""

    placements: Sequence[Placement]
    changed: Mapping[Key, Sequence[Visit]]


def mint(arrivals: Sequence[Arrival], states: Mapping[Key, Sequence[Visit]]) -> Minted:
    """Place each arrival, in order of (occurred_at, event id), so that any two writers decide alike."""
    now = {key: list(visits) for key, visits in states.items()}
    placements: list[Placement] = [Placement(None, b"")] * len(arrivals)
    changed: set[Key] = set()
    for index in sorted(range(len(arrivals)), key=lambda i: (arrivals[i].occurred_at_us, arrivals[i].event_id)):
        arrival = arrivals[index]
        claim = arrival.claim
        found = _nearest(arrival, now)
        if found is None and not claim.opens:
            placements[index] = Placement(None, claim.key.visitor)
            continue
        if found is None:
            key, visit = claim.key, _open(arrival, first=not now.get(claim.key))
            now.setdefault(key, []).append(visit)
        else:
            key, old = found
            visit = replace(
                old,
                first_us=min(old.first_us, arrival.occurred_at_us),
                last_us=max(old.last_us, arrival.occurred_at_us),
            )
            now[key][now[key].index(old)] = visit
            if visit != old:
                changed.add(key)
        if found is None:
            changed.add(key)
        placements[index] = Placement(visit, visit.id if claim.identity == MEMORY else key.visitor)
    return Minted(placements, {key: now[key] for key in changed})


def _nearest(arrival: Arrival, states: Mapping[Key, Sequence[Visit]]) -> tuple[Key, Visit] | None:
    """The visit within reach that is nearest; of two as near, the earlier."""
    at, claim = arrival.occurred_at_us, arrival.claim
    best: tuple[int, int, bytes] | None = None
    found: tuple[Key, Visit] | None = None
    for key in (claim.key, claim.previous):
        if key is None:
            continue
        for visit in states.get(key, ()):
            from_start = abs(at - visit.started_us)
            gap = max(visit.first_us - at, at - visit.last_us, 0) if claim.identity == DAILY else from_start
            if from_start > REACH_US or (claim.identity == DAILY and gap > SILENCE_US):
                continue
            rank = (gap, visit.started_us, visit.id)
            if best is None or rank < best:
                best, found = rank, (key, visit)
    return found


def _open(arrival: Arrival, *, first: bool) -> Visit:
    claim, at = arrival.claim, arrival.occurred_at_us
    visit_id = claim.key.visitor if claim.keeps_id and first else _derived(claim.key, arrival.event_id)
    return Visit(visit_id, at, at, at, arrival.first_touch)


def _derived(key: Key, event_id: bytes) -> bytes:
    """A UUIDv8 (RFC 9562: contents of one's own) from who and what opened the visit: the same on every retry."""
    digest = bytearray(hashlib.sha256(b"visit%d|" % key.site_id + key.visitor + event_id).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return bytes(digest)
