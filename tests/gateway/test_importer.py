"""`POST /api/v1/import`: a balance that balances, whatever the lines hold."""

import gzip
import json
import uuid
from typing import Any

import httpx
import pytest
from analytics.v1 import event_pb2

from gateway.importer import parse
from mesh.errors import MeshError
from tests.gateway.doubles import ADMIN, DEMO_READ, INGEST, OTHER_ADMIN, Mesh, authorized

PATH = "/api/v1/import?site=demo&import_id=log"


def line(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "view",
        "eventId": str(uuid.uuid4()),
        "occurredAt": "2015-05-17T10:05:03+00:00",
        "pageUrl": "https://example.org/",
        **changes,
    }


async def send(http: httpx.AsyncClient, content: Any, path: str = PATH, **headers: str) -> httpx.Response:
    if isinstance(content, list):
        content = "\n".join(item if isinstance(item, str) else json.dumps(item) for item in content)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await http.post(
        path, content=content, headers={**authorized(ADMIN), "content-type": "application/x-ndjson", **named}
    )


async def test_the_balance_names_each_refused_line_and_adds_up(mesh: Mesh, http: httpx.AsyncClient) -> None:
    again = line()
    response = await send(
        http,
        [
            line(),
            "not json",
            "",
            again,
            again,
            line(userAgent="a bot"),
            line(pageUrl="javascript:x"),
            line(occurredAt="soon"),
            line(eventId="7"),
            line(kind="dream"),
            line(screenWidth="wide"),
            '{"kind":"view"}',
        ],
    )
    assert response.status_code == 200
    balance = response.json()
    assert balance == {
        "read": 11,
        "imported": 2,
        "duplicates": 1,
        "ignored": 1,
        "ignoredReasons": {"bot": 1},
        "rejected": balance["rejected"],
    }
    assert [item["line"] for item in balance["rejected"]] == [2, 7, 8, 9, 10, 11, 12]
    reasons = {item["line"]: item["reason"] for item in balance["rejected"]}
    for number, field in ((7, "pageUrl"), (8, "occurredAt"), (9, "eventId"), (10, "kind"), (11, "screenWidth")):
        assert reasons[number].startswith(f"{field}: ")
    assert balance["read"] == sum(balance[k] for k in ("imported", "duplicates", "ignored")) + len(balance["rejected"])


async def test_it_is_answered_once_query_holds_the_events(mesh: Mesh, http: httpx.AsyncClient) -> None:
    await send(http, [line() for _ in range(1_201)])
    assert [len(request.events) for request in mesh.writer.imported] == [0, 500, 500, 201]
    assert {(request.site, request.import_id) for request in mesh.writer.imported} == {("demo", "log")}
    assert mesh.query.awaited == [44]


async def test_bots_are_kept_where_asked(mesh: Mesh, http: httpx.AsyncClient) -> None:
    kept = await send(http, [line(userAgent="a bot")], PATH + "&keep_bots=true")
    wrong = await send(http, [line()], PATH + "&keep_bots=maybe")
    assert kept.json()["imported"] == 1
    assert (wrong.status_code, wrong.json()["field"]) == (400, "keep_bots")


async def test_gzip_is_read_piece_by_piece_and_a_bomb_is_413(mesh: Mesh, http: httpx.AsyncClient) -> None:
    packed = gzip.compress("\n".join(json.dumps(line()) for _ in range(600)).encode())
    assert (await send(http, packed, content_encoding="gzip")).json()["imported"] == 600
    bomb = gzip.compress(b"\n" * 20_000_000)
    assert (await send(http, bomb, content_encoding="gzip")).status_code == 413
    assert (await send(http, packed[:-20], content_encoding="gzip")).status_code == 400


async def test_limits_on_the_body_and_its_lines(mesh: Mesh, http: httpx.AsyncClient) -> None:
    assert (await send(http, b"\n".join([b" " * 60_000] * 300))).status_code == 413
    assert (await send(http, b"x\n" * 100_100)).status_code == 413


