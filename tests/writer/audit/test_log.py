"""The log in PostgreSQL: one commit for all who wait, by a role that changes nothing, and a change is found."""

import asyncio
import time

import asyncpg
import pytest

from mesh.clock import DAY
from mesh.errors import MeshError
from tests.writer.audit.conftest import KEY, NOW_US, Log, entry
from writer.audit.recorder import Recorder
from writer.audit.store import Wanted

FORGED = (
    "SELECT {number}, at, actor_kind, actor, operation, site, request, refused, network, digest FROM audit_log LIMIT 1"
)


async def test_entries_come_back_as_they_were_written_with_number_and_time(log: Log) -> None:
    await log.recorder.append(entry("PrivacyService.CreateErasure", refused="NOT_FOUND", network="0123"))
    (found,) = await log.store.found(Wanted(), 10)
    assert (found.number, found.at_us) == (1, NOW_US)
    assert (found.operation, found.actor, found.site) == ("PrivacyService.CreateErasure", "ann", "shop")
    assert (found.request, found.refused, found.network) == ('{"a":1}', "NOT_FOUND", "0123")


async def test_many_at_once_and_two_writers_make_one_chain_without_a_gap(log: Log) -> None:
    other = Recorder(log.store, KEY, lambda: NOW_US, 25)
    running = asyncio.create_task(other.run())
    await asyncio.gather(*(each.append(entry(f"S.{n}")) for n in range(60) for each in (log.recorder, other)))
    running.cancel()
    base, head, problem = await log.recorder.verify({})
    assert (base.number, head.number, problem) == (0, 120, "")


async def test_the_role_that_appends_can_neither_change_nor_remove_nor_empty(log: Log) -> None:
    await log.recorder.append(entry())
    async with log.pool.acquire() as connection:
        assert await connection.fetchval("SELECT current_user") == "analytics_audit"
        for sql in (
            "UPDATE audit_log SET actor = 'bob'",
            "DELETE FROM audit_log",
            "TRUNCATE audit_log",
            "DROP TABLE audit_log",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(sql)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DELETE FROM audit_checkpoints")
    async with log.owner.acquire() as connection:  # not even the owner, without going out of the way
        for sql in ("UPDATE audit_log SET actor = 'bob'", "DELETE FROM audit_log", "TRUNCATE audit_log"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await connection.execute(sql)
        with pytest.raises(asyncpg.RaiseError, match="no checkpoint says"):
            await connection.execute("SELECT expire_audit(1, 10)")


async def test_not_even_a_forged_checkpoint_lets_the_role_remove_what_is_young(log: Log) -> None:
    log.now_us = time.time_ns() // 1_000
    await log.recorder.append(entry())
    async with log.pool.acquire() as connection:
        forged = (
            "INSERT INTO audit_checkpoints (number, digest, at, expired, signature) VALUES (1, 'x', now(), true, 'x')"
        )
        await connection.execute(forged)
        assert await connection.fetchval("SELECT expire_audit(1, 10)") == 0
    assert await log.problem() == "the checkpoint at entry 1 was changed"


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE audit_log SET actor = 'bob' WHERE number = 3", "entry 3 was changed"),
        ("UPDATE audit_log SET at = at + interval '1 microsecond' WHERE number = 3", "entry 3 was changed"),
        ("DELETE FROM audit_log WHERE number = 3", "after entry 2 comes 4: those between are missing"),
        ("DELETE FROM audit_log WHERE number <= 2", "after entry 0 comes 3: those between are missing"),
        ("DELETE FROM audit_log WHERE number > 3", "the entries after 3 are missing; there were 5"),
        (f"INSERT INTO audit_log {FORGED.format(number=9)}", "entry 9 lies beyond the log's head, 5: it was added"),
        (f"INSERT INTO audit_log {FORGED.format(number=0)}", "entry 0 is there, though"),
        ("UPDATE audit_head SET digest = repeat('x', 32)::bytea", "the log's head is not its last entry, 5"),
        ("UPDATE audit_log SET number = CASE number WHEN 2 THEN 102 WHEN 102 THEN 2 ELSE number END", "comes 3"),
    ],
)
async def test_what_the_databases_owner_changes_behind_our_back_is_found(log: Log, sql: str, says: str) -> None:
    for number in range(5):
        await log.recorder.append(entry(f"S.{number}"))
    assert await log.problem() == ""
    await log.tamper(sql)
    assert says in await log.problem()


