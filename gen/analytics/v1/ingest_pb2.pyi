from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class IngestRequest(_message.Message):
    __slots__ = ("envelopes",)
    ENVELOPES_FIELD_NUMBER: _ClassVar[int]
    envelopes: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, envelopes: _Optional[_Iterable[bytes]] = ...) -> None: ...

class IngestOutcome(_message.Message):
    __slots__ = ("code", "reason")
    class Code(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CODE_UNSPECIFIED: _ClassVar[IngestOutcome.Code]
        CODE_STORED: _ClassVar[IngestOutcome.Code]
        CODE_DUPLICATE: _ClassVar[IngestOutcome.Code]
        CODE_IGNORED: _ClassVar[IngestOutcome.Code]
        CODE_REJECTED: _ClassVar[IngestOutcome.Code]
    CODE_UNSPECIFIED: IngestOutcome.Code
    CODE_STORED: IngestOutcome.Code
    CODE_DUPLICATE: IngestOutcome.Code
    CODE_IGNORED: IngestOutcome.Code
    CODE_REJECTED: IngestOutcome.Code
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    code: IngestOutcome.Code
    reason: str
    def __init__(self, code: _Optional[_Union[IngestOutcome.Code, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class IngestResponse(_message.Message):
    __slots__ = ("outcomes",)
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[IngestOutcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[IngestOutcome, _Mapping]]] = ...) -> None: ...

class IngestStreamRequest(_message.Message):
    __slots__ = ("envelopes",)
    ENVELOPES_FIELD_NUMBER: _ClassVar[int]
    envelopes: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, envelopes: _Optional[_Iterable[bytes]] = ...) -> None: ...

class IngestStreamResponse(_message.Message):
    __slots__ = ("outcomes",)
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[IngestOutcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[IngestOutcome, _Mapping]]] = ...) -> None: ...

class ReportSpoolRequest(_message.Message):
    __slots__ = ("edge_id", "waiting_events")
    EDGE_ID_FIELD_NUMBER: _ClassVar[int]
    WAITING_EVENTS_FIELD_NUMBER: _ClassVar[int]
    edge_id: str
    waiting_events: int
    def __init__(self, edge_id: _Optional[str] = ..., waiting_events: _Optional[int] = ...) -> None: ...

class ReportSpoolResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