@pytest.mark.parametrize("long", [json.dumps(line(pageTitle="x" * 70_000)), "x" * 2_000_000, " " * 70_000 + "{}"])
async def test_a_line_over_its_limit_is_one_refused_line(mesh: Mesh, http: httpx.AsyncClient, long: str) -> None:
    response = await send(http, [line(), long, line(), long])
    assert response.status_code == 200
    balance = response.json()
    assert (balance["read"], balance["imported"]) == (4, 2)
    assert [item["line"] for item in balance["rejected"]] == [2, 4]
    assert all("65,536" in item["reason"] for item in balance["rejected"])


async def test_gzip_of_several_members_is_read_to_its_end(mesh: Mesh, http: httpx.AsyncClient) -> None:
    members = [gzip.compress(json.dumps(line()).encode() + b"\n") for _ in range(900)]
    whole = await send(http, b"".join(members), content_encoding="gzip")
    assert whole.json()["imported"] == 900
    followed = await send(http, members[0] + b"garbage", content_encoding="gzip")
    broken = await send(http, members[0] + members[1][:-3], content_encoding="gzip")
    bomb = await send(http, gzip.compress(b"\n" * 9_000_000) * 2, content_encoding="gzip")
    assert (followed.status_code, broken.status_code, bomb.status_code) == (400, 400, 413)


async def test_an_import_wants_a_site_and_ndjson(http: httpx.AsyncClient) -> None:
    nowhere = await send(http, [line()], "/api/v1/import")
    wrong = await send(http, [line()], content_type="application/json")
    assert (nowhere.status_code, nowhere.json()["field"]) == (400, "site")
    assert wrong.status_code == 415


async def test_an_empty_import_is_a_balance_of_zeros(mesh: Mesh, http: httpx.AsyncClient) -> None:
    response = await send(http, b"")
    assert response.status_code == 200
    balance = {"read": 0, "imported": 0, "duplicates": 0, "ignored": 0, "ignoredReasons": {}, "rejected": []}
    assert response.json() == balance
    assert not mesh.query.awaited


@pytest.mark.parametrize(
    ("secret", "status"), [("am_key_wrong", 401), (INGEST, 403), (DEMO_READ, 403), (OTHER_ADMIN, 404)]
)
async def test_whoever_may_not_import_is_told_so_whatever_the_lines_hold(
    mesh: Mesh, http: httpx.AsyncClient, secret: str, status: int
) -> None:
    for content in (b"", b"not json\n", json.dumps(line()).encode()):
        assert (await send(http, content, **authorized(secret))).status_code == status


def test_a_line_carries_time_and_finished_values() -> None:
    text = json.dumps(
        line(kind="event", name="Sale", country="DE", browserVersion="9", userAgent="UA", ip="1.2.3.4", props={"a": 1})
    ).encode()
    _, event = parse(text, keep_bots=True)
    assert event.occurred_at_us == 1_431_857_103_000_000
    assert (event.kind, event.name, event.keep_bots) == (event_pb2.EVENT_KIND_CUSTOM, "Sale", True)
    assert (event.country, event.browser_version, event.user_agent, event.ip) == ("DE", "9", "UA", "1.2.3.4")
    assert dict(event.props) == {"a": "1"}
    assert (event.received_at_us, event.site_id, event.import_id) == (0, 0, "")


@pytest.mark.parametrize("when", ["2015-05-17T10:05:03Z", "2015-05-17T12:05:03+02:00", "2015-05-17 10:05:03"])
def test_a_time_is_read_with_its_offset_or_as_utc(when: str) -> None:
    assert parse(json.dumps(line(occurredAt=when)).encode(), keep_bots=False)[1].occurred_at_us == 1_431_857_103_000_000


def test_a_line_nested_without_end_is_refused() -> None:
    with pytest.raises(MeshError):
        parse(b"[" * 60_000, keep_bots=False)
