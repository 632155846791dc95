"""Request bodies in, JSON out, for the endpoints below `/api`."""

from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway import body as http_body
from gateway.payload import json_error

MAX_BODY = 256 * 1024
_JSON_ONLY = (b"application/json",)
_NO_STORE = {"cache-control": "no-store"}

T = TypeVar("T")


async def read_json(request: Request, kind: type[T]) -> T:
    """The body as `kind` (a msgspec struct, or `object` for any JSON).

    Raises Problem 413 or 415, INVALID_ARGUMENT naming the field.
    """
    headers = dict(request.scope["headers"])
    http_body.require_json(headers, _JSON_ONLY)
    data = await http_body.read(headers, request.receive, MAX_BODY)
    try:
        return msgspec.json.decode(data, type=kind)
    except (ValueError, RecursionError) as error:
        raise json_error(error) from None


def json(content: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, _NO_STORE, "application/json")


def nothing() -> Response:
    return Response(status_code=204, headers=_NO_STORE)
