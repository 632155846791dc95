"""The writer's control services on a real gRPC server with the Guard and a real PostgreSQL."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import grpc
import pytest
from analytics.v1 import (
    account_pb2,
    account_pb2_grpc,
    annotation_pb2_grpc,
    definition_pb2_grpc,
    share_pb2_grpc,
    site_pb2,
    site_pb2_grpc,
)
from argon2 import PasswordHasher

from mesh.auth import Authenticator
from mesh.channel import bearer, connect
from mesh.errors import MeshError, from_rpc
from mesh.guard import Guard
from mesh.server import Server
from writer.control import services
from writer.control.directory import LocalDirectory
from writer.control.keys import digest
from writer.control.passwords import Passwords
from writer.control.people_store import INSERT_GRANT, INSERT_USER, SITE_NUMBER
from writer.control.services import Stores
from writer.control.store import ControlStore
from writer.database import open_pool
from writer.wrap import Wrapper

MESH_TOKEN = "mesh-token-of-the-tests"
ADMIN = "am_key_admin-of-every-site-in-the-tests"
WRAP_KEY = b"w" * 32
START_US = 1_767_268_800_000_000
PASSWORD = "correct horse battery"


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

    @property
    def users(self) -> Any:
        return account_pb2_grpc.UserServiceStub(self.channel)

    @property
    def invitations(self) -> Any:
        return account_pb2_grpc.InvitationServiceStub(self.channel)

    @property
    def shares(self) -> Any:
        return share_pb2_grpc.ShareServiceStub(self.channel)

    @property
    def annotations(self) -> Any:
        return annotation_pb2_grpc.AnnotationServiceStub(self.channel)

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

    async def user(
        self, email: str, password: str = PASSWORD, role: int = account_pb2.ROLE_OWNER, site: str = ""
    ) -> str:
        """A person with a role at a site, or at every one; none with role 0. Returns the id."""
        async with self.pool.acquire() as connection:
            id = uuid.uuid4()
            await connection.execute(INSERT_USER, id, email, await FAST.hash(password))
            if role:
                number = await connection.fetchval(SITE_NUMBER, site) if site else None
                await connection.execute(INSERT_GRANT, id, number, role)
        return str(id)

    async def sign_in(self, email: str, password: str = PASSWORD, **fields: Any) -> account_pb2.SignInResponse:
        request = account_pb2.SignInRequest(email=email, password=password, **fields)
        return await self.call(self.accounts.SignIn, request, MESH_TOKEN)

    async def session(self, role: int, site: str = "") -> str:
        """The session of a new person with a role."""
        email = f"{uuid.uuid4().hex}@example.org"
        await self.user(email, role=role, site=site)
        return (await self.sign_in(email)).session


# argon2id with the least cost it allows: what it costs in earnest is tested once
FAST = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="module")
async def control(database: str) -> AsyncIterator[Control]:
    pool = await open_pool(database, 8)
    stores, directory = Stores.of(pool, Wrapper(WRAP_KEY)), LocalDirectory()
    store = stores.control
    await store.create_key(site_pb2.Key(id="key_first", name="First", scope=site_pb2.KEY_SCOPE_ADMIN), digest(ADMIN))
    await directory.start(pool)
    holder: list[Control] = []

    def now_us() -> int:
        return holder[0].now_us

    authenticator = Authenticator(MESH_TOKEN, lambda: directory.snapshot, now_us)
    names = [f"analytics.v1.{name}Service" for name in services.NAMES]
    server = Server(names, Guard(authenticator, directory))
    services.add_to(server, stores, directory, FAST, now_us)
    port = await server.start("127.0.0.1", 0, reflect=False)
    channel = connect(f"127.0.0.1:{port}")
    holder.append(Control(database, pool, store, directory, server, channel))
    yield holder[0]
    await channel.close()
    await server.stop(1)
    await directory.stop()
    await pool.close()
