"""The audit log of the real mesh: each service's reads and acts are in it, a stranger's are not, and it verifies."""

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import pytest
from analytics.v1 import (
    audit_pb2,
    audit_pb2_grpc,
    query_pb2,
    query_pb2_grpc,
    realtime_pb2,
    realtime_pb2_grpc,
    spool_pb2,
    spool_pb2_grpc,
)

from bench.mesh import Mesh
from mesh.channel import bearer

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUERY = {"site": "demo", "metrics": ["visitors"], "date_range": "7d"}


async def entries(mesh: Mesh, **asked: str) -> list[dict[str, Any]]:
    wanted = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = await mesh.api("GET", f"privacy/audit?{wanted}")
    assert answer.status == 200, answer.body
    return answer.json()["entries"]


async def test_what_each_service_was_asked_is_in_the_log(mesh: Mesh, channels: dict[str, grpc.aio.Channel]) -> None:
    token = bearer(mesh.ready["admin_token"])
    assert (await mesh.api("POST", "query", QUERY)).status == 200
    watch = realtime_pb2.RealtimeServiceWatchRequest(site="demo")
    await realtime_pb2_grpc.RealtimeServiceStub(channels["realtime"]).Watch(watch, metadata=token).read()
    spool: Any = spool_pb2_grpc.SpoolServiceStub(channels["edge"])
    await spool.Pause(spool_pb2.PauseRequest(), metadata=token)
    await spool.Resume(spool_pb2.ResumeRequest(), metadata=token)
    made = await mesh.api("POST", "goals", {"site": "demo", "name": "Signup", "event": "signup"})
    assert made.status == 201, made.body
    assert (await mesh.api("POST", "privacy/erasures", {"site": "demo", "userId": "jane@example.org"})).status == 202

    found = {each["operation"]: each for each in await entries(mesh)}
    assert found["QueryService.Query"]["request"] == {"site": "demo", "metrics": ["visitors"], "dateRange": ["7d"]}
    for operation in (
        "QueryService.Query",
        "RealtimeService.Watch",
        "GoalService.CreateGoal",
        "PrivacyService.CreateErasure",
    ):
        assert found[operation]["site"] == "demo", operation
        assert found[operation]["actor"]["kind"] == "key"
        assert found[operation]["actor"]["name"]
        assert len(found[operation]["from"]) == 16
    assert {"SpoolService.Pause", "SpoolService.Resume"} <= set(found)
    erasure = found["PrivacyService.CreateErasure"]["request"]
    assert erasure["userId"].startswith("hmac:")
    assert "jane" not in json.dumps(erasure)


async def test_refused_attempts_at_a_site_stand_in_its_own_log(mesh: Mesh, other_site: dict[str, str]) -> None:
    attempt = {"site": "demo", "userId": "jane"}
    assert (await mesh.api("POST", "privacy/erasures", attempt, token=other_site["admin"])).status == 404
    assert (await mesh.api("POST", "query", QUERY, token="am_key_guessed")).status == 401
    newest = (await entries(mesh, site="demo", operation="PrivacyService"))[0]
    assert (newest["refused"], newest["request"]) == ("NOT_FOUND", {})
    assert newest["actor"]["name"] is None  # whose it is, is no business of this site's owner
    assert all(each["refused"] != "UNAUTHENTICATED" for each in await entries(mesh))


async def test_a_sites_owner_sees_its_log_and_no_others(mesh: Mesh, other_site: dict[str, str]) -> None:
    for path, status in (("privacy/audit?site=shop", 403), ("privacy/audit?site=demo", 403), ("privacy/audit", 403)):
        assert (await mesh.api("GET", path, token=other_site["admin"])).status == status, path
    await mesh.api("POST", "query", {**QUERY, "site": "shop"}, token=other_site["read"])
    shop = await entries(mesh, site="shop")
    assert {each["site"] for each in shop} == {"shop"}
    assert shop[0]["operation"] in ("QueryService.Query", "AuditService.ListAudit")


