"""`/api/v1/sites` and `/api/v1/keys` as plain JSON resources over SiteService and KeyService."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, TypeVar

from analytics.v1 import event_pb2, site_pb2
from google.protobuf.field_mask_pb2 import FieldMask
from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import Response

from gateway.answers import json, nothing, read_json
from gateway.credentials import credential
from gateway.peers import Peers, ask
from mesh.clock import now_us
from mesh.errors import MeshError, invalid

FOREVER = "forever"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

IDENTITY = {"memory": event_pb2.IDENTITY_MODE_MEMORY, "daily": event_pb2.IDENTITY_MODE_DAILY}
SCOPES = {
    "ingest": site_pb2.KEY_SCOPE_INGEST,
    "read": site_pb2.KEY_SCOPE_READ,
    "admin": site_pb2.KEY_SCOPE_ADMIN,
}
_VALID = {
    "identity": " or ".join(IDENTITY),
    "scope": " or ".join(SCOPES),
    "retention": f"1 to 120, in months, or {FOREVER}",
}
_LISTS = (
    "domains",
    "query_parameters",
    "excluded_ips",
    "excluded_paths",
    "excluded_hostnames",
    "excluded_countries",
    "path_rules",
)
T = TypeVar("T")
Months = Annotated[int, Meta(ge=1, le=120, description="Months that events are kept.")]


class SitePatch(Struct, rename="camel", forbid_unknown_fields=True):
    """What may be changed of a site."""

    timezone: str | UnsetType = UNSET
    identity: Literal["memory", "daily"] | UnsetType = UNSET
    domains: list[str] | UnsetType = UNSET
    retention: Months | Literal["forever"] | UnsetType = UNSET
    ignore_privacy_signals: bool | UnsetType = UNSET
    query_parameters: list[str] | UnsetType = UNSET
    hash_routing: bool | UnsetType = UNSET
    excluded_ips: list[str] | UnsetType = UNSET
    excluded_paths: list[str] | UnsetType = UNSET
    excluded_hostnames: list[str] | UnsetType = UNSET
    excluded_countries: list[str] | UnsetType = UNSET
    path_rules: list[str] | UnsetType = UNSET


class NewSite(SitePatch, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A site to make."""

    id: str


class NewKey(Struct, rename="camel", forbid_unknown_fields=True):
    """A key to make."""

    name: str
    scope: Literal["ingest", "read", "admin"]
    site: str = ""
    expires_at: str = ""


DEFAULT_RETENTION_MONTHS = 25


