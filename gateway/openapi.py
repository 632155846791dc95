"""The HTTP API in one table: Starlette's routes and the OpenAPI document are both made from it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.answers import json
from gateway.problems import wrong_method

Handler = Callable[[Request], Awaitable[Response]]
Schema = dict[str, Any]

NDJSON = "application/x-ndjson"
CSV = "text/csv"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path.

    `body` is a msgspec struct or a schema. `rows`: the answer is a list, so it comes as CSV and NDJSON too. `handler`
    is None where the path is served before Starlette (`/track/*`, `/js/*`) or is a WebSocket.
    """

    method: str
    path: str
    summary: str
    handler: Handler | None = None
    tag: str = "API"
    open: bool = False
    body: Any = None
    body_type: str = "application/json"
    answer_type: str = "application/json"
    answer: Schema = field(default_factory=lambda: {"type": "object"})
    status: int = 200
    rows: bool = False
    parameters: tuple[tuple[str, str, bool], ...] = ()
    refusals: tuple[int, ...] = (400, 401, 403, 404)


def routes(operations: Sequence[Operation]) -> list[Route]:
    """A route per path; another method than those of the table is 405.

    Each takes every method, or else a path of a later route that fits too would answer, the dashboard's for a start.
    """
    by_path: dict[str, dict[str, Handler]] = {}
    for operation in operations:
        if operation.handler:
            by_path.setdefault(operation.path, {})[operation.method] = operation.handler
    named_before_any = sorted(by_path.items(), key=lambda item: "{" in item[0])
    return [Route(path, _dispatch(methods), methods=_METHODS) for path, methods in named_before_any]


def endpoint(operations: Sequence[Operation]) -> Handler:
    """Serves the document."""
    content = document(operations)

    async def openapi(_request: Request) -> Response:
        return json(content)

    return openapi


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """OpenAPI 3.1 of the table."""
    structs = [operation.body for operation in operations if isinstance(operation.body, type)]
    schemas, components = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
    named = dict(zip(structs, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, named)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Analytics Mesh",
            "version": "1",
            "description": "Capture, ask, watch, administer. Errors are RFC 9457 problems that name the field.",
        },
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": _PROBLEM},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "analytics_session"},
            },
        },
    }


def _operation(operation: Operation, named: dict[Any, Schema]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.status not in (101, 204):
        answer["content"] = {operation.answer_type: {"schema": operation.answer}}
        if operation.rows:
            answer["content"] |= {kind: {"schema": {"type": "string"}} for kind in (CSV, NDJSON)}
    described: dict[str, Any] = {
        "summary": operation.summary,
        "tags": [operation.tag],
        "responses": {
            str(operation.status): answer,
            **{str(status): _refusal(operation, status) for status in sorted(_refusals(operation))},
        },
    }
    if not operation.open:
        described["security"] = [{"bearer": []}, {"session": []}]
    if operation.body is not None:
        schema = named[operation.body] if isinstance(operation.body, type) else operation.body
        described["requestBody"] = {"required": True, "content": {operation.body_type: {"schema": schema}}}
    parameters = [
        {"name": name, "in": "query", "required": required, "description": text, "schema": {"type": "string"}}
        for name, text, required in operation.parameters
    ]
    if "{id}" in operation.path:
        parameters.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
    if parameters:
        described["parameters"] = parameters
    return described


def _refusals(operation: Operation) -> set[int]:
    """An operation's own, and those of all that read a body or ask a service."""
    found = set(operation.refusals)
    if operation.body is not None:
        found |= {408, 413, 415}
    if operation.path.startswith("/api/") and operation.handler:
        found |= {429, 503, 504}
    return found


def _refusal(operation: Operation, status: int) -> dict[str, Any]:
    """A problem, but for a picture: a page would show what is none as broken."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if operation.answer_type.startswith("image/"):
        content = {operation.answer_type: {"schema": operation.answer}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def _dispatch(methods: dict[str, Handler]) -> Handler:
    allowed = ", ".join(sorted({*methods, "HEAD"} if "GET" in methods else methods))

    async def dispatch(request: Request) -> Response:
        handler = methods.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            raise wrong_method(allowed)
        return await handler(request)

    return dispatch


_PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457. `field` is the field at fault, as the JSON spells it.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
        "reason": {"type": "string"},
    },
}
