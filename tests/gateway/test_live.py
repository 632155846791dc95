"""`WS /api/v1/live`: who gets a socket, what it hears, and how it ends."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from gateway.live import Feed
from tests.gateway.doubles import DEMO_READ, INGEST, OTHER_ADMIN, SESSION, Mesh, directory, running, until


def socket(mesh: Mesh, site: str = "demo", **options: Any) -> connect:
    url = mesh.url.replace("http", "ws") + f"/api/v1/live?site={site}"
    return connect(url, proxy=None, compression=None, **options)


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def cookie(secret: str, origin: str | None) -> dict[str, str]:
    return {"cookie": f"analytics_session={secret}", **({"origin": origin} if origin else {})}


async def hear(client: ClientConnection) -> dict[str, Any]:
    return json.loads(await client.recv())


async def close_code(client: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as caught:
        while True:
            await client.recv()
    assert caught.value.rcvd
    return caught.value.rcvd.code


async def test_a_socket_hears_a_snapshot_at_once_and_each_change(mesh: Mesh) -> None:
    await mesh.realtime.say(1)
    async with socket(mesh, additional_headers=bearer(DEMO_READ)) as client:
        first = await hear(client)
        assert (first["visitors_now"], first["fresh"], len(first["views_per_minute"])) == (1, True, 30)
        await mesh.realtime.say(2)
        assert (await hear(client))["visitors_now"] == 2


async def test_the_dashboards_cookie_opens_a_socket_for_its_own_origin(mesh: Mesh) -> None:
    async with socket(mesh, additional_headers=cookie(SESSION, mesh.url)) as client:
        assert (await hear(client))["fresh"]


async def test_a_page_that_holds_a_token_offers_it_as_a_subprotocol_and_hears_it_not_repeated(mesh: Mesh) -> None:
    async with socket(mesh, subprotocols=["bearer", DEMO_READ]) as client:
        assert (await hear(client))["fresh"]
        assert client.subprotocol == "bearer"
    async with socket(mesh, subprotocols=["bearer", "am_key_wrong"]) as client:
        assert await close_code(client) == 4401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_foreign_page_with_the_cookie_gets_no_socket(mesh: Mesh, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with socket(mesh, additional_headers=cookie(SESSION, origin)):
            pass
    assert caught.value.response.status_code == 403


@pytest.mark.parametrize(
    ("headers", "site", "code"),
    [
        ({}, "demo", 4401),
        (bearer("am_key_wrong"), "demo", 4401),
        (bearer("am_key\twrong"), "demo", 4401),
        (bearer(INGEST), "demo", 4403),
        (bearer(OTHER_ADMIN), "demo", 4404),
        (bearer(SESSION), "nowhere", 4404),
        (bearer(DEMO_READ), "", 4400),
    ],
)
async def test_a_refused_socket_closes_with_the_reasons_code(
    mesh: Mesh, headers: dict[str, str], site: str, code: int
) -> None:
    async with socket(mesh, site, additional_headers=headers) as client:
        assert await close_code(client) == code


@pytest.mark.parametrize("secret", ["é", r'"\303\251"', r'"\012"'])
async def test_a_cookie_that_is_no_credential_is_4401_before_any_watch(mesh: Mesh, secret: str) -> None:
    watches = mesh.realtime.watches
    async with socket(mesh, additional_headers=cookie(secret, mesh.url)) as client:
        assert await close_code(client) == 4401
    assert mesh.realtime.watches == watches


async def test_a_socket_outlives_realtime_and_says_when_it_is_stale(mesh: Mesh) -> None:
    async with socket(mesh, additional_headers=bearer(DEMO_READ)) as client:
        await hear(client)
        await mesh.stop("realtime")
        assert await hear(client) == {"fresh": False}
        mesh.realtime.visitors = 9
        await mesh.start("realtime")
        assert (await hear(client))["visitors_now"] == 9


async def test_a_key_revoked_while_open_closes_the_socket(mesh: Mesh) -> None:
    async with socket(mesh, additional_headers=bearer(DEMO_READ)) as client:
        await hear(client)
        mesh.snapshot = directory(without=DEMO_READ)
        await mesh.stop("realtime")
        await mesh.start("realtime")
        assert await close_code(client) == 4401


async def test_sockets_of_one_credential_and_site_share_one_watch(mesh: Mesh) -> None:
    before = mesh.realtime.watches
    async with (
        socket(mesh, additional_headers=bearer(DEMO_READ)) as one,
        socket(mesh, additional_headers=bearer(DEMO_READ)) as two,
        socket(mesh, additional_headers=bearer(SESSION)) as other,
    ):
        for client in (one, two, other):
            await hear(client)
        assert mesh.realtime.watches - before == 2
        assert mesh.gateway.live.sockets == 3
    await until(lambda: mesh.gateway.live.sockets == 0)


async def test_what_a_client_says_is_ignored(mesh: Mesh) -> None:
    async with socket(mesh, additional_headers=bearer(DEMO_READ)) as client:
        await hear(client)
        for _ in range(50):
            await client.send("x" * 100)
        await mesh.realtime.say(mesh.realtime.visitors + 1)
        assert (await hear(client))["visitors_now"] == mesh.realtime.visitors


async def test_a_client_that_does_not_read_is_dropped_with_a_code_and_holds_up_nobody(dist: Path) -> None:
    async with running(dist) as mesh:
        mesh.gateway.live.__init__(mesh.gateway.live._peers, send_timeout_s=0.3)
        mesh.realtime.padding = 2_000_000
        async with (
            socket(mesh, additional_headers=bearer(DEMO_READ), max_size=None) as quick,
            socket(mesh, additional_headers=bearer(DEMO_READ), max_size=None, max_queue=1) as slow,
        ):
            await hear(quick)
            for number in range(2, 30):
                await mesh.realtime.say(number)
                assert (await hear(quick))["visitors_now"] >= 1
                if mesh.gateway.live.sockets == 1:
                    break
                await asyncio.sleep(0.1)
            await until(lambda: mesh.gateway.live.sockets == 1)
            assert await close_code(slow) == 4408
            await mesh.realtime.say(100)
            while (await hear(quick))["visitors_now"] != 100:
                pass


async def test_a_gateway_that_stops_says_goodbye(dist: Path) -> None:
    async with running(dist) as mesh, socket(mesh, additional_headers=bearer(DEMO_READ)) as client:
        await hear(client)
        await mesh.gateway.live.stop()
        assert await close_code(client) == 1012


async def test_a_reader_that_misses_snapshots_sees_the_newest() -> None:
    feed = Feed()
    for number in range(5):
        feed.publish(b"%d" % number)
    assert (feed.text, feed.version) == ("4", 5)
