"""`./run sql`: one read-only statement, run by the query service on its store."""

import asyncio
import json
from typing import Any

import grpc
from analytics.v1 import query_pb2, query_pb2_grpc
from rich.console import Console
from rich.table import Table

from cli.errors import Refusal
from mesh.channel import bearer, connect
from mesh.errors import from_rpc

_LIMIT_S = 120.0


def show_answer(address: str, token: str, statement: str, as_json: bool, console: Console) -> None:
    """Print the rows. Raises Refusal with what the service says of a statement that fails."""
    try:
        answer = asyncio.run(ask(address, token, statement))
    except grpc.aio.AioRpcError as error:
        raise Refusal(str(from_rpc(error))) from None
    rows: list[list[Any]] = [json.loads(row) for row in answer.rows]
    if as_json:
        for row in rows:
            print(json.dumps(dict(zip(answer.columns, row, strict=True))))
        return
    table = Table(box=None, pad_edge=False)
    for column in answer.columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(value if isinstance(value, str) else json.dumps(value) for value in row))
    console.print(table, markup=False)


async def ask(address: str, token: str, statement: str, max_rows: int = 0) -> query_pb2.SqlResponse:
    """The rows, up to `max_rows` (0 = the service's default). Raises AioRpcError."""
    async with connect(address) as channel:
        stub: Any = query_pb2_grpc.QueryServiceStub(channel)
        request = query_pb2.SqlRequest(statement=statement, max_rows=max_rows)
        return await stub.Sql(request, metadata=bearer(token), timeout=_LIMIT_S)
