"""`/api/v1/privacy/…` as plain JSON resources over PrivacyService: exports, erasures, receipts, retention."""

import re
from typing import Any, Final

from analytics.v1 import privacy_pb2
from msgspec import UNSET, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.answers import json, read_json
from gateway.credentials import credential
from gateway.openapi import NDJSON
from gateway.peers import Peers, ask, begun
from gateway.problems import Problem
from gateway.sites import FOREVER, instant
from mesh.errors import invalid

ZIP: Final = "application/zip"
_DOWNLOAD_S: Final = 3_600.0
_STATES = {
    privacy_pb2.PRIVACY_TASK_STATE_WAITING: "waiting",
    privacy_pb2.PRIVACY_TASK_STATE_RUNNING: "running",
    privacy_pb2.PRIVACY_TASK_STATE_DONE: "done",
}
_KINDS = {
    privacy_pb2.PRIVACY_TASK_KIND_EXPORT: "export",
    privacy_pb2.PRIVACY_TASK_KIND_ERASE_USER: "user",
    privacy_pb2.PRIVACY_TASK_KIND_ERASE_VISIT: "visit",
    privacy_pb2.PRIVACY_TASK_KIND_ERASE_SITE: "site",
    privacy_pb2.PRIVACY_TASK_KIND_RETENTION: "retention",
    privacy_pb2.PRIVACY_TASK_KIND_REPLAY: "replay",
}
_EXPORTS = (privacy_pb2.PRIVACY_TASK_KIND_EXPORT,)
_ERASURES = tuple(kind for kind, word in _KINDS.items() if word not in ("export", "retention"))


class NewExport(Struct, rename="camel", forbid_unknown_fields=True):
    """Whose data to export."""

    site: str
    user_id: str


class NewErasure(Struct, rename="camel", forbid_unknown_fields=True):
    """What to erase: exactly one of userId, visitId and wholeSite."""

    site: str
    user_id: str | UnsetType = UNSET
    visit_id: str | UnsetType = UNSET
    whole_site: bool | UnsetType = UNSET


class GivenReceipt(Struct, rename="camel", forbid_unknown_fields=True):
    """A receipt to be checked."""

    receipt: str


