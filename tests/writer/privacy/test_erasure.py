"""What an erasure takes away, what it leaves, and what may come back."""

import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import grpc
import pytest
from analytics.v1 import event_pb2, follow_pb2, privacy_pb2

from mesh.clock import SECOND
from mesh.errors import MeshError
from tests.writer.conftest import DAILY_SITE, DAY, HOUR, MEMORY_SITE, MINUTE, NOON, view
from tests.writer.privacy.conftest import Bench, bench_on, session
from writer.database import Connection
from writer.ingest.identity import user_hash_of
from writer.privacy.reading import Task
from writer.privacy.store import PrivacyStore

STORED = str(1)


class Death(Exception):
    """The process is gone."""


class Dying(PrivacyStore):
    """Takes some steps of a task, and dies in the middle of the next."""

    def __init__(self, pool: Any, lives: int) -> None:
        super().__init__(pool)
        self._lives = lives

    @asynccontextmanager
    async def _step(self, task: Task) -> AsyncGenerator[Connection]:
        async with super()._step(task) as connection:
            yield connection
            self._lives -= 1
            if self._lives < 0:
                raise Death


async def test_a_users_visits_go_whole_and_everybody_elses_stay(bench: Bench) -> None:
    pipeline = await bench.pipeline()
    mine, other = session(), session(NOON + SECOND)
    batch = [
        view(session_id=mine),  # before signing in
        view(session_id=mine, user_id="jane"),
        view(user_id="jane"),  # outside any visit
        view(session_id=other, user_id="joe"),
        view(session_id=other),
    ]
    assert await bench.ingest(pipeline, *batch) == [STORED] * 5
    bench.rig.now = NOON + MINUTE
    done = await bench.erase(MEMORY_SITE, user="jane")
    assert done.rows == {"events": 3, "visits": 1}
    assert {event.visit_id for event in await bench.events(MEMORY_SITE)} == {other}
    assert await bench.proof_holds()
    marks = [uuid.UUID(mine).bytes, mine, user_hash_of(b"k" * 32, "jane"), user_hash_of(b"k" * 32, "jane").hex()]
    assert await bench.mentions(*marks) == []


async def test_followers_are_told_the_visits_and_lone_events_in_order(bench: Bench) -> None:
    pipeline, log = await bench.pipeline(), await bench.rig.log()
    visit, lone = session(), view(user_id="told")
    await bench.ingest(pipeline, view(session_id=visit, user_id="told"), lone)
    before = await log.newest()
    bench.rig.now = NOON + MINUTE
    done = await bench.erase(MEMORY_SITE, user="told")
    commits = await log.after(before)
    assert [commit.kind for commit in commits] == [follow_pb2.COMMIT_KIND_ERASURE] * 2
    assert [list(commit.erased_visit_ids) for commit in commits] == [[visit], []]
    assert [list(commit.erased_event_ids) for commit in commits] == [[], [lone.event_id]]
    assert done.position == commits[-1].position == bench.commits[-1]


async def test_late_events_bring_nothing_back_and_the_person_may_return(bench: Bench) -> None:
    pipeline = await bench.pipeline()
    late, gone = session(), session(NOON + 2 * SECOND)
    await bench.ingest(pipeline, view(session_id=gone, user_id="late"))
    bench.rig.now = NOON + HOUR
    await bench.erase(MEMORY_SITE, user="late")
    assert await bench.ingest(
        pipeline,
        view(session_id=late, user_id="late"),  # received before, out of a spool
        view(session_id=gone),  # names nobody, but belongs to an erased visit
        view(session_id=gone, received_at_us=NOON + 2 * HOUR),  # still the same session
        view(user_id="late", received_at_us=NOON + 2 * HOUR, age_ms=int(1.5 * HOUR / 1_000)),  # occurred before
        view(session_id=late, user_id="someone"),
    ) == ["erased", "erased", "erased", "erased", STORED]
    back = view(session_id=session(NOON + 2 * HOUR), user_id="late", received_at_us=NOON + 2 * HOUR)
    assert await bench.ingest(pipeline, back) == [STORED]
    assert len(await bench.rig.stored([back.event_id])) == 1


async def test_another_writer_refuses_it_too_without_being_told(bench: Bench) -> None:
    first, second = await bench.pipeline(), await bench.pipeline(1)
    visit = session()
    for pipeline in (first, second):
        assert await bench.ingest(pipeline, view(session_id=visit, user_id="twice")) == [STORED]
    bench.rig.now = NOON + HOUR
    await bench.erase(MEMORY_SITE, user="twice")
    for pipeline in (first, second):
        assert await bench.ingest(pipeline, view(user_id="twice"), view(session_id=visit)) == ["erased"] * 2


async def test_a_daily_visitor_is_forgotten_and_begins_anew(bench: Bench) -> None:
    pipeline = await bench.pipeline()
    bench.rig.now = NOON

    def seen(**fields: object) -> event_pb2.RawEventEnvelope:
        return view(site_id=DAILY_SITE, ip="198.51.100.7", **fields)

    assert await bench.ingest(pipeline, seen(), seen(user_id="daily")) == [STORED] * 2
    (old, _) = await bench.events(DAILY_SITE)
    bench.rig.now = NOON + 10 * MINUTE
    done = await bench.erase(DAILY_SITE, user="daily")
    assert done.rows == {"events": 2, "visits": 1, "visit_state": 1}
    # another event of the same day, late out of a spool, would be the visitor again
    assert await bench.ingest(pipeline, seen(), seen(received_at_us=NOON + 20 * MINUTE)) == ["erased", STORED]
    (new,) = await bench.events(DAILY_SITE)
    assert new.visit_id != old.visit_id
    assert await bench.mentions(old.visit_id, uuid.UUID(old.visit_id).bytes) == []
    assert await bench.proof_holds()