async def test_pages_filters_and_files_hold_the_same_entries(mesh: Mesh) -> None:
    for _ in range(5):
        await mesh.api("POST", "query", QUERY)
    asked = "privacy/audit?operation=QueryService.Query&limit=2"
    pages: list[int] = []
    token = ""
    while token is not None:
        answer = (await mesh.api("GET", f"{asked}&pageToken={token}" if token else asked)).json()
        pages += [each["number"] for each in answer["entries"]]
        token = answer["nextPageToken"]
    assert pages == sorted(set(pages), reverse=True)
    lines = await mesh.api("GET", asked, accept="application/x-ndjson")
    assert [json.loads(line)["number"] for line in lines.body.splitlines()] == pages
    table = await mesh.api("GET", asked, accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(table.body.decode())))
    assert [int(row["number"]) for row in rows] == pages
    for wrong in ("limit=0", "limit=x", "pageToken=-1", "from=yesterday", "to=1"):
        refused = await mesh.api("GET", f"privacy/audit?{wrong}")
        assert refused.status == 400, wrong
        assert refused.json()["field"] == wrong.partition("=")[0]


async def test_a_question_is_refused_while_its_entry_cannot_be_written(
    mesh: Mesh, channels: dict[str, grpc.aio.Channel]
) -> None:
    admin = await asyncpg.connect(mesh.ready["database"])
    await admin.execute("ALTER TABLE audit_log ADD CONSTRAINT no_more CHECK (number < 0) NOT VALID")
    try:
        refused = await mesh.api("POST", "query", QUERY)
        assert refused.status == 503, refused.body
        assert "audit log cannot be written" in refused.json()["detail"]
        query: Any = query_pb2_grpc.QueryServiceStub(channels["query"])
        with pytest.raises(grpc.aio.AioRpcError) as error:
            request = query_pb2.QueryRequest(site="demo", metrics=["visitors"], date_range=["7d"])
            await query.Query(request, metadata=bearer(mesh.ready["admin_token"]))
        assert error.value.code() is grpc.StatusCode.UNAVAILABLE
    finally:
        await admin.execute("ALTER TABLE audit_log DROP CONSTRAINT no_more")
        await admin.close()
    assert (await mesh.api("POST", "query", QUERY)).status == 200


async def test_the_log_verifies_by_http_grpc_and_command_until_somebody_changes_it(
    mesh: Mesh, channels: dict[str, grpc.aio.Channel]
) -> None:
    found = (await mesh.api("GET", "privacy/audit/verify")).json()
    assert (found["intact"], found["problem"]) == (True, None)
    assert found["entries"] == found["last"] > 0
    kept = f"{found['last']}:{found['digest']}"
    assert (await mesh.api("GET", f"privacy/audit/verify?checkpoint={kept}")).json()["intact"]
    assert (await mesh.api("GET", "privacy/audit/verify?checkpoint=1:abc")).status == 400
    told = await mesh.run("audit", "--verify", "--checkpoint", kept)
    assert (told.code, told.output.startswith("intact: ")) == (0, True), told.output
    listed = await mesh.run("audit", "--site", "demo", "--operation", "QueryService.Query", "--last", "1", "--json")
    assert json.loads(listed.output)["operation"] == "QueryService.Query"

    admin = await asyncpg.connect(mesh.ready["database"])
    await admin.execute("ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only")
    await admin.execute("UPDATE audit_log SET actor = 'somebody else' WHERE number = 3")
    await admin.close()
    stub: Any = audit_pb2_grpc.AuditServiceStub(channels["writer"])
    answer = await stub.VerifyAudit(audit_pb2.VerifyAuditRequest(), metadata=bearer(mesh.ready["admin_token"]))
    assert (answer.intact, answer.problem) == (False, "entry 3 was changed")
    told = await mesh.run("audit", "--verify")
    assert (told.code, "entry 3 was changed" in told.output) == (1, True)


async def test_commands_that_read_the_stores_themselves_are_entries(mesh: Mesh, tmp_path: Path) -> None:
    assert (await mesh.run("events", "--site", "demo")).code == 0
    assert (await mesh.run("backup", str(tmp_path / "kept"))).code == 0
    newest = [(each["operation"], each["actor"]["kind"], each["site"]) for each in await entries(mesh, operation="cli")]
    assert newest == [("cli.backup", "mesh", None), ("cli.events", "mesh", "demo")]


async def test_many_questions_at_once_leave_an_entry_each(mesh: Mesh) -> None:
    before = (await entries(mesh, limit="1"))[0]["number"]
    answers = await asyncio.gather(*(mesh.api("POST", "query", QUERY) for _ in range(40)))
    assert {answer.status for answer in answers} == {200}
    newer = [each for each in await entries(mesh, limit="1000") if each["number"] > before]
    assert sum(each["operation"] == "QueryService.Query" for each in newer) == 40
