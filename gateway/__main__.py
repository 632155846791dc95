"""The gateway: HTTP and WebSocket in, the contract's RPCs out."""

import asyncio
import contextlib
import resource
import socket
from collections.abc import Generator

import uvicorn

from gateway.app import Gateway
from gateway.connections import HttpProtocol, LiveSocketProtocol, Sweeper
from gateway.peers import Peers
from gateway.settings import GatewaySettings
from mesh.server import run, until_stopped
from mesh.settings import load
from mesh.telemetry import log, start


class Server(uvicorn.Server):
    """uvicorn without its signal handling, which would end the process by the signal instead of exit code 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def configuration(app: Gateway, settings: GatewaySettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # pyright: ignore[reportArgumentType]  (Starlette's and uvicorn's ASGI types differ in name alone)
        loop="none",
        http=HttpProtocol,
        ws=LiveSocketProtocol,
        ws_max_size=4_096,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level="error",  # uvicorn's own lines name client addresses
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=settings.max_connections,
        backlog=1_024,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=int(settings.stop_grace_s),
    )


async def main() -> None:
    settings = load(GatewaySettings)
    start("gateway", settings.log_level, settings.metrics_port)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    listener = _listen(settings.bind_host, settings.gateway_port)
    peers = Peers(settings)
    await peers.directory.start()
    gateway = Gateway(settings, peers)
    server = Server(configuration(gateway, settings))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    sweeping = asyncio.create_task(Sweeper(server).run())
    log.info("listening", port=listener.getsockname()[1])
    await until_stopped()
    sweeping.cancel()
    await gateway.live.stop()
    server.should_exit = True
    await serving
    await gateway.batcher.drain()
    await peers.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise SystemExit(f"ANALYTICS_GATEWAY_PORT: cannot listen on {host}:{port}: {error.strerror}") from None


if __name__ == "__main__":
    run(main)
