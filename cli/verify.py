"""`./run verify`: is what ClickHouse counts what PostgreSQL holds? By count and fingerprint, then by event id."""

# ruff: noqa: S608  (every part of these texts is a constant of this module, a number or a date)

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg
import grpc
from analytics.v1 import query_pb2, query_pb2_grpc
from rich.console import Console

from cli.errors import Refusal
from cli.statement import ask
from mesh.channel import bearer, connect
from mesh.errors import from_rpc

MOST_IDS = 20

_CATCH_UP_S = 60.0
_LIMIT_S = 5
_HASHING_LIMIT_S = 900.0  # PostgreSQL hashes the id of each event in question
_MOST_ROWS = 1_000_000
_EVERY_SITE = "SELECT number, id FROM sites WHERE $1::text IS NULL OR (id = $1 AND deleted_at IS NULL)"
_HEAD = "SELECT position FROM stream_head"

# Followers are given events by commit: what was committed after `position` is in neither sum.
_SCOPE = """
    FROM events e JOIN stream s ON s.batch_id = e.batch_id AND s.position <= $1
    WHERE e.site_id = ANY($2::int[])
      AND ($3::date IS NULL OR (e.occurred_at AT TIME ZONE 'UTC')::date = $3)
"""
_PROOF = "count(*), bit_xor(('x' || substr(md5(e.event_id::text), 1, 16))::bit(64)::bigint)"
_STORED_DAYS = f"SELECT e.site_id, (e.occurred_at AT TIME ZONE 'UTC')::date::text, {_PROOF} {_SCOPE} GROUP BY 1, 2"
# A day that differs is narrowed down to the ids that begin their hash with two digits, before ids are read.
_STORED_PARTS = f"SELECT substr(md5(e.event_id::text), 1, 2), {_PROOF} {_SCOPE} GROUP BY 1"
_STORED_IDS = f"SELECT e.event_id::text {_SCOPE} AND substr(md5(e.event_id::text), 1, 2) = $4"

_HASH = "MD5(toString(event_id))"
_COUNTED_PROOF = f"count(), groupBitXor(reinterpretAsInt64(reverse(substring({_HASH}, 1, 8))))"
_PART = f"substring(lower(hex({_HASH})), 1, 2)"


@dataclass(frozen=True, slots=True)
class Proof:
    """How many events, and the XOR of the first 8 bytes of the md5 of their ids."""

    count: int
    fingerprint: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Events of one site and day that the two stores do not hold alike; the first `MOST_IDS` of their ids."""

    site: str
    day: str
    stored: int
    counted: int
    not_counted: tuple[str, ...]
    not_stored: tuple[str, ...]
    counted_twice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was compared up to a commit, and what differs."""

    position: int
    events: int
    days: int
    differences: tuple[Difference, ...]


def verify(ready: Mapping[str, Any], site: str | None, day: date | None, console: Console) -> bool:
    """Print "equal", or what differs; True if nothing does. `day` is a UTC day of `occurred_at`, None every one.

    Raises Refusal for an unknown site, or when one of the stores does not answer.
    """
    try:
        found = asyncio.run(compare(ready, site, day))
    except grpc.aio.AioRpcError as error:
        raise Refusal(f"ClickHouse does not answer: {from_rpc(error)}") from None
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise Refusal(f"PostgreSQL does not answer: {str(error) or type(error).__name__}") from None
    console.print(
        f"{found.events:,} events of {found.days:,} days (each site's counted), up to commit {found.position:,}",
        highlight=False,
    )
    for difference in found.differences:
        _show(difference, console)
    if not found.differences:
        console.print("[green]equal[/]")
    return not found.differences


async def compare(ready: Mapping[str, Any], site: str | None, day: date | None) -> Comparison:
    """Raises AioRpcError, OSError or PostgresError when a store does not answer, Refusal for an unknown site."""
    database = await asyncpg.connect(ready["database"], timeout=_LIMIT_S, command_timeout=_HASHING_LIMIT_S)
    try:
        sites = {row["number"]: row["id"] for row in await database.fetch(_EVERY_SITE, site, timeout=_LIMIT_S)}
        if not sites:
            raise Refusal(f'there is no site "{site}"')
        comparing = _Comparing(database, ready, await database.fetchval(_HEAD, timeout=_LIMIT_S))
        await comparing.catch_up()
        stored = await comparing.stored_days(list(sites), day)
        counted = await comparing.counted_days(list(sites), day)
        nothing = Proof(0, 0)
        differences = [
            await comparing.look_into(number, sites[number], on, stored.get((number, on), nothing), counted)
            for number, on in sorted(stored.keys() | counted.keys())
            if stored.get((number, on)) != counted.get((number, on))
        ]
    finally:
        await database.close(timeout=_LIMIT_S)
    events = sum(proof.count for proof in stored.values())
    return Comparison(comparing.position, events, len(stored), tuple(differences))


