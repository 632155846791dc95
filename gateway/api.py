"""`POST /api/v1/query`: questions in JSON, answers as JSON or, by `Accept: text/csv`, as CSV."""

import re

from starlette.requests import Request
from starlette.responses import Response

from gateway import query_json
from gateway.answers import json, read_json
from gateway.credentials import credential
from gateway.peers import Peers

QUERY_S = 30.0
"""Deadline of a query, seconds."""


class Queries:
    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def query(self, request: Request) -> Response:
        secret = credential(request)
        asked = query_json.to_request(await read_json(request, object))
        response = await self._peers.query.Query(asked, timeout=QUERY_S, metadata=self._peers.metadata(secret))
        if not _wants_csv(request):
            return json(query_json.to_answer(response))
        name = re.sub(r"[^A-Za-z0-9._-]", "-", asked.site)
        headers = {"content-disposition": f'attachment; filename="{name}.csv"', "cache-control": "no-store"}
        return Response(query_json.to_csv(response), headers=headers, media_type="text/csv; charset=utf-8")


def _wants_csv(request: Request) -> bool:
    accept = request.headers.get("accept", "").lower()
    return "text/csv" in accept and "application/json" not in accept
