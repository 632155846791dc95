"""The part of the table of operations that is about share links and annotations, with the schemas of its answers."""

from typing import Any

from gateway.annotations import AnnotationPatch, Annotations, NewAnnotation
from gateway.client_ip import ClientAddress
from gateway.message_schemas import TEXT, list_of, shape
from gateway.openapi import Handler, Operation, Schema
from gateway.peers import Peers
from gateway.shares import NewShare, OpenShare, SharePatch, Shares

_INSTANT: Schema = {"type": "string", "format": "date-time"}
_INSTANT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_FLAG: Schema = {"type": "boolean"}
_SHARE_PARTS: dict[str, Schema] = {
    "id": TEXT,
    "site": TEXT,
    "name": TEXT,
    "segment": _TEXT_OR_NULL,
    "hasPassword": _FLAG,
    "embedOrigins": list_of(TEXT),
    "expiresAt": _INSTANT_OR_NULL,
    "createdAt": _INSTANT,
}
_OPENED = shape(
    ("token", "expiresAt", "site", "name", "live"),
    token=TEXT,
    expiresAt=_INSTANT_OR_NULL,
    site=TEXT,
    name=TEXT,
    live=_FLAG,
)
_ANNOTATION = shape(
    ("id", "site", "date", "at", "text", "author", "createdAt"),
    id=TEXT,
    site=TEXT,
    date=_TEXT_OR_NULL,
    at=_INSTANT_OR_NULL,
    text=TEXT,
    author=_TEXT_OR_NULL,
    createdAt=_INSTANT,
)
_OF_SITE = (("site", "The site's id.", True),)
_GUESSED = (400, 401, 403, 404, 429)
_ALTERED = (400, 401, 403, 404, 412)


def share_operations(peers: Peers, addresses: ClientAddress) -> tuple[Operation, ...]:
    """The operations, bound to the writer behind the gateway."""
    return (*_shares(Shares(peers, addresses)), *_annotations(Annotations(peers)))


def _shares(shares: Shares) -> tuple[Operation, ...]:
    def share(method: str, path: str, summary: str, handler: Handler, **more: Any) -> Operation:
        return Operation(method, f"/api/v1/shares{path}", summary, handler, tag="Share links", **more)

    one = shape(tuple(_SHARE_PARTS), **_SHARE_PARTS)
    return (
        share(
            "GET",
            "",
            "List a site's share links",
            shares.list_shares,
            answer=shape(("shares",), shares=list_of(one)),
            parameters=_OF_SITE,
        ),
        share(
            "POST",
            "",
            "Make a share link; it is shown this once",
            shares.create_share,
            body=NewShare,
            answer=shape((*_SHARE_PARTS, "link"), **_SHARE_PARTS, link=TEXT),
            status=201,
            refusals=_ALTERED,
        ),
        share("PATCH", "/{id}", "Change a share link", shares.update_share, body=SharePatch, answer=one),
        share("DELETE", "/{id}", "Revoke a share link", shares.delete_share, status=204),
        share(
            "POST",
            "/open",
            "Turn a link's secret, and its password, into a token",
            shares.open_share,
            open=True,
            body=OpenShare,
            answer=_OPENED,
            refusals=_GUESSED,
        ),
    )


def _annotations(annotations: Annotations) -> tuple[Operation, ...]:
    def annotate(method: str, path: str, summary: str, handler: Handler, **more: Any) -> Operation:
        return Operation(method, f"/api/v1/annotations{path}", summary, handler, tag="Annotations", **more)

    listed = shape(("annotations",), annotations=list_of(_ANNOTATION))
    return (
        annotate(
            "GET",
            "",
            "List a site's annotations, the latest first",
            annotations.list_annotations,
            answer=listed,
            parameters=_OF_SITE,
        ),
        annotate(
            "POST",
            "",
            "Make an annotation",
            annotations.create_annotation,
            body=NewAnnotation,
            answer=_ANNOTATION,
            status=201,
            refusals=_ALTERED,
        ),
        annotate(
            "PATCH",
            "/{id}",
            "Change an annotation",
            annotations.update_annotation,
            body=AnnotationPatch,
            answer=_ANNOTATION,
        ),
        annotate("DELETE", "/{id}", "Remove an annotation", annotations.delete_annotation, status=204),
    )
