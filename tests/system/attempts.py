"""What a stranger could ask for: a right request for each RPC, aimed at a site and at what is its own."""

from dataclasses import dataclass
from typing import Any

from analytics.v1 import (
    account_pb2,
    definition_pb2,
    directory_pb2,
    event_pb2,
    follow_pb2,
    import_pb2,
    ingest_pb2,
    query_pb2,
    realtime_pb2,
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


async def target_at(mesh: Mesh, site: str, eventually: Any) -> Target:
    """A site of which everything is there that a request could name."""

    async def made(kind: str, **fields: Any) -> str:
        reply = await mesh.api("POST", kind, {"site": site, "name": "Ours", **fields})
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
        "ImportService/Import": import_pb2.ImportRequest(site=site, import_id="theft", events=[envelope]),
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
