"""Connections to PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg

from mesh.telemetry import log

Pool: TypeAlias = Any  # asyncpg.Pool
Connection: TypeAlias = Any  # asyncpg.Connection, pooled or not

_EPOCH_US = 946_684_800_000_000  # PostgreSQL counts from 2000-01-01

# What asyncpg raises when a statement fails or its connection is lost (TimeoutError is an OSError).
FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)

# A writer that freezes inside a transaction holds others up for so long and no longer.
_IDLE_LIMIT_S, _STATEMENT_LIMIT_S = 2, 5
_CONNECT_TIMEOUT_S = 5


class _PlainConnection(asyncpg.Connection):  # pyright: ignore[reportMissingTypeArgument]
    def get_reset_query(self) -> str:
        """Nothing: what a session is told, it is told once, and a query at each release costs a round trip."""
        return ""


async def open_pool(
    url: str,
    size: int,
    init: Callable[[Connection], Awaitable[None]] | None = None,
    *,
    statement_limit_s: int = _STATEMENT_LIMIT_S,
) -> Pool:
    """A pool of up to `size` connections, one of them open already. Raises OSError or asyncpg.PostgresError."""
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        init=init,
        connection_class=_PlainConnection,
        timeout=_CONNECT_TIMEOUT_S,
        command_timeout=statement_limit_s + 1,
        max_inactive_connection_lifetime=0,
        server_settings={
            "application_name": "analytics writer",
            "default_transaction_isolation": "read committed",
            "jit": "off",
            "random_page_cost": "1.1",  # of solid disks: else a week of many events is sought by reading all of them
            "timezone": "UTC",
            "idle_in_transaction_session_timeout": f"{_IDLE_LIMIT_S}s",
            "transaction_timeout": f"{statement_limit_s}s",
            "statement_timeout": f"{statement_limit_s}s",
        },
    )


async def raw_codecs(connection: Connection) -> None:
    """For the hot path: UUIDs as 16 bytes, times as microseconds since the epoch, without objects in between."""
    await connection.set_type_codec("uuid", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary")
    await connection.set_type_codec(
        "timestamptz", schema="pg_catalog", encoder=_to_postgresql, decoder=_from_postgresql, format="tuple"
    )


def _to_postgresql(us: int) -> tuple[int]:
    return (us - _EPOCH_US,)


def _from_postgresql(parts: tuple[int]) -> int:
    return parts[0] + _EPOCH_US


async def connect_patiently(url: str) -> Connection:
    """A connection, as soon as there is a PostgreSQL that takes it. Bad credentials and names are waited out too: the
    supervisor may still be making them."""
    delay, told = 0.1, ""
    while True:
        try:
            return await asyncpg.connect(url, timeout=_CONNECT_TIMEOUT_S)
        except FAILURES as error:
            if told != type(error).__name__:
                told = type(error).__name__
                log.warning("waiting_for_postgresql", error=told)
            await asyncio.sleep(delay)
            delay = min(delay * 1.5, 1.0)
