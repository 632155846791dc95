"""Hours until the spool is full."""

import pytest

from edge.growth import Growth


def test_hours_left_follow_the_rate_of_the_last_minute() -> None:
    now = 0.0
    growth = Growth(lambda: now)
    for second in range(31):
        now = float(second)
        growth.note(second * 1_000)
    assert growth.hours_left(30_000, 30_000 + 3_600_000) == pytest.approx(1.0)


def test_a_spool_that_does_not_grow_has_no_end() -> None:
    now = 0.0
    growth = Growth(lambda: now)
    assert growth.hours_left(5, 10) is None
    growth.note(5)
    now = 10.0
    assert growth.hours_left(5, 10) is None
    assert growth.hours_left(4, 10) is None
