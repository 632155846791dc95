"""`python -m bench.enriching`: enrichment alone, in a process of its own; prints raw figures as JSON.

Envelope bytes in, NormalizedEvent bytes out, no store. Times are CPU time, so that they hold for one core whatever else
the machine does.
"""

import asyncio
import gc
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from analytics.v1 import directory_pb2, event_pb2, site_pb2

from mesh.directory import Snapshot

EVENTS, COLD, BATCH, ROUNDS = 40_000, 5_000, 500, 5
BRIM = 66_000  # more than any cache holds
CRAFTED = 17_000  # more than any cache of texts holds
PADDING = "\U0001f600" * 120  # the widest characters: what a cache keeps costs the most


def resident_bytes() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096


BARE = resident_bytes()  # before the tables: those come with the imports below

from bench.people import HOST, NOW, SITE, People  # noqa: E402
from writer.ingest.gate import Gate  # noqa: E402
from writer.ingest.identity import Keyring, StoredSalt  # noqa: E402
from writer.ingest.normalize import Draft, draft, read, salts_needed  # noqa: E402
from writer.ingest.pipeline import Pipeline  # noqa: E402
from writer.ingest.place import Places  # noqa: E402
from writer.ingest.rules import SiteRules  # noqa: E402
from writer.ingest.store import STORED, Store, Written  # noqa: E402
from writer.ingest.visits import Arrival, mint  # noqa: E402
from writer.wrap import Wrapper  # noqa: E402


class Secrets:
    """Salts in memory, in the database's stead."""

    async def salts(self, wanted: list[StoredSalt]) -> list[StoredSalt]:
        return wanted

    async def destroy_salts(self, live_before_day: int, imports_before_us: int) -> int:
        return 0

    async def site_key(self, site_id: int) -> bytes | None:
        return None

    async def any_site_key(self) -> bytes | None:
        return None


@dataclass(frozen=True, slots=True)
class Known:
    snapshot: Snapshot


class Enrichment:
    """What a writer does with envelopes before it stores them."""

    def __init__(self) -> None:
        memory = site_pb2.Site(id="demo", number=SITE, domains=[HOST])
        daily = site_pb2.Site(id="demo", number=SITE, identity=event_pb2.IDENTITY_MODE_DAILY, domains=[HOST])
        self._memory, self._daily = SiteRules.of(memory), SiteRules.of(daily)
        self._places = Places(None)
        self._keyring = Keyring(Secrets(), Wrapper(b"w" * 32), lambda: NOW)
        directory = Known(Snapshot.of(directory_pb2.Directory(version=1, sites=[memory])))

        async def store(drafts: Sequence[Draft]) -> Written:
            return Written([STORED] * len(drafts), 1)

        # the store is asked for nothing but what the gate writes: no envelope here is refused
        self._pipeline = Pipeline(
            directory, self._keyring, self._places, cast(Store, None), Gate(store, 1), lambda _position: None
        )

    async def ready(self, envelope: bytes) -> None:
        """Have the day's salts at hand."""
        await self._keyring.ensure(salts_needed(read(envelope), self._daily), ())

    def memory(self, envelopes: Sequence[bytes]) -> list[Draft]:
        return self._drafts(envelopes, self._memory)

    def daily(self, envelopes: Sequence[bytes]) -> None:
        """In batches, each with its visits."""
        for at in range(0, len(envelopes), BATCH):
            drafts = self._drafts(envelopes[at : at + BATCH], self._daily)
            mint([Arrival(d.event_id, d.occurred_at_us, d.claim, d.first_touch) for d in drafts if d.claim], {})

    async def blocked_s(self, envelopes: Sequence[bytes]) -> float:
        """How long nothing else runs on the event loop while a batch is taken in."""
        longest, last = 0.0, time.process_time()
        work = asyncio.ensure_future(self._pipeline.ingest(envelopes))
        while not work.done():
            await asyncio.sleep(0)
            now = time.process_time()
            longest, last = max(longest, now - last), now
        verdicts = work.result()
        if verdicts != [STORED] * len(envelopes):
            raise RuntimeError(f"not all of a batch was stored: {set(verdicts)}")
        return longest

    def _drafts(self, envelopes: Sequence[bytes], rules: SiteRules) -> list[Draft]:
        made = (draft(read(envelope), rules, self._keyring, self._places) for envelope in envelopes)
        return [each for each in made if isinstance(each, Draft)]


def cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


async def main() -> None:
    people, enrichment = People(1), Enrichment()
    enrichment.memory([people.event()])
    tables = resident_bytes() - BARE
    figures = await speeds(people, enrichment) | {"tables_bytes": tables} | memory(people, enrichment)
    print(json.dumps(figures))


async def speeds(people: People, enrichment: Enrichment) -> dict[str, float]:
    envelopes = [people.event() for _ in range(EVENTS)]
    await enrichment.ready(envelopes[0])
    drafted = len(enrichment.memory(envelopes))
    if drafted != EVENTS:
        raise RuntimeError(f"{EVENTS - drafted} of {EVENTS} events were ignored; none should be")

    def rate(work: Callable[[Sequence[bytes]], object]) -> float:
        return EVENTS / min(cpu_s(lambda: work(envelopes)) for _ in range(ROUNDS))

    warm = {
        "memory_rate": rate(enrichment.memory),
        "daily_rate": rate(enrichment.daily),
        "read_rate": rate(lambda events: [read(event) for event in events]),
    }
    strangers = [people.stranger(number) for number in range(COLD)]
    cold = COLD / cpu_s(lambda: enrichment.memory(strangers))
    blocked = [
        await enrichment.blocked_s([people.stranger(COLD + at * BATCH + number) for number in range(BATCH)])
        for at in range(ROUNDS)
    ]
    crafted = max(cpu_s(lambda each=event: _any_outcome(enrichment, each)) for event in people.crafted())
    return warm | {"cold_rate": cold, "blocked_s": max(blocked), "crafted_s": crafted}


def memory(people: People, enrichment: Enrichment) -> dict[str, float]:
    for number in range(BRIM):
        enrichment.memory([people.newcomer(number, "")])
    full = resident_bytes() - BARE
    for number in range(BRIM, BRIM + CRAFTED):
        enrichment.memory([people.newcomer(number, PADDING)])
    return {"full_bytes": full, "crafted_bytes": resident_bytes() - BARE}


def _any_outcome(enrichment: Enrichment, envelope: bytes) -> None:
    try:
        enrichment.memory([envelope])
    except ValueError:  # refused: the field cannot be anything that long
        return


if __name__ == "__main__":
    asyncio.run(main())
