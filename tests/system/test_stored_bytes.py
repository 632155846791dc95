"""No address, user agent, user id or secret stands in clear in any file of the mesh (attack A30)."""

import base64
import ipaddress
import json
import signal
from pathlib import Path
from typing import Any

import grpc
from analytics.v1 import event_pb2, spool_pb2, spool_pb2_grpc, track_pb2, track_pb2_grpc

from bench.mesh import Mesh
from mesh.channel import bearer
from mesh.ids import new_id

IP, IP6 = "203.0.113.77", "2001:db8:7777::4242"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:139.7) Gecko/20100101 Firefox/139.7 UnheardOfMark/7c1e"
USER = "jane.roe.4711@example.org"
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


def files_with(directory: Path, marks: dict[str, bytes]) -> list[str]:
    found: list[str] = []
    for file in sorted(directory.rglob("*")):
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            found += [f"{mark} in {file.relative_to(directory)}" for mark, raw in marks.items() if raw in content]
    return found


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
    sent = "\n".join([json.dumps(line), json.dumps(line | {"eventId": "bad"})])
    imported = await mesh.api("POST", f"import?site={mesh.site}", sent, **{"content-type": "application/x-ndjson"})
    assert imported.json()["imported"] == 1
    signed = await mesh.http("POST", "/api/v1/session", {"email": USER, "password": PASSWORD_GUESS}, {"x-real-ip": IP})
    assert 400 <= signed.status < 500

    await eventually(lambda: mesh.query(["pageviews"], filters=[["is", "page", ["/private"]]]), [([], [6])])
    assert await mesh.stop() == 0

    secrets = {"the mesh's own page": b"/private"}
    assert files_with(mesh.directory, secrets), "the search does not even find what must be there"
    packed = {f"{ip} as bytes": ipaddress.ip_address(ip).packed for ip in (IP6,)}
    marks = {name: raw for text in (IP, IP6, AGENT, USER, PASSWORD_GUESS) for name, raw in forms(text).items()}
    assert files_with(mesh.directory, marks | packed | {"part of the agent": b"UnheardOfMark"}) == []
