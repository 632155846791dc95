"""A query process's follower alone: `copying.py HOME TRUTH RESULT`. It copies a pickled truth to the end, holds the
aggregates against the events, and writes its position, the weeks in doubt and the three tables, pickled.
"""

import asyncio
import pickle
import sys
from pathlib import Path

from mesh import channel
from query import follow, replica
from query.clickhouse import settle
from tests.query.conftest import SITES
from tests.query.held import held
from tests.query.writer import MESH_TOKEN, Truth, Writer

follow.MAX_EVENTS = 100  # several ranges
follow._REST_FACTOR = 0.0


async def main(home: Path, truth: Truth) -> bytes:
    settle(home)
    copy = replica.Replica.opened(f"chdb://{home / 'clickhouse'}", home / "applied.json")
    writer = Writer(truth, SITES)
    await writer.start()
    to_writer = channel.connect(writer.address)

    async def ready(_: bool) -> None:
        pass

    follower = follow.Follower(copy, to_writer, MESH_TOKEN, ready)
    follower.start()
    await follower.reach(truth.head)
    await follower.stop()
    await to_writer.close()
    await writer.stop()
    copy.check_visits()
    found = pickle.dumps((copy.state.position, copy.state.repairing, held(copy)))
    copy.close()
    return found


if __name__ == "__main__":
    home, truth, result = map(Path, sys.argv[1:])
    result.write_bytes(asyncio.run(main(home, pickle.loads(truth.read_bytes()))))
