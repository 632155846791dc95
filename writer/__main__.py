"""python -m writer: settings → database → services → serve."""

import asyncio
import sys
from pathlib import Path

from mesh import telemetry
from mesh.clock import now_us
from mesh.server import run, until_stopped
from mesh.settings import load
from writer import cleaning, health
from writer.audit import store as audit_store
from writer.audit.recorder import Recorder
from writer.control import bootstrap
from writer.control.directory import LocalDirectory
from writer.control.services import Stores
from writer.database import open_pool, raw_codecs
from writer.ingest.gate import Gate
from writer.ingest.identity import Keyring
from writer.ingest.log import CommitLog
from writer.ingest.pipeline import Pipeline
from writer.ingest.place import Places
from writer.ingest.store import Store
from writer.migrate import UnfitDatabaseError, prepare
from writer.privacy.receipts import Receipts
from writer.privacy.room import CONNECTIONS, STATEMENT_LIMIT_S, PrivacyRoom
from writer.privacy.store import PrivacyStore
from writer.privacy.tombstones import Tombstones
from writer.services import Rooms, server_of
from writer.settings import WriterSettings, key_bytes
from writer.wrap import Wrapper, derived

CONTROL_CONNECTIONS = 8  # the directory's ear, administration, followers


async def main() -> None:
    settings = load(WriterSettings)
    places = open_places(settings.city_file)
    telemetry.start("writer", settings.log_level, settings.metrics_port)
    stopped = asyncio.create_task(until_stopped())
    url = settings.database_url.get_secret_value()
    preparing = asyncio.create_task(prepare(url))
    await asyncio.wait([preparing, stopped], return_when=asyncio.FIRST_COMPLETED)
    if stopped.done():
        preparing.cancel()
        return
    try:
        await preparing
    except UnfitDatabaseError as error:
        print(error, file=sys.stderr)
        raise SystemExit(3) from None

    pool = await open_pool(url, CONTROL_CONNECTIONS)
    ingest_pool = await open_pool(url, settings.transactions_in_flight + 2, raw_codecs)
    wrapper, sealer = Wrapper(key_bytes(settings.wrap_key)), Wrapper(key_bytes(settings.seal_key))
    tombstones = Tombstones(derived(key_bytes(settings.wrap_key), "tombstones"))
    store = Store(ingest_pool, sealer, now_us, tombstones)
    keyring = Keyring(store, wrapper, now_us)
    try:
        await bootstrap.apply(pool, settings)
        await keyring.verify()
    except ValueError as error:  # names the variable at fault
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    directory = LocalDirectory()
    await directory.start(pool)
    gate = Gate(store.write, settings.transactions_in_flight)
    commits = CommitLog(pool)
    pipeline = Pipeline(directory, keyring, places, store, gate, commits.note)
    privacy_pool = await open_pool(url, CONNECTIONS, raw_codecs, statement_limit_s=STATEMENT_LIMIT_S)
    receipts = Receipts(derived(key_bytes(settings.wrap_key), "receipts"))
    privacy = PrivacyRoom(PrivacyStore(privacy_pool), store, keyring, wrapper, sealer, receipts, now_us, commits.note)
    await audit_store.prepare(pool)
    audit_pools = [await open_pool(url, size, audit_store.as_appender) for size in (1, audit_store.READERS)]
    audit = audit_store.AuditStore(*audit_pools)
    audit_key = derived(key_bytes(settings.wrap_key), "audit")
    recorder = Recorder(audit, audit_key, now_us, settings.audit_retention_months)
    rooms = Rooms(directory, store, pipeline, commits, Stores.of(pool, wrapper), privacy, audit, recorder)

    server = server_of(rooms, settings.mesh_token.get_secret_value())
    port = await server.start(settings.bind_host, settings.writer_port, reflect=settings.reflection)
    telemetry.log.info("listening", host=settings.bind_host, port=port)
    chores = [commits.look(), health.keep_true(server, store), cleaning.keep_clean(keyring, store)]
    chores += [places.keep_fresh(), privacy.worker.run(), recorder.run(), recorder.keep()]
    tasks = [asyncio.create_task(chore) for chore in chores]
    await stopped
    await server.stop(settings.stop_grace_s)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await directory.stop()
    for each in (ingest_pool, privacy_pool, *audit_pools, pool):
        each.terminate()


def open_places(city_file: Path | None) -> Places:
    try:
        return Places(city_file)
    except (OSError, ValueError) as error:
        print(f"ANALYTICS_CITY_FILE: {error}", file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    run(main)
