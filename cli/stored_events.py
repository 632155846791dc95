"""`./run events`: stored events decoded from PostgreSQL, newest first."""

import asyncio
import json
from datetime import UTC, datetime

import asyncpg
from analytics.v1 import event_pb2
from google.protobuf.json_format import MessageToDict
from rich.console import Console
from rich.table import Table

from cli.errors import Refusal

_NEWEST = """
    SELECT e.event FROM events e JOIN sites s ON s.number = e.site_id
    WHERE s.id = $1 AND s.deleted_at IS NULL
    ORDER BY e.received_at DESC, e.occurred_at DESC, e.event_id LIMIT $2
"""
_SITE = "SELECT 1 FROM sites WHERE id = $1 AND deleted_at IS NULL"


def show_events(database: str, site: str, limit: int, as_json: bool, console: Console) -> None:
    """Print up to `limit` events of a site. Raises Refusal for an unknown site or a database that does not answer."""
    try:
        events = asyncio.run(_newest(database, site, limit))
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise Refusal(f"the database does not answer: {error}") from None
    if as_json:
        for event in events:
            print(json.dumps(MessageToDict(event, preserving_proto_field_name=True)))
        return
    table = Table(box=None, pad_edge=False)
    for title in ("occurred", "name", "page", "source", "country", "browser"):
        table.add_column(title, overflow="fold")
    for event in events:
        occurred = datetime.fromtimestamp(event.occurred_at_us / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S")
        page = event.hostname + event.page
        table.add_row(occurred, event.name, page, event.source, event.country, event.browser)
    console.print(table, markup=False)


async def _newest(database: str, site: str, limit: int) -> list[event_pb2.NormalizedEvent]:
    connection = await asyncpg.connect(database, timeout=5)
    try:
        if not await connection.fetchval(_SITE, site):
            raise Refusal(f'there is no site "{site}"')
        rows = await connection.fetch(_NEWEST, site, limit)
    finally:
        await connection.close()
    return [event_pb2.NormalizedEvent.FromString(row["event"]) for row in rows]
