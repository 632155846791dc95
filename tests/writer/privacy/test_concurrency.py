"""An erasure beside writers that never stop leaves no survivor, and takes nothing of anybody else."""

import asyncio
import random

from mesh.errors import MeshError
from tests.writer.conftest import DAILY_SITE, MEMORY_SITE, MINUTE, NOON, view
from tests.writer.privacy.conftest import Bench, session
from writer.ingest.pipeline import Pipeline

WRITERS, USERS = 4, 12


async def test_no_event_of_an_erased_user_survives_and_none_of_another_is_lost(bench: Bench) -> None:
    bench.rig.now = NOON + MINUTE
    dice = random.Random(7)
    sessions = {user: [session(NOON + user) for _ in range(3)] for user in range(USERS)}
    acknowledged: dict[str, int] = {}
    erased: set[int] = set()
    stop = asyncio.Event()

    async def write(pipeline: Pipeline) -> None:
        while not stop.is_set():
            events = []
            owners: dict[str, int] = {}
            for _ in range(dice.randrange(1, 12)):
                user = dice.randrange(USERS)
                told = {"user_id": f"user-{user}"} if dice.random() < 0.7 else {}
                if dice.random() < 0.3:
                    event = view(site_id=DAILY_SITE, ip=f"198.51.100.{user}", **told)
                else:
                    event = view(session_id=dice.choice(sessions[user]), **told)
                events.append(event)
                owners[event.event_id] = user
            try:
                words = await bench.ingest(pipeline, *events)
            except MeshError:
                continue
            for event, word in zip(events, words, strict=True):
                assert word in ("1", "erased")
                # whoever was not being erased when it was sent has it stored
                assert word == "1" or owners[event.event_id] in erased
                if word == "1":
                    acknowledged[event.event_id] = owners[event.event_id]
            await asyncio.sleep(0)

    writing = [asyncio.create_task(write(await bench.pipeline(number))) for number in range(WRITERS)]
    for user in range(0, USERS, 2):
        await asyncio.sleep(0.1)
        erased.add(user)
        for site in (MEMORY_SITE, DAILY_SITE):
            await bench.erase(site, user=f"user-{user}")
    await asyncio.sleep(0.1)
    stop.set()
    await asyncio.gather(*writing)

    kept = [event for site in (MEMORY_SITE, DAILY_SITE) for event in await bench.events(site)]
    hashes = {bench.keyring.user_hash(MEMORY_SITE, f"user-{user}") for user in erased}
    assert not [event for event in kept if event.user_hash and bytes.fromhex(event.user_hash) in hashes]
    named = {
        bytes.fromhex(session_id.replace("-", "")).hex()
        for user, ids in sessions.items()
        if user in erased
        for session_id in ids
    }
    survivors = [event.visit_id for event in kept if event.visit_id.replace("-", "") in named]
    told = {bytes(row[0]).hex() for row in await bench.rig.fetch("SELECT uuid_send(visit_id) FROM erased")}
    assert not [visit for visit in survivors if visit.replace("-", "") in told]
    ids = {event.event_id for event in kept}
    assert not [id for id, user in acknowledged.items() if user not in erased and id not in ids]
    assert await bench.proof_holds()
