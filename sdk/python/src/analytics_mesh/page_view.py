"""Which responses of a web application are page views: HTML answers to a GET that a person's browser waits for."""

from collections.abc import Mapping

from analytics_mesh import events
from analytics_mesh._contract.track_pb2 import TrackEvent
from analytics_mesh.visitor import Visitor


def is_page(method: str, status: int, content_type: str, request: Mapping[str, str]) -> bool:
    """`request` are the request's headers, names in lower case. A part that a script fetches is no page."""
    if method != "GET" or not 200 <= status < 300 or content_type.partition(";")[0].strip().lower() != "text/html":
        return False
    destination = request.get("sec-fetch-dest", "document")
    return destination == "document" and request.get("x-requested-with", "").lower() != "xmlhttprequest"


def page_view(url: str, request: Mapping[str, str], ip: str) -> TrackEvent:
    """The view of a page whose request had these headers and came from the visitor at `ip`."""
    context: events.PageContext = {"visitor": Visitor.of(request, ip)}
    referrer = request.get("referer", "")
    if referrer:
        context["referrer"] = referrer
    return events.view(url, **context)
