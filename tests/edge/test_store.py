"""What Redis must be, and what its refusals become."""

import asyncio
import signal

import pytest

from edge.store import Found, Store, StoreError
from tests.edge.conftest import Valkey, eventually

HEAD = b"12345678" + (3).to_bytes(4, "big")


@pytest.mark.parametrize("config", [{"appendonly": "no"}, {"appendfsync": "everysec"}])
async def test_a_redis_that_does_not_fsync_is_not_used(valkey: Valkey, config: dict[str, str]) -> None:
    await valkey.kill()
    await valkey.start(**config)
    store = Store(valkey.url)
    name = next(iter(config))
    with pytest.raises(StoreError, match=name):
        await store.push([HEAD], 3)
    with pytest.raises(StoreError, match=name):
        await store.check()
    assert await valkey.command("EXISTS", "spool:chunks") == 0
    await store.close()


async def test_durability_that_is_switched_off_later_is_noticed(valkey: Valkey) -> None:
    store = Store(valkey.url)
    await store.check()
    await valkey.command("CONFIG", "SET", "appendfsync", "no")
    with pytest.raises(StoreError, match="appendfsync no"):
        await store.check()
    await store.close()


async def test_totals_follow_push_remove_and_set_aside(valkey: Valkey) -> None:
    store = Store(valkey.url)
    first, second = HEAD + b"first", HEAD + b"second"
    totals = await store.push([first, second], 6)
    assert (totals.entries, totals.bytes, totals.envelopes) == (2, len(first) + len(second), 6)
    assert await store.remove([first]) == 1
    assert await store.set_aside(second)
    assert await store.check() == type(totals)(0, 0, 3, 1)
    await store.close()


async def test_only_the_named_head_is_removed(valkey: Valkey) -> None:
    store = Store(valkey.url)
    await store.push([HEAD + b"a", HEAD + b"b", HEAD + b"c"], 9)
    assert await store.remove([HEAD + b"b"]) == 0
    assert await store.remove([HEAD + b"a", HEAD + b"c"]) == 1
    assert await store.read(10, 1_000) == [HEAD + b"b", HEAD + b"c"]
    await store.close()


async def test_a_read_is_bounded_by_envelopes_and_by_bytes_but_gives_one(valkey: Valkey) -> None:
    store = Store(valkey.url)
    chunks = [HEAD + bytes([number]) for number in range(4)]
    await store.push(chunks, 12)
    assert await store.read(7, 1_000) == chunks[:2]
    assert await store.read(100, len(chunks[0]) * 3) == chunks[:3]
    assert await store.read(1, 1) == chunks[:1]
    await store.close()


async def test_the_lock_is_one_holders_until_it_runs_out_or_is_given_back(valkey: Valkey) -> None:
    store = Store(valkey.url)
    assert await store.lock("a", 60_000)
    assert await store.lock("a", 60_000)
    assert not await store.lock("b", 60_000)
    await store.unlock("b")
    assert not await store.lock("b", 60_000)
    await store.unlock("a")
    assert await store.lock("b", 1)
    await eventually(lambda: store.lock("a", 60_000))
    await store.close()


async def test_at_maxmemory_an_append_is_refused_and_the_drain_still_works(valkey: Valkey) -> None:
    store = Store(valkey.url)
    await store.push([HEAD + b"a", HEAD + b"b"], 6)
    await valkey.command("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(StoreError, match="maxmemory"):
        await store.push([HEAD], 3)
    with pytest.raises(StoreError, match="maxmemory"):
        await store.probe()
    assert await store.lock("a", 60_000)
    assert await store.set_aside(HEAD + b"a")
    assert await store.remove([HEAD + b"b"]) == 1
    await store.close()


async def test_a_read_only_redis_refuses(valkey: Valkey) -> None:
    store = Store(valkey.url)
    await valkey.command("REPLICAOF", "127.0.0.1", "1")
    with pytest.raises(StoreError, match="read only"):
        await store.push([HEAD], 3)
    await store.close()


async def test_a_redis_that_hangs_or_is_gone_fails_an_append_in_time(valkey: Valkey) -> None:
    store = Store(valkey.url, timeout_s=0.3)
    await store.push([HEAD], 3)
    valkey.signal(signal.SIGSTOP)
    with pytest.raises(StoreError):
        await store.push([HEAD], 3)
    valkey.signal(signal.SIGCONT)
    await valkey.kill()
    with pytest.raises(StoreError):
        await store.push([HEAD], 3)
    await store.close()


async def test_a_recount_names_every_chunk_and_puts_wrong_totals_right(valkey: Valkey) -> None:
    """As a repair of the file leaves them that has cut off appends, or the totals themselves."""
    store = Store(valkey.url)
    chunks = [HEAD + bytes([number]) * 30 for number in range(3)]
    await store.push(chunks, 9)
    await store.set_aside(chunks[0])
    right = await store.check()
    await valkey.command("HSET", "spool:totals", "bytes", -5, "envelopes", 1)
    assert (await store.check()).bytes == 0
    assert await store.recount(20) == Found({chunk[:20] for chunk in chunks}, 0)
    assert await store.check() == right
    await valkey.command("HSET", "spool:totals", "bytes", -5)
    await valkey.command("CONFIG", "SET", "maxmemory", "1")
    assert len((await store.recount(20)).headers) == 3
    await store.close()


async def test_a_recount_takes_redis_little_at_a_time_and_misses_none(valkey: Valkey) -> None:
    """A full spool takes seconds: as one script it would outlast every time limit."""
    store = Store(valkey.url)
    chunks = [number.to_bytes(8) + (1).to_bytes(4) for number in range(12_003)]
    await store.push(chunks, len(chunks))
    await valkey.command("CONFIG", "RESETSTAT")
    assert await store.recount(12) == Found(set(chunks), 0)
    assert int((await valkey.command("INFO", "commandstats"))["cmdstat_evalsha"]["calls"]) >= 4
    await store.close()


async def test_a_recount_tells_how_many_events_the_totals_knew_that_no_chunk_holds(valkey: Valkey) -> None:
    """As after a changed byte in the name of the key that an append in the file goes to."""
    store = Store(valkey.url)
    chunks = [number.to_bytes(8) + (3).to_bytes(4) for number in range(3)]
    await store.push(chunks, 9)
    await valkey.command("LREM", "spool:chunks", 1, chunks[1])
    assert await store.recount(12) == Found({chunks[0], chunks[2]}, 3)
    assert (await store.check()).envelopes == 6
    assert (await store.recount(12)).lost == 0
    await store.close()


async def test_connections_that_died_with_redis_are_not_used_when_it_is_back(valkey: Valkey) -> None:
    store = Store(valkey.url)
    await asyncio.gather(*(store.push([HEAD + bytes([number])], 3) for number in range(8)))
    await valkey.kill()
    await valkey.start()
    await asyncio.gather(*(store.push([HEAD + bytes([number])], 3) for number in range(8, 16)))
    assert (await store.check()).entries == 16
    await store.close()
