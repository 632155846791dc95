"""Everything the edge says to Redis: a list of sealed chunks, a list of those set aside, totals, a lock.

`spool:chunks` oldest first; `spool:aside`; `spool:totals` with `bytes` (of chunks) and `envelopes` (of chunks and of
those set aside), changed in one transaction with the lists; `spool:lock` names the edge that drains.
"""

import asyncio
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

import redis.asyncio as redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.maint_notifications import MaintNotificationsConfig

_PAGE_CHUNKS = 5_000

CHUNKS, ASIDE, TOTALS, LOCK, PROBE = "spool:chunks", "spool:aside", "spool:totals", "spool:lock", "spool:probe"

# Oldest chunks until they hold ARGV[1] envelopes or ARGV[2] bytes; one at least. The count stands at byte 9.
_READ = """
local chunks, envelopes, bytes = {}, 0, 0
for i = 0, tonumber(ARGV[1]) - 1 do
  local chunk = redis.call('LINDEX', KEYS[1], i)
  if not chunk then break end
  if #chunk >= 12 then envelopes = envelopes + struct.unpack('>I4', string.sub(chunk, 9, 12)) end
  bytes = bytes + #chunk
  if i > 0 and (envelopes > tonumber(ARGV[1]) or bytes > tonumber(ARGV[2])) then break end
  chunks[#chunks + 1] = chunk
end
return chunks
"""

# The first ARGV[1] bytes and the size of each chunk from ARGV[2] to ARGV[3], counted from the end; in strides, so that
# their copies are freed meanwhile.
_PAGE = """
local found, first = {}, tonumber(ARGV[2])
for last = tonumber(ARGV[3]), first, -500 do
  for _, chunk in ipairs(redis.call('LRANGE', KEYS[1], math.max(first, last - 499), last)) do
    found[#found + 1] = string.sub(chunk, 1, tonumber(ARGV[1]))
    found[#found + 1] = #chunk
  end
end
return found
"""

# While the lists have ARGV[1] and ARGV[2] entries: totals that a damage or a repair of the file has put wrong are put
# right, unless Redis takes no writes now. Returns how many envelopes they told of.
_PUT_RIGHT = """
if redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[1]) or redis.call('LLEN', KEYS[2]) ~= tonumber(ARGV[2]) then
  return false
end
local told = redis.call('HMGET', KEYS[3], 'bytes', 'envelopes')
if told[1] ~= ARGV[3] or told[2] ~= ARGV[4] then
  redis.pcall('HSET', KEYS[3], 'bytes', ARGV[3], 'envelopes', ARGV[4])
end
return tonumber(told[2] or 0)
"""

# Remove the heads that ARGV names, while they are the head: an edge whose lock has gone to another removes nothing.
_REMOVE = """
local removed, bytes, envelopes = 0, 0, 0
for i = 1, #ARGV do
  local head = redis.call('LINDEX', KEYS[1], 0)
  if not head or string.sub(head, 1, #ARGV[i]) ~= ARGV[i] then break end
  redis.call('LPOP', KEYS[1])
  removed, bytes = removed + 1, bytes + #head
  envelopes = envelopes + struct.unpack('>I4', string.sub(head, 9, 12))
end
if removed > 0 then
  redis.call('HINCRBY', KEYS[2], 'bytes', -bytes)
  redis.call('HINCRBY', KEYS[2], 'envelopes', -envelopes)
end
return removed
"""

# POP before PUSH, DEL before SET: a script that has freed something may write although Redis is at its maxmemory, and
# a spool that is full must still be drained.
_SET_ASIDE = """
local head = redis.call('LINDEX', KEYS[1], 0)
if head ~= ARGV[1] then return 0 end
redis.call('LPOP', KEYS[1])
redis.call('RPUSH', KEYS[2], head)
redis.call('HINCRBY', KEYS[3], 'bytes', -#head)
return 1
"""

_LOCK = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

_UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class StoreError(Exception):
    """Redis refused, or did not answer: a write may then have happened all the same."""


class NotDurable(RedisError):
    """This Redis does not fsync what it acknowledges."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Size of the spool: chunks and their bytes, envelopes in them and in those set aside, chunks set aside."""

    entries: int
    bytes: int
    envelopes: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class Found:
    """First bytes of all chunks, and how many envelopes fewer they hold than Redis' totals told."""

    headers: Set[bytes]
    lost: int


