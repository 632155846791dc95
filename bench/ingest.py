"""How fast events are stored: single views beside bare Starlette, batches over HTTP, batches over gRPC.

Everything runs: each event is committed before its 202, both followers follow, the load generator shares the cores.
Stored is held against acknowledged after each run.
"""

import asyncio
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from analytics.v1 import event_pb2, query_pb2, query_pb2_grpc, track_pb2

from bench.mesh import AGENT, PROCESSES, ROOT, Mesh, environment, free_port
from bench.processes import cpu_s
from bench.report import Measure
from mesh.channel import bearer, connect
from mesh.ids import new_id

CONNECTIONS = 64
PAIRS = 5
PER_REQUEST = 20
GRPC_BATCH, GRPC_AT_ONCE = 500, 4


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw. `broken` are connection errors and time-outs, `refused` answers other than 2xx or 3xx."""

    requests: int
    seconds: float
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class Run:
    """One load on the mesh: events a second, and CPU microseconds an event by process."""

    load: Load
    events: int
    cpu_us: dict[str, float]

    @property
    def rate(self) -> float:
        return self.events / self.load.seconds


async def ingest(directory: Path, seconds: int) -> list[Measure]:
    """All figures; each load lasts `seconds`."""
    if not shutil.which("wrk"):
        raise SystemExit("bench ingest: wrk is needed (Debian: apt-get install wrk)")
    mesh = Mesh(directory)
    try:
        await mesh.start()
        async with _reference() as reference:
            await _wrk(reference, mesh.site, 1, 2)
            await _track(mesh, 1, 2)
            pairs = [
                (await _wrk(reference, mesh.site, 1, seconds), await _track(mesh, 1, seconds)) for _ in range(PAIRS)
            ]
        batches = await _track(mesh, PER_REQUEST, seconds)
        backend = await _grpc(mesh, seconds)
    finally:
        await mesh.stop()
    runs = [*(run for _, run in pairs), batches, backend]
    return [
        *_singles(pairs),
        *_figures(f"{PER_REQUEST} events a request", batches, at_least=18_000),
        *_figures(f"gRPC TrackBatch of {GRPC_BATCH}, {GRPC_AT_ONCE} at once", backend, at_least=20_000),
        Measure("not accepted, or broken", sum(run.load.refused + run.load.broken for run in runs), at_most=0),
    ]


def _singles(pairs: Sequence[tuple[Load, Run]]) -> list[Measure]:
    """The pairs one by one, then their medians."""
    median = statistics.median
    ratios = [run.rate / bare.rate for bare, run in pairs]
    rows = [
        Measure(f"  pair {number}: {run.rate:,.0f} ÷ {bare.rate:,.0f} a second", run.rate / bare.rate)
        for number, (bare, run) in enumerate(pairs, 1)
    ]
    return [
        Measure("single views", median(run.rate for _, run in pairs), "events/s"),
        Measure("single views ÷ bare Starlette, median", median(ratios), at_least=0.4),
        *rows,
        Measure("single views, p50", median(run.load.p50_ms for _, run in pairs), "ms"),
        Measure("single views, p99", median(run.load.p99_ms for _, run in pairs), "ms", at_most=30),
        *_cpu(pairs[-1][1]),
    ]


def _figures(name: str, run: Run, at_least: float) -> list[Measure]:
    return [
        Measure(name, run.rate, "events/s", at_least=at_least),
        Measure(f"{name}, p50", run.load.p50_ms, "ms"),
        Measure(f"{name}, p99", run.load.p99_ms, "ms"),
        *_cpu(run),
    ]


def _cpu(run: Run) -> list[Measure]:
    return [Measure(f"  CPU of {process}", value, "µs/event") for process, value in run.cpu_us.items()]


@asynccontextmanager
async def _reference() -> AsyncGenerator[str]:
    """Bare Starlette under uvicorn, as fast as it goes; its address."""
    port = free_port()
    options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    command = [sys.executable, "-m", "uvicorn", "bench.reference:app", "--port", str(port), *options]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment())
    try:
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                except OSError:
                    await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _wrk(address: str, site: str, per_request: int, seconds: int) -> Load:
    script = Path(__file__).with_name("load.lua")
    options = ["-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "--timeout", "10s", "-s", str(script)]
    process = await asyncio.create_subprocess_exec(
        "wrk", *options, address, "--", site, str(per_request), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, _ = await process.communicate()
    found = [line[5:] for line in output.decode().splitlines() if line.startswith("JSON ")]
    if not found:
        raise RuntimeError(f"wrk failed:\n{output.decode()}")
    return Load(**json.loads(found[0]))


async def _track(mesh: Mesh, per_request: int, seconds: int) -> Run:
    async with _accounted(mesh) as account:
        load = await _wrk(mesh.ready["gateway"], mesh.site, per_request, seconds)
    # wrk leaves its last requests unanswered: they may be stored as well
    return account.settle(load, load.requests * per_request, unanswered=CONNECTIONS * per_request)


async def _grpc(mesh: Mesh, seconds: int) -> Run:
    """Made beforehand: 25,000 events for each of the seconds, so that the client costs next to nothing."""
    requests = [batch(mesh.site) for _ in range(seconds * 25_000 // GRPC_BATCH)]
    waiting = iter(requests)
    took: list[float] = []
    refused = 0
    async with connect(mesh.ready["edge"]) as channel, _accounted(mesh) as account:
        call = channel.unary_unary(
            "/analytics.v1.TrackService/TrackBatch",
            response_deserializer=track_pb2.TrackBatchResponse.FromString,
        )

        async def send() -> None:
            nonlocal refused
            for request in waiting:
                began = time.monotonic()
                response = await call(request, metadata=bearer(mesh.ready["ingest_key"]), timeout=30)
                took.append(1_000 * (time.monotonic() - began))
                refused += sum(result.code != track_pb2.TrackResult.CODE_ACCEPTED for result in response.results)

        began = time.monotonic()
        await asyncio.gather(*(send() for _ in range(GRPC_AT_ONCE)))
        elapsed = time.monotonic() - began
    cuts = statistics.quantiles(took, n=100)
    load = Load(len(requests), elapsed, refused, 0, cuts[49], cuts[98])
    return account.settle(load, len(requests) * GRPC_BATCH - refused, unanswered=0)


def batch(site: str, size: int = GRPC_BATCH) -> bytes:
    """A TrackBatch request of page views, four of a session."""
    session = ""
    request = track_pb2.TrackBatchRequest()
    for number in range(size):
        session = session if number % 4 else new_id()
        request.events.add(
            event_id=new_id(), site=site, kind=event_pb2.EVENT_KIND_PAGEVIEW, session_id=session, user_agent=AGENT,
            page_url=f"https://shop.example/p/{number}", page_title="A page of the shop", sequence=number % 4,
            referrer="https://shop.example/", first_referrer="https://www.google.com/", language="de-AT",
            first_url="https://shop.example/p/1", screen_width=1440, ip=f"198.51.100.{number % 250}",
        )  # fmt: skip
    return request.SerializeToString()


class _Account:
    """CPU times and stored events before and after a load."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = {}
        self.stored = 0

    def settle(self, load: Load, acknowledged: int, unanswered: int) -> Run:
        """Raises RuntimeError unless what was acknowledged is stored, and nothing else."""
        if not acknowledged - load.refused <= self.stored <= acknowledged + unanswered:
            raise RuntimeError(f"{acknowledged:,} events were acknowledged, {self.stored:,} are stored")
        return Run(load, acknowledged, {name: 1e6 * spent / max(1, self.stored) for name, spent in self.cpu.items()})