class Privacy:
    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def create_export(self, request: Request) -> Response:
        secret = credential(request)
        wanted = await read_json(request, NewExport)
        message = privacy_pb2.CreateExportRequest(site=wanted.site, user_id=wanted.user_id)
        response = await ask(self._peers.privacy.CreateExport, message, self._peers.metadata(secret))
        return json(task_json(response.task), 202)

    async def create_erasure(self, request: Request) -> Response:
        secret = credential(request)
        wanted = await read_json(request, NewErasure)
        given = {name for name in ("user_id", "visit_id", "whole_site") if getattr(wanted, name) is not UNSET}
        if len(given) != 1:
            raise invalid("userId", f"exactly one of userId, visitId and wholeSite is needed; {len(given)} came")
        message = privacy_pb2.CreateErasureRequest(site=wanted.site)
        (name,) = given
        setattr(message, name, getattr(wanted, name))
        response = await ask(self._peers.privacy.CreateErasure, message, self._peers.metadata(secret))
        return json(task_json(response.task), 202)

    async def exports(self, request: Request) -> Response:
        return await self._list(request, "exports", _EXPORTS)

    async def erasures(self, request: Request) -> Response:
        return await self._list(request, "erasures", _ERASURES)

    async def export(self, request: Request) -> Response:
        return await self._one(request, _EXPORTS)

    async def erasure(self, request: Request) -> Response:
        return await self._one(request, _ERASURES)

    async def download(self, request: Request) -> Response:
        """JSON Lines, or a ZIP of CSV by `Accept: application/zip`."""
        zipped = ZIP in request.headers.get("accept", "").lower()
        kind = privacy_pb2.EXPORT_FORMAT_CSV_ZIP if zipped else privacy_pb2.EXPORT_FORMAT_JSON_LINES
        message = privacy_pb2.DownloadExportRequest(id=request.path_params["id"], format=kind)
        metadata = self._peers.metadata(credential(request))
        call = self._peers.privacy.DownloadExport(message, timeout=_DOWNLOAD_S, metadata=metadata)
        pieces = (message.content async for message in await begun(call))
        name = re.sub(r"[^A-Za-z0-9._-]", "-", message.id)
        headers = {
            "content-disposition": f'attachment; filename="{name}.{"zip" if zipped else "ndjson"}"',
            "cache-control": "no-store",
        }
        return StreamingResponse(pieces, headers=headers, media_type=ZIP if zipped else NDJSON)

    async def verify_receipt(self, request: Request) -> Response:
        secret = credential(request)
        given = await read_json(request, GivenReceipt)
        message = privacy_pb2.VerifyReceiptRequest(receipt=given.receipt)
        found = await ask(self._peers.privacy.VerifyReceipt, message, self._peers.metadata(secret))
        if not found.valid:
            return json({"valid": False, "reason": found.reason})
        return json(
            {
                "valid": True,
                "id": found.id,
                "site": found.site,
                "kind": _KINDS.get(found.kind),
                "rows": dict(found.rows),
                "tombstone": found.tombstone,
                "erasedAt": instant(found.erased_at_us),
            }
        )

    async def retention(self, request: Request) -> Response:
        message = privacy_pb2.GetRetentionRequest(site=_site(request))
        found = await ask(self._peers.privacy.GetRetention, message, self._peers.metadata(credential(request)))
        return json(
            {
                "retention": found.months or FOREVER,
                "sweptAt": instant(found.swept_at_us) if found.swept_at_us else None,
                "rows": dict(found.rows),
                "oldestDay": found.oldest_day or None,
            }
        )

    async def preview_retention(self, request: Request) -> Response:
        months = request.query_params.get("months", "0")
        if not months.isdecimal() or len(months) > 3:
            raise invalid("months", f'"{months[:40]}" is no whole number from 1 to 120')
        message = privacy_pb2.PreviewRetentionRequest(site=_site(request), months=int(months))
        found = await ask(self._peers.privacy.PreviewRetention, message, self._peers.metadata(credential(request)))
        return json(
            {
                "before": instant(found.before_us) if found.before_us else None,
                "events": found.events,
                "visits": found.visits,
                "oldestDay": found.oldest_day or None,
                "oldestDayLeft": found.oldest_day_left or None,
            }
        )

    async def _list(self, request: Request, name: str, kinds: tuple[Any, ...]) -> Response:
        message = privacy_pb2.ListPrivacyTasksRequest(site=request.query_params.get("site", ""), kinds=kinds)
        found = await ask(self._peers.privacy.ListPrivacyTasks, message, self._peers.metadata(credential(request)))
        return json({name: [task_json(task) for task in found.tasks]})

    async def _one(self, request: Request, kinds: tuple[Any, ...]) -> Response:
        message = privacy_pb2.GetPrivacyTaskRequest(id=request.path_params["id"])
        found = await ask(self._peers.privacy.GetPrivacyTask, message, self._peers.metadata(credential(request)))
        if found.task.kind not in kinds:
            raise Problem(404, f'there is no task "{message.id[:64]}" of this kind', field="id")
        return json(task_json(found.task))


def task_json(task: privacy_pb2.PrivacyTask) -> dict[str, object]:
    """`receipt` is null until an erasure is done; `edges` and `expiresAt` are an export's."""
    made: dict[str, object] = {
        "id": task.id,
        "site": task.site,
        "kind": _KINDS.get(task.kind),
        "state": _STATES.get(task.state),
        "createdAt": instant(task.created_at_us),
        "finishedAt": instant(task.finished_at_us) if task.finished_at_us else None,
        "visitsFound": task.visits_found,
        "visitsDone": task.visits_done,
        "rows": dict(task.rows),
        "position": task.position,
    }
    if task.kind != privacy_pb2.PRIVACY_TASK_KIND_EXPORT:
        return made | {"receipt": task.receipt or None}
    return made | {
        "expiresAt": instant(task.expires_at_us) if task.expires_at_us else None,
        "edges": [
            {
                "edge": edge.edge_id,
                "heardAt": instant(edge.heard_at_us),
                "waitingEvents": edge.waiting_events,
                "drained": edge.drained,
            }
            for edge in task.edges
        ],
    }


def _site(request: Request) -> str:
    site = request.query_params.get("site", "")
    if not site:
        raise invalid("site", "is required: the site's id, as ?site=")
    return site
