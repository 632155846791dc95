from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from mesh.clock import DAY
from writer.privacy.slices import REACH_US, Seen, slices

instants = st.integers(0, 400 * DAY)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(instants, st.integers(0, 3 * DAY)), max_size=12))
def test_every_instant_at_which_a_visit_may_have_events_is_in_exactly_one_slice_with_it(
    spans: list[tuple[int, int]],
) -> None:
    visits = [Seen(bytes([n]) * 16, first, first + length) for n, (first, length) in enumerate(spans)]
    made = list(slices(visits))
    assert all(a.end_us <= b.start_us for a, b in pairwise(made))
    for visit in visits:
        for at in (visit.first_us - REACH_US, visit.first_us, visit.last_us, visit.last_us + REACH_US):
            holding = [part for part in made if part.start_us <= at < part.end_us and visit.visit_id in part.visits]
            assert len(holding) == 1 or at < 0


def test_years_without_events_cost_nothing() -> None:
    far = [Seen(b"a" * 16, 0, 0), Seen(b"b" * 16, 10_000 * DAY, 10_000 * DAY)]
    assert len(list(slices(far))) <= 28
