"""Who may call what: one rule for each RPC, in one table, and the caller that a credential stands for.

A credential is a bearer token: the mesh's own, an API key, an ingest key or a dashboard session. The rule decides by
the RPC; a servicer then decides by the request's site with `caller().require_site(site)`.
"""

import hmac
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum

import grpc
from analytics.v1 import site_pb2

from mesh.clock import NowUs
from mesh.directory import Snapshot
from mesh.errors import MeshError, unavailable


class Rule(Enum):
    """Who may call an RPC."""

    OPEN = "anyone"
    MESH = "the mesh's token"
    INGEST = "an ingest key, or the mesh's token"
    READ = "a key or session with scope READ or ADMIN"
    ADMIN = "a key or session with scope ADMIN"
    OPERATOR = "the mesh's token, or a key of every site with scope ADMIN"


RULES: dict[str, Rule] = {
    "/grpc.health.v1.Health/Check": Rule.OPEN,
    "/grpc.health.v1.Health/List": Rule.OPEN,
    "/grpc.health.v1.Health/Watch": Rule.OPEN,
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": Rule.OPEN,
    "/analytics.v1.TrackService/Track": Rule.INGEST,
    "/analytics.v1.TrackService/TrackBatch": Rule.INGEST,
    "/analytics.v1.TrackService/TrackStream": Rule.MESH,
    "/analytics.v1.IngestService/Ingest": Rule.MESH,
    "/analytics.v1.IngestService/IngestStream": Rule.MESH,
    "/analytics.v1.FollowService/Follow": Rule.MESH,
    "/analytics.v1.DirectoryService/Watch": Rule.MESH,
    "/analytics.v1.AccountService/SignIn": Rule.MESH,
    "/analytics.v1.AccountService/SignOut": Rule.MESH,
    "/analytics.v1.AccountService/ChangePassword": Rule.MESH,
    "/analytics.v1.SiteService/ListSites": Rule.READ,
    "/analytics.v1.SiteService/CreateSite": Rule.ADMIN,
    "/analytics.v1.SiteService/UpdateSite": Rule.ADMIN,
    "/analytics.v1.SiteService/DeleteSite": Rule.ADMIN,
    "/analytics.v1.KeyService/ListKeys": Rule.ADMIN,
    "/analytics.v1.KeyService/CreateKey": Rule.ADMIN,
    "/analytics.v1.KeyService/DeleteKey": Rule.ADMIN,
    "/analytics.v1.GoalService/ListGoals": Rule.READ,
    "/analytics.v1.GoalService/CreateGoal": Rule.ADMIN,
    "/analytics.v1.GoalService/UpdateGoal": Rule.ADMIN,
    "/analytics.v1.GoalService/DeleteGoal": Rule.ADMIN,
    "/analytics.v1.SegmentService/ListSegments": Rule.READ,
    "/analytics.v1.SegmentService/CreateSegment": Rule.ADMIN,
    "/analytics.v1.SegmentService/UpdateSegment": Rule.ADMIN,
    "/analytics.v1.SegmentService/DeleteSegment": Rule.ADMIN,
    "/analytics.v1.ImportService/Import": Rule.ADMIN,
    "/analytics.v1.QueryService/Query": Rule.READ,
    "/analytics.v1.QueryService/Page": Rule.READ,
    "/analytics.v1.QueryService/Funnel": Rule.READ,
    "/analytics.v1.QueryService/Cohort": Rule.READ,
    "/analytics.v1.QueryService/Journey": Rule.READ,
    "/analytics.v1.QueryService/Experiment": Rule.READ,
    "/analytics.v1.QueryService/ListVisits": Rule.READ,
    "/analytics.v1.QueryService/GetVisit": Rule.READ,
    "/analytics.v1.QueryService/Await": Rule.READ,
    "/analytics.v1.QueryService/Sql": Rule.OPERATOR,
    "/analytics.v1.QueryService/Status": Rule.OPERATOR,
    "/analytics.v1.RealtimeService/Watch": Rule.READ,
    "/analytics.v1.SpoolService/Status": Rule.OPERATOR,
    "/analytics.v1.SpoolService/Pause": Rule.OPERATOR,
    "/analytics.v1.SpoolService/Resume": Rule.OPERATOR,
    "/analytics.v1.SpoolService/Inspect": Rule.OPERATOR,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `site` "" means every site; `mesh` is a service itself, which carries no user's right."""

    id: str
    site: str
    scope: int
    mesh: bool = False

    def require_site(self, site: str) -> None:
        """Raises NOT_FOUND for another site's credential: it cannot tell a foreign site from none."""
        if self.site and self.site != site:
            raise unknown_site(site)


def unknown_site(site: str) -> MeshError:
    return MeshError(grpc.StatusCode.NOT_FOUND, f'there is no site "{site[:64]}"', field="site")


MESH_CALLER = Caller(id="mesh", site="", scope=site_pb2.KEY_SCOPE_UNSPECIFIED, mesh=True)
NOBODY = Caller(id="", site="", scope=site_pb2.KEY_SCOPE_UNSPECIFIED)

_caller: ContextVar[Caller] = ContextVar("caller", default=NOBODY)


def caller() -> Caller:
    """The caller of the RPC being served."""
    return _caller.get()


def set_caller(value: Caller) -> None:
    _caller.set(value)


class Authenticator:
    """Turns a bearer token into a caller and holds it against a rule."""

    def __init__(self, mesh_token: str, snapshot: Callable[[], Snapshot], now_us: NowUs) -> None:
        self._mesh = mesh_token.encode()
        self._snapshot = snapshot
        self._now_us = now_us

    def authorize(self, rule: Rule, authorization: str) -> Caller:
        """The caller, if the rule lets it pass.

        Raises UNAUTHENTICATED for a missing, unknown or expired token, PERMISSION_DENIED for one of the wrong scope,
        UNAVAILABLE while the directory is not known yet.
        """
        if rule is Rule.OPEN:
            return NOBODY
        found = self._identify(authorization)
        if not _allowed(rule, found):
            raise MeshError(grpc.StatusCode.PERMISSION_DENIED, f"this needs {rule.value}", reason="SCOPE")
        return found

    def _identify(self, authorization: str) -> Caller:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthenticated("send `authorization: Bearer TOKEN`")
        if hmac.compare_digest(token.encode(), self._mesh):
            return MESH_CALLER
        snapshot = self._snapshot()
        if not snapshot.version:  # started while the writer is away: nobody is known yet, which refutes nobody
            raise unavailable("the directory is not known yet; try again")
        entry = snapshot.credential(token)
        if entry is None or 0 < entry.expires_at_us <= self._now_us():
            raise _unauthenticated("this token is unknown, revoked or expired")
        return Caller(id=entry.id, site=entry.site, scope=entry.scope)


def _allowed(rule: Rule, who: Caller) -> bool:
    match rule:
        case Rule.OPEN:
            return True
        case Rule.MESH:
            return who.mesh
        case Rule.INGEST:
            return who.mesh or who.scope == site_pb2.KEY_SCOPE_INGEST
        case Rule.READ:
            return who.scope in (site_pb2.KEY_SCOPE_READ, site_pb2.KEY_SCOPE_ADMIN)
        case Rule.ADMIN:
            return who.scope == site_pb2.KEY_SCOPE_ADMIN
        case Rule.OPERATOR:
            return who.mesh or (who.scope == site_pb2.KEY_SCOPE_ADMIN and not who.site)


def _unauthenticated(message: str) -> MeshError:
    return MeshError(grpc.StatusCode.UNAUTHENTICATED, message)
