"""python -m writer: settings → database → services → serve."""

import asyncio
from typing import cast

from analytics.v1 import (
    account_pb2_grpc,
    directory_pb2_grpc,
    follow_pb2_grpc,
    import_pb2_grpc,
    ingest_pb2_grpc,
    site_pb2_grpc,
)

from mesh import telemetry
from mesh.auth import Authenticator
from mesh.clock import now_us
from mesh.directory import DirectoryClient
from mesh.guard import Guard
from mesh.server import Server, run, until_stopped
from mesh.settings import load
from writer import cleaning, health
from writer.control import bootstrap
from writer.control.accounts import AccountServicer, Passwords
from writer.control.directory import DirectoryServicer, LocalDirectory
from writer.control.servicer import KeyServicer, SiteServicer
from writer.control.store import ControlStore
from writer.database import open_pool, raw_codecs
from writer.ingest.follow import FollowServicer
from writer.ingest.gate import Gate
from writer.ingest.identity import Keyring
from writer.ingest.importer import ImportServicer
from writer.ingest.log import CommitLog
from writer.ingest.pipeline import Pipeline
from writer.ingest.place import Places
from writer.ingest.servicer import IngestServicer
from writer.ingest.store import Store
from writer.migrate import prepare
from writer.settings import WriterSettings, key_bytes
from writer.wrap import Wrapper

SERVICES = [f"analytics.v1.{n}Service" for n in ("Ingest", "Follow", "Import", "Directory", "Site", "Key", "Account")]
CONTROL_CONNECTIONS = 8  # the directory's ear, administration, followers


async def main() -> None:
    settings = load(WriterSettings)
    telemetry.start("writer", settings.log_level, settings.metrics_port)
    url = settings.database_url.get_secret_value()
    await prepare(url)
    pool = await open_pool(url, CONTROL_CONNECTIONS)
    ingest_pool = await open_pool(url, settings.transactions_in_flight + 2, raw_codecs)
    await bootstrap.apply(pool, settings)
    directory = LocalDirectory()
    await directory.start(pool)

    wrapper, sealer = Wrapper(key_bytes(settings.wrap_key)), Wrapper(key_bytes(settings.seal_key))
    store = Store(ingest_pool, sealer, now_us)
    keyring = Keyring(store, wrapper, now_us)
    gate = Gate(store.write, settings.transactions_in_flight)
    pipeline = Pipeline(directory, keyring, Places(settings.city_file), store, gate)
    commits = CommitLog(pool, url)
    control = ControlStore(pool, wrapper)

    authenticator = Authenticator(settings.mesh_token.get_secret_value(), lambda: directory.snapshot, now_us)
    server = Server(SERVICES, Guard(authenticator, cast(DirectoryClient, directory)))
    ingest_pb2_grpc.add_IngestServiceServicer_to_server(IngestServicer(pipeline), server.grpc)
    follow = FollowServicer(commits, server.stopping, now_us)
    follow_pb2_grpc.add_FollowServiceServicer_to_server(follow, server.grpc)
    importer = ImportServicer(directory, pipeline, store, now_us)
    import_pb2_grpc.add_ImportServiceServicer_to_server(importer, server.grpc)
    watch = DirectoryServicer(directory, server.stopping)
    directory_pb2_grpc.add_DirectoryServiceServicer_to_server(watch, server.grpc)
    sites = SiteServicer(control, directory.refresh, lambda: list(directory.snapshot.sites.values()))
    site_pb2_grpc.add_SiteServiceServicer_to_server(sites, server.grpc)
    keys = KeyServicer(control, directory.refresh, lambda: list(directory.snapshot.sites.values()), now_us)
    site_pb2_grpc.add_KeyServiceServicer_to_server(keys, server.grpc)
    accounts = AccountServicer(control, directory.refresh, Passwords(), now_us)
    account_pb2_grpc.add_AccountServiceServicer_to_server(accounts, server.grpc)

    port = await server.start(settings.bind_host, settings.writer_port, reflect=settings.reflection)
    telemetry.log.info("listening", host=settings.bind_host, port=port)
    chores = [commits.listen(), health.keep_true(server, store), cleaning.keep_clean(keyring, store)]
    tasks = [asyncio.create_task(chore) for chore in chores]
    await until_stopped()
    await server.stop(settings.stop_grace_s)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await directory.stop()
    for each in (ingest_pool, pool):
        each.terminate()


if __name__ == "__main__":
    run(main)
