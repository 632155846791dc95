"""The spool on a real Valkey."""

import asyncio
import os
from collections.abc import Sequence

import pytest
from analytics.v1 import ingest_pb2

from edge.balance import Balance
from edge.seal import Header, Sealer
from edge.spool import Settled, Spool, SpoolRefused
from edge.store import Store, StoreError, Totals
from mesh.clock import now_us
from tests.edge.conftest import SEAL_KEY, Valkey, envelope, eventually

Outcome = ingest_pb2.IngestOutcome


def make(valkey: Valkey, balance: Balance, max_entries: int = 20, max_bytes: int = 1_000_000) -> Spool:
    return Spool(Store(valkey.url, timeout_s=0.5), Sealer([SEAL_KEY]), balance, now_us, max_entries, max_bytes)


class LosesAnswers(Store):
    """A store whose writes happen while their answers are lost."""

    losing = False

    async def push(self, chunks: Sequence[bytes], envelopes: int) -> Totals:
        totals = await super().push(chunks, envelopes)
        self._lose()
        return totals

    async def remove(self, headers: Sequence[bytes]) -> int:
        removed = await super().remove(headers)
        self._lose()
        return removed

    def _lose(self) -> None:
        if self.losing:
            raise StoreError("the answer was lost")


async def settle_all(spool: Spool) -> None:
    chunks = await spool.read(10_000, 1 << 20)
    headers = [Header.of(chunk) for chunk in chunks]
    await spool.settle([Settled(h, [Outcome(code=Outcome.CODE_STORED)] * h.envelopes) for h in headers])


async def test_what_was_appended_is_read_oldest_first(valkey: Valkey) -> None:
    spool = make(valkey, Balance())
    await spool.start()
    sent = [[envelope()], [envelope(), envelope()]]
    for batch in sent:
        await spool.append(batch)
    assert [spool.open(chunk) for chunk in await spool.read(500, 1 << 20)] == sent
    await spool.stop()


async def test_appends_that_wait_share_one_transaction(valkey: Valkey) -> None:
    spool = make(valkey, Balance(), max_entries=1_000)
    await spool.start()
    await asyncio.gather(*(spool.append([envelope()]) for _ in range(200)))
    assert spool.totals.envelopes == 200
    assert spool.totals.entries < 10
    await spool.stop()


async def test_a_chunk_holds_at_most_500_envelopes(valkey: Valkey) -> None:
    spool = make(valkey, Balance())
    await spool.start()
    await spool.append([envelope()] * 500)
    assert spool.totals.entries == 1
    await spool.append([envelope()] * 501)
    assert spool.totals.entries == 3
    await spool.stop()


async def test_at_its_limit_of_entries_it_refuses_and_keeps_what_it_has(valkey: Valkey) -> None:
    balance = Balance()
    spool = make(valkey, balance, max_entries=2)
    await spool.start()
    for _ in range(2):
        assert spool.usable
        await spool.append([envelope()])
    with pytest.raises(SpoolRefused) as refused:
        await spool.append([envelope()])
    assert refused.value.full and spool.full and not spool.usable
    assert (spool.totals.entries, balance.spooled) == (2, 2)
    await settle_all(spool)
    await spool.append([envelope()])
    await spool.stop()


async def test_at_its_limit_of_bytes_it_refuses(valkey: Valkey) -> None:
    size = len(Sealer([SEAL_KEY]).seal([b"x" * 10], 0))
    spool = make(valkey, Balance(), max_bytes=2 * size)
    await spool.start()
    await spool.append([b"x" * 10])
    with pytest.raises(SpoolRefused, match="full"):
        await spool.append([os.urandom(1_000)])
    await spool.append([b"x" * 10])
    with pytest.raises(SpoolRefused, match="full"):
        await spool.append([b"x"])
    await spool.stop()


