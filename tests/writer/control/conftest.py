"""The writer's control services on a real gRPC server with the Guard and a real PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import grpc
import pytest
from analytics.v1 import account_pb2_grpc, definition_pb2_grpc, directory_pb2_grpc, site_pb2, site_pb2_grpc
from argon2 import PasswordHasher

from mesh.auth import Authenticator
from mesh.channel import bearer, connect
from mesh.errors import MeshError, from_rpc
from mesh.guard import Guard
from mesh.server import Server
from writer.control.accounts import AccountServicer, Passwords
from writer.control.definition_store import DefinitionStore
from writer.control.definitions import GoalServicer, SegmentServicer
from writer.control.directory import DirectoryServicer, LocalDirectory
from writer.control.keys import digest
from writer.control.servicer import KeyServicer, SiteServicer
from writer.control.store import INSERT_USER, ControlStore
from writer.database import open_pool
from writer.wrap import Wrapper

MESH_TOKEN = "mesh-token-of-the-tests"
ADMIN = "am_key_admin-of-every-site-in-the-tests"
WRAP_KEY = b"w" * 32
START_US = 1_767_268_800_000_000
SERVICES = [f"analytics.v1.{name}Service" for name in ("Site", "Key", "Goal", "Segment", "Account", "Directory")]


@dataclass
class Control:
    """A running control plane; `now_us` is its clock."""

    url: str
    pool: Any
    store: ControlStore
    directory: LocalDirectory
    server: Server
    channel: grpc.aio.Channel
    now_us: int = START_US

    @property
    def sites(self) -> Any:
        return site_pb2_grpc.SiteServiceStub(self.channel)

    @property
    def keys(self) -> Any:
        return site_pb2_grpc.KeyServiceStub(self.channel)

    @property
    def goals(self) -> Any:
        return definition_pb2_grpc.GoalServiceStub(self.channel)

    @property
    def segments(self) -> Any:
        return definition_pb2_grpc.SegmentServiceStub(self.channel)

    @property
    def accounts(self) -> Any:
        return account_pb2_grpc.AccountServiceStub(self.channel)

    async def call(self, method: Any, request: Any, token: str = ADMIN) -> Any:
        """One call as the holder of a token; a refusal is the MeshError that the server raised."""
        try:
            return await method(request, metadata=bearer(token), timeout=10)
        except grpc.aio.AioRpcError as error:
            raise from_rpc(error) from None

    async def refused(self, method: Any, request: Any, token: str = ADMIN) -> MeshError:
        with pytest.raises(MeshError) as caught:
            await self.call(method, request, token)
        return caught.value

    async def site(self, id: str, **fields: Any) -> site_pb2.Site:
        made = await self.call(self.sites.CreateSite, site_pb2.CreateSiteRequest(site=site_pb2.Site(id=id, **fields)))
        return made.site

    async def key(self, scope: int, site: str = "", **fields: Any) -> tuple[site_pb2.Key, str]:
        key = site_pb2.Key(name="A key", scope=cast(Any, scope), site=site, **fields)
        made = await self.call(self.keys.CreateKey, site_pb2.CreateKeyRequest(key=key))
        return made.key, made.secret

    async def user(self, email: str, password: str) -> None:
        async with self.pool.acquire() as connection:
            query = INSERT_USER.replace("$1", "gen_random_uuid()").replace("$2", "$1").replace("$3", "$2")
            await connection.execute(query, email, await FAST.hash(password))


# argon2id with the least cost it allows: what it costs in earnest is tested once
FAST = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="module")
async def control(database: str) -> AsyncIterator[Control]:
    pool = await open_pool(database, 8)
    store, directory = ControlStore(pool, Wrapper(WRAP_KEY)), LocalDirectory()
    await store.create_key(site_pb2.Key(id="key_first", name="First", scope=site_pb2.KEY_SCOPE_ADMIN), digest(ADMIN))
    await directory.start(pool)
    holder: list[Control] = []
    authenticator = Authenticator(MESH_TOKEN, lambda: directory.snapshot, lambda: holder[0].now_us)
    server = Server(SERVICES, Guard(authenticator, directory))

    def sites() -> list[site_pb2.Site]:
        return list(directory.snapshot.sites.values())

    site_pb2_grpc.add_SiteServiceServicer_to_server(SiteServicer(store, directory.refresh, sites), server.grpc)
    keys = KeyServicer(store, directory.refresh, sites, lambda: holder[0].now_us)
    site_pb2_grpc.add_KeyServiceServicer_to_server(keys, server.grpc)
    definitions = DefinitionStore(pool)
    goals = GoalServicer(definitions, directory.refresh, lambda: directory.snapshot)
    definition_pb2_grpc.add_GoalServiceServicer_to_server(goals, server.grpc)
    segments = SegmentServicer(definitions, directory.refresh, lambda: directory.snapshot)
    definition_pb2_grpc.add_SegmentServiceServicer_to_server(segments, server.grpc)
    accounts = AccountServicer(store, directory.refresh, FAST, lambda: holder[0].now_us)
    account_pb2_grpc.add_AccountServiceServicer_to_server(accounts, server.grpc)
    watch = DirectoryServicer(directory, server.stopping)
    directory_pb2_grpc.add_DirectoryServiceServicer_to_server(watch, server.grpc)
    port = await server.start("127.0.0.1", 0, reflect=False)
    channel = connect(f"127.0.0.1:{port}")
    holder.append(Control(database, pool, store, directory, server, channel))
    yield holder[0]
    await channel.close()
    await server.stop(1)
    await directory.stop()
    await pool.close()
