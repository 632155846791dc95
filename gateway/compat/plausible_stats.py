"""Plausible's Stats API, `POST /api/v2/query`: their question becomes ours, our answer theirs.

Visits count where they started, as everywhere here. Empty time buckets are left out. Errors are `{"error": …}`: 400,
401 for a key that may not read the site, as for a site that there is not. The key comes before the question.
"""

from collections.abc import Mapping
from typing import Any, cast

import grpc
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway import query_json
from gateway.answers import json, read_json
from gateway.api import QUERY_S
from gateway.compat import plausible_words as words
from gateway.compat.intake import Intake
from gateway.credentials import bearer_of, is_credential
from gateway.peers import Peers
from gateway.problems import Problem, wrong_method
from mesh.errors import MeshError, invalid
from mesh.telemetry import log

MAX_LIMIT = 10_000

_METHODS = ("POST", "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
_KEYS = ("site_id", "metrics", "date_range", "dimensions", "filters", "order_by", "include", "pagination")
_REQUIRED = ("site_id", "metrics", "date_range")
_INCLUDE = ("imports", "time_labels", "total_rows")
_NO_SITE = "Invalid API key or site ID. Please make sure you're using a valid API key with access to the site."

Json = Mapping[str, Any]


class PlausibleStats:
    def __init__(self, intake: Intake, peers: Peers) -> None:
        self._intake = intake
        self._peers = peers

    def routes(self) -> list[Route]:
        return [Route("/api/v2/query", self._query, methods=_METHODS)]

    async def _query(self, request: Request) -> Response:
        try:
            if request.method != "POST":
                raise wrong_method("POST")
            secret = bearer_of(request)
            if not is_credential(secret):
                raise Problem(401, "Missing API key. Please use a valid API key as a Bearer Token.")
            if not await self._intake.is_reader(secret):
                raise Problem(401, _NO_SITE)
            return json(await self._answer(secret, _object("", await read_json(request, object))))
        except MeshError as error:
            return _error(Problem.of(error))
        except grpc.aio.AioRpcError as error:
            return _error(Problem.of_rpc(error))
        except Problem as error:
            return _error(error)
        except Exception as error:
            log.error("foreign_question_failed", error=type(error).__name__, exc_info=error)
            return _error(Problem(500, "internal error; the gateway's log has it"))

    async def _answer(self, secret: str, body: Json) -> Json:
        _check(body)
        site = await self._intake.site_of_domain(body["site_id"])
        if not site:
            raise Problem(401, _NO_SITE)
        asked = query_json.to_request(_ours(body, site))
        response = await self._peers.query.Query(asked, timeout=QUERY_S, metadata=self._peers.metadata(secret))
        answer = query_json.to_answer(response)
        return _theirs(body, cast(Json, answer))


def _check(body: Json) -> None:
    """Raises INVALID_ARGUMENT for what their schema refuses, beyond the words themselves."""
    for key in body:
        if key not in _KEYS:
            raise invalid("", f"Schema does not allow additional properties: {key[:100]}.")
    for key in _REQUIRED:
        if body.get(key) is None:
            raise invalid("", f"Required property {key} was not present.")
    if not isinstance(body["site_id"], str):
        raise invalid("site", "Type mismatch. Expected String.")


def _ours(body: Json, site: str) -> Json:
    include, pagination = _object("include", body.get("include")), _object("pagination", body.get("pagination"))
    for key in include:
        if key not in _INCLUDE:
            raise invalid(f"include.{key[:100]}", "Schema does not allow additional properties.")
    limit = pagination.get("limit", MAX_LIMIT)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MAX_LIMIT:
        raise invalid("limit", f"Expected a value from 1 to {MAX_LIMIT}.")
    wanted = {key: bool(include.get(key)) for key in ("time_labels", "total_rows")}
    return {
        "site": site,
        "metrics": [words.metric(f"metrics[{at}]", word) for at, word in enumerate(_list("metrics", body))],
        "dimensions": [words.dimension(f"dimensions[{at}]", word) for at, word in enumerate(_list("dimensions", body))],
        "filters": [words.condition(f"filters[{at}]", item) for at, item in enumerate(_list("filters", body))],
        "date_range": body["date_range"],
        "order_by": [_order(f"order_by[{at}]", item) for at, item in enumerate(_list("order_by", body))],
        "limit": limit,
        "offset": pagination.get("offset", 0),
        "include": {"empty_buckets": False} | {key: True for key, flag in wanted.items() if flag},
    }


def _theirs(body: Json, answer: Json) -> Json:
    metrics, dimensions = cast(list[str], body["metrics"]), cast(list[str], body.get("dimensions") or [])
    include, pagination = body.get("include") or {}, body.get("pagination") or {}
    meta = {key: answer["meta"][key] for key in ("time_labels", "total_rows") if key in answer["meta"]}
    if include.get("imports"):
        meta["imports_included"] = False
    if answer["meta"]["warnings"]:
        meta["warnings"] = answer["meta"]["warnings"]
    return {
        "results": [
            {
                "metrics": [words.metric_of(*pair) for pair in zip(metrics, row["metrics"], strict=True)],
                "dimensions": [words.value_of(*pair) for pair in zip(dimensions, row["dimensions"], strict=True)],
            }
            for row in answer["results"]
        ],
        "meta": meta,
        "query": {
            "site_id": body["site_id"],
            "metrics": metrics,
            "date_range": answer["query"]["date_range"],
            "filters": body.get("filters") or [],
            "dimensions": dimensions,
            "order_by": body.get("order_by") or [],
            "include": include,
            "pagination": {"offset": pagination.get("offset", 0), "limit": pagination.get("limit", MAX_LIMIT)},
        },
    }


def _order(path: str, item: Any) -> list[Any]:
    parts = cast(list[Any], item) if isinstance(item, list) else []
    if len(parts) != 2:
        raise invalid(path, "Invalid order_by; write [metric or dimension, asc or desc]")
    word = parts[0]
    return [word if word in words.METRICS else words.dimension(f"{path}[0]", word), parts[1]]


def _list(key: str, body: Json) -> list[Any]:
    found = body.get(key)
    if found is not None and not isinstance(found, list):
        raise invalid(key, "Type mismatch. Expected Array.")
    return cast(list[Any], found or [])


def _object(path: str, value: Any) -> Json:
    if value is not None and not isinstance(value, dict):
        raise invalid(path, "Type mismatch. Expected Object.")
    return cast(Json, value or {})


def _error(problem: Problem) -> Response:
    """Another site's key gets the answer for no such site; a wrong question says where it is wrong."""
    if problem.status in (401, 403, 404):
        return json({"error": problem.detail if problem.status == 401 else _NO_SITE}, 401)
    message = f"{words.pointer(problem.field)}: {problem.detail}" if problem.status == 400 else problem.detail
    answer = json({"error": message}, problem.status)
    kept = (b"retry-after", b"allow")
    answer.raw_headers.extend(pair for pair in problem.response_headers(b"") if pair[0] in kept)
    return answer
