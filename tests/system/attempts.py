"""What a stranger could ask for: a right request for each RPC, aimed at a site and at what is its own."""

from dataclasses import dataclass
from typing import Any

from analytics.v1 import (
    account_pb2,
    annotation_pb2,
    audit_pb2,
    definition_pb2,
    directory_pb2,
    event_pb2,
    follow_pb2,
    import_pb2,
    ingest_pb2,
    privacy_pb2,
    query_pb2,
    realtime_pb2,
    share_pb2,
    site_pb2,
    spool_pb2,
    track_pb2,
)
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from bench.mesh import AGENT, Mesh
from mesh.ids import new_id


@dataclass(frozen=True, slots=True)
class Target:
    """A site and the ids of what is its own: what a stranger aims at."""

    site: str
    key: str
    goal: str
    segment: str
    visit: str
    task: str = ""
    receipt: str = ""
    share: str = ""
    note: str = ""
    invitation: str = ""
    user: str = ""


async def target_at(mesh: Mesh, site: str, eventually: Any) -> Target:
    """A site of which everything is there that a request could name."""

    async def made(kind: str, **fields: Any) -> str:
        reply = await mesh.api("POST", kind, {"site": site, "name": "Ours", **fields})
        assert reply.status == 201, reply.body
        return reply.json()["id"]

    async def finished(kind: str) -> dict[str, Any]:
        """A task of PrivacyService for a user whom nobody has seen, once it is done."""
        task = (await mesh.api("POST", f"privacy/{kind}", {"site": site, "userId": "nobody"})).json()
        await eventually(lambda: state(kind, task["id"]), "done")
        return (await mesh.api("GET", f"privacy/{kind}/{task['id']}")).json()

    async def state(kind: str, id: str) -> str:
        return (await mesh.api("GET", f"privacy/{kind}/{id}")).json()["state"]

    async def own(kind: str, **fields: Any) -> str:
        reply = await mesh.api("POST", kind, {"site": site, **fields})
        assert reply.status == 201, reply.body
        return reply.json()["id"]

    await mesh.view("/ours", appName=site)
    await eventually(lambda: mesh.query(["visits"], site, filters=[["is", "entry_page", ["/ours"]]]), [([], [1])])
    return Target(
        site=site,
        key=await made("keys", scope="read"),
        goal=await made("goals", page="/ours"),
        segment=await made("segments", filters=[["is", "page", ["/ours"]]]),
        visit=(await mesh.api("GET", f"visits?site={site}&date_range=24h")).json()["visits"][0]["id"],
        task=(await finished("exports"))["id"],
        receipt=(await finished("erasures"))["receipt"],
        share=await own("shares", name="Ours"),
        note=await own("annotations", text="Ours", date="2026-01-31"),
        invitation=await own("invitations", email=f"ours@{site}.example", role="viewer"),
        user=(await mesh.api("GET", "users")).json()["users"][0]["id"],
    )


def view(site: str, page: str = "/grpc") -> track_pb2.TrackEvent:
    return track_pb2.TrackEvent(
        event_id=new_id(),
        site=site,
        kind=event_pb2.EVENT_KIND_PAGEVIEW,
        page_url=f"https://shop.example{page}",
        session_id=new_id(),
        user_agent=AGENT,
    )


