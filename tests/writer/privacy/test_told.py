"""Followers that missed what is told no longer start anew; receipts and exports of odd cases."""

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import grpc
import pytest
from analytics.v1.event_pb2 import NormalizedEvent
from analytics.v1.follow_pb2 import FollowRequest

from mesh.errors import MeshError
from tests.writer.conftest import MEMORY_SITE, NOON, view
from tests.writer.privacy.conftest import Bench, session
from writer.ingest.follow import FollowServicer
from writer.privacy.definitions import EVENT
from writer.privacy.export import csv_zip, json_lines, record
from writer.privacy.pages import Sheet, rows_of
from writer.privacy.receipts import Receipts, WrongReceiptError


async def test_a_follower_from_before_what_is_still_told_starts_anew(bench: Bench) -> None:
    pipeline, log = await bench.pipeline(), await bench.rig.log()
    for _ in range(3):
        await bench.ingest(pipeline, view(session_id=session()))
    await bench.rig.fetch("UPDATE stream_head SET erased_until = 2")
    log.note(await log.newest())
    follow = FollowServicer(log, asyncio.Event(), lambda: NOON)

    async def first(after: int) -> int:
        context: Any = None
        async for response in follow.Follow(FollowRequest(after_position=after), context):
            return response.commits[0].position
        return 0

    with pytest.raises(MeshError) as refused:
        await first(1)
    assert refused.value.code is grpc.StatusCode.FAILED_PRECONDITION
    assert [await first(2), await first(0)] == [3, 1]
    await bench.rig.fetch("UPDATE stream_head SET erased_until = 0")


async def test_an_export_holds_the_users_rows_and_those_of_the_same_visits_that_name_nobody(bench: Bench) -> None:
    pipeline = await bench.pipeline()
    shared, lone = session(), view(user_id="jane", props={"note": "=1+1"}, kind="EVENT_KIND_CUSTOM", name="signup")
    theirs = [view(session_id=shared), view(session_id=shared, user_id="jane"), lone]
    await bench.ingest(pipeline, *theirs, view(session_id=shared, user_id="joe"), view(session_id=session()))
    await bench.keyring.ensure((), (MEMORY_SITE,))
    jane = bench.keyring.user_hash(MEMORY_SITE, "jane")
    assert jane
    visits, loose = await bench.store.export_visits(MEMORY_SITE, jane)
    assert loose == 1

    def sheets() -> AsyncIterator[Sheet]:
        return rows_of(bench.store, MEMORY_SITE, jane, visits)

    text = b"".join([piece async for piece in json_lines({"site": "demo"}, sheets())])
    about, *events, end = [json.loads(line) for line in text.splitlines()]
    assert {event["event_id"] for event in events} == {event.event_id for event in theirs}
    assert end == {"type": "end", "events": 3} and about["definitions"].keys() >= {"page", "props"}
    assert {event["kind"] for event in events} == {"pageview", "custom"}
    archive = zipfile.ZipFile(BytesIO(b"".join([piece async for piece in csv_zip({"site": "demo"}, sheets())])))
    assert archive.testzip() is None and archive.namelist() == ["about.json", "definitions.csv", "events.csv"]
    assert len(archive.read("events.csv").splitlines()) == 4


def test_every_field_of_an_event_has_its_meaning() -> None:
    names = {field.name.removesuffix("_us") for field in NormalizedEvent.DESCRIPTOR.fields}
    assert names == EVENT.keys() and all(EVENT.values())
    event = NormalizedEvent(kind="EVENT_KIND_SESSION_START", occurred_at_us=NOON, identity="IDENTITY_MODE_DAILY")
    assert record(event.SerializeToString()) == {
        "kind": "session_start",
        "identity": "daily",
        "occurred_at": "2026-01-01T12:00:00.000000Z",
    }


@pytest.mark.parametrize("place", [0, 5, 200, -90, -3, -2, -1])
def test_a_receipt_with_one_changed_letter_is_none(place: int) -> None:
    receipts = Receipts(b"r" * 32)
    right = receipts.sign({"id": "era_1", "rows": {"events": 3}})
    assert receipts.read(right)["id"] == "era_1"
    letter = "A" if right[place] != "A" else "B"
    wrong = right[:place] + letter + (right[place + 1 :] if place != -1 else "")
    with pytest.raises(WrongReceiptError):
        receipts.read(wrong)


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "ü.ü.ü", "x" * 8_000])
def test_what_is_no_receipt_is_refused_in_words(text: str) -> None:
    with pytest.raises(WrongReceiptError):
        Receipts(b"r" * 32).read(text)


def test_another_meshs_receipt_is_told_apart() -> None:
    with pytest.raises(WrongReceiptError, match="another key"):
        Receipts(b"r" * 32).read(Receipts(b"q" * 32).sign({"id": "era_1"}))
