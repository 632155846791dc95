"""Every operation of the HTTP API, in one table: routes and the OpenAPI document are made from it."""

from typing import Any

from gateway.account_operations import account_operations
from gateway.api import Queries
from gateway.audit import audit_operations
from gateway.client_ip import ClientAddress
from gateway.definitions import Definitions, GoalPatch, NewGoal, NewSegment, SegmentPatch
from gateway.importer import Importer
from gateway.message_schemas import answer_schema, request_schema
from gateway.openapi import NDJSON, Handler, Operation, Schema
from gateway.operations import Operations
from gateway.payload import Batch, Payload
from gateway.peers import Peers
from gateway.privacy_operations import privacy_operations
from gateway.questions import COHORT, EXPERIMENT, FUNNEL, JOURNEY, PAGE, VISIT, VISITS, Question
from gateway.schemas import (
    ANSWER,
    BALANCE,
    GOAL,
    GOALS,
    KEYS,
    LINE,
    LIVE,
    NEW_KEY,
    QUERY,
    SEGMENT,
    SEGMENTS,
    SITE,
    SITES,
    TRACKED,
    TRACKED_BATCH,
)
from gateway.share_operations import share_operations
from gateway.sites import NewKey, NewSite, SitePatch, Sites

_SITE = ("site", "The site's id.", True)
_VISITS = (
    _SITE,
    ("date_range", "A word such as 7d, or two dates as FROM,TO.", False),
    ("timezone", "IANA name.", False),
    ("date", "The day that relative ranges count from.", False),
    ("filters", 'Filters as JSON, e.g. [["is","country",["DE"]]].', False),
    ("limit", "1 to 1,000, default 50.", False),
    ("page_token", "From the last answer.", False),
)


def table(peers: Peers, addresses: ClientAddress, operations: Operations) -> tuple[Operation, ...]:
    """The table, bound to the services behind the gateway."""
    return (
        *_capture(),
        *_served(),
        *_questions(peers),
        *_administration(peers),
        *_definitions(peers),
        *privacy_operations(peers),
        *audit_operations(peers),
        *account_operations(peers, addresses),
        *share_operations(peers, addresses),
        *_probes(operations),
    )


def _capture() -> tuple[Operation, ...]:
    def track(path: str, summary: str, body: Any = Payload, answer: Schema = TRACKED) -> Operation:
        refusals = (400, 401, 403, 429, 503)
        return Operation(
            "POST", path, summary, tag="Track", open=True, status=202, body=body, answer=answer, refusals=refusals
        )

    return (
        track("/track/view", "Record a page view"),
        track("/track/interaction", "Record a click, a scroll or the like"),
        track("/track/event", "Record an application's own event"),
        track("/track/session", "Record a session's start, end or engagement"),
        track("/track/batch", "Record up to 500 events", Batch, TRACKED_BATCH),
    )


def _served() -> tuple[Operation, ...]:
    def serve(path: str, summary: str, kind: str, answer: Schema, **more: Any) -> Operation:
        return Operation("GET", path, summary, tag="Script", open=True, answer_type=kind, answer=answer, **more)

    hashed = (
        ("v", "The hash in the file's address in /js/integrity.json: with it the answer is kept for ever.", False),
    )
    pixel = (
        ("site", "The site's id.", True),
        ("url", "The page; default: what the browser names as the referring page.", False),
        ("title", "The page's title.", False),
        ("referrer", "What referred to the page.", False),
    )
    script, text = "text/javascript", {"type": "string"}
    told = {"type": "object", "properties": {"url": text, "integrity": text}, "required": ["url", "integrity"]}
    listed = {"type": "object", "additionalProperties": told}
    return (
        serve("/js/analytics.js", "The script for a page", script, text, parameters=hashed, refusals=()),
        serve("/js/analytics.full.js", "The script with all captures", script, text, parameters=hashed, refusals=()),
        serve("/js/analytics.mjs", "The browser's package as a module", script, text, parameters=hashed, refusals=()),
        serve("/js/integrity.json", "Address and integrity of each script", "application/json", listed, refusals=()),
        serve(
            "/pixel.gif",
            "Record a page view without JavaScript; refusals are a picture too, with the reason in x-analytics-reason",
            "image/gif",
            {"type": "string", "format": "binary"},
            parameters=pixel,
            refusals=(400, 403, 503),
        ),
    )


