"""ShareService: links by which anybody who has one sees a site's numbers."""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import grpc
from analytics.v1 import share_pb2, share_pb2_grpc

from mesh.auth import caller, unknown_site
from mesh.buckets import subscriber
from mesh.clock import DAY, HOUR, NowUs
from mesh.directory import Snapshot
from mesh.errors import invalid, not_found
from writer.control.keys import LAST_US, digest, new_public_id, new_secret
from writer.control.masks import masked
from writer.control.passwords import Passwords, bounded_password, checked_password
from writer.control.servicer import Refresh
from writer.control.share_store import ShareStore
from writer.control.sign_in import unauthenticated
from writer.control.site_lists import quoted
from writer.control.throttle import ACCOUNT, ACCOUNT_FROM_ADDRESS, ADDRESS, Throttle

Context = grpc.aio.ServicerContext[Any, Any]

MAX_NAME: Final = 100
MAX_ORIGINS: Final = 20
CHANGEABLE: Final = ("name", "embed_origins", "expires_at_us")
OPENING_LIFE_US: Final = DAY
_NEARLY_OVER_US: Final = 12 * HOUR
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HOST = re.compile(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]")


class ShareServicer(share_pb2_grpc.ShareServiceServicer):
    """`refresh` brings the writer's own directory, `snapshot`, up to a change before it is answered."""

    def __init__(
        self,
        store: ShareStore,
        refresh: Refresh,
        snapshot: Callable[[], Snapshot],
        passwords: Passwords,
        throttle: Throttle,
        now_us: NowUs,
    ) -> None:
        self._store = store
        self._refresh = refresh
        self._snapshot = snapshot
        self._passwords = passwords
        self._throttle = throttle
        self._now_us = now_us

    async def ListShares(self, request: share_pb2.ListSharesRequest, context: Context) -> share_pb2.ListSharesResponse:
        caller().require_site(request.site)
        snapshot = self._snapshot()
        if request.site not in snapshot.sites:
            raise unknown_site(request.site)
        shares = [share for share in snapshot.shares.values() if share.site == request.site]
        return share_pb2.ListSharesResponse(shares=sorted(shares, key=lambda share: (share.name, share.id)))

    async def CreateShare(
        self, request: share_pb2.CreateShareRequest, context: Context
    ) -> share_pb2.CreateShareResponse:
        caller().require_site(request.share.site)
        share = checked(request.share, self._now_us())
        share.id = new_public_id("shr_")
        password_hash = ""
        if request.password:
            checked_password("password", request.password)
            password_hash = await self._passwords.hash(request.password)
        secret = new_secret("am_share_")
        made = await self._store.create(share, digest(secret), password_hash)
        await self._refresh()
        return share_pb2.CreateShareResponse(share=made.value, secret=secret, directory_version=made.version)

    async def UpdateShare(
        self, request: share_pb2.UpdateShareRequest, context: Context
    ) -> share_pb2.UpdateShareResponse:
        def alter(share: share_pb2.Share) -> share_pb2.Share:
            wanted = masked(share, request.share, request.update_mask, CHANGEABLE)
            return checked(wanted, self._now_us() if "expires_at_us" in request.update_mask.paths else 0)

        made = await self._store.update(request.share.id, caller(), alter)
        await self._refresh()
        return share_pb2.UpdateShareResponse(share=made.value, directory_version=made.version)

    async def DeleteShare(
        self, request: share_pb2.DeleteShareRequest, context: Context
    ) -> share_pb2.DeleteShareResponse:
        version = await self._store.delete(request.id, caller())
        await self._refresh()
        return share_pb2.DeleteShareResponse(directory_version=version)

    async def OpenShare(self, request: share_pb2.OpenShareRequest, context: Context) -> share_pb2.OpenShareResponse:
        bounded_password("password", request.password)
        place, now_us = subscriber(request.address), self._now_us()
        with self._throttle.attempt((f"address {place}", ADDRESS)) as attempt:
            link = await self._store.by_secret(digest(request.secret), now_us)
            if link is None:
                attempt.failed = True
                raise not_found("this link is unknown, revoked or expired; ask for a new one", "secret")
        share = link.share
        if not link.password_hash:
            return share_pb2.OpenShareResponse(
                credential=request.secret,
                expires_at_us=share.expires_at_us,
                share=share,
                directory_version=self._snapshot().version,
            )
        if not request.password:
            raise unauthenticated("this link asks for a password", "PASSWORD")
        buckets = ((f"share {share.id} {place}", ACCOUNT_FROM_ADDRESS), (f"share {share.id}", ACCOUNT))
        with self._throttle.attempt(*buckets) as attempt:
            if not await self._passwords.matches(link.password_hash, request.password):
                attempt.failed = True
                raise unauthenticated("this is not the link's password", "PASSWORD")
        credential, until_us, version = await self._opened(share.id, now_us)
        return share_pb2.OpenShareResponse(
            credential=credential,
            expires_at_us=min(until_us, share.expires_at_us or until_us),
            share=share,
            directory_version=version,
        )

    async def _opened(self, share: str, now_us: int) -> tuple[str, int, int]:
        """A credential for who knows the password, until when, and the directory's version that holds it.

        All of half a day get the same one: a link that thousands open makes no thousands of credentials.
        """
        if known := await self._store.opening(share, now_us + _NEARLY_OVER_US):
            return *known, self._snapshot().version
        secret, until_us = new_secret("am_share_"), now_us + OPENING_LIFE_US
        version = await self._store.open(share, secret, digest(secret), until_us, now_us)
        await self._refresh()
        return secret, until_us, version


def checked(share: share_pb2.Share, now_us: int) -> share_pb2.Share:
    """The link as it is stored, without what is output only but the id. Raises INVALID_ARGUMENT at `share.FIELD`."""
    name = share.name.strip()
    if not 1 <= len(name) <= MAX_NAME or _CONTROL.search(name):
        raise invalid("share.name", f"it has {len(name)} characters; give 1–{MAX_NAME} without control characters")
    if len(share.embed_origins) > MAX_ORIGINS:
        raise invalid("share.embed_origins", f"{len(share.embed_origins)} are given, at most {MAX_ORIGINS} are allowed")
    if share.expires_at_us and not now_us < share.expires_at_us <= LAST_US:
        raise invalid("share.expires_at_us", f"{share.expires_at_us} is not in the future; 0 is never")
    origins = [_origin(text, f"share.embed_origins[{at}]") for at, text in enumerate(share.embed_origins)]
    return share_pb2.Share(
        site=share.site,
        name=name,
        segment=share.segment,
        embed_origins=list(dict.fromkeys(origins)),
        expires_at_us=share.expires_at_us,
    )


def _origin(text: str, field: str) -> str:
    """An origin as a header of ours says it: nothing else can get into that header."""
    try:
        parts = urlsplit(text.strip().lower())
        host, port = parts.netloc, parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    plain = host.removesuffix(f":{port}") if port else host
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(plain) or parts.path not in ("", "/"):
        raise invalid(field, f"{quoted(text)} is no origin; give one like https://www.example.com")
    if parts.query or parts.fragment or len(host) > 255:
        raise invalid(field, f"{quoted(text)} is no origin; give one like https://www.example.com")
    return f"{parts.scheme}://{host}"
