"""Page tokens: where to go on, bound to the query they came from."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics.v1 import query_pb2

from mesh.errors import invalid

_FIRST_TOKEN = datetime(2020, 1, 1, tzinfo=UTC)
_CLOCKS_APART = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows to leave out, and the time that relative ranges count from: that of the first page."""

    offset: int
    now: datetime


def token_of(request: query_pb2.QueryRequest, page: Page) -> str:
    content = json.dumps([page.offset, page.now.timestamp(), _digest(request)]).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def asked_at(seconds: object, now: datetime) -> datetime:
    """The time a token says its first page was asked. Raises ValueError for one that no token of ours can say."""
    moment = datetime.fromtimestamp(float(str(seconds)), UTC)
    if not _FIRST_TOKEN <= moment <= now + _CLOCKS_APART:
        raise ValueError("no time of a token")
    return moment


def page_of(request: query_pb2.QueryRequest, now: datetime) -> Page:
    """Where the request goes on; its beginning without a token. Raises INVALID_ARGUMENT for another query's token."""
    text = request.page_token
    if not text:
        return Page(request.offset, now)
    if request.offset:
        raise invalid("offset", "not together with page_token, which says where to go on")
    try:
        offset, seconds, digest = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
        page = Page(int(offset), asked_at(seconds, now))
    except (binascii.Error, ValueError, TypeError, OverflowError, OSError, RecursionError):
        raise invalid("page_token", "this is no page token; take next_page_token of the last answer") from None
    if digest != _digest(request) or not 0 <= page.offset < 2**63:
        raise invalid("page_token", "this token is of another query; all but page_token and limit must stay the same")
    return page


def _digest(request: query_pb2.QueryRequest) -> str:
    bare = query_pb2.QueryRequest()
    bare.CopyFrom(request)
    for name in ("page_token", "limit", "offset", "total_rows"):
        bare.ClearField(name)
    return hashlib.sha256(bare.SerializeToString(deterministic=True)).hexdigest()[:32]
