"""Refusals as RFC 9457 `application/problem+json`, naming the field in the JSON's own spelling."""

import math
from dataclasses import dataclass
from http import HTTPStatus

import grpc
import msgspec

from mesh.errors import MeshError, from_rpc

JSON = b"application/json"
PROBLEM_JSON = b"application/problem+json"

Headers = list[tuple[bytes, bytes]]


@dataclass
class Problem(Exception):
    """An answer that is a refusal. `field` is a path in the body or a query parameter, "" where none is at fault."""

    status: int
    detail: str
    field: str = ""
    reason: str = ""
    retry_after_s: float | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @classmethod
    def of(cls, error: MeshError) -> "Problem":
        """A 503 always says when to come back, a 429 only where another try of the same can help."""
        retry_after_s = error.retry_after_s
        if error.http_status == 503 and retry_after_s is None:
            retry_after_s = 1.0
        return cls(error.http_status, error.message, error.field, error.reason, retry_after_s)

    @classmethod
    def of_rpc(cls, error: grpc.aio.AioRpcError) -> "Problem":
        """A peer's refusal; what only says where a peer listens stays here, what a peer gives a reason for does not."""
        found = cls.of(from_rpc(error))
        if found.status >= 500 and not found.reason:
            found.detail = _UNKNOWN_FAULT.get(found.status, "internal error; the service's log has it")
        return found

    def body(self) -> bytes:
        """`detail` is a sentence that stands alone, so it starts with the field."""
        content: dict[str, object] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase if self.status != 499 else "Client Closed Request",
            "status": self.status,
            "detail": f"{self.field}: {self.detail}" if self.field else self.detail,
        }
        if self.field:
            content["field"] = self.field
        if self.reason:
            content["reason"] = self.reason
        return msgspec.json.encode(content)

    def response_headers(self, body: bytes) -> Headers:
        headers: Headers = [
            (b"content-type", PROBLEM_JSON),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            *self.headers,
        ]
        if self.retry_after_s is not None:
            headers.append((b"retry-after", str(max(1, math.ceil(self.retry_after_s))).encode()))
        if self.status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        return headers


_UNKNOWN_FAULT = {
    503: "a service behind the gateway cannot be reached now; try again",
    504: "the answer took too long; try again, or ask for less",
}


def bad_request(field: str, detail: str) -> Problem:
    return Problem(400, detail, field)


def wrong_method(allowed: str) -> Problem:
    return Problem(405, f"use {allowed}", headers=((b"allow", allowed.encode()),))


def too_large(limit: int) -> Problem:
    return Problem(413, f"the body may have at most {limit:,} bytes")
