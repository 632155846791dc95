"""No address, user agent, user id or unwrapped secret stands in any file of the mesh (attack A30).

Files are searched as they are. What ClickHouse packs, and what PostgreSQL or a log might say in words of its own, is
searched unpacked as well, while the mesh still runs.
"""

import base64
import ipaddress
import json
import signal
from pathlib import Path
from typing import Any

import grpc
from analytics.v1 import (
    event_pb2,
    ingest_pb2,
    ingest_pb2_grpc,
    spool_pb2,
    spool_pb2_grpc,
    track_pb2,
    track_pb2_grpc,
)
from analytics.v1.event_pb2 import RawEventEnvelope

from bench.mesh import Mesh
from cli.statement import ask
from mesh.channel import bearer
from mesh.clock import now_us
from mesh.ids import new_id
from writer.wrap import Wrapper

IP, IP6 = "203.0.113.77", "2001:db8:7777::4242"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:139.7) Gecko/20100101 Firefox/139.7 UnheardOfMark/7c1e"
USER = "jane.roe.4711@example.org"
# columns of tables with data on disk, ClickHouse's own included: its logs would hold statements with their literals
ON_DISK = """
    SELECT concat(database, '.', table) AS source,
           if(type LIKE 'AggregateFunction%', concat('finalizeAggregation(', name, ')'), name) AS value
    FROM system.columns
    WHERE default_kind != 'EPHEMERAL' AND (database, table) IN (
        SELECT database, name FROM system.tables WHERE engine LIKE '%MergeTree%' OR engine LIKE '%Log'
    )
"""
PASSWORD_GUESS = "hunter2-hunter2-wrong"


def forms(text: str) -> dict[str, bytes]:
    """A text as files may hold it."""
    raw = text.encode()
    return {
        text: raw,
        f"{text} in UTF-16": text.encode("utf-16-le"),
        f"{text} in base64": base64.b64encode(raw)[:-4],
        f"{text} in hex": raw.hex().encode(),
    }


PERSONAL = {
    **{name: raw for text in (IP, IP6, AGENT, USER, PASSWORD_GUESS) for name, raw in forms(text).items()},
    f"{IP6} as bytes": ipaddress.ip_address(IP6).packed,
    "part of the agent": b"UnheardOfMark",
}


def kept_secrets(mesh: Mesh) -> dict[str, str]:
    """What the mesh keeps outside its stores."""
    return json.loads((mesh.directory / "secrets.json").read_text())


def secret_forms(name: str, secret: bytes) -> dict[str, bytes]:
    """A binary secret as it is, and as the text that a dump or a log would make of it."""
    return {
        name: secret,
        f"{name} in hex": secret.hex().encode(),
        f"{name} in HEX": secret.hex().upper().encode(),
        f"{name} in base64": base64.b64encode(secret).rstrip(b"="),
    }


def files_with(directory: Path, marks: dict[str, bytes]) -> list[str]:
    found: list[str] = []
    for file in sorted(directory.rglob("*")):
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            found += [f"{mark} in {file.relative_to(directory)}" for mark, raw in marks.items() if raw in content]
    return found


async def unwrapped(mesh: Mesh) -> dict[str, bytes]:
    """Every salt and site key of the database, opened with the key that lies outside it."""
    wrapper = Wrapper(base64.b64decode(kept_secrets(mesh)["wrap_key"]))
    salts = await mesh.sql("SELECT site_id, day, import_id, wrapped FROM salts")
    keys = await mesh.sql("SELECT number, key_wrapped FROM sites")
    # live traffic of the site in daily mode, and an import's of the other
    assert {(row["site_id"], bool(row["import_id"])) for row in salts} == {(1, True), (2, False)}
    assert len(keys) == 2
    opened: dict[str, bytes] = {}
    for row in salts:
        secret = wrapper.unwrap(row["wrapped"])
        assert len(secret) == 16
        opened |= secret_forms(f"salt of site {row['site_id']}, {row['day']}, import {bool(row['import_id'])}", secret)
    for row in keys:
        opened |= secret_forms(f"key of site {row['number']}", wrapper.unwrap(row["key_wrapped"]))
    return opened


async def clickhouse(mesh: Mesh, statement: str) -> list[dict[str, Any]]:
    answer = await ask(mesh.ready["query"], mesh.ready["admin_token"], statement, max_rows=10_000)
    return [dict(zip(answer.columns, json.loads(row), strict=True)) for row in answer.rows]


