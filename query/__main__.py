"""`python -m query`: settings, the store, the follower, the servicer, serve."""

import asyncio
import sys

from analytics.v1 import query_pb2_grpc

from mesh import server, telemetry
from mesh.audit import Audit, through_writer
from mesh.auth import Authenticator
from mesh.channel import connect
from mesh.clock import now_us
from mesh.directory import DirectoryClient
from mesh.guard import Guard
from mesh.settings import load
from query.admission import Admission
from query.asking import Desk
from query.clickhouse import DamagedStoreError, Pool, StoreInUseError, embedded, settle
from query.console import Console
from query.follow import Follower
from query.layout import Layout
from query.replica import Replica
from query.servicer import QueryServicer
from query.settings import QuerySettings

_NAME = "analytics.v1.QueryService"


async def main() -> None:
    settings = load(QuerySettings)
    telemetry.start("query", settings.log_level, settings.metrics_port)
    token = settings.mesh_token.get_secret_value()
    layout = Layout(settings.clickhouse_cluster)
    try:
        settle(settings.home)
        replica = Replica.opened(settings.dsn, settings.home / "applied.json", layout)
    except (StoreInUseError, DamagedStoreError, OSError) as error:
        print(f"ANALYTICS_DATA_DIR: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    limits = (settings.query_timeout_s, settings.query_memory_mb)
    pool = Pool(settings.dsn, settings.query_clients, *limits, layout.settings)
    console = Console(settings.dsn, settings.query_timeout_s)

    writer = connect(settings.writer_address)
    directory = DirectoryClient(writer, token, "query", settings.home / "directory.bin")
    audit = Audit(token, through_writer(writer, token))
    guard = Guard(Authenticator(token, lambda: directory.snapshot, now_us), directory, audit)
    mesh_server = server.Server([_NAME], guard)
    follower = Follower(replica, writer, token, mesh_server.set_serving)
    pool.on_damage = follower.damaged.set
    admission = Admission(settings.admission)
    desk = Desk(pool, follower, directory, admission, settings.query_cache_mb, now_us)
    servicer = QueryServicer(desk, console, follower)
    query_pb2_grpc.add_QueryServiceServicer_to_server(servicer, mesh_server.grpc)

    port = await mesh_server.start(settings.bind_host, settings.query_port, reflect=settings.reflection)
    await directory.start()
    follower.start()
    telemetry.log.info("listening", port=port, position=follower.position)
    try:
        # a server mends its own store, and one statement's error is no reason to copy everything anew
        ends = [server.until_stopped(), *([follower.damaged.wait()] if embedded(settings.dsn) else [])]
        await asyncio.wait([asyncio.create_task(each) for each in ends], return_when=asyncio.FIRST_COMPLETED)
    finally:
        await mesh_server.stop(settings.stop_grace_s)
        await follower.stop()
        await directory.stop()
        await writer.close()
        console.close()
        pool.close()
        if rebuild := embedded(settings.dsn) is not None and follower.damaged.is_set():
            replica.distrust()
        replica.close()
    if rebuild:
        telemetry.log.error("store_damaged", next="started again, query builds the copy anew from the writer's events")
        raise SystemExit(1)


if __name__ == "__main__":
    server.run(main)