class Store:
    """The spool's Redis. Every method raises StoreError; each connection first proves that it is durable.

    `run_id` is that of the server as `check` last heard it: another one means that it has read its file again.
    """

    def __init__(self, url: str, timeout_s: float = 2.0) -> None:
        pool = redis.ConnectionPool.from_url(
            url,
            max_connections=16,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            redis_connect_func=_connect,
            retry=Retry(NoBackoff(), 0),  # a repeated RPUSH would be a second chunk
            # With them a connection that Redis has closed is taken from the pool as if it were good.
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
        )
        self.run_id = ""
        self._redis: Any = redis.Redis(connection_pool=pool)
        self._page = self._redis.register_script(_PAGE)
        self._put_right = self._redis.register_script(_PUT_RIGHT)
        self._read = self._redis.register_script(_READ)
        self._remove = self._redis.register_script(_REMOVE)
        self._set_aside = self._redis.register_script(_SET_ASIDE)
        self._lock = self._redis.register_script(_LOCK)
        self._unlock = self._redis.register_script(_UNLOCK)

    async def close(self) -> None:
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()

    async def check(self) -> Totals:
        """Size now; raises StoreError if Redis is away or not durable any more."""
        try:
            _require_durable(await self._redis.config_get("append*"))
        except (RedisError, OSError, TimeoutError) as error:
            raise _failure(error) from error
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.llen(CHUNKS).hmget(TOTALS, "bytes", "envelopes").llen(ASIDE).info("server")
        entries, (size, envelopes), aside, server = await self._run(pipeline.execute())
        self.run_id = server.get("run_id", "")
        return Totals(entries, max(0, int(size or 0)), max(0, int(envelopes or 0)), aside)

    async def probe(self) -> None:
        """A write that changes nothing: raises StoreError while Redis refuses writes."""
        await self._run(self._redis.set(PROBE, b"", px=1))

    async def push(self, chunks: Sequence[bytes], envelopes: int) -> Totals:
        """Append chunks in one transaction, fsynced when this returns."""
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.rpush(CHUNKS, *chunks)
        pipeline.hincrby(TOTALS, "bytes", sum(map(len, chunks)))
        pipeline.hincrby(TOTALS, "envelopes", envelopes)
        pipeline.llen(ASIDE)
        return Totals(*await self._run(pipeline.execute()))

    async def read(self, envelopes: int, size: int) -> list[bytes]:
        """The oldest chunks, up to so many envelopes and bytes; one at least if there is one."""
        return await self._run(self._read(keys=[CHUNKS], args=[envelopes, size]))

    async def recount(self, size: int) -> Found:
        """The first `size` bytes of every chunk, of those set aside too; puts the totals right by them.

        Read in pages, since a full spool takes Redis seconds; from the end, since a page is then missed by nobody who
        removes or appends meanwhile.
        """
        chunks, aside = await self._sizes(CHUNKS, size), await self._sizes(ASIDE, size)
        envelopes = sum(int.from_bytes(header[8:12]) for header in (*chunks, *aside) if len(header) >= 12)
        told: int | None = await self._run(
            self._put_right(
                keys=[CHUNKS, ASIDE, TOTALS], args=[len(chunks), len(aside), sum(chunks.values()), envelopes]
            )
        )
        return Found(chunks.keys() | aside.keys(), max(0, (told or 0) - envelopes))

    async def _sizes(self, key: str, size: int) -> dict[bytes, int]:
        """Sizes of a list's chunks by their first bytes."""
        sizes: dict[bytes, int] = {}
        last = -1
        while page := await self._run(self._page(keys=[key], args=[size, last - _PAGE_CHUNKS + 1, last])):
            sizes.update(zip(page[::2], page[1::2], strict=True))
            last -= _PAGE_CHUNKS
        return sizes

    async def compact(self, over: int) -> bool:
        """Have Redis write its file anew if that has more than `over` bytes; did it begin to?"""
        told = await self._run(self._redis.info("persistence"))
        if told.get("aof_current_size", 0) <= over or told.get("aof_rewrite_in_progress"):
            return False
        await self._run(self._redis.bgrewriteaof())
        return True

    async def peek(self, entries: int) -> list[bytes]:
        """The oldest entries, however large."""
        return await self._run(self._redis.lrange(CHUNKS, 0, entries - 1))

    async def remove(self, headers: Sequence[bytes]) -> int:
        """Remove the oldest chunks, which must have these headers, in order; how many were removed."""
        return await self._run(self._remove(keys=[CHUNKS, TOTALS], args=list(headers)))

    async def set_aside(self, chunk: bytes) -> bool:
        """Move the oldest chunk, which must be this one, to those set aside."""
        return bool(await self._run(self._set_aside(keys=[CHUNKS, ASIDE, TOTALS], args=[chunk])))

    async def lock(self, token: str, ttl_ms: int) -> bool:
        """Take or keep the drain's lock; False while another edge has it."""
        return bool(await self._run(self._lock(keys=[LOCK], args=[token, ttl_ms])))

    async def unlock(self, token: str) -> None:
        await self._run(self._unlock(keys=[LOCK], args=[token]))

    async def _run(self, command: Any) -> Any:
        try:
            return await command
        except (RedisError, OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise _failure(error) from error


async def _connect(connection: AbstractConnection) -> None:
    await connection.on_connect()
    await connection.send_command("CONFIG", "GET", "append*")
    answer: Any = await connection.read_response()
    pairs = answer.items() if isinstance(answer, dict) else zip(answer[::2], answer[1::2], strict=True)
    _require_durable({_text(key): value for key, value in pairs})


def _require_durable(config: dict[str, Any]) -> None:
    for name, right in (("appendonly", "yes"), ("appendfsync", "always")):
        if (came := _text(config.get(name, ""))) != right:
            raise NotDurable(f"the spool's Redis has {name} {came or 'hidden'}; it must have {name} {right}")


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _failure(error: Exception) -> StoreError:
    return StoreError(str(error) or type(error).__name__)
