"""Sites and keys, administered by whoever has the role admin there. A caller sees the sites of its roles alone."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from analytics.v1 import account_pb2, site_pb2, site_pb2_grpc

from mesh.auth import caller, unknown_site
from mesh.clock import NowUs
from mesh.errors import MeshError, not_found
from writer.control.keys import checked_key, digest, new_key_secret, new_public_id
from writer.control.sites import changed, checked
from writer.control.store import ControlStore

Context = grpc.aio.ServicerContext[Any, Any]
Refresh = Callable[[], Awaitable[None]]


class SiteServicer(site_pb2_grpc.SiteServiceServicer):
    """`refresh` brings the writer's own directory up to a change before it is answered."""

    def __init__(self, store: ControlStore, refresh: Refresh, sites: Callable[[], list[site_pb2.Site]]) -> None:
        self._store = store
        self._refresh = refresh
        self._sites = sites

    async def ListSites(self, request: site_pb2.ListSitesRequest, context: Context) -> site_pb2.ListSitesResponse:
        who = caller()
        sites = [site for site in self._sites() if who.sees(site.id)]
        return site_pb2.ListSitesResponse(sites=[_shown(site, who.role_at(site.id)) for site in sites])

    async def CreateSite(self, request: site_pb2.CreateSiteRequest, context: Context) -> site_pb2.CreateSiteResponse:
        caller().require_every_site("site.id")
        made = await self._store.create_site(checked(request.site))
        if made.value is None:
            message = f'there is a site "{request.site.id}" already; choose another id'
            raise MeshError(grpc.StatusCode.ALREADY_EXISTS, message, field="site.id")
        await self._refresh()
        return site_pb2.CreateSiteResponse(site=made.value, directory_version=made.version)

    async def UpdateSite(self, request: site_pb2.UpdateSiteRequest, context: Context) -> site_pb2.UpdateSiteResponse:
        caller().require_site(request.site.id)
        made = await self._store.update_site(
            request.site.id, lambda site: changed(site, request.site, request.update_mask)
        )
        if made.value is None:
            raise unknown_site(request.site.id)
        await self._refresh()
        return site_pb2.UpdateSiteResponse(site=made.value, directory_version=made.version)

    async def DeleteSite(self, request: site_pb2.DeleteSiteRequest, context: Context) -> site_pb2.DeleteSiteResponse:
        caller().require_site(request.id)
        gone = await self._store.delete_site(request.id)
        if not gone.value:
            raise unknown_site(request.id)
        await self._refresh()
        return site_pb2.DeleteSiteResponse(directory_version=gone.version)


class KeyServicer(site_pb2_grpc.KeyServiceServicer):
    """`refresh` and `sites` as for SiteServicer."""

    def __init__(
        self, store: ControlStore, refresh: Refresh, sites: Callable[[], list[site_pb2.Site]], now_us: NowUs
    ) -> None:
        self._store = store
        self._refresh = refresh
        self._sites = sites
        self._now_us = now_us

    async def ListKeys(self, request: site_pb2.ListKeysRequest, context: Context) -> site_pb2.ListKeysResponse:
        if request.site:
            caller().require_site(request.site)
            if not any(site.id == request.site for site in self._sites()):
                raise unknown_site(request.site)
        who = caller()
        keys = [key for key in await self._store.keys() if request.site in ("", key.site)]
        return site_pb2.ListKeysResponse(keys=[key for key in keys if who.role_at(key.site) >= who.least])

    async def CreateKey(self, request: site_pb2.CreateKeyRequest, context: Context) -> site_pb2.CreateKeyResponse:
        key = checked_key(request.key, self._now_us())
        if key.site:
            caller().require_site(key.site)
        elif key.scope == site_pb2.KEY_SCOPE_ADMIN:  # it owns every site
            caller().require_role(account_pb2.ROLE_OWNER, "", "key.site")
        else:
            caller().require_every_site("key.site")
        key.id, secret = new_public_id("key_"), new_key_secret(key.scope)
        made = await self._store.create_key(key, digest(secret))
        if made.value is None:
            raise unknown_site(key.site)
        await self._refresh()
        return site_pb2.CreateKeyResponse(key=made.value, secret=secret, directory_version=made.version)

    async def DeleteKey(self, request: site_pb2.DeleteKeyRequest, context: Context) -> site_pb2.DeleteKeyResponse:
        gone = await self._store.delete_key(request.id, caller())
        if not gone.value:
            raise not_found(f'there is no key "{request.id[:64]}"', field="id")
        await self._refresh()
        return site_pb2.DeleteKeyResponse(directory_version=gone.version)


def _shown(site: site_pb2.Site, role: int) -> site_pb2.Site:
    """What a role sees of a site: whose own traffic is left out is for who administers it, and whoever comes by a link
    gets what it takes to read the numbers."""
    if role >= account_pb2.ROLE_ADMIN:
        return site
    if role <= account_pb2.ROLE_GUEST:
        return site_pb2.Site(id=site.id, timezone=site.timezone, identity=site.identity)
    shown = site_pb2.Site()
    shown.CopyFrom(site)
    shown.ClearField("excluded_ips")
    return shown