Days = dict[tuple[int, str], Proof]


class _Comparing:
    """Both stores up to one commit."""

    def __init__(self, database: Any, ready: Mapping[str, Any], position: int) -> None:
        self.position = position
        self._database = database
        self._address: str = ready["query"]
        self._token: str = ready["admin_token"]

    async def catch_up(self) -> None:
        """Wait until the copy holds that commit."""
        async with connect(self._address) as channel:
            stub: Any = query_pb2_grpc.QueryServiceStub(channel)
            request = query_pb2.AwaitRequest(position=self.position)
            await stub.Await(request, metadata=bearer(self._token), timeout=_CATCH_UP_S)

    async def stored_days(self, numbers: list[int], day: date | None) -> Days:
        rows = await self._database.fetch(_STORED_DAYS, self.position, numbers, day)
        return {(row[0], row[1]): Proof(row[2], row[3]) for row in rows}

    async def counted_days(self, numbers: list[int], day: date | None) -> Days:
        keys = "site_id, toString(toDate(occurred_at, 'UTC'))"
        rows = await self._counted(f"{keys}, {_COUNTED_PROOF}", self._scope(numbers, day), "GROUP BY 1, 2")
        return {(row[0], row[1]): Proof(row[2], row[3]) for row in rows}

    async def look_into(self, number: int, site: str, on: str, stored: Proof, counted: Days) -> Difference:
        """Which ids of a site and day are in one store alone, or twice in the copy."""
        day = date.fromisoformat(on)
        scope = self._scope([number], day)
        rows = await self._database.fetch(_STORED_PARTS, self.position, [number], day)
        stored_parts = {row[0]: Proof(row[1], row[2]) for row in rows}
        rows = await self._counted(f"{_PART}, {_COUNTED_PROOF}", scope, "GROUP BY 1")
        counted_parts = {row[0]: Proof(row[1], row[2]) for row in rows}
        not_counted: list[str] = []
        not_stored: list[str] = []
        twice: list[str] = []
        for part in sorted(stored_parts.keys() | counted_parts.keys()):
            if stored_parts.get(part) == counted_parts.get(part):
                continue
            rows = await self._database.fetch(_STORED_IDS, self.position, [number], day, part)
            here = {row[0] for row in rows}
            there = Counter(
                row[0] for row in await self._counted("toString(event_id)", f"{scope} AND {_PART} = '{part}'")
            )
            not_counted += sorted(here - there.keys())
            not_stored += sorted(there.keys() - here)
            twice += sorted(event_id for event_id, times in there.items() if times > 1)
            if len(not_counted) + len(not_stored) + len(twice) >= MOST_IDS:
                break
        rows_there = counted.get((number, on), Proof(0, 0)).count
        first = slice(MOST_IDS)
        return Difference(
            site, on, stored.count, rows_there, tuple(not_counted[first]), tuple(not_stored[first]), tuple(twice[first])
        )

    def _scope(self, numbers: list[int], day: date | None) -> str:
        # the console's RPC takes a statement alone; what is written into it are numbers and a date of our own
        named = ", ".join(str(int(number)) for number in numbers)
        on = f" AND toDate(occurred_at, 'UTC') = toDate('{day.isoformat()}')" if day else ""
        return f"position <= {int(self.position)} AND site_id IN ({named}){on}"

    async def _counted(self, columns: str, scope: str, grouped: str = "") -> list[list[Any]]:
        statement = f"SELECT {columns} FROM events WHERE {scope} {grouped}"
        answer = await ask(self._address, self._token, statement, _MOST_ROWS)
        return [json.loads(row) for row in answer.rows]


def _show(found: Difference, console: Console) -> None:
    held = f"{found.stored:,} in PostgreSQL, {found.counted:,} in ClickHouse"
    console.print(f"[red]differs[/]: {found.site} on {found.day}: {held}", highlight=False)
    for title, ids in (
        ("in PostgreSQL alone", found.not_counted),
        ("in ClickHouse alone", found.not_stored),
        ("in ClickHouse more than once", found.counted_twice),
    ):
        for event_id in ids:
            console.print(f"  {event_id}  {title}", highlight=False)
