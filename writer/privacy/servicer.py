"""PrivacyService: makes tasks, tells of them, streams exports, checks receipts."""

import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import grpc
from analytics.v1 import account_pb2, privacy_pb2, privacy_pb2_grpc, site_pb2

from mesh.auth import caller, unknown_site
from mesh.clock import NowUs
from mesh.errors import MeshError, invalid, not_found
from mesh.ids import is_uuid
from writer.control.keys import new_public_id
from writer.ingest.identity import Keyring
from writer.ingest.importer import oldest_kept_us
from writer.ingest.pipeline import Directory
from writer.privacy.export import csv_zip, json_lines
from writer.privacy.pages import rows_of
from writer.privacy.reading import Task
from writer.privacy.receipts import Receipts, WrongReceiptError
from writer.privacy.store import PrivacyStore
from writer.privacy.tombstones import DIGEST_BYTES, WHOLE_SITE, Tombstone, Tombstones
from writer.privacy.work import EXPORT_LIFE_US, Worker, day_of
from writer.wrap import Wrapper

Context = grpc.aio.ServicerContext[Any, Any]

_MAX_USER_ID = 200
_MAX_RECEIPT = 8_000
_MAX_TASKS, _TASKS = 1_000, 100
_MAX_MONTHS = 120
_MAX_REPLAYED = 10_000
_KIND = privacy_pb2.PrivacyTaskKind


