"""Keys: made, listed, revoked, expired."""

import hashlib
from typing import Any

import grpc
import pytest
from analytics.v1 import site_pb2

from mesh.errors import MeshError
from writer.control.keys import checked_key

NOW_US = 1_767_268_800_000_000
INGEST, READ, ADMIN = site_pb2.KEY_SCOPE_INGEST, site_pb2.KEY_SCOPE_READ, site_pb2.KEY_SCOPE_ADMIN


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "key.name"),
        ({"name": "   "}, "key.name"),
        ({"name": "n" * 101}, "key.name"),
        ({"name": "a\nb"}, "key.name"),
        ({"scope": 0}, "key.scope"),
        ({"scope": 9}, "key.scope"),
        ({"scope": INGEST}, "key.site"),
        ({"expires_at_us": NOW_US}, "key.expires_at_us"),
        ({"expires_at_us": -1}, "key.expires_at_us"),
        ({"expires_at_us": 2**62}, "key.expires_at_us"),
    ],
)
def test_a_wrong_value_is_refused_with_its_field(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(MeshError) as caught:
        checked_key(site_pb2.Key(**({"name": "A key", "scope": READ} | fields)), NOW_US)
    assert (caught.value.code, caught.value.field) == (grpc.StatusCode.INVALID_ARGUMENT, field)


@pytest.mark.parametrize("fields", [{"name": "n" * 100}, {"expires_at_us": NOW_US + 1}, {"expires_at_us": 0}])
def test_a_value_at_its_limit_is_taken(fields: dict[str, Any]) -> None:
    checked_key(site_pb2.Key(**({"name": "A key", "scope": READ} | fields)), NOW_US)


def test_a_caller_chooses_neither_id_nor_time_of_making() -> None:
    key = checked_key(site_pb2.Key(name="A key", scope=READ, id="key_mine", created_at_us=1), NOW_US)
    assert (key.id, key.created_at_us) == ("", 0)


async def test_a_secret_is_shown_once_and_stored_hashed(control: Any) -> None:
    await control.site("hashed")
    key, secret = await control.key(INGEST, "hashed")
    assert secret.startswith("am_ingest_") and len(secret) == len("am_ingest_") + 43
    assert key.id.startswith("key_")
    async with control.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT * FROM api_keys WHERE id = $1", key.id)
    assert row["secret_sha256"] == hashlib.sha256(secret.encode()).digest()
    assert secret not in repr(dict(row))
    listed = await control.call(control.keys.ListKeys, site_pb2.ListKeysRequest(site="hashed"))
    assert list(listed.keys) == [key]


@pytest.mark.parametrize(("scope", "prefix"), [(READ, "am_key_"), (ADMIN, "am_key_")])
async def test_a_key_works_from_the_moment_it_is_answered(control: Any, scope: int, prefix: str) -> None:
    _, secret = await control.key(scope)
    assert secret.startswith(prefix)
    await control.call(control.sites.ListSites, site_pb2.ListSitesRequest(), secret)


async def test_a_revoked_key_is_refused_at_once(control: Any) -> None:
    key, secret = await control.key(READ)
    await control.call(control.keys.DeleteKey, site_pb2.DeleteKeyRequest(id=key.id))
    error = await control.refused(control.sites.ListSites, site_pb2.ListSitesRequest(), secret)
    assert error.code == grpc.StatusCode.UNAUTHENTICATED
    again = await control.refused(control.keys.DeleteKey, site_pb2.DeleteKeyRequest(id=key.id))
    assert (again.code, again.field) == (grpc.StatusCode.NOT_FOUND, "id")


async def test_an_expired_key_is_refused(control: Any) -> None:
    _, secret = await control.key(READ, expires_at_us=control.now_us + 1_000_000)
    await control.call(control.sites.ListSites, site_pb2.ListSitesRequest(), secret)
    control.now_us += 1_000_000
    error = await control.refused(control.sites.ListSites, site_pb2.ListSitesRequest(), secret)
    assert error.code == grpc.StatusCode.UNAUTHENTICATED


async def test_a_key_for_no_site_is_not_found(control: Any) -> None:
    request = site_pb2.CreateKeyRequest(key=site_pb2.Key(name="A key", scope=INGEST, site="nowhere"))
    assert (await control.refused(control.keys.CreateKey, request)).code == grpc.StatusCode.NOT_FOUND
    listing = site_pb2.ListKeysRequest(site="nowhere")
    assert (await control.refused(control.keys.ListKeys, listing)).code == grpc.StatusCode.NOT_FOUND


async def test_a_key_of_one_site_handles_keys_of_that_site_alone(control: Any) -> None:
    await control.site("mine")
    await control.site("yours")
    own, mine = await control.key(ADMIN, "mine")
    foreign, _ = await control.key(READ, "yours")
    listed = await control.call(control.keys.ListKeys, site_pb2.ListKeysRequest(), mine)
    assert [key.id for key in listed.keys] == [own.id]

    def new(site: str) -> site_pb2.CreateKeyRequest:
        return site_pb2.CreateKeyRequest(key=site_pb2.Key(name="A key", scope=READ, site=site))

    assert (await control.call(control.keys.CreateKey, new("mine"), mine)).key.site == "mine"
    assert (await control.refused(control.keys.CreateKey, new("yours"), mine)).code == grpc.StatusCode.NOT_FOUND
    assert (await control.refused(control.keys.CreateKey, new(""), mine)).code == grpc.StatusCode.PERMISSION_DENIED
    listing = site_pb2.ListKeysRequest(site="yours")
    assert (await control.refused(control.keys.ListKeys, listing, mine)).code == grpc.StatusCode.NOT_FOUND
    deleting = site_pb2.DeleteKeyRequest(id=foreign.id)
    assert (await control.refused(control.keys.DeleteKey, deleting, mine)).code == grpc.StatusCode.NOT_FOUND
    assert foreign.id in {
        key.id for key in (await control.call(control.keys.ListKeys, site_pb2.ListKeysRequest())).keys
    }


@pytest.mark.parametrize("scope", [INGEST, READ])
async def test_a_key_of_a_lesser_scope_handles_no_keys(control: Any, scope: int) -> None:
    if "scoped" not in control.directory.snapshot.sites:
        await control.site("scoped")
    _, secret = await control.key(scope, "scoped")
    error = await control.refused(control.keys.ListKeys, site_pb2.ListKeysRequest(), secret)
    assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "SCOPE")
