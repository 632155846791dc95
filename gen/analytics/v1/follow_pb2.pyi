from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CommitKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMMIT_KIND_UNSPECIFIED: _ClassVar[CommitKind]
    COMMIT_KIND_EVENTS: _ClassVar[CommitKind]
    COMMIT_KIND_ERASURE: _ClassVar[CommitKind]
    COMMIT_KIND_RETENTION: _ClassVar[CommitKind]
COMMIT_KIND_UNSPECIFIED: CommitKind
COMMIT_KIND_EVENTS: CommitKind
COMMIT_KIND_ERASURE: CommitKind
COMMIT_KIND_RETENTION: CommitKind

class FollowRequest(_message.Message):
    __slots__ = ("after_position", "since_us", "follower")
    AFTER_POSITION_FIELD_NUMBER: _ClassVar[int]
    SINCE_US_FIELD_NUMBER: _ClassVar[int]
    FOLLOWER_FIELD_NUMBER: _ClassVar[int]
    after_position: int
    since_us: int
    follower: str
    def __init__(self, after_position: _Optional[int] = ..., since_us: _Optional[int] = ..., follower: _Optional[str] = ...) -> None: ...

class Commit(_message.Message):
    __slots__ = ("position", "kind", "committed_at_us", "count", "fingerprint", "events", "erased_visit_ids", "erased_event_ids")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_AT_US_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    ERASED_VISIT_IDS_FIELD_NUMBER: _ClassVar[int]
    ERASED_EVENT_IDS_FIELD_NUMBER: _ClassVar[int]
    position: int
    kind: CommitKind
    committed_at_us: int
    count: int
    fingerprint: int
    events: bytes
    erased_visit_ids: _containers.RepeatedScalarFieldContainer[str]
    erased_event_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, position: _Optional[int] = ..., kind: _Optional[_Union[CommitKind, str]] = ..., committed_at_us: _Optional[int] = ..., count: _Optional[int] = ..., fingerprint: _Optional[int] = ..., events: _Optional[bytes] = ..., erased_visit_ids: _Optional[_Iterable[str]] = ..., erased_event_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class FollowResponse(_message.Message):
    __slots__ = ("commits", "head", "sent_at_us")
    COMMITS_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_US_FIELD_NUMBER: _ClassVar[int]
    commits: _containers.RepeatedCompositeFieldContainer[Commit]
    head: int
    sent_at_us: int
    def __init__(self, commits: _Optional[_Iterable[_Union[Commit, _Mapping]]] = ..., head: _Optional[int] = ..., sent_at_us: _Optional[int] = ...) -> None: ...
