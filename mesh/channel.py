"""Channels to other services: keepalive, limits, and retries for idempotent methods alone.

Deadlines are given with each call (`timeout=`); metadata is `bearer(token)`.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import grpc

from mesh import tls

MAX_MESSAGE_BYTES = 32 * 1024 * 1024

Metadata = tuple[tuple[str, str], ...]

# Reading again, or storing again by id, changes nothing: these may be retried by the channel itself.
_IDEMPOTENT = ["QueryService", "SiteService/ListSites", "KeyService/ListKeys"]


def _method(name: str) -> dict[str, str]:
    service, _, method = name.partition("/")
    return {"service": f"analytics.v1.{service}"} | ({"method": method} if method else {})


def _service_config(idempotent: Iterable[str]) -> str:
    retry = {
        "maxAttempts": 4,
        "initialBackoff": "0.05s",
        "maxBackoff": "0.5s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    return json.dumps(
        {
            "loadBalancingConfig": [{"round_robin": {}}],
            "methodConfig": [{"name": [_method(name) for name in idempotent], "retryPolicy": retry}],
            "retryThrottling": {"maxTokens": 20, "tokenRatio": 0.2},
        }
    )


def connect(address: str) -> grpc.aio.Channel:
    """A lazy channel to `host:port`. It reconnects by itself within a second of the peer's return."""
    return open_channel(
        address,
        [
            ("grpc.service_config", _service_config(_IDEMPOTENT)),
            ("grpc.enable_retries", 1),
            ("grpc.keepalive_time_ms", 20_000),
            ("grpc.keepalive_timeout_ms", 5_000),
            ("grpc.http2.ping_timeout_ms", 5_000),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_pings_without_data", 0),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.min_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 1_000),
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
            ("grpc.use_local_subchannel_pool", 1),
        ],
    )


def open_channel(address: str, options: Sequence[tuple[str, Any]]) -> grpc.aio.Channel:
    """A channel with the process's certificates, where it has any."""
    credentials = tls.channel_credentials()
    if credentials is None:
        return grpc.aio.insecure_channel(address, options=options)
    return grpc.aio.secure_channel(address, credentials, options=options)


def bearer(token: str, directory_version: int = 0) -> Metadata:
    """Metadata of a call: the credential, and the directory version that the callee must have reached (0 = any)."""
    base = (("authorization", f"Bearer {token}"),)
    return (*base, (DIRECTORY_VERSION, str(directory_version))) if directory_version else base


DIRECTORY_VERSION = "analytics-directory-version"
