"""The follower: soon, exactly once, through a writer that goes away, a difference, and an erasure."""

import asyncio
import time
from datetime import UTC, datetime

import grpc
import pytest
from analytics.v1 import follow_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.query.conftest import Service, serving
from tests.query.sample import event, new_visit
from tests.query.test_servicer import rows

DAY = datetime(2026, 3, 12, 9, tzinfo=UTC)


async def count(service: Service) -> int:
    return rows(await service.ask(metrics=["pageviews"]))[0][0]


async def test_a_view_is_in_the_answers_within_a_second_of_its_commit(service: Service) -> None:
    before = await count(service)
    for number in range(1, 4):
        began = time.monotonic()
        await service.writer.commit([event("pageview", DAY, new_visit(), page="/soon")])
        await service.caught_up()
        assert await count(service) == before + number
        print(f"{time.monotonic() - began:.3f} s")


async def test_answers_go_on_while_the_writer_is_away_and_say_their_age(service: Service) -> None:
    before = await count(service)
    await service.writer.stop()
    response = await service.ask(metrics=["pageviews"])
    assert rows(response)[0][0] == before
    age = response.freshness_s
    assert (await service.ask(metrics=["pageviews"])).freshness_s > age
    service.writer.truth.commit([event("pageview", DAY, new_visit())])
    await service.writer.start()
    await service.caught_up()
    assert await count(service) == before + 1


async def test_a_range_that_differs_from_its_commit_is_copied_again(service: Service) -> None:
    before = await count(service)
    truth, honest = service.writer.truth, service.writer.truth.commits
    position = truth.head + 1

    def lying(after: int) -> list[follow_pb2.Commit]:
        commits = honest(after)
        for commit in commits:
            # the first delivery, not the one of the repair
            if commit.position == position and after:
                commit.fingerprint ^= 1
        return commits

    truth.commits = lying
    await service.writer.commit([event("pageview", DAY, new_visit()) for _ in range(5)])
    await service.caught_up()
    await serving(service.channel)
    assert await count(service) == before + 5
    assert service.follower.repaired_ranges == 1


async def test_an_erasure_takes_its_visits_out_of_the_answers(service: Service) -> None:
    before, visit = await count(service), new_visit()
    await service.writer.commit([event("pageview", DAY, visit), event("pageview", DAY, new_visit())])
    await service.caught_up()
    assert await count(service) == before + 2
    service.writer.truth.erase([visit])
    await service.writer.announce()
    await service.caught_up()
    assert await count(service) == before + 1


@pytest.mark.parametrize("told", ["by_refusal", "by_heartbeat"])
async def test_an_older_truth_is_copied_from_the_beginning_and_nothing_is_answered_until_then(
    service: Service, told: str
) -> None:
    before, writer, truth = await count(service), service.writer, service.writer.truth
    for _ in range(2):
        await writer.commit([event("pageview", DAY, new_visit())])
    await service.caught_up()
    assert await count(service) == before + 2
    everything = truth.commits
    truth.commits = lambda after: everything(after)[:1] if after == 0 else []  # the copying halts halfway
    if told == "by_refusal":
        await writer.stop()
        truth.restore(truth.head - 2)
        await writer.start()
    else:
        truth.restore(truth.head - 2)
        await writer.announce()
    async with service.follower._changed:
        await service.follower._changed.wait_for(lambda: service.follower.position == 1)
    # a writer that goes away now leaves half a copy, which is no answer
    await writer.stop()
    for _ in range(3):
        await asyncio.sleep(0.2)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await service.ask()
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    truth.commits = everything
    await writer.start()
    await serving(service.channel)
    assert await count(service) == before
    assert service.follower.head == service.follower.position == truth.head


async def test_health_speaks_for_the_service_by_name(service: Service) -> None:
    health = health_pb2_grpc.HealthStub(service.channel)
    for name in ("", "analytics.v1.QueryService"):
        answer = await health.Check(health_pb2.HealthCheckRequest(service=name), timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    assert isinstance(service.channel, grpc.aio.Channel)
