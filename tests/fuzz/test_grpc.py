"""Every RPC of every service with noise, with messages by chance and with spoilt ones, by who may call it."""

import asyncio
import json
import os
import random
from dataclasses import asdict, dataclass, field
from typing import Any

import grpc
import pytest
from analytics.v1 import spool_pb2, spool_pb2_grpc
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import MethodDescriptor
from grpc_reflection.v1alpha import reflection_pb2

from bench.mesh import Mesh
from mesh.auth import RULES
from mesh.channel import bearer
from tests.fuzz.aftermath import complaints, growth, memory, unharmed
from tests.fuzz.messages import Messages
from tests.system.attempts import requests_at, target_at

FULL = bool(os.environ.get("ANALYTICS_FULL"))
EXAMPLES = 300 if FULL else 8
SEED = 1
DEADLINE_S = 20.0
SILENCE_S = 0.1
AWAITS, AWAITED_S = "/analytics.v1.QueryService/Await", 0.5
"""Waits for a position until its caller's deadline."""
AT_ONCE = 4
UNFORESEEN = {"INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "DATA_LOSS", "UNAVAILABLE"}


def method_of(rpc: str) -> MethodDescriptor:
    service, _, name = rpc[1:].partition("/")
    return descriptor_pool.Default().FindServiceByName(service).methods_by_name[name]


async def served(channel: grpc.aio.Channel) -> list[str]:
    """The RPCs of a service, by reflection."""
    stub: Any = channel.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    async for answer in stub(iter([reflection_pb2.ServerReflectionRequest(list_services="*")]), timeout=DEADLINE_S):
        names = [service.name for service in answer.list_services_response.service]
        pool = descriptor_pool.Default()
        return [f"/{name}/{method.name}" for name in names for method in pool.FindServiceByName(name).methods]
    return []


async def tried(channel: grpc.aio.Channel, rpc: str, payloads: list[bytes], token: str) -> list[str]:
    """The statuses of calls with each of the payloads; a stream of requests goes on with the first of them."""
    method, metadata = method_of(rpc), bearer(token)
    limit = asyncio.Semaphore(AT_ONCE)
    options: Any = {"metadata": metadata, "timeout": AWAITED_S if rpc == AWAITS else DEADLINE_S}

    async def asked(payload: bytes) -> str:
        async with limit:
            if method.client_streaming:
                call: Any = channel.stream_stream(rpc)(**options)
                return await _status(_conversation(call, [payload, payloads[0]]))
            if method.server_streaming:
                call = channel.unary_stream(rpc)(payload, **options)
                return await _status(_heard(call))
            call = channel.unary_unary(rpc)(payload, **options)
            return await _status(call)

    return list(await asyncio.gather(*(asked(payload) for payload in payloads)))


async def _status(ended: Any) -> str:
    try:
        await ended
    except grpc.aio.AioRpcError as error:
        return f"{error.code().name}: {error.details()}"
    return "OK"


async def _heard(call: Any) -> None:
    """Read until the stream ends or is silent."""
    try:
        while await asyncio.wait_for(call.read(), SILENCE_S) is not grpc.aio.EOF:
            pass
    except TimeoutError:
        call.cancel()
    except asyncio.CancelledError:
        pass


async def _conversation(call: Any, payloads: list[bytes]) -> None:
    """Write one by one, as long as the call has not ended: grpc calls it INTERNAL to write into one that has."""
    reading = asyncio.create_task(_read_all(call))
    for payload in payloads:
        await asyncio.wait({reading}, timeout=SILENCE_S)
        if reading.done():
            break
        await call.write(payload)
    if not reading.done():
        await call.done_writing()
    await reading


async def _read_all(call: Any) -> None:
    while await call.read() is not grpc.aio.EOF:
        pass


@dataclass(slots=True)
class Fed:
    """What calls came to: statuses by service, RPC and caller; memory after each half."""

    statuses: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    memory: list[dict[str, float]] = field(default_factory=list)


@pytest.fixture(scope="module")
async def fed(mesh: Mesh, channels: dict[str, grpc.aio.Channel], eventually: Any) -> Fed:
    """Every RPC, called at random by a service and by an owner's key, in two halves."""
    assert (await mesh.api("POST", "sites", {"id": "fuzz"})).status == 201
    key = await mesh.api("POST", "keys", {"name": "fuzz", "scope": "admin"})
    secrets = json.loads((mesh.directory / "secrets.json").read_text())
    tokens = {"mesh": secrets["mesh_token"], "owner": key.json()["secret"]}
    target = await target_at(mesh, "fuzz", eventually)
    known = [value for value in asdict(target).values() if value]
    right = requests_at(target)
    del right["PrivacyService/ReplayTombstones"]  # it would empty the site whose view is counted in the end
    rpcs = [(home, rpc) for home, channel in channels.items() for rpc in await served(channel)]
    found = Fed()
    for half in range(2):
        # what is deleted cannot be asked for any more
        order = sorted(rpcs, key=lambda one: "/Delete" in one[1])
        for home, rpc in order if half else [one for one in order if "/Delete" not in one[1]]:
            for who, token in tokens.items():
                messages = Messages(random.Random(f"{SEED} {half} {rpc} {who}"), known)
                example = right.get(rpc.removeprefix("/analytics.v1."))
                payloads = [messages.any_bytes(method_of(rpc).input_type, example) for _ in range(EXAMPLES // 2)]
                if example is not None:
                    payloads[0] = example.SerializeToString()
                statuses = await tried(channels[home], rpc, payloads, token)
                found.statuses.setdefault((home, rpc, who), []).extend(statuses)
        found.memory.append(memory(mesh))
    await spool_pb2_grpc.SpoolServiceStub(channels["edge"]).Resume(
        spool_pb2.ResumeRequest(), metadata=bearer(tokens["owner"]), timeout=DEADLINE_S
    )
    return found


@pytest.mark.timeout(7_200 if FULL else 180)
async def test_no_call_ends_for_a_reason_that_nobody_foresaw(fed: Fed) -> None:
    unforeseen = {
        called: sorted(set(wrong))
        for called, statuses in fed.statuses.items()
        if (wrong := [status for status in statuses if _is_unforeseen(called[1], status)])
    }
    assert unforeseen == {}


async def test_every_rpc_was_called(fed: Fed) -> None:
    assert {rpc for _, rpc, _ in fed.statuses} == {*RULES}


async def test_calls_got_as_far_as_the_stores(fed: Fed) -> None:
    passed = {rpc for (_, rpc, _), statuses in fed.statuses.items() if "OK" in statuses}
    asking = {f"/analytics.v1.QueryService/{name}" for name in ("Query", "Page", "Funnel", "Cohort", "Journey")}
    assert asking | {"/analytics.v1.IngestService/Ingest", "/analytics.v1.ImportService/Import"} <= passed


async def test_no_service_tells_of_what_nobody_foresaw(mesh: Mesh, fed: Fed) -> None:
    assert complaints(mesh) == []


async def test_memory_is_flat(fed: Fed) -> None:
    assert growth(*fed.memory) == {}


async def test_the_mesh_serves_and_counts_as_before(
    mesh: Mesh, fed: Fed, channels: dict[str, grpc.aio.Channel], eventually: Any
) -> None:
    await unharmed(mesh, channels, eventually)


def _is_unforeseen(rpc: str, status: str) -> bool:
    code = status.partition(":")[0]
    return code in UNFORESEEN and not (rpc == AWAITS and code == "DEADLINE_EXCEEDED")
