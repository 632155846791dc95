"""Salts live for their time, wrapped, and are the same for every writer."""

import asyncio

import pytest

from tests.writer.conftest import DAILY_SITE, DAY, HOUR, NOON, Rig
from writer.ingest.identity import Keyring, SaltKey, salt_serves, user_hash_of, visitor_of
from writer.wrap import Wrapper

TODAY = NOON // DAY


async def keyring(rig: Rig) -> Keyring:
    return Keyring(await rig.store(), Wrapper(b"w" * 32), lambda: rig.now)


async def test_two_writers_that_make_a_salt_at_once_have_the_same(rig: Rig) -> None:
    rings = [await keyring(rig) for _ in range(4)]
    key = SaltKey(DAILY_SITE, TODAY, "")
    await asyncio.gather(*(ring.ensure([key], []) for ring in rings))
    visitors = {ring.visitor(key, "203.0.113.7", "agent") for ring in rings}
    assert len(visitors) == 1
    assert visitors != {None}


async def test_a_salt_is_stored_wrapped_only(rig: Rig) -> None:
    ring, key = await keyring(rig), SaltKey(DAILY_SITE, TODAY, "")
    await ring.ensure([key], [])
    (row,) = await rig.fetch("SELECT wrapped FROM salts WHERE day = '2026-01-01' AND import_id = ''")
    salt = Wrapper(b"w" * 32).unwrap(row["wrapped"])
    assert ring.visitor(key, "ip", "ua") == visitor_of(salt, DAILY_SITE, "ip", "ua")
    assert salt not in row["wrapped"]


async def test_the_salt_of_a_day_is_destroyed_when_the_next_day_is_over(rig: Rig) -> None:
    ring, key, imported = await keyring(rig), SaltKey(DAILY_SITE, TODAY, ""), SaltKey(DAILY_SITE, 9_000, "history")
    await ring.ensure([key, imported], [])
    rig.now = NOON + 36 * HOUR - 1
    assert ring.visitor(key, "ip", "ua")
    await ring.destroy_old()
    assert await rig.fetch("SELECT 1 FROM salts WHERE import_id = ''")
    rig.now = NOON + 36 * HOUR
    assert ring.visitor(key, "ip", "ua") is None
    assert await ring.destroy_old() >= 1
    assert not await rig.fetch("SELECT 1 FROM salts WHERE import_id = ''")
    await ring.ensure([key], [])
    assert ring.visitor(key, "ip", "ua") is None
    assert ring.visitor(imported, "ip", "ua")
    rig.now = NOON + 48 * HOUR
    assert ring.visitor(imported, "ip", "ua") is None
    assert await ring.destroy_old() == 1
    rig.now = NOON


@pytest.mark.parametrize(
    ("now", "serves"),
    [
        (TODAY * DAY - DAY, True),
        (TODAY * DAY - DAY - 1, False),
        (TODAY * DAY + 2 * DAY - 1, True),
        ((TODAY + 2) * DAY, False),
    ],
)
def test_a_salt_serves_its_day_and_the_next(now: int, serves: bool) -> None:
    assert salt_serves(TODAY, now) is serves


def test_hashes_differ_by_site_address_agent_and_key() -> None:
    hashes = {
        visitor_of(b"s" * 16, 1, "ip", "ua"),
        visitor_of(b"s" * 16, 2, "ip", "ua"),
        visitor_of(b"s" * 16, 1, "ip2", "ua"),
        visitor_of(b"s" * 16, 1, "ip", "ua2"),
        visitor_of(b"t" * 16, 1, "ip", "ua"),
        user_hash_of(b"k" * 32, "anna"),
        user_hash_of(b"l" * 32, "anna"),
    }
    assert len(hashes) == 7
    assert {len(each) for each in hashes} == {16}
