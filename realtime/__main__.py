"""Realtime: settings, the directory, the follower, the service."""

import asyncio
import gc

from analytics.v1 import realtime_pb2_grpc

from mesh.audit import Audit, through_writer
from mesh.auth import Authenticator
from mesh.channel import connect
from mesh.clock import now_us
from mesh.directory import DirectoryClient
from mesh.guard import Guard
from mesh.server import Server, run, until_stopped
from mesh.settings import load
from mesh.telemetry import log, start
from realtime.follow import Follower
from realtime.live import Live
from realtime.servicer import RealtimeServicer
from realtime.settings import RealtimeSettings

# Visits are many small objects without cycles: the collector's usual pace looks through all of them for nothing.
_COLLECT_AFTER = (50_000, 20, 50)


async def main() -> None:
    gc.set_threshold(*_COLLECT_AFTER)
    settings = load(RealtimeSettings)
    start("realtime", settings.log_level, settings.metrics_port)
    token = settings.mesh_token.get_secret_value()
    writer = connect(settings.writer_address)
    directory = DirectoryClient(writer, token, "realtime")
    live = Live(now_us)
    follower = Follower(writer, token, live, now_us)
    authenticator = Authenticator(token, lambda: directory.snapshot, now_us)
    guard = Guard(authenticator, directory, Audit(token, through_writer(writer, token)))
    server = Server(["analytics.v1.RealtimeService"], guard)
    servicer = RealtimeServicer(live, directory, authenticator, server.stopping)
    realtime_pb2_grpc.add_RealtimeServiceServicer_to_server(servicer, server.grpc)

    await directory.start(wait_s=2.0)
    port = await server.start(settings.bind_host, settings.realtime_port, reflect=settings.reflection)
    log.info("listening", port=port)
    following = asyncio.create_task(follower.run())
    serving = asyncio.create_task(_serve_when_known(server, directory, follower))
    await until_stopped()
    serving.cancel()
    await server.stop(settings.stop_grace_s)
    following.cancel()
    await asyncio.gather(following, serving, return_exceptions=True)
    await directory.stop()
    await writer.close()


async def _serve_when_known(server: Server, directory: DirectoryClient, follower: Follower) -> None:
    """Serving once the sites are known and the last half hour is read; a later outage of the writer changes nothing."""
    while not directory.snapshot.version:
        await directory.at_least(1, 1.0, even_unconnected=True)
    await follower.caught_up.wait()
    await server.set_serving(True)


if __name__ == "__main__":
    run(main)
