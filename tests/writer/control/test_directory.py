"""The directory: what services learn, and when."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import grpc
import pytest
from analytics.v1 import directory_pb2, directory_pb2_grpc, site_pb2

from mesh.channel import bearer
from mesh.directory import DirectoryClient
from mesh.errors import MeshError
from writer.control.directory import LocalDirectory

MESH_TOKEN = "mesh-token-of-the-tests"
ADMIN = "am_key_admin-of-every-site-in-the-tests"


@pytest.fixture
async def client(control: Any) -> AsyncIterator[DirectoryClient]:
    made = DirectoryClient(control.channel, MESH_TOKEN, "a test")
    await made.start(wait_s=10)
    yield made
    await made.stop()


async def test_a_watcher_gets_the_whole_directory_first(control: Any, client: DirectoryClient) -> None:
    site = await control.site("whole", domains=["whole.example"])
    await client.at_least(control.directory.snapshot.version, 10)
    assert client.snapshot.sites["whole"] == site
    assert client.snapshot.by_number[site.number] == site
    admin = client.snapshot.credential(ADMIN)
    assert admin is not None and (admin.site, admin.scope) == ("", site_pb2.KEY_SCOPE_ADMIN)


async def test_a_change_reaches_a_watcher_by_the_version_it_was_answered_with(
    control: Any, client: DirectoryClient
) -> None:
    key = site_pb2.Key(name="A key", scope=site_pb2.KEY_SCOPE_READ)
    made = await control.call(control.keys.CreateKey, site_pb2.CreateKeyRequest(key=key))
    await client.at_least(made.directory_version, 10)
    assert client.snapshot.credential(made.secret) is not None
    gone = await control.call(control.keys.DeleteKey, site_pb2.DeleteKeyRequest(id=made.key.id))
    await client.at_least(gone.directory_version, 10)
    assert client.snapshot.credential(made.secret) is None


async def test_each_change_makes_a_higher_version(control: Any) -> None:
    versions = [
        (
            await control.call(
                control.sites.CreateSite, site_pb2.CreateSiteRequest(site=site_pb2.Site(id=f"count-{number}"))
            )
        ).directory_version
        for number in range(3)
    ]
    assert versions == sorted(set(versions))
    assert control.directory.snapshot.version >= versions[-1]


async def test_a_change_by_another_writer_is_heard(control: Any) -> None:
    other = LocalDirectory()
    await other.start(control.pool)
    try:
        await control.site("heard")
        await other.at_least(control.directory.snapshot.version, 10)
        assert "heard" in other.snapshot.sites
    finally:
        await other.stop()


async def test_a_directory_whose_connections_are_cut_hears_again(control: Any) -> None:
    other = LocalDirectory()
    await other.start(control.pool)
    try:
        connection = await asyncpg.connect(control.url)
        cut = await connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.close()
        assert cut >= 2
        for attempt in range(100):  # the pool's other connections were cut too: until they are replaced, UNAVAILABLE
            try:
                await control.site(f"after-the-cut-{attempt}")
                break
            except MeshError as error:
                assert error.code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ALREADY_EXISTS)
                await asyncio.sleep(0.05)
        await control.directory.refresh()
        await other.at_least(control.directory.snapshot.version, 20)
        assert any(id.startswith("after-the-cut") for id in other.snapshot.sites)
    finally:
        await other.stop()


async def test_a_version_that_never_comes_is_waited_for_no_longer_than_told(control: Any) -> None:
    await control.directory.at_least(2**60, 0.01)
    assert control.directory.snapshot.version < 2**60


async def test_a_heartbeat_carries_the_version_alone(control: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("writer.control.directory.HEARTBEAT_S", 0.05)
    stub = directory_pb2_grpc.DirectoryServiceStub(control.channel)
    call = stub.Watch(directory_pb2.DirectoryServiceWatchRequest(), metadata=bearer(MESH_TOKEN), timeout=10)
    first, second = await call.read(), await call.read()
    call.cancel()
    assert first.HasField("directory") and first.version == first.directory.version
    assert not second.HasField("directory") and second.version == first.version


async def test_only_the_mesh_watches(control: Any) -> None:
    stub = directory_pb2_grpc.DirectoryServiceStub(control.channel)
    call = stub.Watch(directory_pb2.DirectoryServiceWatchRequest(), metadata=bearer(ADMIN), timeout=10)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call.read()
    assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED


async def test_a_watch_ends_when_the_server_stops(control: Any) -> None:
    stub = directory_pb2_grpc.DirectoryServiceStub(control.channel)
    call = stub.Watch(directory_pb2.DirectoryServiceWatchRequest(), metadata=bearer(MESH_TOKEN), timeout=20)
    await call.read()
    control.server.stopping.set()
    try:
        async with asyncio.timeout(4):  # less than a heartbeat
            while await call.read() is not grpc.aio.EOF:
                pass
        assert await call.code() == grpc.StatusCode.OK
    finally:
        control.server.stopping.clear()
