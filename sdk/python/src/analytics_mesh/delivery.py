"""What becomes of a batch: which events are done, which are sent again, and when. Pure but for the jitter."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from analytics_mesh._contract.track_pb2 import TrackBatchRequest, TrackBatchResponse, TrackResult
from analytics_mesh.outbox import MAX_AGE_S, Entry

METHOD = "/analytics.v1.TrackService/TrackBatch"

_FIRST_S, _LAST_S = 0.1, 30.0
_DETAILS = "grpc-status-details-bin"
_PERMANENT = frozenset(
    [
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.OUT_OF_RANGE,
    ]
)
_DONE = {
    TrackResult.CODE_ACCEPTED: "accepted",
    TrackResult.CODE_DUPLICATE: "duplicates",
    TrackResult.CODE_IGNORED: "ignored",
    TrackResult.CODE_INVALID: "refused",
    TrackResult.CODE_FORBIDDEN: "refused",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one try: events by what became of them, reasons of refusals, what is to be sent again, and how soon."""

    counts: Counter[str]
    reasons: list[str] = field(default_factory=list[str])
    again: list[Entry] = field(default_factory=list[Entry])
    retry_after_s: float | None = None


def request(batch: Sequence[Entry], now: float) -> TrackBatchRequest:
    """The call of a batch: each event says how old it is by the monotonic clock, `now` in its seconds."""
    for entry in batch:
        entry.event.age_ms = int(max(0.0, now - entry.born) * 1_000)
    return TrackBatchRequest(events=[entry.event for entry in batch])


def expired(batch: Sequence[Entry], now: float) -> list[Entry]:
    """Events that are too old for the edge to take."""
    return [entry for entry in batch if now - entry.born >= MAX_AGE_S]


def answered(batch: Sequence[Entry], response: TrackBatchResponse) -> Outcome:
    """Each event has an outcome of its own; one that is not durable now is sent again."""
    counts, reasons, again = Counter[str](), list[str](), list[Entry]()
    if len(response.results) != len(batch):
        return Outcome(counts, [], list(batch))
    for entry, result in zip(batch, response.results, strict=True):
        word = _DONE.get(result.code)
        if word is None:
            again.append(entry)
            continue
        counts[word] += 1
        if word == "refused":
            reasons.append(f"{result.field}: {result.reason}" if result.field else result.reason)
    return Outcome(counts, reasons, again)


def failed(batch: Sequence[Entry], error: Any) -> Outcome:
    """A call (grpc.Call) without an answer: sent again, unless the edge says that no other try helps."""
    code: grpc.StatusCode = error.code()
    if code in _PERMANENT:
        return Outcome(Counter(refused=len(batch)), [f"{code.name}: {error.details()}"])
    return Outcome(Counter(), [], list(batch), _retry_after(error.trailing_metadata() or ()))


class Backoff:
    """Pauses between tries: doubled up to 30 s, by chance between half and the whole, never below what was told."""

    def __init__(self) -> None:
        self._next_s = _FIRST_S

    def reset(self) -> None:
        self._next_s = _FIRST_S

    def pause_s(self, retry_after_s: float | None) -> float:
        pause = self._next_s * random.uniform(0.5, 1.0)
        self._next_s = min(self._next_s * 2, _LAST_S)
        if retry_after_s is None:
            return pause
        return max(pause, retry_after_s * random.uniform(1.0, 1.25))


def _retry_after(trailing: Iterable[tuple[str, Any]]) -> float | None:
    """Seconds of an error's google.rpc.RetryInfo."""
    for key, value in trailing:
        if key != _DETAILS:
            continue
        try:
            details = status_pb2.Status.FromString(value).details
        except DecodeError:
            return None
        retry = error_details_pb2.RetryInfo()
        for detail in details:
            if detail.Unpack(retry):
                return retry.retry_delay.ToMicroseconds() / 1e6
    return None
