"""One question to the writer, in the name of this machine's administrator."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import grpc

from cli.errors import Refusal
from mesh.channel import bearer, connect
from mesh.errors import from_rpc

T = TypeVar("T")


def asked(ready: Mapping[str, Any], ask: Callable[[grpc.aio.Channel, Any], Awaitable[T]], token: str = "") -> T:
    """What `ask` returns, given a channel to the writer and the metadata of its calls. Raises Refusal with what the
    writer says."""

    async def main() -> T:
        async with connect(ready["writer"]) as channel:
            return await ask(channel, bearer(token or ready["admin_token"]))

    try:
        return asyncio.run(main())
    except grpc.aio.AioRpcError as error:
        raise Refusal(str(from_rpc(error))) from None
