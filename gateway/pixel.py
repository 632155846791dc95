"""`GET /pixel.gif`: a page view without JavaScript.

`<noscript><img src="https://stats.example/pixel.gif?site=demo&url=https%3A%2F%2Fsite.example%2F" alt=""></noscript>`
A picture has no session: in memory mode its views belong to no visit. Without `url` the page is what the browser names
as the referring page. Whatever became of the view, the answer is the picture; a wrong view is 400 and says why in
`x-analytics-reason`.
"""

from base64 import b64decode
from urllib.parse import parse_qsl

from analytics.v1 import event_pb2, track_pb2
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.compat.exchange import Call
from gateway.compat.intake import Code, Intake
from mesh.errors import MeshError

GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")

_FIELDS = 20
_REFUSED = {
    Code.CODE_INVALID: 400,
    Code.CODE_FORBIDDEN: 403,
    Code.CODE_UNAVAILABLE: 503,
}
_NAMES = {"page_url": "url", "page_title": "title"}


class Pixel:
    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def endpoints(self) -> dict[str, ASGIApp]:
        return {"/pixel.gif": self._serve}

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":  # whoever asks for the head alone shows nobody a page
            await _respond(send, 405, "use GET", ((b"allow", b"GET"),))
            return
        try:
            status, reason = await self._view(scope)
        except MeshError as error:
            status, reason = error.http_status, error.message
        await _respond(send, status, reason)

    async def _view(self, scope: Scope) -> tuple[int, str]:
        """Record the view; the status of the answer, and why it was not recorded."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        query = scope["query_string"].decode("latin-1")
        try:
            given = dict(parse_qsl(query, max_num_fields=_FIELDS))
        except ValueError:
            return 400, f"the query has more than {_FIELDS} fields"
        event = track_pb2.TrackEvent(
            kind=event_pb2.EVENT_KIND_PAGEVIEW,
            site=given.get("site", ""),
            page_url=given.get("url") or headers.get(b"referer", b"").decode("latin-1"),
            page_title=given.get("title", ""),
            referrer=given.get("referrer", ""),
        )
        if not event.site:
            return 400, "site: is required: the site's id"
        client = scope["client"]
        self._intake.visit(event, Call(b"", headers, scope["headers"], client[0] if client else ""))
        [result] = await self._intake.submit([event])
        named = f"{_NAMES.get(result.field, result.field)}: {result.reason}" if result.field else result.reason
        return _REFUSED.get(result.code, 200), named


async def _respond(send: Send, status: int, reason: str, more: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    headers = [
        (b"content-type", b"image/gif"),
        (b"content-length", str(len(GIF)).encode()),
        (b"cache-control", b"no-store"),
        (b"cross-origin-resource-policy", b"cross-origin"),
        *more,
    ]
    if reason:
        printable = "".join(character if " " <= character <= "~" else "?" for character in reason)
        headers.append((b"x-analytics-reason", printable[:500].encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": GIF})
