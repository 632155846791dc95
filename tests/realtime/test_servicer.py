"""Watch, end to end: from the writer's commits to a client's snapshots."""

import asyncio
from typing import Any

import grpc
import pytest
from analytics.v1 import realtime_pb2

from tests.realtime.conftest import INGEST, LINK, MESH_TOKEN, OTHER, PART, PERSON, READ, Mesh, directory
from tests.realtime.events import event

Snapshot = realtime_pb2.RealtimeServiceWatchResponse


async def heard(watch: Any, condition: Any) -> Snapshot:
    """The first snapshot that fulfils a condition."""
    while True:
        response = await watch.read()
        if condition(response):
            return response


async def refusal(watch: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        while await watch.read() is not grpc.aio.EOF:
            pass
    return caught.value.code()


async def test_a_watcher_hears_a_snapshot_at_once_and_each_view(mesh: Mesh) -> None:
    watch = mesh.watch()
    first = await watch.read()
    assert (first.visitors_now, len(first.views_per_minute)) == (0, 30)
    mesh.writer.commit(event("a", page="/x", country="DE", browser="Firefox"), event("b", page="/x", source="Google"))
    found = await heard(watch, lambda snapshot: snapshot.visitors_now == 2)
    assert found.fresh
    assert found.position == 1
    assert sum(found.views_per_minute) == 2
    assert [(line.value, line.count) for line in found.pages] == [("/x", 2)]
    assert [(line.value, line.count) for line in found.sources] == [("Direct / None", 1), ("Google", 1)]
    assert {shown.browser for shown in found.events} == {"Firefox", ""}


async def test_sites_are_kept_apart(mesh: Mesh) -> None:
    mesh.writer.commit(event("a", site_id=1), event("b", site_id=2), event("c", site_id=2))
    found = await heard(mesh.watch("other", OTHER), lambda snapshot: snapshot.visitors_now)
    assert found.visitors_now == 2


async def test_snapshots_come_no_faster_than_the_interval(mesh: Mesh) -> None:
    watch = mesh.watch()
    await watch.read()
    began = asyncio.get_running_loop().time()
    for number in range(40):
        mesh.writer.commit(event(f"v{number}"))
    count = 0
    while (await watch.read()).visitors_now < 40:
        count += 1
    assert count <= (asyncio.get_running_loop().time() - began) / 0.2 + 1


async def test_the_follower_resumes_by_position_after_the_writer_was_away(mesh: Mesh) -> None:
    watch = mesh.watch()
    mesh.writer.commit(event("a"))
    await heard(watch, lambda snapshot: snapshot.visitors_now == 1)
    await mesh.stop_writer()
    mesh.writer.commit(event("b"))
    await mesh.start_writer()
    await heard(watch, lambda snapshot: snapshot.visitors_now == 2)
    assert mesh.writer.requests[0].HasField("since_us")
    assert mesh.writer.requests[-1].after_position == 1


async def test_a_gap_in_the_order_starts_the_half_hour_anew(mesh: Mesh) -> None:
    watch = mesh.watch()
    mesh.writer.commit(event("a"))
    await heard(watch, lambda snapshot: snapshot.visitors_now == 1)
    mesh.writer.commits.append(mesh.writer.commits[0].__class__(position=9))
    mesh.writer.commit(event("b"), event("c"))
    mesh.writer.commits = mesh.writer.commits[1:]
    found = await heard(watch, lambda snapshot: snapshot.visitors_now == 2)
    assert {shown.occurred_at_us for shown in found.events}
    assert mesh.writer.requests[-1].HasField("since_us")


async def test_a_writer_restored_to_an_earlier_position_starts_the_half_hour_anew(mesh: Mesh) -> None:
    watch = mesh.watch()
    mesh.writer.commit(event("a"))
    mesh.writer.commit(event("b"))
    await heard(watch, lambda snapshot: snapshot.visitors_now == 2)
    mesh.writer.commits = mesh.writer.commits[:1]
    await heard(watch, lambda snapshot: snapshot.visitors_now == 1)


async def test_an_erased_visit_is_gone_from_the_next_snapshot(mesh: Mesh) -> None:
    watch = mesh.watch()
    mesh.writer.commit(event("a", page="/secret"), event("b"))
    await heard(watch, lambda snapshot: snapshot.visitors_now == 2)
    mesh.writer.commit(erased_visit_ids=["a"])
    found = await heard(watch, lambda snapshot: snapshot.visitors_now == 1)
    assert [line.value for line in found.pages] == ["/"]
    assert [shown.page for shown in found.events] == ["/"]


async def test_the_head_is_reached_with_and_without_history(mesh: Mesh) -> None:
    await mesh.follower.caught_up.wait()
    mesh.writer.commit(event("a"))
    await heard(mesh.watch(), lambda snapshot: snapshot.visitors_now == 1)


@pytest.mark.parametrize(
    ("site", "key", "code"),
    [
        ("demo", "am_key_wrong", grpc.StatusCode.UNAUTHENTICATED),
        ("demo", MESH_TOKEN, grpc.StatusCode.PERMISSION_DENIED),
        ("demo", INGEST, grpc.StatusCode.PERMISSION_DENIED),
        ("demo", OTHER, grpc.StatusCode.NOT_FOUND),
        ("nowhere", READ, grpc.StatusCode.NOT_FOUND),
    ],
)
async def test_a_foreign_credential_sees_nothing(mesh: Mesh, site: str, key: str, code: grpc.StatusCode) -> None:
    assert await refusal(mesh.watch(site, key)) == code


async def test_a_watch_ends_when_its_key_is_revoked(mesh: Mesh) -> None:
    watch = mesh.watch()
    await watch.read()
    mesh.directory.snapshot = directory(keys=())
    mesh.writer.commit(event("a"))
    assert await refusal(watch) == grpc.StatusCode.UNAUTHENTICATED


async def test_a_watch_ends_when_its_site_is_removed(mesh: Mesh) -> None:
    watch = mesh.watch()
    await watch.read()
    mesh.directory.snapshot = directory(sites=())
    mesh.writer.commit(event("a"))
    assert await refusal(watch) == grpc.StatusCode.NOT_FOUND


async def test_a_share_link_watches_the_whole_site_or_nothing(mesh: Mesh) -> None:
    assert len((await mesh.watch(key=LINK).read()).views_per_minute) == 30
    assert await refusal(mesh.watch(key=PART)) is grpc.StatusCode.PERMISSION_DENIED
    assert await refusal(mesh.watch("other", LINK)) is grpc.StatusCode.NOT_FOUND


async def test_a_watch_ends_when_its_person_loses_the_role(mesh: Mesh) -> None:
    watch = mesh.watch(key=PERSON)
    await watch.read()
    mesh.directory.snapshot = directory(person_of="other")
    assert await refusal(watch) is grpc.StatusCode.NOT_FOUND
