"""A follower in a process of its own that is killed at its Nth step: `killed.py HOME TRUTH STEP DELAY_MS`.

A step is a call of the engine or a write of the ledger. The kill comes DELAY_MS after that step begins; negative: just
before it. STEP 0: never; the process ends once everything is applied.
"""

import asyncio
import os
import pickle
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from mesh import channel
from query import follow, ledger, replica
from query.clickhouse import settle
from tests.query.conftest import SITES
from tests.query.writer import MESH_TOKEN, Truth, Writer

follow.MAX_EVENTS = 400  # several ranges
follow._PAUSE_S = follow._PAUSE_SMALL_S = 0.0
steps = 0


def kill_after(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


def counted(owner: Any, name: str, step: int, delay_ms: float) -> None:
    original = getattr(owner, name)

    def call(*arguments: Any, **named: Any) -> Any:
        global steps
        steps += 1
        if steps == step:
            if delay_ms < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            threading.Thread(target=kill_after, args=(delay_ms / 1_000,), daemon=True).start()
        return original(*arguments, **named)

    setattr(owner, name, call)


async def main(home: Path, truth: Truth, step: int, delay_ms: float) -> None:
    settle(home)
    copy = replica.Replica(f"chdb://{home / 'clickhouse'}", home / "applied.json")
    for owner, name in (
        (copy._client, "command"),
        (copy._client, "query"),
        (copy._client, "raw_insert"),
        (ledger.Ledger, "_write"),
    ):
        counted(owner, name, step, delay_ms)
    writer = Writer(truth, SITES)
    await writer.start()
    to_writer = channel.connect(writer.address)

    async def ready(_: bool) -> None:
        pass

    follower = follow.Follower(copy, to_writer, MESH_TOKEN, ready)
    follower.start()
    await follower.reach(writer.truth.head)
    await follower.stop()
    await to_writer.close()
    await writer.stop()
    copy.close()


asyncio.run(main(Path(sys.argv[1]), pickle.loads(Path(sys.argv[2]).read_bytes()), int(sys.argv[3]), float(sys.argv[4])))
