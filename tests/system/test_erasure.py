"""A person who is everywhere is erased: nothing of them is left in any store, answer, socket or spool."""

import asyncio
import base64
import json
import signal
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from analytics.v1 import spool_pb2, spool_pb2_grpc

from bench.mesh import AGENT, ROOT, Mesh, environment
from mesh.channel import bearer
from mesh.ids import new_id
from tests.system.test_stored_bytes import files_with, forms, kept_secrets, unpacked
from writer.ingest.identity import user_hash_of
from writer.wrap import Wrapper

USER, OTHER = "jane.roe.4711@example.org", "joe.bloggs.42@example.org"
LAST_YEAR = datetime.now(UTC) - timedelta(days=300)


def id_forms(id: str) -> dict[str, bytes]:
    """A UUID as text, as PostgreSQL's 16 bytes, and as ClickHouse's two numbers."""
    raw = uuid.UUID(id).bytes
    return {id: id.encode(), f"{id} in bytes": raw, f"{id} in two numbers": raw[7::-1] + raw[:7:-1]}


async def hash_forms(mesh: Mesh, user: str) -> dict[str, bytes]:
    """A user's hash at each site, as bytes and hexadecimal."""
    wrapper = Wrapper(base64.b64decode(kept_secrets(mesh)["wrap_key"]))
    found: dict[str, bytes] = {}
    for row in await mesh.sql("SELECT number, key_wrapped FROM sites"):
        hashed = user_hash_of(wrapper.unwrap(row["key_wrapped"]), user)
        found |= {
            f"hash at site {row['number']}": hashed,
            f"hash at site {row['number']} in hex": hashed.hex().encode(),
        }
    return found


async def visits(mesh: Mesh, site: str) -> list[str]:
    wanted = {"site": site, "date_range": f"{LAST_YEAR.date()},{datetime.now(UTC).date()}"}
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    reply = await mesh.api("GET", f"visits?{query}")
    assert reply.status == 200, reply.body
    return [visit["id"] for visit in reply.json()["visits"]]


async def erased(mesh: Mesh, eventually: Any, site: str, **subject: Any) -> dict[str, Any]:
    """An erasure by the HTTP API, once it is done and in the answers."""
    made = await mesh.api("POST", "privacy/erasures", {"site": site, **subject})
    assert made.status == 202, made.body
    return await finished(mesh, eventually, made.json()["id"])


async def finished(mesh: Mesh, eventually: Any, id: str) -> dict[str, Any]:
    async def state() -> str:
        return (await mesh.api("GET", f"privacy/erasures/{id}")).json()["state"]

    await eventually(state, "done")
    return (await mesh.api("GET", f"privacy/erasures/{id}")).json()


