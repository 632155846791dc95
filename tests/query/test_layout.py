"""A cluster's tables are the embedded ones: the same columns, cut the same way, and every statement parses."""

# ruff: noqa: S608  (the texts are the layout's own)

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from query import tables
from query.clickhouse import connect
from query.layout import Layout

ONE, CLUSTER = Layout(), Layout("mesh")


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[Client]:
    made = connect(f"chdb://{home / 'clickhouse'}")
    yield made
    made.close()


def by_table(layout: Layout) -> dict[str, str]:
    return {text.split()[5]: text for text in layout.create()}


def statements(layout: Layout) -> list[str]:
    found = list(layout.create())
    for table in tables.TABLES:
        found += [layout.truncate(table), layout.shed(table), layout.hiding]
        found.append(layout.hide(table, "visit_id IN (SELECT id FROM erasing)"))
        found.append(layout.drop_week(table).replace("{week:Date}", "'2026-03-02'"))
    for table in ("staging", "erasing"):
        found += [layout.truncate(table), *layout.spread(table)]
    return found


@pytest.mark.parametrize("layout", [ONE, CLUSTER], ids=["one place", "cluster"])
def test_every_statement_parses(client: Client, layout: Layout) -> None:
    for statement in statements(layout):
        assert client.query("SELECT formatQuery({text:String})", parameters={"text": statement}).result_rows


@pytest.mark.parametrize("table", tables.TABLES)
def test_a_shard_holds_the_columns_of_the_embedded_table_cut_the_same_way(client: Client, table: str) -> None:
    local = by_table(CLUSTER)[f"{table}_local"]
    engine = tables.DEFINITIONS[table].engine
    replicated = f"Replicated{engine}('/clickhouse/tables/{{shard}}/{{database}}/{table}', '{{replica}}')"
    assert replicated in local
    alone = local.replace(replicated, engine).replace(" ON CLUSTER 'mesh'", "")
    client.command(by_table(ONE)[table])
    client.command(alone)

    def described(name: str) -> list[object]:
        return list(client.query(f"DESCRIBE TABLE {name}").result_rows)

    def keys(name: str) -> list[object]:
        statement = (
            "SELECT partition_key, sorting_key, engine FROM system.tables "
            "WHERE database = currentDatabase() AND name = {name:String}"
        )
        return list(client.query(statement, parameters={"name": name}).result_rows)

    assert described(f"{table}_local") == described(table) != []
    assert keys(f"{table}_local") == keys(table)


@pytest.mark.parametrize("table", tables.TABLES)
def test_a_visit_lies_whole_on_one_shard(client: Client, table: str) -> None:
    made = re.search(r"Distributed\('mesh', currentDatabase\(\), '(\w+)', (.+)\)$", by_table(CLUSTER)[table])
    assert made and made[1] == f"{table}_local"
    visits = "SELECT number AS n, toUUID(concat('00000000-0000-0000-0000-00000000000', toString(n % 5))) AS visit_id"
    rows = client.query(
        f"SELECT visit_id, uniqExact({made[2]}) FROM ({visits}, generateUUIDv4(n) AS event_id FROM numbers(100)) "
        "GROUP BY visit_id ORDER BY visit_id"
    ).result_rows
    spread = [shards for _, shards in rows]
    # the first is the empty id: events of `events` without a visit are spread by their own
    assert spread == ([20, 1, 1, 1, 1] if table == "events" else [1] * 5)


def test_one_place_needs_no_setting_of_a_cluster_and_names_none() -> None:
    assert ONE.settings == {}
    assert not [text for text in statements(ONE) if "CLUSTER" in text or "_local" in text or "Distributed" in text]
