"""Minting, rule by rule. Times are minutes."""

import random

from mesh.clock import HOUR, MINUTE
from writer.ingest.visits import DAILY, MEMORY, Arrival, Claim, Key, Visit, mint

TODAY, YESTERDAY = Key(20_000, 1, b"t" * 16), Key(19_999, 1, b"y" * 16)
SESSION = Key(0, 1, b"s" * 16)


def arrival(minute: float, name: int = 0, *, opens: bool = True, touch: bytes = b"") -> Arrival:
    claim = Claim(DAILY, TODAY, YESTERDAY, opens=opens, keeps_id=False)
    return Arrival(name.to_bytes(16, "big"), int(minute * MINUTE), claim, touch)


def remembered(minute: float, name: int = 0, *, keeps_id: bool = True) -> Arrival:
    claim = Claim(MEMORY, SESSION, None, opens=True, keeps_id=keeps_id)
    return Arrival(name.to_bytes(16, "big"), int(minute * MINUTE), claim, b"")


def visit(name: str, first: int, last: int, started: int | None = None) -> Visit:
    start = first if started is None else started
    return Visit(name.encode() * 16, start * MINUTE, first * MINUTE, last * MINUTE, name.encode())


def visits_of(arrivals: list[Arrival], states: dict[Key, list[Visit]] | None = None) -> list[Visit | None]:
    return [placement.visit for placement in mint(arrivals, states or {}).placements]


def test_thirty_minutes_join_and_a_microsecond_more_does_not() -> None:
    first, second = visits_of([arrival(0, 1), arrival(30, 2)])
    assert first and second and first.id == second.id
    late = Arrival(b"3" * 16, 30 * MINUTE + 1, arrival(0).claim, b"")
    first, third = visits_of([arrival(0, 1), late])
    assert first and third and first.id != third.id


def test_the_order_given_does_not_matter() -> None:
    arrivals = [arrival(minute, n) for n, minute in enumerate((0, 20, 45, 100, 131, 131, 300))]
    by_id = {a.event_id: p for a, p in zip(arrivals, mint(arrivals, {}).placements, strict=True)}
    for seed in range(10):
        shuffled = random.Random(seed).sample(arrivals, len(arrivals))
        minted = mint(shuffled, {})
        assert [p.visit and p.visit.id for p in minted.placements] == [
            (found := by_id[a.event_id].visit) and found.id for a in shuffled
        ]


def test_a_late_event_joins_the_nearest_visit_and_of_two_as_near_the_earlier() -> None:
    state = {TODAY: [visit("a", 0, 10), visit("b", 50, 60)]}
    (near_b,) = visits_of([arrival(31)], state)
    (tie,) = visits_of([arrival(30)], state)
    assert near_b and near_b.id == b"b" * 16
    assert tie and tie.id == b"a" * 16


def test_visits_once_separate_never_merge() -> None:
    state = {TODAY: [visit("a", 0, 10), visit("b", 45, 60)]}
    minted = mint([arrival(28)], state)
    assert [(v.id, v.first_us, v.last_us) for v in minted.changed[TODAY]] == [
        (b"a" * 16, 0, 10 * MINUTE),
        (b"b" * 16, 28 * MINUTE, 60 * MINUTE),
    ]


def test_a_visit_goes_on_over_midnight_under_yesterdays_visitor() -> None:
    minted = mint([arrival(15)], {YESTERDAY: [visit("a", -20, -5)]})
    (placement,) = minted.placements
    assert placement.visit and placement.visit.id == b"a" * 16
    assert placement.visitor == YESTERDAY.visitor
    assert set(minted.changed) == {YESTERDAY}


def test_no_event_joins_a_visit_that_started_more_than_48_hours_away() -> None:
    long = visit("a", 0, 48 * 60)
    inside, outside = visits_of([arrival(48 * 60, 1), arrival(48 * 60 + 1, 2)], {TODAY: [long]})
    assert inside and inside.id == b"a" * 16
    assert outside and outside.id != b"a" * 16


def test_engagement_joins_a_visit_but_opens_none() -> None:
    (alone,) = mint([arrival(0, opens=False)], {}).placements
    assert (alone.visit, alone.visitor) == (None, TODAY.visitor)
    opened, joined = visits_of([arrival(0, 1), arrival(5, 2, opens=False)])
    assert opened and joined and opened.id == joined.id


def test_the_opening_event_gives_the_visit_its_first_touch() -> None:
    first, second = visits_of([arrival(5, 1, touch=b"second"), arrival(0, 2, touch=b"first")])
    assert first and second and first.first_touch == second.first_touch == b"first"


def test_a_retry_mints_the_same_id() -> None:
    assert visits_of([arrival(0, 7)]) == visits_of([arrival(0, 7)])
    (made,) = visits_of([arrival(0, 7)])
    assert made and made.id[6] >> 4 == 8  # no UUIDv7 by accident


def test_nothing_changed_is_nothing_to_write() -> None:
    minted = mint([arrival(5), arrival(0, opens=False)], {TODAY: [visit("a", 0, 10)]})
    assert not minted.changed


def test_a_session_keeps_its_id_and_start_for_48_hours_either_side() -> None:
    minted = mint([remembered(0, 1), remembered(47 * 60, 2), remembered(48 * 60 + 1, 3)], {})
    first, second, third = minted.placements
    assert first.visit and second.visit and third.visit
    assert first.visit.id == second.visit.id == SESSION.visitor == first.visitor
    assert second.visit.started_us == 0
    assert third.visit.id != SESSION.visitor
    assert third.visitor == third.visit.id


def test_a_session_has_no_thirty_minute_rule() -> None:
    first, second = visits_of([remembered(0, 1), remembered(600, 2)])
    assert first and second and first.id == second.id


def test_a_stale_session_never_takes_the_session_id() -> None:
    (made,) = visits_of([remembered(0, keeps_id=False)])
    assert made and made.id != SESSION.visitor


def test_daily_visits_equal_a_serial_replay_of_the_same_order() -> None:
    chance = random.Random(3)
    arrivals = [arrival(chance.randrange(24 * 60), n) for n in range(300)]
    arrivals.sort(key=lambda a: (a.occurred_at_us, a.event_id))
    state: dict[Key, list[Visit]] = {}
    serial: list[bytes] = []
    for each in arrivals:
        minted = mint([each], state)
        state |= {key: list(visits) for key, visits in minted.changed.items()}
        serial.append(minted.placements[0].visit.id)  # type: ignore[union-attr]
    assert [v and v.id for v in visits_of(arrivals)] == serial
    for one in state[TODAY]:
        assert one.last_us - one.started_us <= 48 * HOUR
