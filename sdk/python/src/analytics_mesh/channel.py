"""What both clients need to reach an edge."""

from typing import Any

import grpc

from analytics_mesh.options import Options

OPTIONS: tuple[tuple[str, Any], ...] = (
    ("grpc.enable_retries", 0),  # the client itself retries, longer and with each event's own outcome
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5_000),
)


def credentials(options: Options) -> grpc.ChannelCredentials | None:
    """None for a plain connection."""
    if options.tls is False:
        return None
    return grpc.ssl_channel_credentials() if options.tls is True else options.tls


def metadata(key: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {key}"),)


def require(target: str, key: str) -> None:
    """Raises ValueError for a target or a key that cannot be meant."""
    if not target or "://" in target:
        raise ValueError(f"target: {target[:80]!r} is not the edge's host:port, such as 'edge.internal:50051'")
    if not key or not key.isascii() or not key.isprintable():
        raise ValueError("key: it is empty or no key; give an ingest key of the site")
