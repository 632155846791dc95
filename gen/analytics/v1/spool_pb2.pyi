from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SpoolServiceStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Balance(_message.Message):
    __slots__ = ("acknowledged", "carried", "stored", "duplicate", "ignored", "rejected", "spooled", "in_flight", "ignored_by_reason", "missing")
    class IgnoredByReasonEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    ACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    CARRIED_FIELD_NUMBER: _ClassVar[int]
    STORED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    IGNORED_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    SPOOLED_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    IGNORED_BY_REASON_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    acknowledged: int
    carried: int
    stored: int
    duplicate: int
    ignored: int
    rejected: int
    spooled: int
    in_flight: int
    ignored_by_reason: _containers.ScalarMap[str, int]
    missing: int
    def __init__(self, acknowledged: _Optional[int] = ..., carried: _Optional[int] = ..., stored: _Optional[int] = ..., duplicate: _Optional[int] = ..., ignored: _Optional[int] = ..., rejected: _Optional[int] = ..., spooled: _Optional[int] = ..., in_flight: _Optional[int] = ..., ignored_by_reason: _Optional[_Mapping[str, int]] = ..., missing: _Optional[int] = ...) -> None: ...

class SpoolServiceStatusResponse(_message.Message):
    __slots__ = ("edge_id", "entries", "bytes", "max_entries", "max_bytes", "oldest_s", "paused", "draining", "breaker", "balance", "hours_left", "set_aside", "trouble")
    EDGE_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    MAX_BYTES_FIELD_NUMBER: _ClassVar[int]
    OLDEST_S_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    BREAKER_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    HOURS_LEFT_FIELD_NUMBER: _ClassVar[int]
    SET_ASIDE_FIELD_NUMBER: _ClassVar[int]
    TROUBLE_FIELD_NUMBER: _ClassVar[int]
    edge_id: str
    entries: int
    bytes: int
    max_entries: int
    max_bytes: int
    oldest_s: float
    paused: bool
    draining: bool
    breaker: str
    balance: Balance
    hours_left: float
    set_aside: int
    trouble: str
    def __init__(self, edge_id: _Optional[str] = ..., entries: _Optional[int] = ..., bytes: _Optional[int] = ..., max_entries: _Optional[int] = ..., max_bytes: _Optional[int] = ..., oldest_s: _Optional[float] = ..., paused: _Optional[bool] = ..., draining: _Optional[bool] = ..., breaker: _Optional[str] = ..., balance: _Optional[_Union[Balance, _Mapping]] = ..., hours_left: _Optional[float] = ..., set_aside: _Optional[int] = ..., trouble: _Optional[str] = ...) -> None: ...

class PauseRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PauseResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ResumeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ResumeResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class InspectRequest(_message.Message):
    __slots__ = ("limit",)
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class SpoolEntry(_message.Message):
    __slots__ = ("envelopes", "bytes", "spooled_at_us", "key_id")
    ENVELOPES_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    SPOOLED_AT_US_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    envelopes: int
    bytes: int
    spooled_at_us: int
    key_id: str
    def __init__(self, envelopes: _Optional[int] = ..., bytes: _Optional[int] = ..., spooled_at_us: _Optional[int] = ..., key_id: _Optional[str] = ...) -> None: ...

class InspectResponse(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[SpoolEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[SpoolEntry, _Mapping]]] = ...) -> None: ...