async def unpacked(mesh: Mesh) -> bytes:
    """Every row of every table in ClickHouse and PostgreSQL, as text; binary columns as the bytes they are."""
    parts: list[bytes] = []
    values: dict[str, list[str]] = {}
    for column in await clickhouse(mesh, ON_DISK):
        values.setdefault(column["source"], []).append(column["value"])
    assert {"events", "visits", "visit_pages"} <= {source.rpartition(".")[2] for source in values}
    for source, columns in values.items():
        rows = await clickhouse(mesh, f"SELECT {', '.join(columns)} FROM {source}")  # noqa: S608
        parts += [json.dumps(row, ensure_ascii=False).encode() for row in rows]
    for table in await mesh.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        cells = [cell for row in await mesh.sql(f'SELECT * FROM "{table["tablename"]}"') for cell in row.values()]  # noqa: S608
        parts += [cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells]
    return b"\n".join(parts)


async def test_no_file_of_a_stopped_mesh_holds_an_address_agent_or_user_id(
    mesh: Mesh, channels: dict[str, grpc.aio.Channel], other_site: dict[str, str], eventually: Any
) -> None:
    """Through every door and both identity modes, through the spool, the import, a refusal and a failed sign-in."""
    stub = track_pb2_grpc.TrackServiceStub(channels["edge"])

    async def track(site: str, key: str, ip: str) -> int:
        event = track_pb2.TrackEvent(
            site=site,
            kind=event_pb2.EVENT_KIND_PAGEVIEW,
            page_url="https://shop.example/private",
            session_id=new_id(),
            user_id=USER,
            user_agent=AGENT,
            ip=ip,
        )
        request = track_pb2.TrackRequest(event=event)
        return (await stub.Track(request, metadata=bearer(key), timeout=30)).result.code

    async def through_every_door() -> None:
        for site, key in ((mesh.site, mesh.ready["ingest_key"]), ("shop", other_site["ingest"])):
            for ip in (IP, IP6):
                assert await track(site, key, ip) == track_pb2.TrackResult.CODE_ACCEPTED
        headers = {"user-agent": AGENT, "x-forwarded-for": IP}
        reply = await mesh.track("view", {"pageUrl": "https://shop.example/private", "userId": USER}, headers)
        assert reply.status == 202
        refused = await mesh.track("view", {"pageUrl": "javascript:alert(1)", "userId": USER}, headers)
        assert refused.status == 400

    await through_every_door()
    mesh.kill("writer", signal.SIGSTOP)
    try:
        await through_every_door()
        spool = spool_pb2_grpc.SpoolServiceStub(channels["edge"])
        spooled = await spool.Status(
            spool_pb2.SpoolServiceStatusRequest(), metadata=bearer(mesh.ready["admin_token"]), timeout=10
        )
        assert spooled.entries > 0
        held = files_with(mesh.directory / "spool", {"a chunk": b"spool:chunks"} | PERSONAL)
        assert held and all(line.startswith("a chunk in ") for line in held)
    finally:
        mesh.kill("writer", signal.SIGCONT)
    line = {
        "kind": "view",
        "eventId": new_id(),
        "occurredAt": "2024-05-06T07:08:09Z",
        "pageUrl": "https://shop.example/private",
        "userId": USER,
        "ip": IP,
        "userAgent": AGENT,
    }
    poison = RawEventEnvelope(
        event_id=new_id(), site_id=77, kind=1, user_id=USER, user_agent=AGENT, ip=IP, received_at_us=now_us()
    )
    ingest = ingest_pb2_grpc.IngestServiceStub(channels["writer"])
    batch = ingest_pb2.IngestRequest(envelopes=[poison.SerializeToString()])
    answer = await ingest.Ingest(batch, metadata=bearer(kept_secrets(mesh)["mesh_token"]), timeout=30)
    assert answer.outcomes[0].code == ingest_pb2.IngestOutcome.CODE_REJECTED
    sent = "\n".join([json.dumps(line), json.dumps(line | {"eventId": "bad"})])
    imported = await mesh.api("POST", f"import?site={mesh.site}", sent, **{"content-type": "application/x-ndjson"})
    assert imported.json()["imported"] == 1
    signed = await mesh.http("POST", "/api/v1/session", {"email": USER, "password": PASSWORD_GUESS}, {"x-real-ip": IP})
    assert 400 <= signed.status < 500

    await eventually(lambda: mesh.query(["pageviews"], filters=[["is", "page", ["/private"]]]), [([], [6])])

    secrets = await unwrapped(mesh)
    rows = await unpacked(mesh)
    assert b"/private" in rows and b"Firefox" in rows, "the search does not even find what must be there"
    assert [name for name, raw in (PERSONAL | secrets).items() if raw in rows] == []

    assert await mesh.stop() == 0
    found = files_with(mesh.directory, {"the page": b"/private", "serving": b'"serving"'})
    stores = {line.partition(" in ")[2].partition("/")[0] for line in found}
    assert {"postgres", "clickhouse", "log"} <= stores, "the search does not see into every store"
    assert files_with(mesh.directory, PERSONAL | secrets) == []
