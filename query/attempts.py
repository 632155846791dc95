"""How far a unit got through a funnel, as ClickHouse expressions over `k`, the numbers of its events in order.

A number holds an event's time in microseconds above bits of the steps that it satisfies. A *way* is the numbers of the
events that an attempt took, first to last. `furthest_…` finds where the best attempt ends: a tuple of the steps it
reached and, of the first event with which any attempt reached so many, the time (of strict ones the place in `k`).
"""

# Bits below the time: one for each step, and one that says that no attempt in any order begins with the event.
LATE, BITS = 10, 11

_NO_NUMBERS = "CAST([], 'Array(UInt64)')"


def time_of(number: str) -> str:
    return f"bitShiftRight({number}, {BITS})"


def ordered(size: int, numbers: str) -> str:
    """The way of the first event that satisfies the first step, then each time the next that satisfies the next."""
    further = f"bitTest(x, length(way)) AND length(way) < {size}"
    return f"arrayFold((way, x) -> if({further}, arrayPushBack(way, x), way), {numbers}, {_NO_NUMBERS})"


def furthest_ordered(size: int, window: str) -> str:
    """The state holds for each step when the latest chain up to it began, 0 where none has come so far: of all chains
    up to a step the one that began latest has most of its window left."""
    begun = [f"if(bitTest(x, 0), {time_of('x')}, s.1)"]
    begun += [f"if(bitTest(x, {step}), s.{step}, s.{step + 1})" for step in range(1, size)]
    return _furthest(size, window, begun, time_of("x"))


def furthest_strict(size: int, window: str) -> str:
    """As ordered, but a chain is at an end where the next event does not satisfy its next step."""
    begun = [f"if(bitTest(x, 0), {time_of('x')}, 0)"]
    begun += [f"if(bitTest(x, {step}), s.{step}, 0)" for step in range(1, size)]
    return _furthest(size, window, begun, f"s.{size + 3} + 1")


def _furthest(size: int, window: str, begun: list[str], where: str) -> str:
    best, end, count = (f"s.{size + offset}" for offset in (1, 2, 3))

    def in_time(step: int) -> str:
        return f" AND {time_of('x')} - s.{step} <= {window}" if window else ""

    reached = ", ".join(
        f"bitTest(x, {step}) AND s.{step} > 0{in_time(step)}, {step + 1}" for step in range(size - 1, 0, -1)
    )
    here = f"multiIf({reached}, bitTest(x, 0), 1, 0)"
    state = [*begun, f"if({here} > {best}, {here}, {best})", f"if({here} > {best}, {where}, {end})", f"{count} + 1"]
    typed = ", ".join(f"toUInt64({value})" for value in state)
    nothing = ", ".join(["toUInt64(0)"] * (size + 3))
    fold = f"arrayFold((s, x) -> tuple({typed}), k, tuple({nothing}))"
    return f"arrayMap(s -> (s.{size + 1}, s.{size + 2}), [{fold}])[1]"


def any_order(size: int, numbers: str) -> str:
    """The way of each event with which the events so far satisfy one more step, each event one step of its choice.

    The state holds every largest set of steps that they can satisfy, as bits. An event adds to the number if it
    satisfies a step that is missing in one of them; if not, it changes none (the exchange of bases in a matroid).
    """
    return f"({_matched(size, numbers)}).2"


def furthest_any(size: int, window: str) -> str:
    """The state holds the latest events that satisfy as many steps as can be, latest first: those of them within a
    window that ends here are as many as any events within it can satisfy."""
    latest = f"({_matched(size, 'arrayPushFront(s.1, x)')}).2"
    start = f"if(bitTest(x, {LATE}), s.4, {time_of('x')})"
    here = (
        f"if({start} > 0 AND {time_of('x')} - {start} <= {window}, "
        f"arrayCount(y -> {time_of('x')} - {time_of('y')} <= {window}, {latest}), 0)"
    )
    state = (
        latest,
        f"toUInt64(if({here} > s.2, {here}, s.2))",
        f"toUInt64(if({here} > s.2, {time_of('x')}, s.3))",
        f"toUInt64({start})",
    )
    nothing = f"tuple({_NO_NUMBERS}, toUInt64(0), toUInt64(0), toUInt64(0))"
    fold = f"arrayFold((s, x) -> tuple({', '.join(state)}), k, {nothing})"
    return f"arrayMap(s -> (s.2, s.3), [{fold}])[1]"


def _matched(size: int, numbers: str) -> str:
    """The largest sets of steps, and the way."""
    grown = ", ".join(
        f"if(bitTest(z, {step}), arrayMap(b -> toUInt16(bitOr(b, {1 << step})), "
        f"arrayFilter(b -> NOT bitTest(b, {step}), m.1)), CAST([], 'Array(UInt16)'))"
        for step in range(size)
    )
    sets = f"arrayDistinct(arrayConcat({grown}))"
    further = f"if(notEmpty({sets}), tuple({sets}, arrayPushBack(m.2, z)), m)"
    return f"arrayFold((m, z) -> {further}, {numbers}, tuple(CAST([0], 'Array(UInt16)'), {_NO_NUMBERS}))"
