"""How the tables lie: in one place (the embedded engine, one server), or on the shards of a cluster.

On a cluster each of the three tables is a `…_local` one on every server, replicated within its shard, under a
Distributed one with the plain name, which answers and inserts address. A visit lies whole on one shard, so that `FINAL`
and joins by visit stay within it.
"""

from dataclasses import dataclass

from query.tables import DEFINITIONS, NO_UUID, TABLES, WEEK

# Events without a visit are spread by their own id.
_SHARD = {"events": f"cityHash64(if(visit_id = {NO_UUID}, event_id, visit_id))"}
_SHARD_BY_VISIT = "cityHash64(visit_id)"
# Small tables that every server holds whole: the ids that a mutation on it reads, the store's own id.
_EVERYWHERE_THE_SAME = ("erasing", "store")


@dataclass(frozen=True, slots=True)
class Layout:
    """`cluster` is the name in `system.clusters`, "" for one place. Methods return statements."""

    cluster: str = ""

    @property
    def settings(self) -> dict[str, object]:
        """Settings that reads and writes need on top of their own."""
        if not self.cluster:
            return {}
        return {
            # an insert returns when every shard has it, and a mutation when every replica has done it
            "distributed_foreground_insert": 1,
            "mutations_sync": 2,
            "alter_sync": 2,
            "insert_quorum": "auto",
            # a visit and its events lie on one shard: its joins need no other
            "distributed_product_mode": "local",
        }

    def create(self) -> tuple[str, ...]:
        """What makes the tables; harmless when they are there."""
        return tuple(statement for name in DEFINITIONS for statement in self._create(name))

    def truncate(self, table: str) -> str:
        return f"TRUNCATE TABLE {self._stored(table)}"

    def drop_week(self, table: str) -> str:
        """With the parameter `week`, its Monday."""
        return f"ALTER TABLE {self._stored(table)} DROP PARTITION {{week:Date}}"

    def hide(self, table: str, condition: str) -> str:
        """Rows are in no answer any more; their bytes are still there."""
        return f"DELETE FROM {self._stored(table)} WHERE {condition}"  # noqa: S608  (texts of this package)

    @property
    def hiding(self) -> str:
        """With the parameter `table`, a pattern: is there a part with hidden rows, on whatever server?"""
        parts = f"clusterAllReplicas('{self.cluster}', system.parts)" if self.cluster else "system.parts"
        return f"""
            SELECT 1 FROM {parts}
            WHERE database = currentDatabase() AND table LIKE {{table:String}} AND active AND has_lightweight_delete
            LIMIT 1
        """  # noqa: S608  (a name from the settings, which checks it)

    def shed(self, table: str) -> str:
        """Writes parts with hidden rows anew, without them."""
        return f"ALTER TABLE {self._stored(table)} APPLY DELETED MASK"

    def spread(self, table: str) -> tuple[str, ...]:
        """What makes rows just inserted into a small table known to every server."""
        return (f"SYSTEM SYNC REPLICA{self._everywhere} {table}",) if self.cluster else ()

    @property
    def _everywhere(self) -> str:
        return f" ON CLUSTER '{self.cluster}'" if self.cluster else ""

    def _stored(self, table: str) -> str:
        """The table that holds rows, wherever it lies."""
        if table in TABLES and self.cluster:
            return f"{table}_local{self._everywhere}"
        return f"{table}{self._everywhere}" if table in _EVERYWHERE_THE_SAME else table

    def _create(self, name: str) -> tuple[str, ...]:
        table = DEFINITIONS[name]
        if not self.cluster or name == "staging":  # loaded and read by the follower's own connection alone
            return (_definition(name, "", table.columns, table.engine, table.order, weekly=name in TABLES),)
        if name in _EVERYWHERE_THE_SAME:
            path = f"ReplicatedMergeTree('/clickhouse/tables/all/{{database}}/{name}', '{{shard}}-{{replica}}')"
            return (_definition(name, self._everywhere, table.columns, path, "id", weekly=False),)
        path = f"Replicated{table.engine}('/clickhouse/tables/{{shard}}/{{database}}/{name}', '{{replica}}')"
        local = _definition(f"{name}_local", self._everywhere, table.columns, path, table.order, weekly=True)
        key = _SHARD.get(name, _SHARD_BY_VISIT)
        over = (
            f"CREATE TABLE IF NOT EXISTS {name}{self._everywhere} AS {name}_local "
            f"ENGINE = Distributed('{self.cluster}', currentDatabase(), '{name}_local', {key})"
        )
        return local, over


def _definition(name: str, where: str, columns: tuple[str, ...], engine: str, order: str, weekly: bool) -> str:
    text = f"CREATE TABLE IF NOT EXISTS {name}{where} (\n    " + ",\n    ".join(columns) + f"\n) ENGINE = {engine}"
    if weekly:
        text += f" PARTITION BY {WEEK}"
    return f"{text} ORDER BY ({order})" if order else text