async def test_what_is_there_at_start_is_carried(valkey: Valkey) -> None:
    before, after = Balance(), Balance()
    spool = make(valkey, before)
    await spool.start()
    await spool.append([envelope()] * 3)
    await spool.stop()
    spool = make(valkey, after)
    await spool.start()
    assert (after.carried, after.spooled) == (3, 3)
    await settle_all(spool)
    assert (after.carried, after.spooled, after.stored) == (3, 0, 3)
    await spool.stop()


async def test_what_a_damaged_file_lacks_at_start_is_carried_and_missing(valkey: Valkey) -> None:
    balance = Balance()
    spool = make(valkey, Balance())
    await spool.start()
    await spool.append([envelope()] * 3)
    await spool.append([envelope()] * 2)
    await spool.stop()
    await valkey.command("LPOP", "spool:chunks")
    spool = make(valkey, balance)
    await spool.start()
    assert (balance.carried, balance.spooled, balance.missing) == (5, 2, 3)
    await spool.stop()


async def test_an_append_whose_answer_was_lost_is_not_acknowledged_and_balances_when_found(valkey: Valkey) -> None:
    balance = Balance()
    store = LosesAnswers(valkey.url)
    spool = Spool(store, Sealer([SEAL_KEY]), balance, now_us, 20, 1_000_000)
    await spool.start()
    await spool.append([envelope()])
    store.losing = True
    with pytest.raises(SpoolRefused):
        await spool.append([envelope()] * 2)
    store.losing = False
    assert balance.spooled == 1
    await settle_all(spool)
    assert (balance.carried, balance.spooled, balance.stored) == (2, 0, 3)
    await spool.stop()


async def test_a_redis_that_comes_later_is_used_without_a_restart(valkey: Valkey) -> None:
    await valkey.kill()
    spool = make(valkey, Balance())
    await spool.start()
    assert not spool.usable
    with pytest.raises(SpoolRefused):
        await spool.append([envelope()])
    await valkey.start()
    await spool.append([envelope()])
    assert spool.usable
    await spool.stop()


async def test_a_refusing_redis_makes_it_unusable_until_it_takes_writes_again(valkey: Valkey) -> None:
    spool = make(valkey, Balance())
    await spool.start()
    await valkey.command("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(SpoolRefused, match="maxmemory"):
        await spool.append([envelope()])
    assert not spool.usable
    await valkey.command("CONFIG", "SET", "maxmemory", "0")

    async def usable() -> bool:
        return spool.usable

    await eventually(usable)
    await spool.append([envelope()])
    await spool.stop()


async def test_a_removal_whose_answer_was_lost_is_counted_once(valkey: Valkey) -> None:
    balance = Balance()
    store = LosesAnswers(valkey.url)
    spool = Spool(store, Sealer([SEAL_KEY]), balance, now_us, 20, 1_000_000)
    await spool.start()
    await spool.append([envelope()] * 2)
    store.losing = True
    with pytest.raises(StoreError):
        await settle_all(spool)
    assert (balance.spooled, balance.stored) == (2, 0)
    store.losing = False
    await spool.append([envelope()])
    assert len(await spool.read(500, 1 << 20)) == 1
    assert (balance.spooled, balance.stored, balance.carried) == (1, 2, 0)
    await spool.stop()


async def test_a_removal_that_never_arrived_is_not_counted(valkey: Valkey) -> None:
    balance = Balance()
    spool = make(valkey, balance)
    await spool.start()
    await spool.append([envelope()] * 2)
    (chunk,) = await spool.read(500, 1 << 20)
    await valkey.kill()
    with pytest.raises(StoreError):
        await spool.settle([Settled(Header.of(chunk), [Outcome(code=Outcome.CODE_STORED)] * 2)])
    await valkey.start()
    assert await spool.read(500, 1 << 20) == [chunk]
    await settle_all(spool)
    assert (balance.spooled, balance.stored, balance.carried) == (0, 2, 0)
    await spool.stop()