class PrivacyServicer(privacy_pb2_grpc.PrivacyServiceServicer):
    def __init__(
        self,
        directory: Directory,
        store: PrivacyStore,
        worker: Worker,
        keyring: Keyring,
        wrapper: Wrapper,
        tombstones: Tombstones,
        receipts: Receipts,
        now_us: NowUs,
    ) -> None:
        self._directory = directory
        self._store = store
        self._worker = worker
        self._keyring = keyring
        self._wrapper = wrapper
        self._tombstones = tombstones
        self._receipts = receipts
        self._now_us = now_us

    async def CreateExport(
        self, request: privacy_pb2.CreateExportRequest, context: Context
    ) -> privacy_pb2.CreateExportResponse:
        site = self._site(request.site)
        user_hash = await self._user_hash(site, request.user_id)
        digest = self._tombstones.of_user(site.number, user_hash)
        task = await self._make("exp_", site, privacy_pb2.PRIVACY_TASK_KIND_EXPORT, user_hash, digest)
        return privacy_pb2.CreateExportResponse(task=task)

    async def DownloadExport(
        self, request: privacy_pb2.DownloadExportRequest, context: Context
    ) -> AsyncIterator[privacy_pb2.DownloadExportResponse]:
        task = await self._task(request.id)
        if task.kind != privacy_pb2.PRIVACY_TASK_KIND_EXPORT:
            raise invalid("id", f'"{task.id}" is no export')
        if task.state != privacy_pb2.PRIVACY_TASK_STATE_DONE:
            raise _not_now("the export is not done yet; ask GetPrivacyTask until it is DONE")
        if task.subject is None or (task.finished_at_us or 0) + EXPORT_LIFE_US <= self._now_us():
            raise _not_now("the export is over 7 days old; make a new one")
        user_hash = self._wrapper.unwrap(task.subject)
        visits, _ = await self._store.export_visits(task.site_number, user_hash)
        about = {
            "site": task.site,
            "exported_at": datetime.fromtimestamp(self._now_us() / 1e6, UTC).isoformat(timespec="seconds"),
            "edges": task.details.get("edges", []),
        }
        written = csv_zip if request.format == privacy_pb2.EXPORT_FORMAT_CSV_ZIP else json_lines
        async with aclosing(rows_of(self._store, task.site_number, user_hash, visits)) as sheets:
            async for piece in written(about, sheets):
                yield privacy_pb2.DownloadExportResponse(content=piece)

    async def CreateErasure(
        self, request: privacy_pb2.CreateErasureRequest, context: Context
    ) -> privacy_pb2.CreateErasureResponse:
        site = self._site(request.site)
        match request.WhichOneof("subject"):
            case "user_id":
                kind = privacy_pb2.PRIVACY_TASK_KIND_ERASE_USER
                subject = await self._user_hash(site, request.user_id)
                digest = self._tombstones.of_user(site.number, subject)
            case "visit_id":
                if not is_uuid(request.visit_id):
                    raise invalid("visit_id", f'"{request.visit_id[:40]}" is no UUID')
                kind = privacy_pb2.PRIVACY_TASK_KIND_ERASE_VISIT
                subject = uuid.UUID(request.visit_id).bytes
                digest = self._tombstones.of_id(site.number, subject)
            case "whole_site" if request.whole_site:
                caller().require_role(account_pb2.ROLE_OWNER, site.id, "whole_site")
                kind, subject, digest = privacy_pb2.PRIVACY_TASK_KIND_ERASE_SITE, None, WHOLE_SITE
            case _:
                raise invalid("subject", "one of user_id, visit_id and whole_site = true is needed")
        return privacy_pb2.CreateErasureResponse(task=await self._make("era_", site, kind, subject, digest))

    async def GetPrivacyTask(
        self, request: privacy_pb2.GetPrivacyTaskRequest, context: Context
    ) -> privacy_pb2.GetPrivacyTaskResponse:
        return privacy_pb2.GetPrivacyTaskResponse(task=told(await self._task(request.id)))

    async def ListPrivacyTasks(
        self, request: privacy_pb2.ListPrivacyTasksRequest, context: Context
    ) -> privacy_pb2.ListPrivacyTasksResponse:
        if request.site:
            caller().require_site(request.site)
        if request.limit > _MAX_TASKS:
            raise invalid("limit", f"{request.limit} came; ask for at most {_MAX_TASKS:,}")
        who, found = caller(), await self._store.tasks(request.site, request.kinds, request.limit or _TASKS)
        tasks = [told(task) for task in found if who.role_at(task.site) >= account_pb2.ROLE_ADMIN]
        return privacy_pb2.ListPrivacyTasksResponse(tasks=tasks)

    async def VerifyReceipt(
        self, request: privacy_pb2.VerifyReceiptRequest, context: Context
    ) -> privacy_pb2.VerifyReceiptResponse:
        if not 0 < len(request.receipt) <= _MAX_RECEIPT:
            raise invalid("receipt", f"{len(request.receipt):,} characters came; a receipt has 1–{_MAX_RECEIPT:,}")
        try:
            content = self._receipts.read(request.receipt)
        except WrongReceiptError as error:
            return privacy_pb2.VerifyReceiptResponse(valid=False, reason=str(error))
        caller().require_site(content["site"])
        return privacy_pb2.VerifyReceiptResponse(
            valid=True,
            id=content["id"],
            site=content["site"],
            kind=content["kind"],
            rows=content["rows"],
            tombstone=content["tombstone"],
            erased_at_us=content["erased_at_us"],
        )

    async def GetRetention(
        self, request: privacy_pb2.GetRetentionRequest, context: Context
    ) -> privacy_pb2.GetRetentionResponse:
        site = self._site(request.site)
        answer = privacy_pb2.GetRetentionResponse(months=site.retention_months)
        if last := await self._store.last_sweep(site.number):
            answer.swept_at_us = last.finished_at_us or 0
            answer.rows.update(last.rows)
            answer.oldest_day = last.details.get("oldest_day", "")
        return answer

    async def PreviewRetention(
        self, request: privacy_pb2.PreviewRetentionRequest, context: Context
    ) -> privacy_pb2.PreviewRetentionResponse:
        site = self._site(request.site)
        if request.months > _MAX_MONTHS:
            raise invalid("months", f"{request.months} came; 1–{_MAX_MONTHS} are possible")
        before = oldest_kept_us(request.months or site.retention_months, self._now_us())
        found = await self._store.preview(site.number, before)
        return privacy_pb2.PreviewRetentionResponse(
            before_us=before,
            events=found.events,
            visits=found.visits,
            oldest_day=day_of(found.oldest_us),
            oldest_day_left=day_of(found.oldest_left_us),
        )

    async def ListTombstones(
        self, request: privacy_pb2.ListTombstonesRequest, context: Context
    ) -> AsyncIterator[privacy_pb2.ListTombstonesResponse]:
        async for page in self._store.tombstones():
            stones = [
                privacy_pb2.Tombstone(site_number=s.site_id, digest=s.digest, before_us=s.before_us or 0) for s in page
            ]
            yield privacy_pb2.ListTombstonesResponse(tombstones=stones)

    async def ReplayTombstones(
        self, request: privacy_pb2.ReplayTombstonesRequest, context: Context
    ) -> privacy_pb2.ReplayTombstonesResponse:
        if not 0 < len(request.tombstones) <= _MAX_REPLAYED:
            raise invalid("tombstones", f"{len(request.tombstones):,} came; send 1–{_MAX_REPLAYED:,}")
        for index, stone in enumerate(request.tombstones):
            if len(stone.digest) not in (0, DIGEST_BYTES) or not 0 < stone.site_number < 2**31 or stone.before_us < 0:
                raise invalid(f"tombstones[{index}]", "this is no tombstone of ListTombstones")
        stones = [Tombstone(s.site_number, s.digest, s.before_us or None) for s in request.tombstones]
        answer = privacy_pb2.ReplayTombstonesResponse()
        for number in await self._store.restore_tombstones(stones):
            id = new_public_id("rep_")
            made = await self._store.make(id, number, privacy_pb2.PRIVACY_TASK_KIND_REPLAY, None, None, self._now_us())
            if made:
                answer.tasks.append(told(made))
        self._worker.wake.set()
        return answer

    async def _make(
        self, prefix: str, site: site_pb2.Site, kind: _KIND, subject: bytes | None, digest: bytes
    ) -> privacy_pb2.PrivacyTask:
        wrapped = self._wrapper.wrap(subject) if subject else None
        task = await self._store.make(new_public_id(prefix), site.number, kind, wrapped, digest, self._now_us())
        if task is None:
            raise unknown_site(site.id)
        self._worker.wake.set()
        return told(task)

    async def _task(self, id: str) -> Task:
        task = await self._store.task(id) if 0 < len(id) <= 64 else None
        if task is None or not caller().sees(task.site):
            raise not_found(f'there is no task "{id[:64]}"', field="id")
        caller().require_site(task.site)
        return task

    def _site(self, id: str) -> site_pb2.Site:
        caller().require_site(id)
        site = self._directory.snapshot.sites.get(id)
        if site is None:
            raise unknown_site(id)
        return site

    async def _user_hash(self, site: site_pb2.Site, user_id: str) -> bytes:
        if not 0 < len(user_id) <= _MAX_USER_ID:
            raise invalid("user_id", f"{len(user_id)} characters came; 1–{_MAX_USER_ID} are needed")
        await self._keyring.ensure((), (site.number,))
        user_hash = self._keyring.user_hash(site.number, user_id)
        if user_hash is None:
            raise unknown_site(site.id)
        return user_hash


def told(task: Task) -> privacy_pb2.PrivacyTask:
    """A task as the contract has it."""
    message = privacy_pb2.PrivacyTask(
        id=task.id,
        site=task.site,
        kind=task.kind,  # pyright: ignore[reportArgumentType]  (an open enum)
        state=task.state,  # pyright: ignore[reportArgumentType]
        created_at_us=task.created_at_us,
        finished_at_us=task.finished_at_us or 0,
        visits_found=task.visits_found,
        visits_done=task.visits_done,
        rows=task.rows,
        position=task.position,
        receipt=task.receipt,
    )
    for edge in sorted(task.details.get("edges", ()), key=lambda edge: (edge["drained"], edge["edge"])):
        message.edges.add(
            edge_id=edge["edge"],
            heard_at_us=edge["heard_at_us"],
            waiting_events=edge["waiting"],
            drained=edge["drained"],
        )
    if task.kind == privacy_pb2.PRIVACY_TASK_KIND_EXPORT and task.finished_at_us:
        message.expires_at_us = task.finished_at_us + EXPORT_LIFE_US
    return message


def _not_now(message: str) -> MeshError:
    return MeshError(grpc.StatusCode.FAILED_PRECONDITION, message, field="id")
