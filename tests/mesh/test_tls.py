"""mesh.tls: with certificates a service talks to holders of the authority's certificates alone, and not in clear."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from cli.probes import serving
from tests.certificates import Authority

ROOT = Path(__file__).parents[2]
SERVER = """
import asyncio
from mesh import server
from mesh.auth import Authenticator
from mesh.directory import DirectoryClient, Snapshot
from mesh.channel import connect
from mesh.guard import Guard

async def main():
    directory = DirectoryClient(connect("127.0.0.1:1"), "the-mesh-token-of-tests", "test")
    guard = Guard(Authenticator("the-mesh-token-of-tests", lambda: Snapshot(), lambda: 0), directory)
    made = server.Server([], guard)
    print(await made.start("127.0.0.1", 0, reflect=False), flush=True)
    await made.set_serving(True)
    await server.until_stopped()
    await made.stop(0.1)

server.run(main)
"""
ASK = "import asyncio, sys; from cli.probes import serving; print(asyncio.run(serving(sys.argv[1])))"


@contextmanager
def served(told: dict[str, str]) -> Generator[str]:
    """A server in a process of its own with these settings; its address."""
    environment = os.environ | told
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield f"localhost:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def reaches(address: str, told: dict[str, str]) -> bool:
    done = subprocess.run([sys.executable, "-c", ASK, address], env=os.environ | told, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip() == "True"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("theirs"))


def test_services_of_one_authority_reach_each_other_and_nobody_else_does(ours: Authority, theirs: Authority) -> None:
    with served(ours.told("server")) as address:
        assert reaches(address, ours.told("client"))
        assert not reaches(address, {})
        assert not reaches(address, theirs.told("client"))
        # it shows a certificate of theirs, and believes in ours
        assert not reaches(address, theirs.told("client") | {"ANALYTICS_TLS_CA": ours.told("x")["ANALYTICS_TLS_CA"]})
        # it shows ours, and believes in theirs alone
        assert not reaches(address, ours.told("client") | {"ANALYTICS_TLS_CA": theirs.told("x")["ANALYTICS_TLS_CA"]})


def test_an_edge_may_let_in_backends_without_a_certificate_but_never_in_clear(ours: Authority) -> None:
    with served(ours.told("edge") | {"ANALYTICS_TLS_CLIENTS": "any"}) as address:
        authority = Path(ours.told("x")["ANALYTICS_TLS_CA"]).read_bytes()

        async def connected(credentials: grpc.ChannelCredentials) -> None:
            async with grpc.aio.secure_channel(address, credentials) as channel:
                await asyncio.wait_for(channel.channel_ready(), 10)

        asyncio.run(connected(grpc.ssl_channel_credentials(authority)))
        assert not asyncio.run(serving(address))


def test_half_of_the_settings_and_a_file_that_is_not_there_refuse_to_boot(ours: Authority) -> None:
    code = "from mesh.settings import MeshSettings, load; load(MeshSettings)"
    token = {"ANALYTICS_MESH_TOKEN": "0123456789abcdef"}
    whole = ours.told("half")

    def boot(told: dict[str, str]) -> str:
        environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}", **token, **told}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        assert done.returncode == (2 if done.stderr else 0)
        return done.stderr

    assert boot(whole) == ""
    assert boot({name: whole[name] for name in list(whole)[:2]}).startswith("ANALYTICS_TLS_CA: ")
    assert boot(whole | {"ANALYTICS_TLS_KEY": "/no/such/file"}).startswith("ANALYTICS_TLS_KEY: ")
