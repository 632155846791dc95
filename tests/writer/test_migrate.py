"""One shape of the database for one writer, and no start on a database that forgets."""

import asyncio

import asyncpg
import pytest

from writer.migrate import Migration, UnfitDatabaseError, migrate, migrations, prepare


async def test_two_writers_starting_at_once_migrate_once(empty_database: str) -> None:
    first, second = await asyncpg.connect(empty_database), await asyncpg.connect(empty_database)
    applied = await asyncio.gather(migrate(first), migrate(second))
    assert sorted(applied) == [0, len(migrations())]
    names = [row["name"] for row in await first.fetch("SELECT name FROM schema_version ORDER BY version")]
    assert names == [migration.name for migration in migrations()]
    await first.close()
    await second.close()


async def test_a_migration_that_fails_leaves_nothing_behind(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await migrate(connection)
    broken = Migration(len(migrations()) + 1, "broken.sql", "CREATE TABLE half (); SELECT 1/0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(connection, [*migrations(), broken])
    assert await connection.fetchval("SELECT to_regclass('half')") is None
    assert await migrate(connection) == 0
    await connection.close()


async def test_a_newer_database_is_refused(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await migrate(connection)
    await connection.execute("INSERT INTO schema_version (version, name) VALUES (999, 'future')")
    with pytest.raises(UnfitDatabaseError, match="schema version 999"):
        await prepare(empty_database)
    await connection.execute("DELETE FROM schema_version WHERE version = 999")
    await connection.close()


async def test_a_database_that_forgets_commits_is_refused(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await connection.execute("SET synchronous_commit = off")
    with pytest.raises(UnfitDatabaseError, match="synchronous_commit off"):
        await migrate(connection)
    await connection.close()


def test_numbers_without_gap(tmp_path) -> None:
    for name in ("0001_a.sql", "0003_c.sql"):
        (tmp_path / name).write_text("SELECT 1")
    with pytest.raises(ValueError, match="numbered"):
        migrations(tmp_path)
