"""Signing in and out, and one's own account. The session lives in a cookie that scripts cannot read and other sites
cannot send; whenever its secret is renewed, so is the cookie.
"""

import time
from typing import Any

from analytics.v1 import account_pb2, site_pb2
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from gateway.answers import json, nothing, read_json
from gateway.client_ip import ClientAddress
from gateway.credentials import COOKIE, bearer_of, credential, is_credential, is_https, require_own_page
from gateway.peers import Peers, ask
from gateway.people import role_words, user_json
from gateway.problems import Problem
from gateway.sites import instant, site_json


class SignIn(Struct, forbid_unknown_fields=True):
    """`code`: from the app, or a recovery code, where the account has a second factor."""

    email: str
    password: str
    code: str = ""


class NewPassword(Struct, rename="camel", forbid_unknown_fields=True):
    old_password: str
    new_password: str


class ResetPassword(Struct, rename="camel", forbid_unknown_fields=True):
    """`secret`: what stands behind the # of the link."""

    secret: str
    new_password: str


class InvitationSecret(Struct, forbid_unknown_fields=True):
    """`secret`: what stands behind the # of the link."""

    secret: str


class AcceptInvitation(Struct, forbid_unknown_fields=True):
    """`password`: the existing account's, or the one that the new account gets."""

    secret: str
    password: str
    code: str = ""


class Password(Struct, forbid_unknown_fields=True):
    password: str


class Code(Struct, forbid_unknown_fields=True):
    code: str


class PasswordAndCode(Struct, forbid_unknown_fields=True):
    password: str
    code: str


