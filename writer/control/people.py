"""UserService and InvitationService: who owns a site decides who may do what there.

Whoever owns single sites sees of people what concerns these. Accounts, which may reach other sites, are managed by who
owns every site.
"""

import uuid
from typing import Any, Final

import grpc
from analytics.v1 import account_pb2, account_pb2_grpc

from mesh.auth import Caller, caller
from mesh.clock import DAY, NowUs
from mesh.errors import MeshError, invalid, not_found
from writer.control.keys import digest, new_public_id, new_secret
from writer.control.passwords import checked_email
from writer.control.people_store import PeopleStore
from writer.control.servicer import Refresh

Context = grpc.aio.ServicerContext[Any, Any]

INVITATION_LIFE_US: Final = 7 * DAY
RESET_LIFE_US: Final = DAY
_ROLES: Final = (
    account_pb2.ROLE_VIEWER,
    account_pb2.ROLE_ANALYST,
    account_pb2.ROLE_ADMIN,
    account_pb2.ROLE_OWNER,
)


class UserServicer(account_pb2_grpc.UserServiceServicer):
    """`refresh` brings the writer's own directory up to a change before it is answered."""

    def __init__(self, store: PeopleStore, refresh: Refresh, now_us: NowUs) -> None:
        self._store = store
        self._refresh = refresh
        self._now_us = now_us

    async def ListUsers(self, request: account_pb2.ListUsersRequest, context: Context) -> account_pb2.ListUsersResponse:
        who = caller()
        _require_owner(who, request.site)
        users = [shown for user in await self._store.users() if (shown := _shown(user, who))]
        if request.site:
            users = [user for user in users if any(grant.site in ("", request.site) for grant in user.grants)]
        return account_pb2.ListUsersResponse(users=users)

    async def SetRole(self, request: account_pb2.SetRoleRequest, context: Context) -> account_pb2.SetRoleResponse:
        who = caller()
        _require_owner(who, request.site)
        if request.role:
            _check_role("role", request.role)
        user = await self._user(request.id, who)
        version = await self._store.set_role(uuid.UUID(user.id), request.site, request.role, who.id)
        await self._refresh()
        return account_pb2.SetRoleResponse(directory_version=version)

    async def DeleteUser(
        self, request: account_pb2.DeleteUserRequest, context: Context
    ) -> account_pb2.DeleteUserResponse:
        caller().require_every_site("id")
        user = await self._user(request.id, caller())
        gone = await self._store.delete_user(uuid.UUID(user.id))
        if not gone.value:
            raise _nobody(request.id)
        await self._refresh()
        return account_pb2.DeleteUserResponse(directory_version=gone.version)

    async def CreatePasswordReset(
        self, request: account_pb2.CreatePasswordResetRequest, context: Context
    ) -> account_pb2.CreatePasswordResetResponse:
        caller().require_every_site("id")
        user = await self._user(request.id, caller())
        secret, until_us = new_secret("am_reset_"), self._now_us() + RESET_LIFE_US
        await self._store.create_reset(uuid.UUID(user.id), digest(secret), request.remove_totp, until_us)
        return account_pb2.CreatePasswordResetResponse(secret=secret, expires_at_us=until_us)

    async def _user(self, id: str, who: Caller) -> account_pb2.User:
        """By id or e-mail. Raises NOT_FOUND for an account that the caller cannot see, as for none."""
        for user in await self._store.users():
            if id.lower() in (user.id, user.email) and (shown := _shown(user, who)):
                return shown
        raise _nobody(id)


class InvitationServicer(account_pb2_grpc.InvitationServiceServicer):
    """An invitation is no credential yet, so the directory knows nothing of it."""

    def __init__(self, store: PeopleStore, now_us: NowUs) -> None:
        self._store = store
        self._now_us = now_us

    async def ListInvitations(
        self, request: account_pb2.ListInvitationsRequest, context: Context
    ) -> account_pb2.ListInvitationsResponse:
        _require_owner(caller(), request.site)
        found = await self._store.invitations(self._now_us())
        wanted = [each for each in found if not request.site or each.site == request.site]
        return account_pb2.ListInvitationsResponse(invitations=wanted)

    async def CreateInvitation(
        self, request: account_pb2.CreateInvitationRequest, context: Context
    ) -> account_pb2.CreateInvitationResponse:
        wanted, now_us = request.invitation, self._now_us()
        _require_owner(caller(), wanted.site, "invitation.site")
        _check_role("invitation.role", wanted.role)
        invitation = account_pb2.Invitation(
            id=new_public_id("inv_"),
            email=checked_email(wanted.email, "invitation.email"),
            site=wanted.site,
            role=wanted.role,
            expires_at_us=now_us + INVITATION_LIFE_US,
        )
        secret = new_secret("am_invite_")
        made = await self._store.invite(invitation, digest(secret), now_us)
        return account_pb2.CreateInvitationResponse(invitation=made, secret=secret)

    async def DeleteInvitation(
        self, request: account_pb2.DeleteInvitationRequest, context: Context
    ) -> account_pb2.DeleteInvitationResponse:
        who = caller()

        def may(site: str) -> bool:
            if allowed := who.role_at(site) >= who.least:
                who.require_site(site)  # which the audit log learns by it
            return allowed

        if not await self._store.delete_invitation(request.id, may):
            raise not_found(f'there is no invitation "{request.id[:64]}"', "id")
        return account_pb2.DeleteInvitationResponse()


def _require_owner(who: Caller, site: str, place: str = "site") -> None:
    if site:
        who.require_site(site)
    else:
        who.require_every_site(place)


def _check_role(field: str, role: int) -> None:
    if role not in _ROLES:
        words = ", ".join(account_pb2.Role.Name(each).removeprefix("ROLE_").lower() for each in _ROLES)
        raise invalid(field, f"{role} is no role that people have; give one of {words}")


def _shown(user: account_pb2.User, who: Caller) -> account_pb2.User | None:
    """What a caller may see of an account; None for nothing at all."""
    if who.role_at("") >= account_pb2.ROLE_OWNER:
        return user
    grants = [each for each in user.grants if not each.site or who.role_at(each.site) >= account_pb2.ROLE_OWNER]
    if not grants:
        return None
    return account_pb2.User(
        id=user.id, email=user.email, grants=grants, totp=user.totp, created_at_us=user.created_at_us
    )


def _nobody(id: str) -> MeshError:
    return not_found(f'there is no user "{id[:64]}"', "id")
