"""`python -m edge`: settings, clients, servicers, serve."""

import asyncio
import time
from functools import partial

from analytics.v1 import spool_pb2_grpc

from edge.balance import Balance
from edge.breaker import Breaker
from edge.drain import Drain
from edge.envelope import Intake
from edge.forwarder import Forwarder
from edge.growth import Growth
from edge.limits import REQUEST_BYTES
from edge.metrics import expose
from edge.readiness import Readiness
from edge.report import keep_reporting
from edge.seal import Sealer
from edge.servicer import TrackServicer
from edge.settings import EdgeSettings
from edge.spool import Spool
from edge.spool_servicer import SpoolServicer
from edge.store import Store
from edge.writer_client import WriterClient
from mesh import channel, clock, server, settings, telemetry
from mesh.audit import Audit, through_writer
from mesh.auth import Authenticator
from mesh.directory import DirectoryClient
from mesh.guard import Guard
from mesh.telemetry import log


async def main() -> None:
    """Serve until SIGTERM."""
    told = settings.load(EdgeSettings)
    telemetry.start("edge", told.log_level, told.metrics_port)
    told.data_dir.mkdir(parents=True, exist_ok=True)
    token = told.mesh_token.get_secret_value()

    to_writer = channel.connect(told.writer_address)
    writer = WriterClient(to_writer, token, told.edge_forward_timeout_s)
    directory = DirectoryClient(to_writer, token, told.edge_id, told.data_dir / "edge-directory.bin")
    store = Store(told.spool_url.get_secret_value())

    balance = Balance()
    breaker = Breaker(time.monotonic)
    growth = Growth(time.monotonic)
    sealer = Sealer(told.all_seal_keys())
    spool = Spool(store, sealer, balance, clock.now_us, told.spool_max_entries, told.spool_max_bytes)
    expose(balance, spool, breaker)
    hedge_s = told.edge_hedge_ms / 1_000
    forwarder = Forwarder(writer.ingest_live, spool, breaker, balance, hedge_s, told.edge_max_in_flight)
    drain = Drain(writer.ingest, writer.serves, spool, store, breaker, balance, told.edge_id, hedge_s)
    intake = Intake(told.edge_id, lambda: directory.snapshot, clock.now_us())

    audit = Audit(token, through_writer(to_writer, token), required=False)  # a spool is minded while the writer is away
    guard = Guard(Authenticator(token, lambda: directory.snapshot, clock.now_us), directory, audit)
    names = ["analytics.v1.TrackService", "analytics.v1.SpoolService"]
    serving = server.Server(names, guard, max_message_bytes=REQUEST_BYTES)
    TrackServicer(intake, forwarder, balance, clock.now_us, serving.stopping).add_to(serving.grpc)
    spool_servicer = SpoolServicer(told.edge_id, spool, drain, breaker, balance, growth, clock.now_us)
    spool_pb2_grpc.add_SpoolServiceServicer_to_server(spool_servicer, serving.grpc)
    readiness = Readiness(serving, directory, breaker, spool, growth)

    port = await serving.start(told.bind_host, told.edge_port, reflect=told.reflection)
    await asyncio.gather(directory.start(), spool.start())
    await drain.start()
    await readiness.start()
    log.info("listening", address=f"{told.bind_host}:{port}")
    reporting = asyncio.create_task(keep_reporting(partial(writer.report, told.edge_id), spool))
    await server.until_stopped()
    reporting.cancel()
    await readiness.stop()
    await serving.stop(told.stop_grace_s)
    await forwarder.stop()
    await drain.stop()
    await spool.stop()
    await directory.stop()
    await writer.close()
    await to_writer.close()


if __name__ == "__main__":
    server.run(main)
