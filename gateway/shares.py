"""`/api/v1/shares`: links by which anybody who has one sees a site's numbers."""

from analytics.v1 import share_pb2
from google.protobuf.field_mask_pb2 import FieldMask
from msgspec import UNSET, Struct, UnsetType, field
from starlette.requests import Request
from starlette.responses import Response

from gateway.accounts import address_of
from gateway.answers import json, nothing, read_json
from gateway.client_ip import ClientAddress
from gateway.credentials import credential, own_origin, require_own_page
from gateway.definitions import mask_of, site_asked
from gateway.peers import Peers, ask
from gateway.sites import instant, instant_us


class NewShare(Struct, rename="camel", forbid_unknown_fields=True):
    """A link to make. `segment`: its id; without one the link shows the whole site."""

    site: str
    name: str
    segment: str = ""
    password: str = ""
    embed_origins: list[str] = field(default_factory=list[str])
    expires_at: str = ""


class SharePatch(Struct, rename="camel", forbid_unknown_fields=True):
    """What may be changed of a link; `expiresAt` null: never."""

    name: str | UnsetType = UNSET
    embed_origins: list[str] | UnsetType = UNSET
    expires_at: str | UnsetType | None = UNSET


class OpenShare(Struct, forbid_unknown_fields=True):
    """`secret`: what stands behind the # of the link."""

    secret: str
    password: str = ""


class Shares:
    """A link's secret stands behind a #, which no browser sends anywhere; its public id before it finds the origins
    that may show the page in a frame.
    """

    def __init__(self, peers: Peers, addresses: ClientAddress) -> None:
        self._peers = peers
        self._addresses = addresses

    async def list_shares(self, request: Request) -> Response:
        message = share_pb2.ListSharesRequest(site=site_asked(request))
        response = await ask(self._peers.shares.ListShares, message, self._peers.metadata(credential(request)))
        return json({"shares": [share_json(share) for share in response.shares]})

    async def create_share(self, request: Request) -> Response:
        metadata = self._peers.metadata(credential(request))
        wanted = await read_json(request, NewShare)
        share = share_pb2.Share(
            site=wanted.site,
            name=wanted.name,
            segment=wanted.segment,
            embed_origins=wanted.embed_origins,
            expires_at_us=instant_us("expiresAt", wanted.expires_at) if wanted.expires_at else 0,
        )
        message = share_pb2.CreateShareRequest(share=share, password=wanted.password)
        response = await ask(self._peers.shares.CreateShare, message, metadata)
        self._peers.learned(response.directory_version)
        link = f"{own_origin(request, self._addresses)}/share/{response.share.id}#{response.secret}"
        return json({**share_json(response.share), "link": link}, 201)

    async def update_share(self, request: Request) -> Response:
        metadata = self._peers.metadata(credential(request))
        wanted = await read_json(request, SharePatch)
        share, paths = share_pb2.Share(id=request.path_params["id"]), list[str]()
        if wanted.name is not UNSET:
            share.name = wanted.name
            paths.append("name")
        if wanted.embed_origins is not UNSET:
            share.embed_origins.extend(wanted.embed_origins)
            paths.append("embed_origins")
        if wanted.expires_at is not UNSET:
            share.expires_at_us = instant_us("expiresAt", wanted.expires_at) if wanted.expires_at else 0
            paths.append("expires_at_us")
        mask: FieldMask = mask_of(paths)
        message = share_pb2.UpdateShareRequest(share=share, update_mask=mask)
        response = await ask(self._peers.shares.UpdateShare, message, metadata)
        self._peers.learned(response.directory_version)
        return json(share_json(response.share))

    async def delete_share(self, request: Request) -> Response:
        message = share_pb2.DeleteShareRequest(id=request.path_params["id"])
        response = await ask(self._peers.shares.DeleteShare, message, self._peers.metadata(credential(request)))
        self._peers.learned(response.directory_version)
        return nothing()

    async def open_share(self, request: Request) -> Response:
        """The bearer token to ask with. The page keeps it in memory: a frame has no cookie of its own to rely on."""
        require_own_page(request)
        wanted = await read_json(request, OpenShare)
        message = share_pb2.OpenShareRequest(
            secret=wanted.secret, password=wanted.password, address=address_of(request, self._addresses)
        )
        found = await ask(self._peers.shares.OpenShare, message, self._peers.mesh_metadata())
        self._peers.learned(found.directory_version)
        return json(
            {
                "token": found.credential,
                "expiresAt": instant(found.expires_at_us) if found.expires_at_us else None,
                "site": found.share.site,
                "name": found.share.name,
                "live": not found.share.segment,
            }
        )


def share_json(share: share_pb2.Share) -> dict[str, object]:
    """`segment` null: the whole site. `expiresAt` null: never."""
    return {
        "id": share.id,
        "site": share.site,
        "name": share.name,
        "segment": share.segment or None,
        "hasPassword": share.has_password,
        "embedOrigins": list(share.embed_origins),
        "expiresAt": instant(share.expires_at_us) if share.expires_at_us else None,
        "createdAt": instant(share.created_at_us),
    }
