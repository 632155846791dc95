"""Is it up? One question for each kind of process; each answers within a second."""

import asyncio
import sys
import urllib.request
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from mesh.channel import open_channel

_LIMIT_S = 1.0


async def serving(address: str) -> bool:
    """Does the gRPC server at `host:port` say SERVING for its empty name?"""
    async with open_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        try:
            answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=_LIMIT_S)
        except grpc.aio.AioRpcError:
            return False
    return answer.status == health_pb2.HealthCheckResponse.SERVING


async def answers_200(url: str) -> bool:
    def ask() -> bool:
        with urllib.request.urlopen(url, timeout=_LIMIT_S) as response:
            return response.status == 200

    try:
        return await asyncio.to_thread(ask)
    except OSError:
        return False


async def redis_answers(host: str, port: int, password: str) -> bool:
    """Does the spool's server take its password, and has it read its file?"""
    try:
        async with asyncio.timeout(_LIMIT_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"AUTH {password}\r\nPING\r\n".encode())
                return (await reader.readline(), await reader.readline()) == (b"+OK\r\n", b"+PONG\r\n")
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, TimeoutError):
        return False


async def exits_0(*command: str) -> bool:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    return await process.wait() == 0


def main() -> None:
    """`python -m cli.probes ADDRESS`: exit code 0 if a service serves there. A gateway's address is a URL."""
    address = sys.argv[1]
    up = answers_200(f"{address}/readyz") if address.startswith("http") else serving(address)
    sys.exit(not asyncio.run(up))


if __name__ == "__main__":
    main()