async def test_a_session_that_does_not_say_when_it_began_is_known_by_its_id(bench: Bench) -> None:
    pipeline = await bench.pipeline()
    old = session(NOON - 90 * DAY)  # a UUIDv7 of long ago: its visit has another id
    await bench.ingest(pipeline, view(session_id=old, user_id="odd"))
    bench.rig.now = NOON + MINUTE
    done = await bench.erase(MEMORY_SITE, user="odd")
    assert done.rows["visit_state"] == 1
    assert await bench.ingest(pipeline, view(session_id=old)) == ["erased"]
    assert await bench.mentions(old, uuid.UUID(old).bytes) == []


async def test_one_visit_goes_by_its_id(bench: Bench) -> None:
    pipeline = await bench.pipeline()
    visit = session(NOON + 3 * SECOND)
    await bench.ingest(pipeline, view(session_id=visit), view(session_id=visit))
    bench.rig.now = NOON + MINUTE
    done = await bench.erase(MEMORY_SITE, visit=visit)
    assert done.rows == {"events": 2, "visits": 1}
    assert await bench.ingest(pipeline, view(session_id=visit)) == ["erased"]
    again = await bench.erase(MEMORY_SITE, visit=visit)
    assert again.rows == {} and again.id != done.id


async def test_refused_envelopes_of_the_user_go_too_and_come_no_more(bench: Bench) -> None:
    pipeline = await bench.pipeline()
    poison, other = view(user_id="poison", event_id="no uuid"), view(user_id="fine", event_id="no uuid either")
    assert (await bench.ingest(pipeline, poison))[0].startswith("event_id")
    assert (await bench.ingest(pipeline, other))[0].startswith("event_id")
    bench.rig.now = NOON + MINUTE
    done = await bench.erase(MEMORY_SITE, user="poison")
    assert done.rows == {"rejected_events": 1}
    await bench.ingest(pipeline, poison, other)
    assert len(await bench.rig.fetch("SELECT FROM rejected_events WHERE site_id = $1", MEMORY_SITE)) == 1


async def test_what_runs_already_is_answered_with_the_same_task(bench: Bench) -> None:
    first, second = await bench.make(MEMORY_SITE, user="same"), await bench.make(MEMORY_SITE, user="same")
    assert first.id == second.id
    await bench.room.worker.work()
    third = await bench.make(MEMORY_SITE, user="same")
    assert third.id != first.id
    await bench.room.worker.work()


async def test_a_worker_that_dies_between_any_two_steps_is_followed_by_one_that_finishes(bench: Bench) -> None:
    """The first dies within its first step, before the commit, the next within its second, and so on."""
    pipeline = await bench.pipeline()
    bench.rig.now = NOON
    visits = [session(NOON + n * MINUTE) for n in range(5)]
    events = [view(session_id=visit, user_id="dying" if n % 2 else "") for visit in visits for n in range(4)]
    await bench.ingest(pipeline, *events, view(user_id="dying"))
    bench.rig.now = NOON + HOUR
    made = await bench.make(MEMORY_SITE, user="dying")
    deaths = 0
    while deaths < 100:
        other = await bench_on(bench.rig, partial(Dying, lives=deaths))
        try:
            await other.room.worker.work()
            break
        except Death:
            deaths += 1
        finally:
            other.die()
    done = await bench.store.task(made.id)
    assert deaths >= 8 and done and done.state == privacy_pb2.PRIVACY_TASK_STATE_DONE
    assert done.rows == {"events": 21, "visits": 5} and done.visits_found == done.visits_done == 5
    assert await bench.proof_holds()


async def test_a_receipt_is_believed_and_a_changed_one_is_not(bench: Bench) -> None:
    done = await bench.erase(MEMORY_SITE, user="nobody at all")
    content = bench.receipts.read(done.receipt)
    assert content["id"] == done.id and content["site"] == "demo" and content["rows"] == {}
    assert "nobody" not in str(content)


async def test_a_whole_site_is_emptied_and_goes_on(bench: Bench) -> None:
    pipeline = await bench.pipeline()
    bench.rig.now = NOON + DAY
    open_session = session(NOON + DAY - MINUTE)
    await bench.ingest(pipeline, view(session_id=open_session, received_at_us=NOON + DAY - MINUTE))
    await bench.ingest(pipeline, view(site_id=DAILY_SITE, received_at_us=NOON + DAY - MINUTE))
    await bench.erase(MEMORY_SITE)
    assert await bench.events(MEMORY_SITE) == []
    assert await bench.events(DAILY_SITE) != []
    assert await bench.ingest(pipeline, view(), view(session_id=open_session, received_at_us=NOON + DAY + MINUTE)) == [
        "erased",
        STORED,
    ]
    assert await bench.proof_holds()
    assert not await bench.rig.fetch("SELECT FROM tombstones WHERE passing")


async def test_an_id_with_a_nul_character_is_refused_not_asked_for_again(bench: Bench) -> None:
    with pytest.raises(MeshError) as error:
        await bench.store.task("era_\0")
    assert error.value.code is grpc.StatusCode.INVALID_ARGUMENT
