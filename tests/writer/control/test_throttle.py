"""How often somebody may be wrong."""

import grpc
import pytest

from mesh.buckets import subscriber
from mesh.clock import SECOND
from mesh.errors import MeshError
from writer.control.throttle import ADDRESS, Allowance, Throttle

FEW = Allowance(3, 10 * SECOND)


class Clock:
    def __init__(self) -> None:
        self.us = 1_000_000_000

    def __call__(self) -> int:
        return self.us


def fail(throttle: Throttle, name: str, allowance: Allowance = FEW) -> None:
    with throttle.attempt((name, allowance)) as attempt:
        attempt.failed = True


def test_after_the_allowed_failures_one_waits_and_is_told_how_long() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(3):
        fail(throttle, "ada")
    with pytest.raises(MeshError) as refused:
        fail(throttle, "ada")
    assert (refused.value.code, refused.value.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "ATTEMPTS")
    assert refused.value.retry_after_s == 10
    fail(throttle, "bob")
    clock.us += 10 * SECOND
    fail(throttle, "ada")
    with pytest.raises(MeshError):
        fail(throttle, "ada")


def test_success_costs_nothing_however_often() -> None:
    throttle = Throttle(Clock())
    for _ in range(10_000):
        with throttle.attempt(("office", ADDRESS)):
            pass
    for _ in range(ADDRESS.burst):
        fail(throttle, "office", ADDRESS)


def test_tries_at_the_same_time_are_no_way_around() -> None:
    throttle = Throttle(Clock())
    under_way = [throttle.attempt(("ada", FEW)) for _ in range(3)]
    for each in under_way:
        each.__enter__()
    with pytest.raises(MeshError), throttle.attempt(("ada", FEW)):
        pass
    under_way[0].__exit__(None, None, None)
    fail(throttle, "ada")


def test_memory_is_bounded_whoever_comes() -> None:
    throttle = Throttle(Clock(), most=100)
    for number in range(10_000):
        fail(throttle, str(number))
    assert len(throttle) == 100


def test_an_error_on_our_side_is_nobodys_failure() -> None:
    throttle = Throttle(Clock())
    for _ in range(10):
        with pytest.raises(OSError), throttle.attempt(("ada", FEW)):
            raise OSError("the database is away")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("nonsense", "", True),
    ],
)
def test_an_address_is_what_one_subscriber_has(one: str, other: str, same: bool) -> None:
    assert (subscriber(one) == subscriber(other)) is same
