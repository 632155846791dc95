"""The query API: questions in JSON, answers as JSON, or where they are rows, by `Accept`, as CSV or NDJSON."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive

from gateway import answers_csv, message_json, query_json
from gateway.answers import json, read_json
from gateway.credentials import credential
from gateway.json_values import Json
from gateway.openapi import CSV, NDJSON, Handler
from gateway.peers import Peers
from gateway.problems import Problem
from gateway.questions import VISIT, VISITS, Question, site_of

QUERY_S: Final = 30.0
"""Deadline of a question, seconds."""

T = TypeVar("T")


class Queries:
    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def query(self, request: Request) -> Response:
        secret = credential(request)
        asked = query_json.to_request(await read_json(request, object))
        answer = await self._ask(request, "Query", asked, secret)
        return _in_form(
            request,
            asked.site,
            answer,
            whole=lambda: query_json.to_answer(answer),
            rows=lambda: [message_json.written(row) for row in answer.rows],
        )

    def handler(self, question: Question) -> Handler:
        """Answers `POST` of a question's JSON."""

        async def handle(request: Request) -> Response:
            secret = credential(request)
            asked = question.read(await read_json(request, object))
            return await self._answer(request, question, asked, secret)

        return handle

    async def visits(self, request: Request) -> Response:
        secret = credential(request)
        return await self._answer(request, VISITS, VISITS.read_parameters(request.query_params.multi_items()), secret)

    async def visit(self, request: Request) -> Response:
        secret = credential(request)
        asked = VISIT.read_parameters([*request.query_params.multi_items(), ("id", request.path_params["id"])])
        return await self._answer(request, VISIT, asked, secret)

    async def _answer(self, request: Request, question: Question, asked: Any, secret: str) -> Response:
        answer = await self._ask(request, question.rpc, asked, secret)
        rows = (lambda: question.items(answer)) if question.rows else None
        return _in_form(request, site_of(asked), answer, whole=lambda: message_json.written(answer), rows=rows)

    async def _ask(self, request: Request, rpc: str, asked: Any, secret: str) -> Any:
        method = getattr(self._peers.query, rpc)
        return await _while_connected(
            request.receive, method(asked, timeout=QUERY_S, metadata=self._peers.metadata(secret))
        )


async def _while_connected(receive: Receive, call: Awaitable[T]) -> T:
    """What a call returns; it is cancelled when the client goes away, and with it what it makes others do."""
    calling, leaving = asyncio.ensure_future(call), asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait((calling, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not calling.done():
            raise Problem(499, "the client has gone")
        return await calling
    finally:
        calling.cancel()
        leaving.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _in_form(
    request: Request, site: str, answer: Any, *, whole: Callable[[], Json], rows: Callable[[], list[Json]] | None
) -> Response:
    """The answer in the form that the client accepts; JSON where it names none that there is."""
    accepted = request.headers.get("accept", "").lower()
    if rows is None or "application/json" in accepted or not (CSV in accepted or NDJSON in accepted):
        return json(whole())
    if CSV in accepted:
        return _file(site, "csv", f"{CSV}; charset=utf-8", answers_csv.text(answer).encode(), answer)
    return _file(site, "ndjson", NDJSON, msgspec.json.Encoder().encode_lines(rows()), answer)


def _file(site: str, suffix: str, kind: str, content: bytes, answer: Any) -> Response:
    """What has rows alone says in a header where to go on."""
    name = re.sub(r"[^A-Za-z0-9._-]", "-", site)
    headers = {"content-disposition": f'attachment; filename="{name}.{suffix}"', "cache-control": "no-store"}
    if token := cast(str, getattr(answer, "next_page_token", "")):
        headers["x-next-page-token"] = token
    return Response(content, headers=headers, media_type=kind)