class Sites:
    """A change holds for every later call: the gateway passes the directory version on."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def list_sites(self, request: Request) -> Response:
        response = await ask(
            self._peers.sites.ListSites, site_pb2.ListSitesRequest(), self._peers.metadata(credential(request))
        )
        return json({"sites": [site_json(site) for site in response.sites]})

    async def create_site(self, request: Request) -> Response:
        secret = credential(request)
        wanted = await _read(request, NewSite)
        site = site_pb2.Site(id=wanted.id, retention_months=DEFAULT_RETENTION_MONTHS)
        _apply(site, wanted)
        response = await ask(
            self._peers.sites.CreateSite, site_pb2.CreateSiteRequest(site=site), self._peers.metadata(secret)
        )
        self._peers.learned(response.directory_version)
        return json(site_json(response.site), 201)

    async def update_site(self, request: Request) -> Response:
        secret = credential(request)
        site = site_pb2.Site(id=request.path_params["id"])
        paths = _apply(site, await _read(request, SitePatch))
        if not paths:
            raise invalid("", "names no field to change")
        wanted = site_pb2.UpdateSiteRequest(site=site, update_mask=FieldMask(paths=paths))
        response = await ask(self._peers.sites.UpdateSite, wanted, self._peers.metadata(secret))
        self._peers.learned(response.directory_version)
        return json(site_json(response.site))

    async def delete_site(self, request: Request) -> Response:
        wanted = site_pb2.DeleteSiteRequest(id=request.path_params["id"])
        response = await ask(self._peers.sites.DeleteSite, wanted, self._peers.metadata(credential(request)))
        self._peers.learned(response.directory_version)
        return nothing()

    async def list_keys(self, request: Request) -> Response:
        wanted = site_pb2.ListKeysRequest(site=request.query_params.get("site", ""))
        response = await ask(self._peers.keys.ListKeys, wanted, self._peers.metadata(credential(request)))
        return json({"keys": [key_json(key) for key in response.keys]})

    async def create_key(self, request: Request) -> Response:
        secret = credential(request)
        wanted = await _read(request, NewKey)
        key = site_pb2.Key(
            name=wanted.name,
            site=wanted.site,
            scope=SCOPES[wanted.scope],
            expires_at_us=_expiry_us(wanted.expires_at) if wanted.expires_at else 0,
        )
        response = await ask(
            self._peers.keys.CreateKey, site_pb2.CreateKeyRequest(key=key), self._peers.metadata(secret)
        )
        self._peers.learned(response.directory_version)
        return json({**key_json(response.key), "secret": response.secret}, 201)

    async def delete_key(self, request: Request) -> Response:
        wanted = site_pb2.DeleteKeyRequest(id=request.path_params["id"])
        response = await ask(self._peers.keys.DeleteKey, wanted, self._peers.metadata(credential(request)))
        self._peers.learned(response.directory_version)
        return nothing()


def site_json(site: site_pb2.Site) -> dict[str, object]:
    return {
        "id": site.id,
        "timezone": site.timezone or "UTC",
        "identity": "daily" if site.identity == event_pb2.IDENTITY_MODE_DAILY else "memory",
        "domains": list(site.domains),
        "retention": site.retention_months or FOREVER,
        "ignorePrivacySignals": site.ignore_privacy_signals,
        "queryParameters": list(site.query_parameters),
        "hashRouting": site.hash_routing,
        "excludedIps": list(site.excluded_ips),
        "excludedPaths": list(site.excluded_paths),
        "excludedHostnames": list(site.excluded_hostnames),
        "excludedCountries": list(site.excluded_countries),
        "pathRules": list(site.path_rules),
        "createdAt": instant(site.created_at_us),
    }


def key_json(key: site_pb2.Key) -> dict[str, object]:
    """`site` null: every site. `expiresAt` null: never."""
    return {
        "id": key.id,
        "name": key.name,
        "site": key.site or None,
        "scope": next((word for word, number in SCOPES.items() if number == key.scope), "none"),
        "expiresAt": instant(key.expires_at_us) if key.expires_at_us else None,
        "createdAt": instant(key.created_at_us),
    }


def instant(us: int) -> str:
    """ISO 8601 in UTC of microseconds since the epoch."""
    return (_EPOCH + timedelta(microseconds=us)).isoformat().replace("+00:00", "Z")


def instant_us(field: str, text: str) -> int:
    """Microseconds since the epoch of an ISO 8601 time; without an offset it is UTC. Raises INVALID_ARGUMENT."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(field, f'"{text[:40]}" is no ISO 8601 time, e.g. 2026-01-31T12:00:00Z') from None
    return ((found if found.tzinfo else found.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND


def _expiry_us(text: str) -> int:
    found = instant_us("expiresAt", text)
    if found <= now_us():
        raise invalid("expiresAt", f'"{text[:40]}" is not in the future; send an ISO 8601 time, or none for never')
    return found


async def _read(request: Request, kind: type[T]) -> T:
    """The body; a refusal of a field that takes few values says which."""
    try:
        return await read_json(request, kind)
    except MeshError as error:
        if error.field not in _VALID:
            raise
        raise invalid(error.field, f"{error.message}; send {_VALID[error.field]}") from None


def _apply(site: site_pb2.Site, patch: SitePatch) -> list[str]:
    """Copy what the JSON gives; returns the contract's names of it."""
    paths: list[str] = []
    if patch.timezone is not UNSET:
        site.timezone = patch.timezone
        paths.append("timezone")
    if patch.identity is not UNSET:
        site.identity = IDENTITY[patch.identity]
        paths.append("identity")
    if patch.retention is not UNSET:
        site.retention_months = 0 if isinstance(patch.retention, str) else patch.retention
        paths.append("retention_months")
    if patch.ignore_privacy_signals is not UNSET:
        site.ignore_privacy_signals = patch.ignore_privacy_signals
        paths.append("ignore_privacy_signals")
    if patch.hash_routing is not UNSET:
        site.hash_routing = patch.hash_routing
        paths.append("hash_routing")
    for name in _LISTS:
        entries = getattr(patch, name)
        if entries is not UNSET:
            getattr(site, name).extend(entries)
            paths.append(name)
    return paths
