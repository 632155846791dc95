"""Where a list goes on: after a visit, bound to the request that the token came with."""

import base64
import binascii
import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime

from analytics.v1 import query_pb2

from mesh.errors import invalid
from query.pages import asked_at


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last visit shown: its start in microseconds and its id, None on the first page.

    `now` is the time that relative ranges count from: that of the first page.
    """

    now: datetime
    after_us: int | None = None
    after_id: str = ""


def cursor_of(request: query_pb2.ListVisitsRequest, now: datetime) -> Cursor:
    """Where the request goes on; its beginning without a token. Raises INVALID_ARGUMENT for another request's token."""
    if not request.page_token:
        return Cursor(now)
    text = request.page_token
    try:
        seconds, after_us, after_id, digest = json.loads(
            base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        )
        cursor = Cursor(asked_at(seconds, now), int(after_us), str(uuid.UUID(after_id)))
    except (binascii.Error, ValueError, TypeError, AttributeError, OverflowError, OSError, RecursionError):
        raise invalid("page_token", "this is no page token; take next_page_token of the last answer") from None
    if digest != _digest(request) or not 0 <= int(after_us) < 2**63:
        raise invalid("page_token", "this token is of another request; all but page_token and limit must stay the same")
    return cursor


def token_of(request: query_pb2.ListVisitsRequest, cursor: Cursor) -> str:
    content = json.dumps([cursor.now.timestamp(), cursor.after_us, cursor.after_id, _digest(request)]).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _digest(request: query_pb2.ListVisitsRequest) -> str:
    return hashlib.sha256(request.scope.SerializeToString(deterministic=True)).hexdigest()[:32]
