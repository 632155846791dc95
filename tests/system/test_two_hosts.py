"""An edge host in public and a core host, joined by mutual TLS, as `deploy/` lays them out; the link between is cut."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import grpc
import pytest

from bench.mesh import ROOT, Mesh, Reply, environment, free_port
from cli.probes import answers_200
from tests.certificates import Authority
from tests.edge.conftest import Valkey
from tests.faults.obligations import spool_of
from tests.faults.processes import beside, told_to
from tests.faults.proxy import Proxy


@dataclass(frozen=True, slots=True)
class Hosts:
    """The core, as a mesh, and the edge host's gateway; `link` carries all calls of the one to the other."""

    core: Mesh
    gateway: str
    link: list[Proxy]
    edge: grpc.aio.Channel

    def connected(self, yes: bool) -> None:
        for proxy in self.link:
            proxy.mode = "pass" if yes else "cut"

    async def view(self, page: str) -> Reply:
        public = Mesh(self.core.directory)
        public.ready = {**self.core.ready, "gateway": self.gateway}
        return await public.view(page)


@pytest.fixture(scope="module")
async def hosts(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hosts]:
    folder = tmp_path_factory.mktemp("hosts")
    core = Mesh(folder / "core")
    async with AsyncExitStack() as stack:
        set_here = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in Authority(folder).told("host").items():
            set_here.setenv(name, value)
        await core.start()
        stack.push_async_callback(core.stop)
        link: dict[str, Proxy] = {}
        addresses: dict[str, str] = {}
        for name in ("writer", "query", "realtime"):
            host, _, port = core.ready[name].rpartition(":")
            link[name] = Proxy(host, int(port))
            stack.push_async_callback(link[name].stop)
            addresses[f"{name}_address"] = f"127.0.0.1:{await link[name].start()}"
        valkey = Valkey(folder)
        await valkey.start()
        stack.push_async_callback(valkey.kill)
        told = {"edge_id": "public", "spool_url": valkey.url, "data_dir": str(folder), "edge_port": str(free_port())}
        edge = await stack.enter_async_context(
            beside(core, "edge", folder, writer_address=addresses["writer_address"], **told)
        )
        public = {**addresses, "edge_address": f"127.0.0.1:{told['edge_port']}"}
        gateway = await stack.enter_async_context(_gateway(core, folder, public))
        yield Hosts(core, gateway, list(link.values()), edge)


@asynccontextmanager
async def _gateway(core: Mesh, folder: Path, told: dict[str, str]) -> AsyncGenerator[str]:
    port = free_port()
    variables = {f"ANALYTICS_{name.upper()}": value for name, value in {**told, "gateway_port": str(port)}.items()}
    with (folder / "gateway.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "gateway"),
            cwd=ROOT,
            env=environment() | told_to(core.pid("gateway")) | variables,
            stderr=log,
        )
    try:
        async with asyncio.timeout(60):
            while not await answers_200(f"http://127.0.0.1:{port}/readyz"):
                assert process.returncode is None, (folder / "gateway.log").read_text()
                await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def test_the_public_host_takes_events_while_the_link_is_cut_and_hands_them_over_afterwards(hosts: Hosts) -> None:
    assert "ANALYTICS_TLS_CA" in os.environ
    assert (await hosts.view("/before")).status == 202
    await _counted(hosts, {"/before": 1})
    hosts.connected(False)
    for number in range(5):
        reply = await hosts.view(f"/during/{number}")
        assert reply.status == 202, reply.body
    assert (await spool_of(hosts.core, hosts.edge)).entries > 0
    assert not await answers_200(f"{hosts.gateway}/readyz")
    hosts.connected(True)
    await _counted(hosts, {"/before": 1, **{f"/during/{number}": 1 for number in range(5)}})
    assert (await spool_of(hosts.core, hosts.edge)).entries == 0


async def test_the_core_answers_nobody_without_a_certificate(hosts: Hosts) -> None:
    address = urlsplit(f"//{hosts.core.ready['writer']}")
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    # what an HTTP/2 client begins with in clear
    writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
    answer = await asyncio.wait_for(reader.read(), 20)
    assert b"\0\0\0\4\1" not in answer
    writer.close()


async def _counted(hosts: Hosts, expected: dict[str, int]) -> None:
    found: dict[str, int] = {}
    async with asyncio.timeout(60):
        while found != expected:
            rows = await hosts.core.query(["pageviews"], dimensions=["page"])
            found = {dimensions[0]: metrics[0] for dimensions, metrics in rows}
            await asyncio.sleep(0.2)