def _questions(peers: Peers) -> tuple[Operation, ...]:
    queries = Queries(peers)

    def ask(path: str, question: Question) -> Operation:
        return Operation(
            "POST",
            path,
            question.summary,
            queries.handler(question),
            body=request_schema(question.request.DESCRIPTOR),
            answer=answer_schema(question.answer.DESCRIPTOR),
            rows=bool(question.rows),
        )

    visits, visit = answer_schema(VISITS.answer.DESCRIPTOR), answer_schema(VISIT.answer.DESCRIPTOR)
    return (
        Operation("POST", "/api/v1/query", "Ask a question", queries.query, body=QUERY, answer=ANSWER, rows=True),
        ask("/api/v1/page", PAGE),
        ask("/api/v1/funnel", FUNNEL),
        ask("/api/v1/cohort", COHORT),
        ask("/api/v1/journey", JOURNEY),
        ask("/api/v1/experiment", EXPERIMENT),
        Operation(
            "GET",
            "/api/v1/visits",
            VISITS.summary,
            queries.visits,
            answer=visits,
            parameters=_VISITS,
            rows=True,
        ),
        Operation("GET", "/api/v1/visits/{id}", VISIT.summary, queries.visit, answer=visit, parameters=(_SITE,)),
        Operation(
            "GET", "/api/v1/live", "Watch live snapshots (WebSocket)", status=101, answer=LIVE, parameters=(_SITE,)
        ),
        Operation(
            "POST",
            "/api/v1/import",
            "Import history",
            Importer(peers).handle,
            body=LINE,
            body_type=NDJSON,
            answer=BALANCE,
            parameters=(_SITE, ("import_id", "Name of the import.", False), ("keep_bots", "true: bots count.", False)),
        ),
    )


def _administration(peers: Peers) -> tuple[Operation, ...]:
    sites = Sites(peers)

    def administer(method: str, path: str, summary: str, handler: Handler, **more: Any) -> Operation:
        return Operation(method, path, summary, handler, tag="Administration", **more)

    return (
        administer("GET", "/api/v1/sites", "List sites", sites.list_sites, answer=SITES),
        administer(
            "POST",
            "/api/v1/sites",
            "Make a site",
            sites.create_site,
            body=NewSite,
            answer=SITE,
            status=201,
            refusals=(400, 401, 403, 409),
        ),
        administer("PATCH", "/api/v1/sites/{id}", "Change a site", sites.update_site, body=SitePatch, answer=SITE),
        administer("DELETE", "/api/v1/sites/{id}", "Remove a site", sites.delete_site, status=204),
        administer(
            "GET",
            "/api/v1/keys",
            "List keys",
            sites.list_keys,
            answer=KEYS,
            parameters=(("site", "Only keys of this site.", False),),
        ),
        administer(
            "POST",
            "/api/v1/keys",
            "Make a key; its secret is shown this once",
            sites.create_key,
            body=NewKey,
            answer=NEW_KEY,
            status=201,
        ),
        administer("DELETE", "/api/v1/keys/{id}", "Revoke a key", sites.delete_key, status=204),
    )


def _definitions(peers: Peers) -> tuple[Operation, ...]:
    definitions = Definitions(peers)

    def define(method: str, path: str, summary: str, handler: Handler, **more: Any) -> Operation:
        return Operation(method, path, summary, handler, tag="Definitions", **more)

    goals, goal = "/api/v1/goals", "/api/v1/goals/{id}"
    segments, segment = "/api/v1/segments", "/api/v1/segments/{id}"
    made, changed = {"status": 201, "refusals": (400, 401, 403, 404, 409, 412)}, {"refusals": (400, 401, 403, 404, 409)}
    return (
        define("GET", goals, "List a site's goals", definitions.list_goals, answer=GOALS, parameters=(_SITE,)),
        define("POST", goals, "Make a goal", definitions.create_goal, body=NewGoal, answer=GOAL, **made),
        define("PATCH", goal, "Change a goal", definitions.update_goal, body=GoalPatch, answer=GOAL, **changed),
        define("DELETE", goal, "Remove a goal", definitions.delete_goal, status=204),
        define(
            "GET", segments, "List a site's segments", definitions.list_segments, answer=SEGMENTS, parameters=(_SITE,)
        ),
        define("POST", segments, "Make a segment", definitions.create_segment, body=NewSegment, answer=SEGMENT, **made),
        define(
            "PATCH",
            segment,
            "Change a segment",
            definitions.update_segment,
            body=SegmentPatch,
            answer=SEGMENT,
            **changed,
        ),
        define("DELETE", segment, "Remove a segment", definitions.delete_segment, status=204),
    )


def _probes(operations: Operations) -> tuple[Operation, ...]:
    def probe(path: str, summary: str, handler: Handler, refusals: tuple[int, ...] = (), **answer: Any) -> Operation:
        return Operation("GET", path, summary, handler, "Operations", open=True, refusals=refusals, **answer)

    numbers: dict[str, Any] = {"answer_type": "text/plain", "answer": {"type": "string"}}
    return (
        probe("/healthz", "This process is up", operations.healthz),
        probe("/readyz", "The mesh behind it is up", operations.readyz, (503,)),
        probe("/metrics", "Prometheus metrics", operations.metrics, **numbers),
    )
