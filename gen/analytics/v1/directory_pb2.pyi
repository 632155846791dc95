from analytics.v1 import account_pb2 as _account_pb2
from analytics.v1 import definition_pb2 as _definition_pb2
from analytics.v1 import share_pb2 as _share_pb2
from analytics.v1 import site_pb2 as _site_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DirectoryServiceWatchRequest(_message.Message):
    __slots__ = ("watcher",)
    WATCHER_FIELD_NUMBER: _ClassVar[int]
    watcher: str
    def __init__(self, watcher: _Optional[str] = ...) -> None: ...

class Credential(_message.Message):
    __slots__ = ("secret_sha256", "id", "site", "scope", "expires_at_us", "user", "grants", "segment")
    SECRET_SHA256_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    secret_sha256: bytes
    id: str
    site: str
    scope: _site_pb2.KeyScope
    expires_at_us: int
    user: str
    grants: _containers.RepeatedCompositeFieldContainer[_account_pb2.Grant]
    segment: str
    def __init__(self, secret_sha256: _Optional[bytes] = ..., id: _Optional[str] = ..., site: _Optional[str] = ..., scope: _Optional[_Union[_site_pb2.KeyScope, str]] = ..., expires_at_us: _Optional[int] = ..., user: _Optional[str] = ..., grants: _Optional[_Iterable[_Union[_account_pb2.Grant, _Mapping]]] = ..., segment: _Optional[str] = ...) -> None: ...

class Directory(_message.Message):
    __slots__ = ("version", "sites", "credentials", "goals", "segments", "shares")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SITES_FIELD_NUMBER: _ClassVar[int]
    CREDENTIALS_FIELD_NUMBER: _ClassVar[int]
    GOALS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    version: int
    sites: _containers.RepeatedCompositeFieldContainer[_site_pb2.Site]
    credentials: _containers.RepeatedCompositeFieldContainer[Credential]
    goals: _containers.RepeatedCompositeFieldContainer[_definition_pb2.Goal]
    segments: _containers.RepeatedCompositeFieldContainer[_definition_pb2.Segment]
    shares: _containers.RepeatedCompositeFieldContainer[_share_pb2.Share]
    def __init__(self, version: _Optional[int] = ..., sites: _Optional[_Iterable[_Union[_site_pb2.Site, _Mapping]]] = ..., credentials: _Optional[_Iterable[_Union[Credential, _Mapping]]] = ..., goals: _Optional[_Iterable[_Union[_definition_pb2.Goal, _Mapping]]] = ..., segments: _Optional[_Iterable[_Union[_definition_pb2.Segment, _Mapping]]] = ..., shares: _Optional[_Iterable[_Union[_share_pb2.Share, _Mapping]]] = ...) -> None: ...

class DirectoryServiceWatchResponse(_message.Message):
    __slots__ = ("directory", "version")
    DIRECTORY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    directory: Directory
    version: int
    def __init__(self, directory: _Optional[_Union[Directory, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...