async def test_a_rewound_log_is_found_by_a_checkpoint_that_was_kept_elsewhere(log: Log) -> None:
    for number in range(4):
        await log.recorder.append(entry(f"S.{number}"))
    _, kept, _ = await log.recorder.verify({})
    await log.tamper("DELETE FROM audit_log WHERE number > 2")
    await log.tamper("UPDATE audit_head SET (number, digest) = (SELECT number, digest FROM audit_log WHERE number = 2)")
    assert await log.problem() == ""
    assert await log.problem(n4=kept.digest) == "the entries after 2 are missing; there were 4"


async def test_what_somebody_added_beside_the_chain_is_in_no_list(log: Log) -> None:
    await log.recorder.append(entry())
    await log.tamper(f"INSERT INTO audit_log {FORGED.format(number=9)}")
    assert [each.number for each in await log.store.found(Wanted(), 10)] == [1]


async def test_times_never_go_back_and_a_clock_that_does_removes_nothing(log: Log) -> None:
    for now_us in (NOW_US, 1, NOW_US + 1):
        log.now_us = now_us
        await log.recorder.append(entry())
    assert [each.at_us - NOW_US for each in await log.store.found(Wanted(), 10)] == [1, 0, 0]
    assert await log.recorder.expire() == 0


async def test_a_kept_checkpoint_is_held_against_the_beginning_and_older_ones_are_said_to_be(log: Log) -> None:
    await log.recorder.append(*[entry()] * 3)
    log.now_us = NOW_US + 800 * DAY
    await log.recorder.append(entry())
    assert await log.recorder.expire() == 3
    assert await log.problem(n3=b"0" * 32) == "entry 3 was another than its checkpoint says: the log was rewritten"
    with pytest.raises(MeshError, match="ran out of its retention"):
        await log.problem(n2=b"0" * 32)


async def test_retention_takes_the_old_and_leaves_a_chain_that_verifies(log: Log) -> None:
    for day in range(3):
        log.now_us = NOW_US + day * DAY
        await log.recorder.append(entry(f"S.{day}"), entry(f"S.{day}"))
    log.now_us = NOW_US + 763 * DAY + DAY // 2  # 25 months and half a day after the second day
    assert await log.recorder.expire() == 4
    base, head, problem = await log.recorder.verify({})
    assert (base.number, head.number, problem) == (4, 6, "")
    await log.recorder.append(entry())
    assert await log.problem() == ""
    await log.tamper("DELETE FROM audit_log WHERE number = 5")
    assert "after entry 4 comes 6" in await log.problem()
    await log.tamper("UPDATE audit_checkpoints SET number = 5 WHERE expired")
    assert await log.problem() == "the checkpoint at entry 5 was changed"


async def test_what_cannot_be_written_is_said_to_all_who_wait_and_the_next_is_written(log: Log) -> None:
    await log.tamper("ALTER TABLE audit_log ADD CONSTRAINT full_disk CHECK (operation <> 'S.bad')")
    try:
        with pytest.raises(MeshError, match="cannot be written"):
            await log.recorder.append(entry("S.bad"))
        await log.recorder.append(entry("S.good"))
    finally:
        await log.tamper("ALTER TABLE audit_log DROP CONSTRAINT full_disk")
    assert [each.operation for each in await log.store.found(Wanted(), 10)] == ["S.good"]
    assert await log.problem() == ""


async def test_entries_are_found_by_site_actor_operation_time_and_page(log: Log) -> None:
    for number in range(6):
        log.now_us = NOW_US + number
        site, actor = ("shop", "ann") if number % 2 else ("blog", "bob")
        await log.recorder.append(
            entry("QueryService.Page" if number < 3 else "KeyService.CreateKey", site=site, actor=actor)
        )

    async def numbers(**wanted: object) -> list[int]:
        return [each.number for each in await log.store.found(Wanted(**wanted), 10)]  # pyright: ignore[reportArgumentType]

    assert await numbers() == [6, 5, 4, 3, 2, 1]
    assert await numbers(site="shop") == [6, 4, 2]
    assert await numbers(actor="bob") == [5, 3, 1]
    assert await numbers(operation="KeyService") == [6, 5, 4]
    assert await numbers(operation="QueryService.Page", site="blog") == [3, 1]
    assert await numbers(operation="Query") == []
    assert await numbers(from_us=NOW_US + 2, until_us=NOW_US + 4) == [4, 3]
    assert await numbers(before=3) == [2, 1]
