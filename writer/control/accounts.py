"""AccountService: people sign in and out, come in by invitation, and mind their own account."""

from typing import Any

import grpc
from analytics.v1 import account_pb2, account_pb2_grpc

from mesh.auth import caller, proved
from mesh.buckets import subscriber
from mesh.clock import NowUs
from mesh.errors import MeshError, invalid, not_found
from writer.control import second_factor
from writer.control.account_store import AccountStore, User
from writer.control.keys import digest
from writer.control.passwords import Passwords, bounded_password, checked_email, checked_password
from writer.control.people_store import Guest, PeopleStore
from writer.control.servicer import Refresh
from writer.control.sign_in import SignIn, unauthenticated
from writer.control.throttle import ADDRESS, Throttle

Context = grpc.aio.ServicerContext[Any, Any]


class AccountServicer(account_pb2_grpc.AccountServiceServicer):
    """`refresh` brings the writer's own directory up to a change before it is answered."""

    def __init__(
        self,
        store: AccountStore,
        people: PeopleStore,
        refresh: Refresh,
        passwords: Passwords,
        throttle: Throttle,
        now_us: NowUs,
    ) -> None:
        self._store = store
        self._people = people
        self._refresh = refresh
        self._passwords = passwords
        self._throttle = throttle
        self._now_us = now_us
        self._sign_in = SignIn(store, passwords, throttle, now_us)

    async def SignIn(self, request: account_pb2.SignInRequest, context: Context) -> account_pb2.SignInResponse:
        email = checked_email(request.email)
        user = await self._sign_in.by_email(email, request.password, request.code, request.address)
        proved(str(user.id))
        opening, secret = self._sign_in.opening(request.user_agent)
        replaced = digest(request.replaced_session)
        opened = await self._store.open_session(user, opening, self._now_us(), replaced)
        if not opened.value:
            raise unauthenticated("the password was changed meanwhile; sign in with that one")
        await self._refresh()
        return account_pb2.SignInResponse(
            session=secret, expires_at_us=opening.expires_at_us, directory_version=opened.version
        )

    async def SignOut(self, request: account_pb2.SignOutRequest, context: Context) -> account_pb2.SignOutResponse:
        closed = await self._store.close_session(digest(request.session))
        await self._refresh()
        return account_pb2.SignOutResponse(directory_version=closed.version)

    async def ChangePassword(
        self, request: account_pb2.ChangePasswordRequest, context: Context
    ) -> account_pb2.ChangePasswordResponse:
        bounded_password("old_password", request.old_password)
        checked_password("new_password", request.new_password)
        user = await self._store.user_by_session(digest(request.session), self._now_us())
        if user is None:
            raise unauthenticated("this session is unknown or has ended; sign in again")
        proved(str(user.id))
        await self._sign_in.password_of(user, "old_password", request.old_password)
        renewed, secret = self._sign_in.renewal(user.session)
        password_hash = await self._passwords.hash(request.new_password)
        changed = await self._store.change_password(user, password_hash, renewed)
        if not changed.value:
            raise MeshError(grpc.StatusCode.ABORTED, "the password was changed meanwhile; try again with that one")
        await self._refresh()
        return account_pb2.ChangePasswordResponse(
            session=secret, expires_at_us=renewed.expires_at_us, directory_version=changed.version
        )

    async def PreviewInvitation(
        self, request: account_pb2.PreviewInvitationRequest, context: Context
    ) -> account_pb2.PreviewInvitationResponse:
        found = await self._invitation(request.secret, request.address)
        known = await self._store.user_by_email(found.email)
        return account_pb2.PreviewInvitationResponse(
            email=found.email,
            site=found.site,
            role=found.role,
            expires_at_us=found.expires_at_us,
            known=known is not None,
        )

    async def AcceptInvitation(
        self, request: account_pb2.AcceptInvitationRequest, context: Context
    ) -> account_pb2.AcceptInvitationResponse:
        found = await self._invitation(request.secret, request.address)
        if await self._store.user_by_email(found.email):
            user = await self._sign_in.by_email(found.email, request.password, request.code, request.address)
            guest = Guest(user, "")
        else:
            checked_password("password", request.password)
            guest = Guest(None, await self._passwords.hash(request.password))
        opening, secret = self._sign_in.opening(request.user_agent)
        accepted = await self._people.accept(digest(request.secret), guest, opening, self._now_us())
        if not accepted.value:
            raise _used("invitation")
        await self._refresh()
        return account_pb2.AcceptInvitationResponse(
            session=secret, expires_at_us=opening.expires_at_us, directory_version=accepted.version
        )

    async def ResetPassword(
        self, request: account_pb2.ResetPasswordRequest, context: Context
    ) -> account_pb2.ResetPasswordResponse:
        checked_password("new_password", request.new_password)
        with self._throttle.attempt((f"address {subscriber(request.address)}", ADDRESS)) as attempt:
            password_hash = await self._passwords.hash(request.new_password)
            reset = await self._people.use_reset(digest(request.secret), password_hash, self._now_us())
            if not reset.value:
                attempt.failed = True
                raise _used("link")
        await self._refresh()
        return account_pb2.ResetPasswordResponse(directory_version=reset.version)

    async def GetAccount(
        self, request: account_pb2.GetAccountRequest, context: Context
    ) -> account_pb2.GetAccountResponse:
        who = caller()
        user = await self._user()
        await self._store.note_use(who.id, self._now_us())
        factor = await self._store.factor(user.id)
        grants = [account_pb2.Grant(site=site, role=role) for site, role in sorted(who.roles.items())]  # pyright: ignore[reportArgumentType]
        holds = factor is not None and factor.confirmed
        return account_pb2.GetAccountResponse(
            user=account_pb2.User(id=str(user.id), email=user.email, grants=grants, totp=holds),
            session=who.id,
            recovery_codes=factor.recovery_codes if factor and holds else 0,
        )

    async def ListSessions(
        self, request: account_pb2.ListSessionsRequest, context: Context
    ) -> account_pb2.ListSessionsResponse:
        who = caller()
        sessions = await self._store.sessions(who.user, self._now_us())
        for session in sessions:
            session.current = session.id == who.id
        return account_pb2.ListSessionsResponse(sessions=sessions)

    async def RevokeSession(
        self, request: account_pb2.RevokeSessionRequest, context: Context
    ) -> account_pb2.RevokeSessionResponse:
        who = caller()
        if request.id:
            revoked = await self._store.revoke_session(who.user, request.id)
            if not revoked.value:
                raise not_found(f'you have no session "{request.id[:64]}"', "id")
            version = revoked.version
        else:
            version = await self._store.revoke_others(who.user, who.id)
        await self._refresh()
        return account_pb2.RevokeSessionResponse(directory_version=version)

    async def BeginTotp(self, request: account_pb2.BeginTotpRequest, context: Context) -> account_pb2.BeginTotpResponse:
        user = await self._user()
        await self._sign_in.password_of(user, "password", request.password)
        secret = second_factor.new_secret()
        if not await self._store.begin_factor(user.id, secret):
            raise _there_already()
        return account_pb2.BeginTotpResponse(
            secret=second_factor.spelled(secret), uri=second_factor.uri(secret, user.email)
        )

    async def ConfirmTotp(
        self, request: account_pb2.ConfirmTotpRequest, context: Context
    ) -> account_pb2.ConfirmTotpResponse:
        user = await self._user()
        factor = await self._store.factor(user.id)
        if factor is None:
            raise MeshError(grpc.StatusCode.FAILED_PRECONDITION, "no secret was made yet; begin first")
        step = second_factor.step_of(factor.secret, second_factor.normal(request.code), self._now_us())
        if not step:
            raise invalid("code", "this is not the code that the app should show now; is the clock right?")
        codes = second_factor.new_recovery_codes()
        renewed, secret = self._sign_in.renewal(user.session)
        confirmed = await self._store.confirm_factor(user.id, step, _digests(codes), renewed)
        if not confirmed.value:
            raise _there_already()
        await self._refresh()
        return account_pb2.ConfirmTotpResponse(
            recovery_codes=codes,
            session=secret,
            expires_at_us=renewed.expires_at_us,
            directory_version=confirmed.version,
        )

    async def RemoveTotp(
        self, request: account_pb2.RemoveTotpRequest, context: Context
    ) -> account_pb2.RemoveTotpResponse:
        user = await self._user()
        await self._sign_in.password_of(user, "password", request.password)
        await self._sign_in.second_factor(user.id, request.code)
        renewed, secret = self._sign_in.renewal(user.session)
        version = await self._store.remove_factor(user.id, renewed)
        await self._refresh()
        return account_pb2.RemoveTotpResponse(
            session=secret, expires_at_us=renewed.expires_at_us, directory_version=version
        )

    async def RenewRecoveryCodes(
        self, request: account_pb2.RenewRecoveryCodesRequest, context: Context
    ) -> account_pb2.RenewRecoveryCodesResponse:
        user = await self._user()
        await self._sign_in.password_of(user, "password", request.password)
        await self._sign_in.second_factor(user.id, request.code)
        codes = second_factor.new_recovery_codes()
        if not await self._store.renew_recovery_codes(user.id, _digests(codes)):
            raise MeshError(grpc.StatusCode.FAILED_PRECONDITION, "the account has no second factor")
        return account_pb2.RenewRecoveryCodesResponse(recovery_codes=codes)

    async def _user(self) -> User:
        """The caller's account, found by the session that asks."""
        user = await self._store.user(caller().user)
        if user is None:
            raise unauthenticated("this account is gone")
        return User(user.id, user.email, user.password_hash, caller().id)

    async def _invitation(self, secret: str, address: str) -> account_pb2.Invitation:
        with self._throttle.attempt((f"address {subscriber(address)}", ADDRESS)) as attempt:
            found = await self._people.invitation(digest(secret), self._now_us())
            if found is None:
                attempt.failed = True
                raise _used("invitation")
            return found


def _digests(codes: list[str]) -> list[bytes]:
    return [digest(second_factor.normal(code)) for code in codes]


def _used(what: str) -> MeshError:
    return not_found(f"this {what} is unknown, used up or expired; ask for a new one", "secret")


def _there_already() -> MeshError:
    return MeshError(grpc.StatusCode.FAILED_PRECONDITION, "the account has a second factor already; remove it first")
