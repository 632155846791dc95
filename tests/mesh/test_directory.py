"""mesh.directory: a copy that outlives the writer."""

import asyncio
import hashlib
import stat
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import grpc
from analytics.v1 import directory_pb2, site_pb2

from mesh.directory import DirectoryClient, Snapshot


class Source(Protocol):
    """The `directory` fixture."""

    watched: int
    up: Callable[[], Awaitable[None]]
    down: Callable[[], Awaitable[None]]
    publish: Callable[[directory_pb2.Directory], Awaitable[None]]


def version(number: int, *, site: str = "shop") -> directory_pb2.Directory:
    key = directory_pb2.Credential(id="key_1", site=site, secret_sha256=hashlib.sha256(b"secret").digest())
    return directory_pb2.Directory(version=number, sites=[site_pb2.Site(id=site, number=7)], credentials=[key])


@asynccontextmanager
async def watching(channel: grpc.aio.Channel, file: Path | None = None) -> AsyncGenerator[DirectoryClient]:
    client = DirectoryClient(channel, "token", "test", file)
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  (what is waited for has no event of its own)
            await asyncio.sleep(0.02)


def test_a_snapshot_finds_sites_by_id_and_number_and_credentials_by_secret() -> None:
    snapshot = Snapshot.of(version(3))
    assert snapshot.sites["shop"].number == 7
    assert snapshot.by_number[7].id == "shop"
    found = snapshot.credential("secret")
    assert found is not None
    assert found.id == "key_1"
    assert snapshot.credential("Secret") is None


async def test_a_change_arrives(directory: Source, channel: grpc.aio.Channel) -> None:
    async with watching(channel) as client:
        await directory.publish(version(1))
        await client.at_least(1, 30, even_unconnected=True)
        await directory.publish(version(2, site="blog"))
        await client.at_least(2, 30)
        assert set(client.snapshot.sites) == {"blog"}


async def test_the_copy_outlives_the_writer_and_resumes(directory: Source, channel: grpc.aio.Channel) -> None:
    async with watching(channel) as client:
        await directory.publish(version(1))
        await client.at_least(1, 30, even_unconnected=True)
        await directory.down()
        await until(lambda: not client.connected)
        assert set(client.snapshot.sites) == {"shop"}

        await directory.publish(version(2, site="blog"))
        await directory.up()
        await until(lambda: client.snapshot.version == 2)
        assert directory.watched >= 2


async def test_waiting_for_a_version_gives_up_when_the_writer_cannot_be_heard(
    directory: Source, channel: grpc.aio.Channel
) -> None:
    async with watching(channel) as client:
        await directory.publish(version(1))
        await client.at_least(1, 30, even_unconnected=True)
        await directory.down()
        await until(lambda: not client.connected)
        began = time.monotonic()
        await client.at_least(99, 20)
        assert time.monotonic() - began < 10


async def test_a_service_starts_from_its_file_in_an_outage(
    directory: Source, channel: grpc.aio.Channel, tmp_path: Path
) -> None:
    file = tmp_path / "directory.bin"
    async with watching(channel, file) as client:
        await directory.publish(version(4))
        await client.at_least(4, 30, even_unconnected=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    await directory.down()
    async with watching(channel, file) as client:
        assert client.snapshot.version == 4
        assert client.snapshot.credential("secret") is not None


async def test_a_torn_file_is_as_good_as_none(directory: Source, channel: grpc.aio.Channel, tmp_path: Path) -> None:
    file = tmp_path / "directory.bin"
    file.write_bytes(version(4).SerializeToString()[:-3])
    await directory.publish(version(5))
    async with watching(channel, file) as client:
        await until(lambda: client.snapshot.version == 5)
