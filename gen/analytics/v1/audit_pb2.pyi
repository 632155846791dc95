from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AuditEntry(_message.Message):
    __slots__ = ("number", "at_us", "actor_kind", "actor", "operation", "site", "request", "refused", "network", "actor_name")
    class Actor(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ACTOR_UNSPECIFIED: _ClassVar[AuditEntry.Actor]
        ACTOR_NOBODY: _ClassVar[AuditEntry.Actor]
        ACTOR_PERSON: _ClassVar[AuditEntry.Actor]
        ACTOR_KEY: _ClassVar[AuditEntry.Actor]
        ACTOR_SHARE: _ClassVar[AuditEntry.Actor]
        ACTOR_MESH: _ClassVar[AuditEntry.Actor]
    ACTOR_UNSPECIFIED: AuditEntry.Actor
    ACTOR_NOBODY: AuditEntry.Actor
    ACTOR_PERSON: AuditEntry.Actor
    ACTOR_KEY: AuditEntry.Actor
    ACTOR_SHARE: AuditEntry.Actor
    ACTOR_MESH: AuditEntry.Actor
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    AT_US_FIELD_NUMBER: _ClassVar[int]
    ACTOR_KIND_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    ACTOR_NAME_FIELD_NUMBER: _ClassVar[int]
    number: int
    at_us: int
    actor_kind: AuditEntry.Actor
    actor: str
    operation: str
    site: str
    request: str
    refused: str
    network: str
    actor_name: str
    def __init__(self, number: _Optional[int] = ..., at_us: _Optional[int] = ..., actor_kind: _Optional[_Union[AuditEntry.Actor, str]] = ..., actor: _Optional[str] = ..., operation: _Optional[str] = ..., site: _Optional[str] = ..., request: _Optional[str] = ..., refused: _Optional[str] = ..., network: _Optional[str] = ..., actor_name: _Optional[str] = ...) -> None: ...

class AppendAuditRequest(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[AuditEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[AuditEntry, _Mapping]]] = ...) -> None: ...

class AppendAuditResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListAuditRequest(_message.Message):
    __slots__ = ("site", "from_us", "until_us", "actor", "operation", "limit", "before")
    SITE_FIELD_NUMBER: _ClassVar[int]
    FROM_US_FIELD_NUMBER: _ClassVar[int]
    UNTIL_US_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    site: str
    from_us: int
    until_us: int
    actor: str
    operation: str
    limit: int
    before: int
    def __init__(self, site: _Optional[str] = ..., from_us: _Optional[int] = ..., until_us: _Optional[int] = ..., actor: _Optional[str] = ..., operation: _Optional[str] = ..., limit: _Optional[int] = ..., before: _Optional[int] = ...) -> None: ...

class ListAuditResponse(_message.Message):
    __slots__ = ("entries", "more")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[AuditEntry]
    more: bool
    def __init__(self, entries: _Optional[_Iterable[_Union[AuditEntry, _Mapping]]] = ..., more: _Optional[bool] = ...) -> None: ...

class ExportAuditRequest(_message.Message):
    __slots__ = ("wanted",)
    WANTED_FIELD_NUMBER: _ClassVar[int]
    wanted: ListAuditRequest
    def __init__(self, wanted: _Optional[_Union[ListAuditRequest, _Mapping]] = ...) -> None: ...

class ExportAuditResponse(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[AuditEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[AuditEntry, _Mapping]]] = ...) -> None: ...

class AuditCheckpoint(_message.Message):
    __slots__ = ("number", "digest")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    number: int
    digest: bytes
    def __init__(self, number: _Optional[int] = ..., digest: _Optional[bytes] = ...) -> None: ...

class VerifyAuditRequest(_message.Message):
    __slots__ = ("checkpoints",)
    CHECKPOINTS_FIELD_NUMBER: _ClassVar[int]
    checkpoints: _containers.RepeatedCompositeFieldContainer[AuditCheckpoint]
    def __init__(self, checkpoints: _Optional[_Iterable[_Union[AuditCheckpoint, _Mapping]]] = ...) -> None: ...

class VerifyAuditResponse(_message.Message):
    __slots__ = ("intact", "problem", "entries", "first", "last")
    INTACT_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    intact: bool
    problem: str
    entries: int
    first: int
    last: AuditCheckpoint
    def __init__(self, intact: _Optional[bool] = ..., problem: _Optional[str] = ..., entries: _Optional[int] = ..., first: _Optional[int] = ..., last: _Optional[_Union[AuditCheckpoint, _Mapping]] = ...) -> None: ...