@pytest.mark.timeout(400)  # two starts, two stops and a shredding of a whole mesh
async def test_a_person_who_is_everywhere_leaves_no_trace_and_may_come_back(
    mesh: Mesh, channels: dict[str, grpc.aio.Channel], other_site: dict[str, str], eventually: Any
) -> None:
    spool: Any = spool_pb2_grpc.SpoolServiceStub(channels["edge"])
    operator = bearer(mesh.ready["admin_token"])
    live, late, imported = new_id(), new_id(), new_id()
    first = LAST_YEAR.isoformat()
    everything = [f"{LAST_YEAR.date()}", f"{datetime.now(UTC).date()}"]

    # stored live, in both modes; imported; somebody else everywhere too
    await mesh.view("/private", sessionId=live)
    await mesh.track("event", {"name": "signup", "sessionId": live, "userId": USER})
    for user, agent in ((USER, AGENT), (OTHER, AGENT.replace("140", "139"))):
        sent = {"name": "signup", "userId": user, "pageUrl": "https://shop.example/private"}
        reply = await mesh.track("event", sent | {"appName": "shop"}, {"user-agent": agent})
        assert reply.status == 202, reply.body
        await mesh.view("/private", userId=OTHER)
        await mesh.track("event", {"name": "lone", "userId": user})
    line = {"kind": "view", "pageUrl": "https://shop.example/old", "occurredAt": first, "userAgent": AGENT}
    history = [
        line | {"eventId": new_id(), "sessionId": imported, "userId": USER},
        line | {"eventId": new_id(), "sessionId": new_id(), "userId": OTHER},
    ]
    body = "\n".join(json.dumps(one) for one in history)
    answer = await mesh.api("POST", f"import?site={mesh.site}", body, **{"content-type": "application/x-ndjson"})
    assert answer.json()["imported"] == 2, answer.body
    past: dict[str, Any] = {"date_range": [everything[0], f"{(LAST_YEAR + timedelta(days=5)).date()}"]}
    for _ in range(2):  # the second answer is a remembered one
        assert (await mesh.query(["events", "visits"], **past))[0][1] == [2, 2]
    await eventually(lambda: mesh.query(["events"], filters=[["is", "event", ["signup", "lone"]]]), [([], [3])])

    # in the spool, whose drain is paused
    await spool.Pause(spool_pb2.PauseRequest(), metadata=operator, timeout=10)
    mesh.kill("writer", signal.SIGSTOP)
    try:
        for number in range(12):
            sent = {"sessionId": late if number % 2 else live, "userId": USER, "pageUrl": "https://shop.example/late"}
            assert (await mesh.track("view", sent)).status == 202
    finally:
        mesh.kill("writer", signal.SIGCONT)

    async def spooled() -> int:
        return (await spool.Status(spool_pb2.SpoolServiceStatusRequest(), metadata=operator, timeout=10)).entries

    assert await spooled() > 0
    await eventually(lambda: mesh.query(["events"], "shop"), [([], [2])])
    shop_visits = set(await visits(mesh, "shop"))
    marks = forms(USER) | await hash_forms(mesh, USER)
    for id in (live, late, imported):
        marks |= id_forms(id)

    async with mesh.live() as socket:

        async def shown() -> bool:
            return "signup" in [event["name"] for event in json.loads(await socket.recv())["events"]]

        await eventually(shown, True)
        # erased, and the writer is killed in the middle of it
        made = await mesh.api("POST", "privacy/erasures", {"site": mesh.site, "userId": USER})
        assert made.status == 202, made.body
        mesh.kill("writer")
        done = await finished(mesh, eventually, made.json()["id"])
        in_shop = await erased(mesh, eventually, "shop", userId=USER)
        assert done["rows"]["visits"] >= 2 and in_shop["rows"]["visits"] == 1
        await eventually(shown, False)

    # the spool drains now
    await spool.Resume(spool_pb2.ResumeRequest(), metadata=operator, timeout=10)
    await eventually(spooled, 0)

    await eventually(
        lambda: mesh.query(["events"], filters=[["is", "page", ["/late"]]], date_range=everything), [([], [0])]
    )
    await eventually(lambda: mesh.query(["events", "visits"], **past), [([], [1, 1])])
    # whoever else there is stays
    await eventually(lambda: mesh.query(["events"], "shop", date_range=everything), [([], [1])])
    (gone,) = shop_visits - set(await visits(mesh, "shop"))
    marks |= id_forms(gone)
    for site, id in ((mesh.site, live), (mesh.site, late), (mesh.site, imported), ("shop", gone)):
        assert (await mesh.api("GET", f"visits/{id}?site={site}")).status == 404
        assert id not in await visits(mesh, site)
    await eventually(lambda: mesh.query(["events"], filters=[["is", "event", ["lone"]]]), [([], [1])])

    shredded = await mesh.run("shred")
    assert shredded.code == 0, shredded.output
    rows = await unpacked(mesh)
    assert b"/private" in rows, "the search does not even find what must be there"
    assert [name for name, raw in marks.items() if raw in rows] == []
    assert (await mesh.run("verify")).code == 0

    assert await mesh.stop() == 0
    others = files_with(mesh.directory, {"the page": b"/private"})
    assert {"postgres", "clickhouse"} <= {line.partition(" in ")[2].partition("/")[0] for line in others}
    assert files_with(mesh.directory, marks) == []

    await mesh.start()
    assert (await mesh.view("/again", sessionId=new_id(), userId=USER)).status == 202
    await eventually(lambda: mesh.query(["pageviews"], filters=[["is", "page", ["/again"]]]), [([], [1])])
    await receipts_hold(mesh, done, other_site["admin"])


async def receipts_hold(mesh: Mesh, done: dict[str, Any], stranger: str) -> None:
    receipt = done["receipt"]
    found = (await mesh.api("POST", "privacy/receipts/verify", {"receipt": receipt})).json()
    assert found["valid"] and found["id"] == done["id"] and found["rows"] == done["rows"]
    head, content, signature = receipt.split(".")
    told = json.loads(base64.urlsafe_b64decode(content + "=="))
    told["rows"]["events"] = 1
    forged = base64.urlsafe_b64encode(json.dumps(told, sort_keys=True, separators=(",", ":")).encode())
    changed = f"{head}.{forged.decode().rstrip('=')}.{signature}"
    refused = (await mesh.api("POST", "privacy/receipts/verify", {"receipt": changed})).json()
    assert refused == {"valid": False, "reason": "it was changed: the signature does not fit"}
    foreign = await mesh.api("POST", "privacy/receipts/verify", {"receipt": receipt}, stranger)
    assert foreign.status == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "exports", {"site": "demo", "userId": "x"}),
        ("POST", "erasures", {"site": "demo", "userId": "x"}),
        ("POST", "erasures", {"site": "demo", "visitId": new_id()}),
        ("POST", "erasures", {"site": "demo", "wholeSite": True}),
        ("GET", "exports?site=demo", None),
        ("GET", "erasures?site=demo", None),
        ("GET", "exports/TASK", None),
        ("GET", "exports/TASK/content", None),
        ("GET", "erasures/TASK", None),
        ("GET", "retention?site=demo", None),
        ("GET", "retention/preview?site=demo", None),
    ],
)
async def test_another_sites_key_is_refused_on_every_route(
    mesh: Mesh, other_site: dict[str, str], eventually: Any, method: str, path: str, body: Any
) -> None:
    kind = path.partition("/")[0]
    if "TASK" in path:
        made = (await mesh.api("POST", f"privacy/{kind}", {"site": mesh.site, "userId": "x"})).json()
        path = path.replace("TASK", made["id"])
    assert (await mesh.api(method, f"privacy/{path}", body, other_site["admin"])).status == 404
    assert (await mesh.api(method, f"privacy/{path}", body, other_site["read"])).status == 403
    if "TASK" not in path and method == "GET":
        assert (await mesh.api(method, f"privacy/{path}", body)).status in (200, 412)