@asynccontextmanager
async def _accounted(mesh: Mesh) -> AsyncGenerator[_Account]:
    """Take stock before and after; after means that followers have caught up, so that their work is counted too."""
    account = _Account()
    before, stored = _cpu_times(mesh), await _stored(mesh)
    yield account
    await caught_up(mesh)
    after = _cpu_times(mesh)
    account.cpu = {name: after[name] - before[name] for name in after}
    account.stored = await _stored(mesh) - stored


def _cpu_times(mesh: Mesh) -> dict[str, float]:
    ours = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    client = sum(usage.ru_utime + usage.ru_stime for usage in ours)
    return {name: cpu_s(mesh.pid(name)) for name in PROCESSES} | {"client": client}


async def _stored(mesh: Mesh) -> int:
    (row,) = await mesh.sql("SELECT count(*) FROM events")
    return row["count"]


async def caught_up(mesh: Mesh) -> None:
    """Return when the answers hold everything that is stored."""
    async with connect(mesh.ready["query"]) as channel:
        stub = query_pb2_grpc.QueryServiceStub(channel)
        (head,) = await mesh.sql("SELECT position FROM stream_head")
        token = bearer(mesh.ready["admin_token"])
        async with asyncio.timeout(120):
            while True:
                try:
                    await stub.Await(query_pb2.AwaitRequest(position=head["position"]), metadata=token, timeout=60)
                    return
                except grpc.aio.AioRpcError as error:
                    if error.code() is not grpc.StatusCode.DEADLINE_EXCEEDED:
                        raise
