"""Through faults of the spool's Redis: nothing is acknowledged that is not durable."""

import os
from collections.abc import Callable

import grpc
import httpx
import pytest
from analytics.v1 import track_pb2

from mesh.errors import from_rpc
from tests.edge.conftest import Edge, Valkey, WriterDouble, balanced, codes, eventually, free_port, refusal, view

Result = track_pb2.TrackResult


async def test_f09_a_valkey_killed_after_a_spooled_acknowledgement_has_it_after_its_restart(
    edge: Edge, writer: WriterDouble, valkey: Valkey
) -> None:
    await writer.die()
    event = view()
    await edge.send_one(event)
    await valkey.kill()
    await valkey.start()
    await writer.start()
    await edge.drained()
    assert event.event_id in writer.ledger


async def test_f11_with_both_stores_away_the_edge_refuses_and_is_not_serving(
    edge: Edge, writer: WriterDouble, valkey: Valkey
) -> None:
    await valkey.kill()
    await edge.send_one(view())
    await writer.die()
    error = from_rpc(await refusal(edge, view()))
    assert (error.code, error.retry_after_s) == (grpc.StatusCode.UNAVAILABLE, 2.0)
    assert codes(await edge.send(view(), view(site="nowhere"))) == [Result.CODE_UNAVAILABLE, Result.CODE_FORBIDDEN]

    async def not_serving() -> bool:
        return not await edge.serving()

    await eventually(not_serving)
    assert (await edge.status()).trouble
    await writer.start()
    await eventually(edge.serving)

    async def accepted() -> bool:
        return codes(await edge.send(view())) == [Result.CODE_ACCEPTED]

    await eventually(accepted)
    assert balanced((await edge.status()).balance)


async def test_f12_a_full_spool_refuses_and_is_not_serving_and_keeps_what_it_has(
    make_edge: Callable[[str], Edge], writer: WriterDouble
) -> None:
    edge = make_edge("edge-1")
    await edge.start(spool_max_entries="2")
    await writer.die()
    kept = [view(), view()]
    for event in kept:
        await edge.send_one(event)
    error = from_rpc(await refusal(edge, view()))
    assert error.code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "full" in str(error) and error.retry_after_s
    assert codes(await edge.send(view())) == [Result.CODE_UNAVAILABLE]

    async def not_serving() -> bool:
        return not await edge.serving()

    await eventually(not_serving)
    await writer.start()
    assert (await edge.drained()).balance.stored == 2
    assert set(writer.ledger) == {event.event_id for event in kept}


async def test_a_redis_that_is_not_durable_is_not_used(
    make_edge: Callable[[str], Edge], writer: WriterDouble, valkey: Valkey
) -> None:
    await valkey.kill()
    await valkey.start(appendfsync="everysec")
    edge = make_edge("edge-1")
    await edge.start()
    assert "appendfsync" in (await edge.logged("spool_unusable"))["error"]
    await writer.die()
    assert (await refusal(edge, view())).code() == grpc.StatusCode.UNAVAILABLE
    assert await valkey.command("EXISTS", "spool:chunks") == 0


async def not_serving(edge: Edge) -> None:
    async def no() -> bool:
        return not await edge.serving()

    await eventually(no)


async def metric(port: int, fate: str) -> float:
    async with httpx.AsyncClient() as http:
        text = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
    (line,) = [line for line in text.splitlines() if line.startswith(f'analytics_edge_events{{fate="{fate}"}}')]
    return float(line.split()[1])


async def test_f12_a_redis_at_maxmemory_refuses_and_keeps_what_it_has(
    edge: Edge, writer: WriterDouble, valkey: Valkey
) -> None:
    await writer.die()
    kept = [view() for _ in range(3)]
    await edge.send(*kept)
    await valkey.command("CONFIG", "SET", "maxmemory", "1")
    error = from_rpc(await refusal(edge, view()))
    assert error.code == grpc.StatusCode.UNAVAILABLE and "maxmemory" in str(error) and error.retry_after_s
    await not_serving(edge)
    await writer.start()
    assert (await edge.drained()).balance.stored == 3
    assert set(writer.ledger) == {event.event_id for event in kept}


