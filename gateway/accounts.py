"""Signing in and out. The session lives in a cookie that scripts cannot read and other sites cannot send."""

import time

from analytics.v1 import account_pb2, site_pb2
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from gateway.answers import json, nothing, read_json
from gateway.client_ip import ClientAddress
from gateway.credentials import COOKIE, bearer_of, credential, foreign_page, is_https, is_same_origin
from gateway.peers import Peers, ask
from gateway.sites import instant, site_json


class SignIn(Struct, forbid_unknown_fields=True):
    email: str
    password: str


class NewPassword(Struct, rename="camel", forbid_unknown_fields=True):
    old_password: str
    new_password: str


class Accounts:
    """`/api/v1/session` and `/api/v1/account/password`."""

    def __init__(self, peers: Peers, addresses: ClientAddress) -> None:
        self._peers = peers
        self._addresses = addresses

    async def sign_in(self, request: Request) -> Response:
        if ("origin" in request.headers or "sec-fetch-site" in request.headers) and not is_same_origin(request):
            raise foreign_page()
        wanted = await read_json(request, SignIn)
        response = await ask(
            self._peers.accounts.SignIn,
            account_pb2.SignInRequest(email=wanted.email, password=wanted.password),
            self._peers.mesh_metadata(),
        )
        self._peers.learned(response.directory_version)
        answer = json({"expiresAt": instant(response.expires_at_us)})
        self._set_cookie(request, answer, response.session, int(response.expires_at_us / 1e6 - time.time()))
        return answer

    async def who_am_i(self, request: Request) -> Response:
        """The sites that the session or key may see. 401 tells the dashboard to show the sign-in page."""
        metadata = self._peers.metadata(credential(request))
        response = await ask(self._peers.sites.ListSites, site_pb2.ListSitesRequest(), metadata)
        return json({"sites": [site_json(site) for site in response.sites]})

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
        self._peers.learned(response.directory_version)
        return nothing()

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