async def test_a_deleted_sites_events_go_too(mesh: Mesh, eventually: Any) -> None:
    assert (await mesh.api("POST", "sites", {"id": "leaving"})).status == 201
    session = new_id()
    assert (await mesh.view("/leaving", appName="leaving", sessionId=session)).status == 202
    (number,) = (await mesh.sql("SELECT number FROM sites WHERE id = 'leaving'"))[0]
    await eventually(lambda: mesh.sql("SELECT count(*)::int FROM events WHERE site_id = $1", number), [(1,)])
    assert (await mesh.api("DELETE", "sites/leaving")).status == 204
    await eventually(lambda: mesh.sql("SELECT count(*)::int FROM events WHERE site_id = $1", number), [(0,)])
    tasks = (await mesh.api("GET", "privacy/erasures")).json()["erasures"]
    assert [task["kind"] for task in tasks if task["site"] == "leaving"] == ["site"]


async def test_an_export_names_the_rows_the_words_and_the_edges(mesh: Mesh, eventually: Any) -> None:
    session = new_id()
    await mesh.view("/mine", sessionId=session)
    await mesh.track("event", {"name": "signup", "sessionId": session, "userId": "copy", "props": {"plan": "=1+1"}})
    await eventually(
        lambda: mesh.sql("SELECT count(*)::int FROM events WHERE visit_id = $1", uuid.UUID(session)), [(2,)]
    )
    made = (await mesh.api("POST", "privacy/exports", {"site": mesh.site, "userId": "copy"})).json()

    async def state() -> str:
        return (await mesh.api("GET", f"privacy/exports/{made['id']}")).json()["state"]

    await eventually(state, "done")
    done = (await mesh.api("GET", f"privacy/exports/{made['id']}")).json()
    assert done["rows"] == {"visits": 1} and [edge["edge"] for edge in done["edges"]]
    text = await mesh.api("GET", f"privacy/exports/{made['id']}/content")
    about, *events, end = [json.loads(line) for line in text.body.splitlines()]
    assert about["definitions"]["page"] == "Path of the page." and end == {"type": "end", "events": 2}
    assert [event["name"] for event in events] == ["pageview", "signup"]
    zipped = await mesh.api("GET", f"privacy/exports/{made['id']}/content", accept="application/zip")
    assert zipped.headers["content-type"] == "application/zip" and zipped.body[:2] == b"PK"


async def test_the_command_line_exports_erases_and_checks_the_receipt(
    mesh: Mesh, eventually: Any, tmp_path: Path
) -> None:
    session, file, receipt = new_id(), tmp_path / "rights.ndjson", tmp_path / "receipt"
    await mesh.track("event", {"name": "rights", "sessionId": session, "userId": "cora"})
    await eventually(lambda: mesh.query(["events"], filters=[["is", "event", ["rights"]]]), [([], [1])])
    exported = await mesh.run("export-user", "cora", "--site", mesh.site, "--to", str(file))
    assert (exported.code, "visits: 1, events outside any: 0" in exported.output) == (0, True), exported.output
    assert [json.loads(line)["type"] for line in file.read_text().splitlines()] == ["export", "event", "end"]
    erasing = ("erase", "--site", mesh.site, "--user", "cora", "--data", str(mesh.directory))
    with receipt.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cli", *erasing), cwd=ROOT, env=environment(), stdout=out, stderr=subprocess.PIPE
        )
        _, words = await process.communicate()
    assert (process.returncode, b"events: 1 rows erased" in words) == (0, True), words
    assert await mesh.query(["events"], filters=[["is", "event", ["rights"]]]) == [([], [0])]
    checked = await mesh.run("verify-receipt", str(receipt))
    assert checked.code == 0, checked.output
    receipt.write_text("no receipt")
    checked = await mesh.run("verify-receipt", str(receipt))
    assert (checked.code, "not the form" in checked.output) == (1, True), checked.output
    assert "cora" not in (await mesh.run("erasures", "--site", mesh.site)).output