@pytest.mark.parametrize("refuses", ["read only", "loading"])
async def test_a_redis_that_refuses_is_a_refusal_and_is_used_again_when_it_takes_writes(
    edge: Edge, writer: WriterDouble, valkey: Valkey, refuses: str
) -> None:
    await edge.send_one(view())
    await writer.die()
    kept = view()
    await edge.send_one(kept)
    if refuses == "read only":
        await valkey.command("REPLICAOF", "127.0.0.1", "1")
    else:
        await valkey.kill()
        (aof,) = (valkey.folder / "appendonlydir").glob("*.incr.aof")
        with aof.open("ab") as file:
            file.write(b"*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$1\r\n1\r\n" * 3_000_000)
        await valkey.start(until_answering=False)

    async def says_so() -> bool:
        error = await refusal(edge, view())
        assert error.code() == grpc.StatusCode.UNAVAILABLE
        return refuses in str(error.details()).lower()

    await eventually(says_so)
    await not_serving(edge)
    if refuses == "read only":
        await valkey.command("REPLICAOF", "NO", "ONE")
    await eventually(edge.serving)
    again = view()
    assert (await edge.send_one(again)).code == Result.CODE_ACCEPTED
    await writer.start()
    await edge.drained()
    assert {kept.event_id, again.event_id} < set(writer.ledger)


async def test_f14_acknowledged_events_that_redis_comes_back_without_are_told_as_missing(
    make_edge: Callable[[str], Edge], writer: WriterDouble, valkey: Valkey
) -> None:
    """A disk that lied about an fsync, or a repair, has cut the file."""
    port = free_port()
    edge = make_edge("edge-1")
    await edge.start(metrics_port=str(port))
    await writer.die()
    kept, gone = [view() for _ in range(3)], [view() for _ in range(2)]
    await edge.send(*kept)
    (aof,) = (valkey.folder / "appendonlydir").glob("*.incr.aof")
    before = aof.stat().st_size
    await edge.send(*gone)
    await valkey.kill()
    os.truncate(aof, before + 20)  # into the next transaction
    await valkey.start()
    assert (await edge.logged("spool_misses_events"))["events"] == 2
    assert await metric(port, "missing") == 2
    assert (await edge.status()).balance.spooled == 3
    await writer.start()

    async def stored() -> bool:
        return set(writer.ledger) == {event.event_id for event in kept}

    await eventually(stored)

    async def settled() -> bool:
        return (await edge.status()).balance.spooled == 0

    await eventually(settled)
    assert await metric(port, "acknowledged") == await metric(port, "stored") + await metric(port, "missing")


async def test_f14_an_unacknowledged_tail_is_nobodys_and_the_balance_holds(
    edge: Edge, writer: WriterDouble, valkey: Valkey
) -> None:
    await writer.die()
    events = [view() for _ in range(3)]
    await edge.send(*events)
    (aof,) = (valkey.folder / "appendonlydir").glob("*.incr.aof")
    whole = aof.read_bytes()
    torn = whole[whole.rindex(b"*1\r\n$5\r\nMULTI") :][:200]
    await valkey.kill()
    with aof.open("ab") as file:
        file.write(torn)
    await valkey.start()
    await writer.start()
    assert (await edge.drained()).balance.stored == 3
    assert not [entry for entry in edge.logs() if entry["event"] == "spool_misses_events"]


async def test_the_file_of_a_drained_spool_shrinks(edge: Edge, writer: WriterDouble, valkey: Valkey) -> None:
    async def bytes_of_file() -> int:
        return (await valkey.command("INFO", "persistence"))["aof_current_size"]

    await writer.die()
    while await bytes_of_file() < 17 * 1024 * 1024:
        noise = [{f"p{at}": os.urandom(1_000).hex() for at in range(25)} for _ in range(30)]
        await edge.send(*(view(props=props) for props in noise))
    await writer.start()
    await edge.drained()

    async def small() -> bool:
        return await bytes_of_file() < 100_000

    await eventually(small)
    await edge.logged("spool_compacts")
