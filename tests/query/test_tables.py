"""The tables follow the contract and the rules that hold up the exactly-once copy."""

from analytics.v1 import event_pb2

from query import tables
from query.layout import Layout


def test_events_has_one_column_for_each_field_of_the_event() -> None:
    names = [field.name.removesuffix("_us") for field in event_pb2.NormalizedEvent.DESCRIPTOR.fields]
    assert [column.name for column in tables.COLUMNS] == names


def test_every_table_is_cut_into_weeks_begins_with_the_site_and_knows_its_position() -> None:
    made = {text.split()[5]: text for text in Layout().create()}
    for table in tables.TABLES:
        assert "PARTITION BY toMonday(visit_started_at) ORDER BY (site_id, visit_started_at" in made[table]
        assert "position" in made[table]
    assert "position SimpleAggregateFunction(max, UInt64)" in made["visits"]
    assert "position SimpleAggregateFunction(max, UInt64)" in made["visit_pages"]
    assert all("AggregatingMergeTree" in made[table] for table in ("visits", "visit_pages"))
