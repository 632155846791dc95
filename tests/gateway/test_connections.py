"""Connections that do not get on are closed, and hold up nobody."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.gateway.doubles import running

HEAD = b"POST /track/view HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"


async def test_silent_connections_and_slow_headers_are_closed_in_time(dist: Path) -> None:
    async with running(dist, header_patience_s=0.3) as mesh:
        port = httpx.URL(mesh.url).port
        silent_reader, silent = await asyncio.open_connection("127.0.0.1", port)
        slow_reader, slow = await asyncio.open_connection("127.0.0.1", port)
        slow.write(HEAD)
        later_reader, later = await asyncio.open_connection("127.0.0.1", port)
        later.write(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        await later_reader.readuntil(b"}")
        later.write(HEAD)
        for reader in (silent_reader, slow_reader, later_reader):
            async with asyncio.timeout(10):
                assert await _rest(reader) == b""
        for writer in (silent, slow, later):
            writer.close()


async def test_a_body_that_never_begins_is_cut_off_in_time(dist: Path) -> None:
    async with running(dist, header_patience_s=0.3) as mesh:
        reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(mesh.url).port)
        writer.write(HEAD + b"content-length: 10\r\n\r\n")
        async with asyncio.timeout(10):
            await _rest(reader)
        writer.close()


async def test_a_head_without_end_is_431(dist: Path) -> None:
    async with running(dist) as mesh:
        reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(mesh.url).port)
        writer.write(HEAD + b"x: ")
        for _ in range(4):
            writer.write(b"y" * 16_384)
            await asyncio.sleep(0.01)
        async with asyncio.timeout(10):
            assert b" 431 " in await reader.readline()
        writer.close()


@pytest.mark.parametrize(
    "head",
    [
        b"POST /track/view HTTP/1.1\r\ncontent-length: 2\r\n",
        b"GET /api/v1/live HTTP/1.1\r\ncontent-length: 2\r\n",
        b"GET /api/v1/live HTTP/1.1\r\ntransfer-encoding: chunked\r\n",
        b"GET /api/v1/live HTTP/1.1\r\n" + b"a: b\r\n" * 200,
        b"GET /api/v1/live HTTP/1.1\r\na: " + b"b" * 9_000 + b"\r\n",
    ],
    ids=["another method", "a body", "a body in chunks", "many lines", "a long line"],
)
async def test_a_head_that_can_open_no_socket_is_400_at_once(dist: Path, head: bytes) -> None:
    async with running(dist) as mesh:
        reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(mesh.url).port)
        writer.write(head + b"host: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n{}")
        async with asyncio.timeout(10):
            assert b" 400 " in await reader.readline()
            await _rest(reader)
        writer.close()


async def test_more_connections_than_allowed_get_503(dist: Path) -> None:
    async with running(dist, max_connections=16) as mesh:
        port = httpx.URL(mesh.url).port
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        async with httpx.AsyncClient(base_url=mesh.url, trust_env=False) as http:
            assert (await http.get("/healthz")).status_code == 503
        for _, writer in idle:
            writer.close()


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
