"""What every question begins with: may the caller ask, is the copy whole, whose turn is it, and what is the site's."""

import contextlib
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from analytics.v1 import query_pb2, site_pb2

from mesh.auth import caller, unknown_site
from mesh.clock import NowUs
from mesh.directory import DirectoryClient
from query import language
from query.admission import Admission
from query.answer import first_event
from query.cache import Cache, Source
from query.clickhouse import Pool, not_ready
from query.definitions import Definitions
from query.follow import Follower
from query.language import Scoped
from query.ranges import Range


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that has its turn. `position` and `freshness_s` are of the copy when it came."""

    pool: Pool
    site: site_pb2.Site
    definitions: Definitions
    now: datetime
    first: datetime | None
    position: int
    freshness_s: float
    began: float

    @property
    def took_ms(self) -> float:
        return (time.perf_counter() - self.began) * 1_000

    def scoped(self, scope: query_pb2.Scope, now: datetime | None = None) -> Scoped:
        """What a request is about; relative ranges count from another time where one is given.

        Raises INVALID_ARGUMENT at the place in the JSON that is wrong.
        """
        return language.scope_of(scope, self.site, now or self.now, self.definitions, self.first)

    def meta(self, scope: query_pb2.Scope, span: Range | None, warnings: Iterable[str] = ()) -> query_pb2.Meta:
        """What to know of the answer. `span` is None for what is asked about no range."""
        return query_pb2.Meta(
            as_of_position=self.position,
            freshness_s=self.freshness_s,
            took_ms=self.took_ms,
            warnings=warnings,
            resolved=query_pb2.Scope(
                site=scope.site,
                filters=scope.filters,
                date_range=instants(span) if span else (),
                timezone=span.zone.key if span else "",
                date=scope.date,
            ),
        )


class Desk:
    """Where questions come in."""

    def __init__(
        self,
        pool: Pool,
        follower: Follower,
        directory: DirectoryClient,
        admission: Admission,
        cache_mb: int,
        now_us: NowUs,
    ) -> None:
        self._pool = pool
        self._follower = follower
        self._directory = directory
        self._admission = admission
        self._cache = Cache(pool, lambda: follower.settled, cache_mb)
        self._now_us = now_us

    @contextlib.asynccontextmanager
    async def asking(self, name: str, date_range: Sequence[str] = ()) -> AsyncGenerator[Asking]:
        """A question about a site, from its turn to its answer.

        Raises NOT_FOUND for a site that the caller cannot see, UNAVAILABLE while the copy is being made,
        RESOURCE_EXHAUSTED where too many wait.
        """
        began, who = time.perf_counter(), caller()
        who.require_site(name)
        snapshot = self._directory.snapshot
        site = snapshot.sites.get(name)
        if site is None:
            raise unknown_site(name)
        async with self._admission.turn(site.number, who.id):
            if not self._follower.ready:
                raise not_ready()
            position, freshness_s = self._follower.position, self._follower.freshness_s
            yield Asking(
                pool=self._pool,
                site=site,
                definitions=Definitions.of(snapshot, name, who),
                now=datetime.fromtimestamp(self._now_us() / 1e6, UTC),
                first=await first_event(self._pool, site.number) if "all" in date_range else None,
                position=position,
                freshness_s=freshness_s,
                began=began,
            )

    async def remembered(self, asking: Asking, spans: Sequence[Range]) -> Source:
        """Where to ask about ranges: what is remembered of the pool, where they are over."""
        return await self._cache.of(asking.site.number, spans, asking.now)


def instants(span: Range) -> tuple[str, str]:
    """A range as the API writes it: two instants with offset."""
    return span.start.isoformat(), span.end.isoformat()