def requests_at(target: Target) -> dict[str, Message]:
    """For each RPC a request that is right but for its credential."""
    site, scope, page = target.site, query_pb2.Scope(site=target.site), query_pb2.EventMatch(page="/ours")
    filters = [query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_IS, dimension="page", values=["/ours"])]
    renamed = FieldMask(paths=["name"])
    envelope = event_pb2.RawEventEnvelope(event_id=new_id(), kind=event_pb2.EVENT_KIND_PAGEVIEW, occurred_at_us=1)
    return {
        "TrackService/Track": track_pb2.TrackRequest(event=view(site)),
        "TrackService/TrackBatch": track_pb2.TrackBatchRequest(events=[view(site)]),
        "TrackService/TrackStream": track_pb2.TrackStreamRequest(events=[view(site)]),
        "IngestService/Ingest": ingest_pb2.IngestRequest(envelopes=[envelope.SerializeToString()]),
        "IngestService/IngestStream": ingest_pb2.IngestStreamRequest(envelopes=[envelope.SerializeToString()]),
        "FollowService/Follow": follow_pb2.FollowRequest(after_position=0),
        "DirectoryService/Watch": directory_pb2.DirectoryServiceWatchRequest(watcher="thief"),
        "AccountService/SignIn": account_pb2.SignInRequest(email="admin@localhost", password="guess"),
        "AccountService/SignOut": account_pb2.SignOutRequest(session="am_session_x"),
        "AccountService/ChangePassword": account_pb2.ChangePasswordRequest(session="am_session_x"),
        "AccountService/PreviewInvitation": account_pb2.PreviewInvitationRequest(secret="am_invite_x"),
        "AccountService/AcceptInvitation": account_pb2.AcceptInvitationRequest(secret="am_invite_x", password="guess"),
        "AccountService/ResetPassword": account_pb2.ResetPasswordRequest(secret="am_reset_x", new_password="x" * 10),
        "AccountService/GetAccount": account_pb2.GetAccountRequest(),
        "AccountService/ListSessions": account_pb2.ListSessionsRequest(),
        "AccountService/RevokeSession": account_pb2.RevokeSessionRequest(id="ses_x"),
        "AccountService/BeginTotp": account_pb2.BeginTotpRequest(password="guess"),
        "AccountService/ConfirmTotp": account_pb2.ConfirmTotpRequest(code="000000"),
        "AccountService/RemoveTotp": account_pb2.RemoveTotpRequest(password="guess", code="000000"),
        "AccountService/RenewRecoveryCodes": account_pb2.RenewRecoveryCodesRequest(password="guess", code="000000"),
        "SiteService/ListSites": site_pb2.ListSitesRequest(),
        "SiteService/CreateSite": site_pb2.CreateSiteRequest(site=site_pb2.Site(id="made-by-a-stranger")),
        "SiteService/UpdateSite": site_pb2.UpdateSiteRequest(site=site_pb2.Site(id=site)),
        "SiteService/DeleteSite": site_pb2.DeleteSiteRequest(id=site),
        "KeyService/ListKeys": site_pb2.ListKeysRequest(site=site),
        "KeyService/CreateKey": site_pb2.CreateKeyRequest(
            key=site_pb2.Key(name="stolen", site=site, scope=site_pb2.KEY_SCOPE_ADMIN)
        ),
        "KeyService/DeleteKey": site_pb2.DeleteKeyRequest(id=target.key),
        "GoalService/ListGoals": definition_pb2.ListGoalsRequest(site=site),
        "GoalService/CreateGoal": definition_pb2.CreateGoalRequest(
            goal=definition_pb2.Goal(site=site, name="made-by-a-stranger", event="signup")
        ),
        "GoalService/UpdateGoal": definition_pb2.UpdateGoalRequest(
            goal=definition_pb2.Goal(id=target.goal, name="stolen"), update_mask=renamed
        ),
        "GoalService/DeleteGoal": definition_pb2.DeleteGoalRequest(id=target.goal),
        "SegmentService/ListSegments": definition_pb2.ListSegmentsRequest(site=site),
        "SegmentService/CreateSegment": definition_pb2.CreateSegmentRequest(
            segment=definition_pb2.Segment(site=site, name="made-by-a-stranger", filters=filters)
        ),
        "SegmentService/UpdateSegment": definition_pb2.UpdateSegmentRequest(
            segment=definition_pb2.Segment(id=target.segment, name="stolen"), update_mask=renamed
        ),
        "SegmentService/DeleteSegment": definition_pb2.DeleteSegmentRequest(id=target.segment),
        "AnnotationService/ListAnnotations": annotation_pb2.ListAnnotationsRequest(site=site),
        "AnnotationService/CreateAnnotation": annotation_pb2.CreateAnnotationRequest(
            annotation=annotation_pb2.Annotation(site=site, text="made-by-a-stranger", date="2026-01-31")
        ),
        "AnnotationService/UpdateAnnotation": annotation_pb2.UpdateAnnotationRequest(
            annotation=annotation_pb2.Annotation(id=target.note, text="stolen"), update_mask=FieldMask(paths=["text"])
        ),
        "AnnotationService/DeleteAnnotation": annotation_pb2.DeleteAnnotationRequest(id=target.note),
        "ShareService/ListShares": share_pb2.ListSharesRequest(site=site),
        "ShareService/CreateShare": share_pb2.CreateShareRequest(
            share=share_pb2.Share(site=site, name="made-by-a-stranger")
        ),
        "ShareService/UpdateShare": share_pb2.UpdateShareRequest(
            share=share_pb2.Share(id=target.share, name="stolen"), update_mask=renamed
        ),
        "ShareService/DeleteShare": share_pb2.DeleteShareRequest(id=target.share),
        "ShareService/OpenShare": share_pb2.OpenShareRequest(secret="am_share_x"),
        "UserService/ListUsers": account_pb2.ListUsersRequest(site=site),
        "UserService/SetRole": account_pb2.SetRoleRequest(id=target.user, site=site, role=account_pb2.ROLE_VIEWER),
        "UserService/DeleteUser": account_pb2.DeleteUserRequest(id=target.user),
        "UserService/CreatePasswordReset": account_pb2.CreatePasswordResetRequest(id=target.user),
        "InvitationService/ListInvitations": account_pb2.ListInvitationsRequest(site=site),
        "InvitationService/CreateInvitation": account_pb2.CreateInvitationRequest(
            invitation=account_pb2.Invitation(
                email="made-by-a-stranger@x.example", site=site, role=account_pb2.ROLE_OWNER
            )
        ),
        "InvitationService/DeleteInvitation": account_pb2.DeleteInvitationRequest(id=target.invitation),
        "ImportService/Import": import_pb2.ImportRequest(site=site, import_id="theft", events=[envelope]),
        "IngestService/ReportSpool": ingest_pb2.ReportSpoolRequest(edge_id="thief"),
        "AuditService/AppendAudit": audit_pb2.AppendAuditRequest(entries=[audit_pb2.AuditEntry(operation="forged")]),
        "AuditService/ListAudit": audit_pb2.ListAuditRequest(site=site),
        "AuditService/ExportAudit": audit_pb2.ExportAuditRequest(wanted=audit_pb2.ListAuditRequest(site=site)),
        "AuditService/VerifyAudit": audit_pb2.VerifyAuditRequest(),
        "PrivacyService/CreateExport": privacy_pb2.CreateExportRequest(site=site, user_id="jane"),
        "PrivacyService/DownloadExport": privacy_pb2.DownloadExportRequest(id=target.task),
        "PrivacyService/CreateErasure": privacy_pb2.CreateErasureRequest(site=site, visit_id=target.visit),
        "PrivacyService/GetPrivacyTask": privacy_pb2.GetPrivacyTaskRequest(id=target.task),
        "PrivacyService/ListPrivacyTasks": privacy_pb2.ListPrivacyTasksRequest(site=site),
        "PrivacyService/VerifyReceipt": privacy_pb2.VerifyReceiptRequest(receipt=target.receipt),
        "PrivacyService/GetRetention": privacy_pb2.GetRetentionRequest(site=site),
        "PrivacyService/PreviewRetention": privacy_pb2.PreviewRetentionRequest(site=site),
        "PrivacyService/ListTombstones": privacy_pb2.ListTombstonesRequest(),
        "PrivacyService/ReplayTombstones": privacy_pb2.ReplayTombstonesRequest(
            tombstones=[privacy_pb2.Tombstone(site_number=1)]
        ),
        "QueryService/Query": query_pb2.QueryRequest(site=site, metrics=["visitors"]),
        "QueryService/Page": query_pb2.PageRequest(scope=scope),
        "QueryService/Funnel": query_pb2.FunnelRequest(scope=scope, steps=[page, page]),
        "QueryService/Cohort": query_pb2.CohortRequest(scope=scope),
        "QueryService/Journey": query_pb2.JourneyRequest(scope=scope, start=page),
        "QueryService/Experiment": query_pb2.ExperimentRequest(scope=scope, experiment="price", conversion=page),
        "QueryService/ListVisits": query_pb2.ListVisitsRequest(scope=scope),
        "QueryService/GetVisit": query_pb2.GetVisitRequest(site=site, id=target.visit),
        "QueryService/Await": query_pb2.AwaitRequest(position=0),
        "QueryService/Sql": query_pb2.SqlRequest(statement="SELECT count() FROM events"),
        "QueryService/Status": query_pb2.StatusRequest(),
        "RealtimeService/Watch": realtime_pb2.RealtimeServiceWatchRequest(site=site),
        "SpoolService/Status": spool_pb2.SpoolServiceStatusRequest(),
        "SpoolService/Pause": spool_pb2.PauseRequest(),
        "SpoolService/Resume": spool_pb2.ResumeRequest(),
        "SpoolService/Inspect": spool_pb2.InspectRequest(),
    }
