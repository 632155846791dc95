"""`/api/v1/users` and `/api/v1/invitations`: who may do what where, managed by owners."""

from typing import Literal

from analytics.v1 import account_pb2
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from gateway.answers import json, nothing, read_json
from gateway.client_ip import ClientAddress
from gateway.credentials import credential, own_origin
from gateway.peers import Peers, ask
from gateway.sites import instant

Role = Literal["viewer", "analyst", "admin", "owner"]
ROLES = {
    "viewer": account_pb2.ROLE_VIEWER,
    "analyst": account_pb2.ROLE_ANALYST,
    "admin": account_pb2.ROLE_ADMIN,
    "owner": account_pb2.ROLE_OWNER,
}


class RolePatch(Struct, forbid_unknown_fields=True):
    """A role at a site, or with `site` null at every one; `role` null takes it away."""

    role: Role | None
    site: str | None = None


class NewInvitation(Struct, forbid_unknown_fields=True):
    """`site` null: every site."""

    email: str
    role: Role
    site: str | None = None


class NewReset(Struct, rename="camel", forbid_unknown_fields=True):
    """`removeTotp`: for who lost app and recovery codes."""

    remove_totp: bool = False


class People:
    """A link carries its secret behind a #, which no browser sends anywhere: not to a server, nor as Referer."""

    def __init__(self, peers: Peers, addresses: ClientAddress) -> None:
        self._peers = peers
        self._addresses = addresses

    async def list_users(self, request: Request) -> Response:
        message = account_pb2.ListUsersRequest(site=request.query_params.get("site", ""))
        response = await ask(self._peers.users.ListUsers, message, self._peers.metadata(credential(request)))
        return json({"users": [user_json(user) for user in response.users]})

    async def set_role(self, request: Request) -> Response:
        metadata = self._peers.metadata(credential(request))
        wanted = await read_json(request, RolePatch)
        role = ROLES[wanted.role] if wanted.role else account_pb2.ROLE_UNSPECIFIED
        message = account_pb2.SetRoleRequest(id=request.path_params["id"], site=wanted.site or "", role=role)
        response = await ask(self._peers.users.SetRole, message, metadata)
        self._peers.learned(response.directory_version)
        return nothing()

    async def delete_user(self, request: Request) -> Response:
        message = account_pb2.DeleteUserRequest(id=request.path_params["id"])
        response = await ask(self._peers.users.DeleteUser, message, self._peers.metadata(credential(request)))
        self._peers.learned(response.directory_version)
        return nothing()

    async def create_reset(self, request: Request) -> Response:
        metadata = self._peers.metadata(credential(request))
        wanted = await read_json(request, NewReset)
        message = account_pb2.CreatePasswordResetRequest(id=request.path_params["id"], remove_totp=wanted.remove_totp)
        response = await ask(self._peers.users.CreatePasswordReset, message, metadata)
        link = f"{own_origin(request, self._addresses)}/reset#{response.secret}"
        return json({"link": link, "expiresAt": instant(response.expires_at_us)}, 201)

    async def list_invitations(self, request: Request) -> Response:
        message = account_pb2.ListInvitationsRequest(site=request.query_params.get("site", ""))
        metadata = self._peers.metadata(credential(request))
        response = await ask(self._peers.invitations.ListInvitations, message, metadata)
        return json({"invitations": [invitation_json(each) for each in response.invitations]})

    async def create_invitation(self, request: Request) -> Response:
        metadata = self._peers.metadata(credential(request))
        wanted = await read_json(request, NewInvitation)
        invitation = account_pb2.Invitation(email=wanted.email, site=wanted.site or "", role=ROLES[wanted.role])
        message = account_pb2.CreateInvitationRequest(invitation=invitation)
        response = await ask(self._peers.invitations.CreateInvitation, message, metadata)
        link = f"{own_origin(request, self._addresses)}/join#{response.secret}"
        return json({**invitation_json(response.invitation), "link": link}, 201)

    async def delete_invitation(self, request: Request) -> Response:
        message = account_pb2.DeleteInvitationRequest(id=request.path_params["id"])
        await ask(self._peers.invitations.DeleteInvitation, message, self._peers.metadata(credential(request)))
        return nothing()


def role_words(role: int) -> str:
    """As the JSON spells it; `guest` for a share link."""
    return next((word for word, number in ROLES.items() if number == role), "guest")


def user_json(user: account_pb2.User) -> dict[str, object]:
    """`site` null: every site. `lastUsedAt` null: nowhere signed in."""
    return {
        "id": user.id,
        "email": user.email,
        "roles": [{"site": grant.site or None, "role": role_words(grant.role)} for grant in user.grants],
        "totp": user.totp,
        "createdAt": instant(user.created_at_us),
        "lastUsedAt": instant(user.last_used_us) if user.last_used_us else None,
    }


def invitation_json(invitation: account_pb2.Invitation) -> dict[str, object]:
    return {
        "id": invitation.id,
        "email": invitation.email,
        "site": invitation.site or None,
        "role": role_words(invitation.role),
        "expiresAt": instant(invitation.expires_at_us),
        "createdAt": instant(invitation.created_at_us),
    }
