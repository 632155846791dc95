"""The order of events, time then the client's sequence then the id, as one number: the engine finds the first and the
last of numbers twice as fast as of tuples.
"""

# Of an event `e`, later than 1970.
MOMENT = (
    "bitOr(bitShiftLeft(toUInt256(toUnixTimestamp64Micro(e.occurred_at)), 160), "
    "bitOr(bitShiftLeft(toUInt256(e.sequence), 128), toUInt256(toUInt128(e.event_id))))"
)


def time_of(moment: str) -> str:
    """The time that is in such a number."""
    return f"fromUnixTimestamp64Micro(toInt64(bitShiftRight({moment}, 160)), 'UTC')"
