"""The breaker, by a clock of the test."""

from edge.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(clock, threshold=2, first_s=1.0, last_s=3.0, chance=lambda: 0.0)
    breaker.failed()
    assert breaker.admits()
    breaker.failed()
    return breaker


def test_failures_in_a_row_open_it_and_a_success_between_does_not() -> None:
    breaker = Breaker(Clock(), threshold=2)
    for _ in range(5):
        breaker.failed()
        breaker.succeeded()
    assert breaker.state == "closed"
    assert opened(Clock()).state == "open"


def test_open_admits_nobody_until_the_pause_is_over_then_one() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 0.99
    assert not breaker.admits()
    clock.now += 0.01
    assert breaker.admits()
    assert breaker.state == "half_open"
    assert not breaker.admits()


def test_a_probe_that_succeeds_closes_it() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 1
    breaker.admits()
    breaker.succeeded()
    assert breaker.admits() and breaker.admits()


def test_the_pause_doubles_with_each_failed_probe_up_to_a_limit() -> None:
    clock = Clock()
    breaker = opened(clock)
    for pause in (1.0, 2.0, 3.0, 3.0):
        clock.now += pause - 0.01
        assert not breaker.admits()
        clock.now += 0.01
        assert breaker.admits()
        breaker.failed()


def test_chance_shortens_the_pause_by_up_to_a_half() -> None:
    clock = Clock()
    breaker = Breaker(clock, threshold=1, first_s=1.0, chance=lambda: 1.0)
    breaker.failed()
    clock.now += 0.5
    assert breaker.admits()