class Accounts:
    """`/api/v1/session`, `/api/v1/sessions`, `/api/v1/account/*`, and coming in by `/api/v1/invitations/*`."""

    def __init__(self, peers: Peers, addresses: ClientAddress) -> None:
        self._peers = peers
        self._addresses = addresses

    async def sign_in(self, request: Request) -> Response:
        require_own_page(request)
        wanted = await read_json(request, SignIn)
        held = request.cookies.get(COOKIE, "")
        response = await ask(
            self._peers.accounts.SignIn,
            account_pb2.SignInRequest(
                email=wanted.email,
                password=wanted.password,
                code=wanted.code,
                address=address_of(request, self._addresses),
                user_agent=request.headers.get("user-agent", "")[:1_000],
                replaced_session=held if is_credential(held) else "",
            ),
            self._peers.mesh_metadata(),
        )
        return self._signed_in(request, response)

    async def who_am_i(self, request: Request) -> Response:
        """The sites that the session or key may see. 401 tells the dashboard to show the sign-in page."""
        metadata = self._peers.metadata(credential(request))
        account = None
        try:
            account = await ask(self._peers.accounts.GetAccount, account_pb2.GetAccountRequest(), metadata)
        except Problem as problem:
            if problem.status != 403:  # keys and share links are nobody's account
                raise
        sites: list[site_pb2.Site] = []
        if account is None or account.user.grants:
            sites = list((await ask(self._peers.sites.ListSites, site_pb2.ListSitesRequest(), metadata)).sites)
        return json({"sites": [site_json(site) for site in sites], "account": account and account_json(account)})

    async def sign_out(self, request: Request) -> Response:
        response = await ask(
            self._peers.accounts.SignOut,
            account_pb2.SignOutRequest(session=credential(request)),
            self._peers.mesh_metadata(),
        )
        self._peers.learned(response.directory_version)
        answer = nothing()
        if not bearer_of(request):
            self._set_cookie(request, answer, "", 0)
        return answer

    async def change_password(self, request: Request) -> Response:
        secret = credential(request)
        wanted = await read_json(request, NewPassword)
        response = await ask(
            self._peers.accounts.ChangePassword,
            account_pb2.ChangePasswordRequest(
                session=secret, old_password=wanted.old_password, new_password=wanted.new_password
            ),
            self._peers.mesh_metadata(),
        )
        return self._renewed(request, response, nothing())

    async def reset_password(self, request: Request) -> Response:
        require_own_page(request)
        wanted = await read_json(request, ResetPassword)
        message = account_pb2.ResetPasswordRequest(
            secret=wanted.secret,
            new_password=wanted.new_password,
            address=address_of(request, self._addresses),
        )
        response = await ask(self._peers.accounts.ResetPassword, message, self._peers.mesh_metadata())
        self._peers.learned(response.directory_version)
        return nothing()

    async def preview_invitation(self, request: Request) -> Response:
        require_own_page(request)
        wanted = await read_json(request, InvitationSecret)
        message = account_pb2.PreviewInvitationRequest(
            secret=wanted.secret, address=address_of(request, self._addresses)
        )
        found = await ask(self._peers.accounts.PreviewInvitation, message, self._peers.mesh_metadata())
        return json(
            {
                "email": found.email,
                "site": found.site or None,
                "role": role_words(found.role),
                "known": found.known,
                "expiresAt": instant(found.expires_at_us),
            }
        )

    async def accept_invitation(self, request: Request) -> Response:
        require_own_page(request)
        wanted = await read_json(request, AcceptInvitation)
        message = account_pb2.AcceptInvitationRequest(
            secret=wanted.secret,
            password=wanted.password,
            code=wanted.code,
            address=address_of(request, self._addresses),
            user_agent=request.headers.get("user-agent", "")[:1_000],
        )
        response = await ask(self._peers.accounts.AcceptInvitation, message, self._peers.mesh_metadata())
        return self._signed_in(request, response)

    async def list_sessions(self, request: Request) -> Response:
        metadata = self._peers.metadata(credential(request))
        response = await ask(self._peers.accounts.ListSessions, account_pb2.ListSessionsRequest(), metadata)
        return json({"sessions": [session_json(session) for session in response.sessions]})

    async def revoke_session(self, request: Request) -> Response:
        return await self._revoke(request, request.path_params["id"])

    async def revoke_others(self, request: Request) -> Response:
        return await self._revoke(request, "")

    async def begin_totp(self, request: Request) -> Response:
        metadata = self._peers.metadata(credential(request))
        wanted = await read_json(request, Password)
        message = account_pb2.BeginTotpRequest(password=wanted.password)
        response = await ask(self._peers.accounts.BeginTotp, message, metadata)
        return json({"secret": response.secret, "uri": response.uri})

    async def confirm_totp(self, request: Request) -> Response:
        metadata = self._peers.metadata(credential(request))
        wanted = await read_json(request, Code)
        message = account_pb2.ConfirmTotpRequest(code=wanted.code)
        response = await ask(self._peers.accounts.ConfirmTotp, message, metadata)
        return self._renewed(request, response, json({"recoveryCodes": list(response.recovery_codes)}))

    async def remove_totp(self, request: Request) -> Response:
        metadata = self._peers.metadata(credential(request))
        wanted = await read_json(request, PasswordAndCode)
        message = account_pb2.RemoveTotpRequest(password=wanted.password, code=wanted.code)
        response = await ask(self._peers.accounts.RemoveTotp, message, metadata)
        return self._renewed(request, response, nothing())

    async def renew_recovery_codes(self, request: Request) -> Response:
        metadata = self._peers.metadata(credential(request))
        wanted = await read_json(request, PasswordAndCode)
        message = account_pb2.RenewRecoveryCodesRequest(password=wanted.password, code=wanted.code)
        response = await ask(self._peers.accounts.RenewRecoveryCodes, message, metadata)
        return json({"recoveryCodes": list(response.recovery_codes)})

    async def _revoke(self, request: Request, id: str) -> Response:
        metadata = self._peers.metadata(credential(request))
        response = await ask(self._peers.accounts.RevokeSession, account_pb2.RevokeSessionRequest(id=id), metadata)
        self._peers.learned(response.directory_version)
        return nothing()

    def _signed_in(self, request: Request, response: Any) -> Response:
        answer = json({"expiresAt": instant(response.expires_at_us)})
        self._peers.learned(response.directory_version)
        self._set_cookie(request, answer, response.session, int(response.expires_at_us / 1e6 - time.time()))
        return answer

    def _renewed(self, request: Request, response: Any, answer: Response) -> Response:
        self._peers.learned(response.directory_version)
        if not bearer_of(request):
            self._set_cookie(request, answer, response.session, int(response.expires_at_us / 1e6 - time.time()))
        return answer

    def _set_cookie(self, request: Request, answer: Response, secret: str, max_age_s: int) -> None:
        answer.set_cookie(
            COOKIE,
            secret,
            max_age=max(max_age_s, 0),
            path="/",
            secure=is_https(request, self._addresses),
            httponly=True,
            samesite="strict",
        )


def address_of(request: Request, addresses: ClientAddress) -> str:
    """Whose failures are counted together."""
    return addresses.of(request.client.host if request.client else "", request.scope["headers"])


def account_json(account: account_pb2.GetAccountResponse) -> dict[str, object]:
    user = user_json(account.user)
    shown = {name: user[name] for name in ("id", "email", "roles", "totp")}
    return {**shown, "session": account.session, "recoveryCodes": account.recovery_codes}


def session_json(session: account_pb2.Session) -> dict[str, object]:
    return {
        "id": session.id,
        "label": session.label,
        "current": session.current,
        "createdAt": instant(session.created_at_us),
        "lastUsedAt": instant(session.last_used_us),
        "expiresAt": instant(session.expires_at_us),
    }
