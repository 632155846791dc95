"""Hours until the spool is full."""

import pytest

from edge.growth import Growth


def test_hours_left_follow_the_rate_of_the_last_minute() -> None:
    now = 0.0
    growth = Growth(lambda: now)
    for second in range(31):
        now = float(second)
        growth.note(0, second * 1_000)
    assert growth.hours_left(0, 10, 30_000, 30_000 + 3_600_000) == pytest.approx(1.0)


def test_the_limit_that_is_reached_first_decides() -> None:
    now = 0.0
    growth = Growth(lambda: now)
    growth.note(0, 0)
    now = 10.0
    assert growth.hours_left(10, 10 + 1_800, 10_000, 10_000 + 3_600_000) == pytest.approx(0.5)
    assert growth.hours_left(10, 10 + 7_200, 10_000, 10_000 + 3_600_000) == pytest.approx(1.0)


def test_a_spool_that_does_not_grow_has_no_end() -> None:
    now = 0.0
    growth = Growth(lambda: now)
    assert growth.hours_left(5, 10, 5, 10) is None
    growth.note(5, 5)
    now = 10.0
    assert growth.hours_left(5, 10, 5, 10) is None
    assert growth.hours_left(4, 10, 4, 10) is None
