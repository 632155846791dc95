"""Who may call what: one rule for each RPC, in one table, and the caller that a credential stands for.

A credential is a bearer token: the mesh's own, an API key, an ingest key, a dashboard session or a share link. Keys,
sessions and links all come down to roles at sites. The rule decides by the RPC whether a caller may have business
there; a servicer then decides by the request's site with `caller().require_site(site)`, which holds the role at that
site against the rule.
"""

import hmac
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

import grpc
from analytics.v1 import account_pb2, directory_pb2, site_pb2

from mesh.clock import NowUs
from mesh.directory import Snapshot
from mesh.errors import MeshError, unavailable


class Rule(Enum):
    """Who may call an RPC."""

    OPEN = "anyone"
    MESH = "the mesh's token"
    INGEST = "an ingest key, or the mesh's token"
    PERSON = "a person's session"
    SHARED = "a share link, a key with scope READ, or any role"
    READ = "a key with scope READ, or the role viewer"
    WRITE = "a key with scope ADMIN, or the role analyst"
    ADMIN = "a key with scope ADMIN, or the role admin"
    OWNER = "a key of every site with scope ADMIN, or the role owner"
    OPERATOR = "the mesh's token, a key of every site with scope ADMIN, or the role owner at every site"


LEAST: Final[Mapping[Rule, int]] = {
    Rule.SHARED: account_pb2.ROLE_GUEST,
    Rule.READ: account_pb2.ROLE_VIEWER,
    Rule.WRITE: account_pb2.ROLE_ANALYST,
    Rule.ADMIN: account_pb2.ROLE_ADMIN,
    Rule.OWNER: account_pb2.ROLE_OWNER,
    Rule.OPERATOR: account_pb2.ROLE_OWNER,
}
"""The role that a rule asks for at the site in question. Each role includes the lesser ones."""


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
    "/analytics.v1.AuditService/AppendAudit": Rule.MESH,
    "/analytics.v1.AuditService/ListAudit": Rule.OWNER,
    "/analytics.v1.AuditService/ExportAudit": Rule.OWNER,
    "/analytics.v1.AuditService/VerifyAudit": Rule.OPERATOR,
    "/analytics.v1.AccountService/SignIn": Rule.MESH,
    "/analytics.v1.AccountService/SignOut": Rule.MESH,
    "/analytics.v1.AccountService/ChangePassword": Rule.MESH,
    "/analytics.v1.AccountService/PreviewInvitation": Rule.MESH,
    "/analytics.v1.AccountService/AcceptInvitation": Rule.MESH,
    "/analytics.v1.AccountService/ResetPassword": Rule.MESH,
    "/analytics.v1.AccountService/GetAccount": Rule.PERSON,
    "/analytics.v1.AccountService/ListSessions": Rule.PERSON,
    "/analytics.v1.AccountService/RevokeSession": Rule.PERSON,
    "/analytics.v1.AccountService/BeginTotp": Rule.PERSON,
    "/analytics.v1.AccountService/ConfirmTotp": Rule.PERSON,
    "/analytics.v1.AccountService/RemoveTotp": Rule.PERSON,
    "/analytics.v1.AccountService/RenewRecoveryCodes": Rule.PERSON,
    "/analytics.v1.UserService/ListUsers": Rule.OWNER,
    "/analytics.v1.UserService/SetRole": Rule.OWNER,
    "/analytics.v1.UserService/DeleteUser": Rule.OWNER,
    "/analytics.v1.UserService/CreatePasswordReset": Rule.OWNER,
    "/analytics.v1.InvitationService/ListInvitations": Rule.OWNER,
    "/analytics.v1.InvitationService/CreateInvitation": Rule.OWNER,
    "/analytics.v1.InvitationService/DeleteInvitation": Rule.OWNER,
    "/analytics.v1.ShareService/ListShares": Rule.ADMIN,
    "/analytics.v1.ShareService/CreateShare": Rule.ADMIN,
    "/analytics.v1.ShareService/UpdateShare": Rule.ADMIN,
    "/analytics.v1.ShareService/DeleteShare": Rule.ADMIN,
    "/analytics.v1.ShareService/OpenShare": Rule.MESH,
    "/analytics.v1.AnnotationService/ListAnnotations": Rule.READ,
    "/analytics.v1.AnnotationService/CreateAnnotation": Rule.WRITE,
    "/analytics.v1.AnnotationService/UpdateAnnotation": Rule.WRITE,
    "/analytics.v1.AnnotationService/DeleteAnnotation": Rule.WRITE,
    "/analytics.v1.SiteService/ListSites": Rule.SHARED,
    "/analytics.v1.SiteService/CreateSite": Rule.ADMIN,
    "/analytics.v1.SiteService/UpdateSite": Rule.ADMIN,
    "/analytics.v1.SiteService/DeleteSite": Rule.OWNER,
    "/analytics.v1.KeyService/ListKeys": Rule.ADMIN,
    "/analytics.v1.KeyService/CreateKey": Rule.ADMIN,
    "/analytics.v1.KeyService/DeleteKey": Rule.ADMIN,
    "/analytics.v1.GoalService/ListGoals": Rule.SHARED,
    "/analytics.v1.GoalService/CreateGoal": Rule.WRITE,
    "/analytics.v1.GoalService/UpdateGoal": Rule.WRITE,
    "/analytics.v1.GoalService/DeleteGoal": Rule.WRITE,
    "/analytics.v1.SegmentService/ListSegments": Rule.READ,
    "/analytics.v1.SegmentService/CreateSegment": Rule.WRITE,
    "/analytics.v1.SegmentService/UpdateSegment": Rule.WRITE,
    "/analytics.v1.SegmentService/DeleteSegment": Rule.WRITE,
    "/analytics.v1.ImportService/Import": Rule.ADMIN,
    "/analytics.v1.IngestService/ReportSpool": Rule.MESH,
    "/analytics.v1.PrivacyService/CreateExport": Rule.ADMIN,
    "/analytics.v1.PrivacyService/DownloadExport": Rule.ADMIN,
    "/analytics.v1.PrivacyService/CreateErasure": Rule.ADMIN,
    "/analytics.v1.PrivacyService/GetPrivacyTask": Rule.ADMIN,
    "/analytics.v1.PrivacyService/ListPrivacyTasks": Rule.ADMIN,
    "/analytics.v1.PrivacyService/VerifyReceipt": Rule.ADMIN,
    "/analytics.v1.PrivacyService/GetRetention": Rule.ADMIN,
    "/analytics.v1.PrivacyService/PreviewRetention": Rule.ADMIN,
    "/analytics.v1.PrivacyService/ListTombstones": Rule.OPERATOR,
    "/analytics.v1.PrivacyService/ReplayTombstones": Rule.OPERATOR,
    "/analytics.v1.QueryService/Query": Rule.SHARED,
    "/analytics.v1.QueryService/Page": Rule.SHARED,
    "/analytics.v1.QueryService/Funnel": Rule.SHARED,
    "/analytics.v1.QueryService/Cohort": Rule.READ,
    "/analytics.v1.QueryService/Journey": Rule.SHARED,
    "/analytics.v1.QueryService/Experiment": Rule.READ,
    "/analytics.v1.QueryService/ListVisits": Rule.READ,
    "/analytics.v1.QueryService/GetVisit": Rule.READ,
    "/analytics.v1.QueryService/Await": Rule.READ,
    "/analytics.v1.QueryService/Sql": Rule.OPERATOR,
    "/analytics.v1.QueryService/Status": Rule.OPERATOR,
    "/analytics.v1.RealtimeService/Watch": Rule.SHARED,
    "/analytics.v1.SpoolService/Status": Rule.OPERATOR,
    "/analytics.v1.SpoolService/Pause": Rule.OPERATOR,
    "/analytics.v1.SpoolService/Resume": Rule.OPERATOR,
    "/analytics.v1.SpoolService/Inspect": Rule.OPERATOR,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what they may do where.

    `roles` are by a site's id, "" = every site. `least` is the role that the RPC being served asks for. `mesh` is a
    service itself, which carries no user's right: only rules that name the mesh let it in. `ingest_site` is the site
    that an ingest key sends events for. `user` is a person's id, `segment` what a share link is limited to; both are ""
    for everybody else.
    """

    id: str
    roles: Mapping[str, int] = field(default_factory=dict)
    least: int = account_pb2.ROLE_UNSPECIFIED
    mesh: bool = False
    ingest_site: str = ""
    user: str = ""
    segment: str = ""

    def role_at(self, site: str) -> int:
        """The role at a site; that at every site for "". 0 = none."""
        return max(self.roles.get(site, 0), self.roles.get("", 0))

    def sees(self, site: str) -> bool:
        return self.mesh or self.role_at(site) > 0

    def require_site(self, site: str) -> None:
        """Raises NOT_FOUND where the caller has no role, as where there is no such site: nobody can tell the two
        apart. Raises PERMISSION_DENIED where the role does not do for this RPC.
        """
        _asked_site.set(site)
        if not self.sees(site):
            raise unknown_site(site)
        if not self.mesh:
            self.require_role(self.least, site)

    def require_every_site(self, place: str) -> None:
        """Raises PERMISSION_DENIED at a field where the role at every site does not do for this RPC."""
        if not self.mesh and self.roles.get("", 0) < self.least:
            message = f"this needs the role {role_word(self.least)} at every site"
            raise MeshError(grpc.StatusCode.PERMISSION_DENIED, message, field=place, reason="SCOPE")

    def require_role(self, role: int, site: str, place: str = "") -> None:
        """Raises PERMISSION_DENIED, at a field where one is named, for a lesser role at a site."""
        if self.role_at(site) < role:
            where = f'the site "{site[:64]}"' if site else "every site"
            message = f"this needs the role {role_word(role)} at {where}"
            raise MeshError(grpc.StatusCode.PERMISSION_DENIED, message, field=place, reason="SCOPE")


def role_word(role: int) -> str:
    """`viewer`, `owner`, … as people write it."""
    return account_pb2.Role.Name(role).removeprefix("ROLE_").lower()  # pyright: ignore[reportArgumentType]


def unknown_site(site: str) -> MeshError:
    return MeshError(grpc.StatusCode.NOT_FOUND, f'there is no site "{site[:64]}"', field="site")


MESH_CALLER = Caller(id="mesh", mesh=True)
NOBODY = Caller(id="")

_caller: ContextVar[Caller] = ContextVar("caller", default=NOBODY)
_asked_site: ContextVar[str] = ContextVar("asked_site", default="")


def caller() -> Caller:
    """The caller of the RPC being served."""
    return _caller.get()


def set_caller(value: Caller) -> None:
    """A call begins: nothing was asked of any site yet."""
    _caller.set(value)
    _asked_site.set("")


def asked_site() -> str:
    """The site that the caller of the RPC being served was last held against; "" for none."""
    return _asked_site.get()


def proved(user: str) -> None:
    """Whoever is behind the RPC being served has proved to be a person."""
    _caller.set(replace(caller(), user=user))


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
        return admitted(rule, NOBODY if rule is Rule.OPEN else self.identify(authorization))

    def identify(self, authorization: str) -> Caller:
        """Whose token it is, whatever they may do. Raises as `authorize` does for the token alone."""
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
        return _caller_of(entry)


def _caller_of(entry: directory_pb2.Credential) -> Caller:
    """A key's scope as a role: whoever administers every site by a key owns them."""
    if entry.scope == site_pb2.KEY_SCOPE_INGEST:
        return Caller(entry.id, ingest_site=entry.site)
    roles = {grant.site: int(grant.role) for grant in entry.grants}
    if entry.scope == site_pb2.KEY_SCOPE_READ:
        roles[entry.site] = account_pb2.ROLE_VIEWER
    elif entry.scope == site_pb2.KEY_SCOPE_ADMIN:
        roles[entry.site] = account_pb2.ROLE_ADMIN if entry.site else account_pb2.ROLE_OWNER
    return Caller(entry.id, roles, user=entry.user, segment=entry.segment)


def admitted(rule: Rule, who: Caller) -> Caller:
    """The caller as the rule lets them in. Raises PERMISSION_DENIED where it does not."""
    if not _allowed(rule, who):
        raise MeshError(grpc.StatusCode.PERMISSION_DENIED, f"this needs {rule.value}", reason="SCOPE")
    return replace(who, least=LEAST[rule]) if rule in LEAST else who


def _allowed(rule: Rule, who: Caller) -> bool:
    match rule:
        case Rule.OPEN:
            return True
        case Rule.MESH:
            return who.mesh
        case Rule.INGEST:
            return who.mesh or who.ingest_site != ""
        case Rule.PERSON:
            return who.user != ""
        case Rule.OPERATOR:
            return who.mesh or who.role_at("") >= LEAST[rule]
        case Rule.SHARED | Rule.READ | Rule.WRITE | Rule.ADMIN | Rule.OWNER:
            return max(who.roles.values(), default=0) >= LEAST[rule]


def _unauthenticated(message: str) -> MeshError:
    return MeshError(grpc.StatusCode.UNAUTHENTICATED, message)
