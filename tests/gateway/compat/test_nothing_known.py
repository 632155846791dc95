"""A gateway that starts while the writer is away knows no site and no key: each tracker is told to come back."""

import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gateway.app import Gateway
from gateway.peers import Peers
from gateway.settings import GatewaySettings
from tests.gateway.doubles import DEMO_READ, INGEST, MESH_TOKEN, authorized


@pytest.fixture
async def alone(dist: Path) -> AsyncIterator[httpx.AsyncClient]:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        away = f"127.0.0.1:{unused.getsockname()[1]}"
    addresses = dict.fromkeys(("edge_address", "writer_address", "query_address", "realtime_address"), away)
    settings = GatewaySettings(mesh_token=MESH_TOKEN, **addresses)  # pyright: ignore
    peers = Peers(settings)
    await peers.directory.start()
    gateway = Gateway(settings, peers, dist)
    transport = httpx.ASGITransport(gateway)  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(transport=transport, base_url="http://stats.example") as http:
        yield http
    await gateway.batcher.drain()
    await peers.close()


VIEW = {"n": "pageview", "u": "https://demo.example/", "d": "demo.example"}
MESSAGE = {"event": "a", "writeKey": INGEST}
ASKED = {"site_id": "demo.example", "metrics": ["visitors"], "date_range": "7d"}


@pytest.mark.parametrize(
    ("path", "body", "status", "shape"),
    [
        ("/api/event", VIEW, 503, ["errors"]),
        ("/v1/track", MESSAGE, 429, ["success", "message"]),
        ("/v1/batch", {"batch": [{"type": "track", "event": "a"}], "writeKey": "demo"}, 429, ["success", "message"]),
        ("/api/v2/query", ASKED, 503, ["error"]),
    ],
)
async def test_a_tracker_is_told_in_its_own_shape_to_come_back(
    alone: httpx.AsyncClient, path: str, body: object, status: int, shape: list[str]
) -> None:
    headers = {"content-type": "application/json", **(authorized(DEMO_READ) if path == "/api/v2/query" else {})}
    answer = await alone.post(path, content=json.dumps(body), headers=headers)
    assert (answer.status_code, list(answer.json())) == (status, shape)
    assert int(answer.headers["retry-after"]) >= 1
