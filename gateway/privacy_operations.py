"""The part of the table of operations that is about people's rights, with the schemas of its answers."""

from typing import Any

from gateway.evidence import Evidence
from gateway.message_schemas import TEXT, WHOLE, list_of, shape
from gateway.openapi import NDJSON, Handler, Operation, Schema
from gateway.peers import Peers
from gateway.privacy import GivenReceipt, NewErasure, NewExport, Privacy

_INSTANT: Schema = {"type": ["string", "null"], "format": "date-time"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_ROWS: Schema = {"type": "object", "additionalProperties": WHOLE}
_EDGE = shape(
    ("edge", "heardAt", "waitingEvents", "drained"),
    edge=TEXT,
    heardAt=_INSTANT,
    waitingEvents=WHOLE,
    drained={"type": "boolean"},
)
_TASK: dict[str, Schema] = {
    "id": TEXT,
    "site": TEXT,
    "kind": {"enum": ["export", "user", "visit", "site", "retention", "replay"]},
    "state": {"enum": ["waiting", "running", "done"]},
    "createdAt": _INSTANT,
    "finishedAt": _INSTANT,
    "visitsFound": WHOLE,
    "visitsDone": WHOLE,
    "rows": _ROWS,
    "position": WHOLE,
}
_EXPORT = shape(tuple(_TASK), **_TASK, expiresAt=_INSTANT, edges=list_of(_EDGE))
_ERASURE = shape(tuple(_TASK), **_TASK, receipt=_TEXT_OR_NULL)
_VERIFIED = shape(
    ("valid",),
    valid={"type": "boolean"},
    reason=TEXT,
    id=TEXT,
    site=TEXT,
    kind=TEXT,
    rows=_ROWS,
    tombstone=TEXT,
    erasedAt=_INSTANT,
)
_RETENTION = shape(
    ("retention", "sweptAt", "rows", "oldestDay"),
    retention={"oneOf": [WHOLE, {"const": "forever"}]},
    sweptAt=_INSTANT,
    rows=_ROWS,
    oldestDay=_TEXT_OR_NULL,
)
_PREVIEW = shape(
    ("before", "events", "visits", "oldestDay", "oldestDayLeft"),
    before=_INSTANT,
    events=WHOLE,
    visits=WHOLE,
    oldestDay=_TEXT_OR_NULL,
    oldestDayLeft=_TEXT_OR_NULL,
)
_OF_SITE = (("site", "The site's id.", True),)
_OF_ANY_SITE = (("site", "Only of this site.", False),)


def privacy_operations(peers: Peers) -> tuple[Operation, ...]:
    privacy = Privacy(peers)

    def operate(method: str, path: str, summary: str, handler: Handler, **more: Any) -> Operation:
        return Operation(method, f"/api/v1/privacy/{path}", summary, handler, tag="Privacy", **more)

    made = {"status": 202, "refusals": (400, 401, 403, 404, 503)}
    return (
        operate(
            "POST", "exports", "Look for all of a user", privacy.create_export, body=NewExport, answer=_EXPORT, **made
        ),
        operate(
            "GET",
            "exports",
            "List exports",
            privacy.exports,
            answer=shape(("exports",), exports=list_of(_EXPORT)),
            parameters=_OF_ANY_SITE,
        ),
        operate("GET", "exports/{id}", "An export and how far it is", privacy.export, answer=_EXPORT),
        operate(
            "GET",
            "exports/{id}/content",
            "Download an export: JSON Lines, or by Accept: application/zip a ZIP of CSV",
            privacy.download,
            answer_type=NDJSON,
            answer=TEXT,
            refusals=(400, 401, 403, 404, 412),
        ),
        operate(
            "POST",
            "erasures",
            "Erase a user, a visit, or all that a site recorded",
            privacy.create_erasure,
            body=NewErasure,
            answer=_ERASURE,
            **made,
        ),
        operate(
            "GET",
            "erasures",
            "List erasures",
            privacy.erasures,
            answer=shape(("erasures",), erasures=list_of(_ERASURE)),
            parameters=_OF_ANY_SITE,
        ),
        operate("GET", "erasures/{id}", "An erasure, how far it is, and its receipt", privacy.erasure, answer=_ERASURE),
        operate(
            "POST",
            "receipts/verify",
            "Was this receipt given here, word by word?",
            privacy.verify_receipt,
            body=GivenReceipt,
            answer=_VERIFIED,
        ),
        operate(
            "GET",
            "retention",
            "What the last sweep of the retention removed",
            privacy.retention,
            answer=_RETENTION,
            parameters=_OF_SITE,
        ),
        operate(
            "GET",
            "retention/preview",
            "What a retention would remove now: a dry run",
            privacy.preview_retention,
            answer=_PREVIEW,
            parameters=(*_OF_SITE, ("months", "Months to try, 1 to 120; default: the site's own.", False)),
        ),
        operate(
            "GET",
            "statement",
            "What is processed and why no consent is asked for: JSON, or by Accept: text/markdown the text alone",
            Evidence(peers).statement,
            answer=shape(("site", "statement"), site=TEXT, statement=TEXT),
            parameters=_OF_SITE,
        ),
    )
