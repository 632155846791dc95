"""What must not be stored again, in memory: each writer holds every tombstone and checks each event against them.

A tombstone names nobody. It is an HMAC, under a key that is not in the database, of a site and either a user's hash or
an id: of a visit, of the session that became one, of a day's visitor.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from writer.ingest.normalize import Draft
from writer.ingest.visits import DAILY

DIGEST_BYTES = 16
WHOLE_SITE = b""
_ALWAYS = 2**63


@dataclass(frozen=True, slots=True)
class Tombstone:
    """`before_us`: what occurred before is refused; None = at any time. `passing`: only while its task runs."""

    site_id: int
    digest: bytes
    before_us: int | None
    passing: bool = False


class Tombstones:
    """All of them as of a version of the database's; -1 = not read yet."""

    def __init__(self, key: bytes) -> None:
        self.version = -1
        self._key = key
        self._sites: set[int] = set()
        self._lasting: dict[tuple[int, bytes], int] = {}
        self._passing: set[tuple[int, bytes]] = set()

    def of_user(self, site_id: int, user_hash: bytes) -> bytes:
        return self._digest(b"u", site_id, user_hash)

    def of_id(self, site_id: int, id: bytes) -> bytes:
        """Of a visit, a session or a day's visitor: 16 bytes."""
        return self._digest(b"i", site_id, id)

    def learn(self, version: int, found: Iterable[Tombstone]) -> None:
        """Take what is newer than the version known, and all that is passing. An older version than known (a database
        put back to an older state) makes everything known void."""
        if version < self.version:
            self._lasting.clear()
        self._passing.clear()
        for stone in found:
            key = stone.site_id, stone.digest
            if stone.passing:
                self._passing.add(key)
            else:
                before = _ALWAYS if stone.before_us is None else stone.before_us
                self._lasting[key] = max(before, self._lasting.get(key, 0))
        self._sites = {site_id for site_id, _ in (*self._lasting, *self._passing)}
        self.version = version

    def refuses(self, draft: Draft) -> bool:
        """Whether an event belongs to what was erased."""
        if draft.site_id not in self._sites:
            return False
        ids = [draft.visit_id] if draft.visit_id else []
        if draft.claim and draft.claim.identity == DAILY:
            ids.append(draft.claim.key.visitor)
            if draft.claim.previous:
                ids.append(draft.claim.previous.visitor)
        return self.refuse(draft.site_id, draft.occurred_at_us, draft.user_hash, ids)

    def refuse(self, site_id: int, occurred_at_us: int, user_hash: bytes | None, ids: Iterable[bytes]) -> bool:
        """As `refuses`, for what is no draft."""
        if site_id not in self._sites:
            return False
        return any(
            (site_id, digest) in self._passing or occurred_at_us < self._lasting.get((site_id, digest), 0)
            for digest in (WHOLE_SITE, *self.traces(site_id, user_hash, ids))
        )

    def before(self, site_id: int, digest: bytes) -> int:
        """What occurred before is refused, for good; 0 = there is no such tombstone."""
        return self._lasting.get((site_id, digest), 0)

    def traces(self, site_id: int, user_hash: bytes | None, ids: Iterable[bytes]) -> list[bytes]:
        """The digests by which an event would be refused."""
        found = [self.of_id(site_id, id) for id in ids]
        return [*found, self.of_user(site_id, user_hash)] if user_hash else found

    def admitted(self, drafts: Sequence[Draft]) -> Sequence[Draft]:
        """The drafts that may be stored: the very same sequence where all may."""
        if not self._sites or not any(self.refuses(draft) for draft in drafts):
            return drafts
        return [draft for draft in drafts if not self.refuses(draft)]

    def _digest(self, kind: bytes, site_id: int, value: bytes) -> bytes:
        return hmac.digest(self._key, kind + site_id.to_bytes(4, "big") + value, "sha256")[:DIGEST_BYTES]
