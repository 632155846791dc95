"""Applies ranges of commits to the three tables exactly once. Blocking; one thread calls it, one range at a time.

A range is recorded, loaded into `staging`, inserted table by table (an insert is atomic per partition), recorded as
done, and compared with the commits' own count and fingerprint. After a crash the same range is applied again, but for
the partitions of each table that already hold a position of it. No deduplication tokens, no views: both lose rows
when the process is killed in the wrong moment.
"""

# ruff: noqa: S608  (tables and columns are constants; values are bound)

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor
from pathlib import Path
from typing import Any

from analytics.v1 import follow_pb2
from clickhouse_connect.driver.exceptions import DatabaseError

from mesh.telemetry import log
from query import tables
from query.clickhouse import DamagedStoreError, connect, discard, embedded, tells_damage
from query.layout import Layout
from query.ledger import Ledger, State

MAX_EVENTS = 500_000
MAX_BYTES = 128 * 1024 * 1024

# One block per insert, since atomicity is per block and partition.
_SETTINGS = {
    "insert_deduplicate": 0,
    "async_insert": 0,
    "max_partitions_per_insert_block": 0,
    "max_insert_threads": 1,
    "max_insert_block_size": 4 * MAX_EVENTS,
    "min_insert_block_size_rows": 4 * MAX_EVENTS,
    "min_insert_block_size_bytes": 0,
    "mutations_sync": 1,
}
_NO_WEEK = "2149-05-26"
"""The Monday of the last week that there is: no event lies in it."""
_INPUT = {
    "format_schema_source": "string",
    "format_schema": tables.schema(),
    "format_schema_message_name": "NormalizedEvent",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What a set of events amounts to: how many, and the XOR of the hashes of their ids."""

    count: int
    fingerprint: int


class Replica:
    """The columnar copy as its only writer sees it."""

    def __init__(self, dsn: str, ledger_file: Path, layout: Layout | None = None) -> None:
        """Raises StoreInUseError, and DamagedStoreError where the embedded engine cannot read its directory."""
        self._dsn, self._layout = dsn, layout or Layout()
        self._client = connect(dsn, _SETTINGS | self._layout.settings)
        try:
            for statement in self._layout.create():
                self._client.command(statement)
            self._ledger = Ledger(ledger_file, self._store_id())
            if self.state.position == 0 and self.state.applying == 0:
                # nothing recorded for this store: whatever it holds is of unknown origin
                self._truncate()
        except DatabaseError as error:
            self._client.close()
            if embedded(dsn) and tells_damage(error):
                raise DamagedStoreError(str(error)) from error
            raise
        self.repaired_ranges = 0

    @classmethod
    def opened(cls, dsn: str, ledger_file: Path, layout: Layout | None = None) -> "Replica":
        """The copy as it was left; an empty one where the embedded engine cannot read its directory any more."""
        try:
            return cls(dsn, ledger_file, layout)
        except DamagedStoreError as error:
            folder = embedded(dsn)
            if folder is None:
                raise
            log.error("store_damaged", reason=str(error)[:200])
            discard(folder)
            return cls(dsn, ledger_file, layout)

    @property
    def state(self) -> State:
        return self._ledger.state

    @property
    def applied_at(self) -> float | None:
        """When an earlier process last applied something, seconds since the epoch."""
        return self._ledger.written_at

    def reconnect(self) -> None:
        """Have a new connection: after a failed statement the old one may answer the next with what was left over."""
        self._client.close()
        self._client = connect(self._dsn, _SETTINGS | self._layout.settings)

    def close(self) -> None:
        self._client.close()

    def apply(self, commits: Sequence[follow_pb2.Commit]) -> None:
        """Apply commits of events that follow the recorded position without a gap.

        After an interruption they must be exactly the interrupted range. Weeks that then differ from what the commits
        promised are recorded as in need of repair.
        """
        to = commits[-1].position
        resumed = self.state.applying >= commits[0].position
        if not resumed:
            self._ledger.begin(to)
        self._load(commit.events for commit in commits)
        promised = Proof(
            sum(commit.count for commit in commits), reduce(xor, (commit.fingerprint for commit in commits), 0)
        )
        if resumed and self._layout.cluster:
            # an insert is not atomic across shards: what arrived is told by no partition, so all of them come anew
            weeks = tuple(self._proofs("staging", commits[0].position, to, "1"))
        else:
            if promised.count:
                for table in tables.TABLES:
                    self._insert(table, self._lacking(table, commits[0].position) if resumed else "1")
            weeks = self._differing(commits[0].position, to, promised)
        if weeks:
            log.error("range_differs", first=commits[0].position, last=to, weeks=weeks)
            self._put_up(weeks)
        self._ledger.done(to)

    def erase(self, commit: follow_pb2.Commit) -> None:
        """Delete what an erasure or retention names: whole visits, and visit-less events. Harmless when repeated.

        All of it leaves the answers first, which takes seconds; writing the parts anew takes long.
        """
        self._ledger.begin(commit.position)
        self._hide("visit_id", commit.erased_visit_ids, tables.TABLES)
        self._hide("event_id", commit.erased_event_ids, ("events",))
        for table in tables.TABLES:
            self._shed(table)
        self._ledger.done(commit.position)

    def empty(self) -> None:
        """Begin anew at position 0. Interrupted, it is finished when the store is opened next."""
        self._ledger.forget()
        self._truncate()

    def distrust(self) -> None:
        """Have whoever opens the store next begin anew; for a store that turned out to be damaged."""
        self._ledger.forget()

    def drop_weeks(self, weeks: Iterable[str]) -> None:
        for week in weeks:
            for table in tables.TABLES:
                self._client.command(self._layout.drop_week(table), parameters={"week": week})

    def refill(self, commits: Sequence[follow_pb2.Commit], weeks: Sequence[str]) -> None:
        """Insert the events of some weeks out of commits already applied. Their partitions were dropped before."""
        self._load(commit.events for commit in commits)
        for table in tables.TABLES:
            self._insert(table, _in_weeks(weeks))

    def repaired(self) -> None:
        self._ledger.repair(())

    def check_visits(self) -> None:
        """Hold the aggregates against the events they were made of, week by week; what differs is put up for repair.

        The proof of a range sees `events` alone: this sees a lost partition of the other two tables.
        """
        expected = self._sums("events", f"{tables.COUNTED_SUM}, {tables.VIEW_SUM}", f"visit_id != {tables.NO_UUID}")
        differing: set[str] = set()
        for table in ("visits", "visit_pages"):
            found = self._sums(table, "sum(events), sum(pageviews)", "1")
            differing |= {week for week, _ in expected.items() ^ found.items()}
        if differing:
            log.error("visits_differ", weeks=sorted(differing))
            self._put_up(differing)

    def _truncate(self) -> None:
        for table in tables.TABLES:
            self._client.command(self._layout.truncate(table))

    def _put_up(self, weeks: Iterable[str]) -> None:
        self.repaired_ranges += 1
        self._ledger.repair(tuple(sorted({*self.state.repairing, *weeks})))

    def _sums(self, table: str, sums: str, where: str) -> dict[str, tuple[int, int]]:
        statement = f"SELECT toString({tables.WEEK}) AS week, {sums} FROM {table} WHERE {where} GROUP BY week"
        return {week: (events, views) for week, events, views in self._client.query(statement).result_rows}

    def _store_id(self) -> str:
        self._client.command("INSERT INTO store SELECT generateUUIDv4() WHERE (SELECT count() FROM store) = 0")
        return str(self._one("SELECT id FROM store LIMIT 1")[0])

    def _load(self, messages: Iterable[bytes]) -> None:
        self._client.command(self._layout.truncate("staging"))
        body = b"".join(messages)
        if body:
            self._client.raw_insert("staging", tables.INPUTS, body, settings=_INPUT, fmt="Protobuf")

    def _insert(self, table: str, where: str) -> None:
        self._client.command(tables.insert_from_staging(table, where))

    def _lacking(self, table: str, first: int) -> str:
        """The condition that leaves out partitions which hold a position of the interrupted range already."""
        rows = self._client.query(
            f"SELECT DISTINCT toString({tables.WEEK}) FROM {table} WHERE position >= {{first:UInt64}}",
            parameters={"first": first},
        ).result_rows
        return f"NOT ({_in_weeks([row[0] for row in rows])})"

    def _differing(self, first: int, last: int, promised: Proof) -> tuple[str, ...]:
        staged = self._proofs("staging", first, last, "1")
        kept = self._proofs("events", first, last, _in_weeks(staged))
        if _total(staged) != promised:
            return tuple(staged)
        return tuple(week for week, proof in staged.items() if kept.get(week) != proof)

    def _proofs(self, table: str, first: int, last: int, where: str) -> dict[str, Proof]:
        rows = self._client.query(
            f"SELECT toString({tables.WEEK}) AS week, {tables.PROOF} FROM {table} "
            f"WHERE position BETWEEN {{first:UInt64}} AND {{last:UInt64}} AND {where} GROUP BY week",
            parameters={"first": first, "last": last},
        ).result_rows
        return {week: Proof(count, fingerprint) for week, count, fingerprint in rows}

    def _hide(self, column: str, ids: Sequence[str], named: Sequence[str]) -> None:
        if not ids:
            return
        self._client.command(self._layout.truncate("erasing"))
        self._client.insert("erasing", [[value] for value in ids], column_names=["id"])
        for statement in self._layout.spread("erasing"):
            self._client.command(statement)
        # ids stand in a table, so that none is written in clear into the mutation's file
        condition = f"{column} IN (SELECT id FROM erasing)"
        for table in named:
            # a mutation looks into all parts even where it finds nothing
            if self._client.query(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1").result_rows:
                self._client.command(self._layout.hide(table, condition))
        self._client.command(self._layout.truncate("erasing"))

    def _shed(self, table: str) -> None:
        """Have the bytes of hidden rows leave the disk, those too that an interrupted erasure hid."""
        if self._client.query(self._layout.hiding, parameters={"table": f"{table}%"}).result_rows:
            self._client.command(self._layout.shed(table))
        # replaced parts, an interrupted erasure's too, would stay on the disk until the table's next work, minutes on
        # an idle site; dropping a partition, be it none, has them leave now
        self._client.command(self._layout.drop_week(table), parameters={"week": _NO_WEEK})

    def _one(self, statement: str) -> Sequence[Any]:
        return self._client.query(statement).result_rows[0]


def _in_weeks(weeks: Iterable[str]) -> str:
    """A condition on the partition. Weeks come from the engine itself as ISO dates."""
    dates = ", ".join(f"toDate('{week}')" for week in weeks)
    return f"{tables.WEEK} IN ({dates})" if dates else "0"


def _total(proofs: dict[str, Proof]) -> Proof:
    values = proofs.values()
    return Proof(sum(p.count for p in values), reduce(xor, (p.fingerprint for p in values), 0))
