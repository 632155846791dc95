from analytics.v1 import event_pb2 as _event_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ImportRequest(_message.Message):
    __slots__ = ("site", "import_id", "events")
    SITE_FIELD_NUMBER: _ClassVar[int]
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    site: str
    import_id: str
    events: _containers.RepeatedCompositeFieldContainer[_event_pb2.RawEventEnvelope]
    def __init__(self, site: _Optional[str] = ..., import_id: _Optional[str] = ..., events: _Optional[_Iterable[_Union[_event_pb2.RawEventEnvelope, _Mapping]]] = ...) -> None: ...

class ImportOutcome(_message.Message):
    __slots__ = ("code", "reason")
    class Code(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CODE_UNSPECIFIED: _ClassVar[ImportOutcome.Code]
        CODE_IMPORTED: _ClassVar[ImportOutcome.Code]
        CODE_DUPLICATE: _ClassVar[ImportOutcome.Code]
        CODE_IGNORED: _ClassVar[ImportOutcome.Code]
        CODE_REJECTED: _ClassVar[ImportOutcome.Code]
    CODE_UNSPECIFIED: ImportOutcome.Code
    CODE_IMPORTED: ImportOutcome.Code
    CODE_DUPLICATE: ImportOutcome.Code
    CODE_IGNORED: ImportOutcome.Code
    CODE_REJECTED: ImportOutcome.Code
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    code: ImportOutcome.Code
    reason: str
    def __init__(self, code: _Optional[_Union[ImportOutcome.Code, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class ImportResponse(_message.Message):
    __slots__ = ("outcomes", "position")
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[ImportOutcome]
    position: int
    def __init__(self, outcomes: _Optional[_Iterable[_Union[ImportOutcome, _Mapping]]] = ..., position: _Optional[int] = ...) -> None: ...
