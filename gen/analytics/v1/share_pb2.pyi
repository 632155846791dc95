from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Share(_message.Message):
    __slots__ = ("id", "site", "name", "segment", "has_password", "embed_origins", "expires_at_us", "created_at_us")
    ID_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    HAS_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    EMBED_ORIGINS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_US_FIELD_NUMBER: _ClassVar[int]
    id: str
    site: str
    name: str
    segment: str
    has_password: bool
    embed_origins: _containers.RepeatedScalarFieldContainer[str]
    expires_at_us: int
    created_at_us: int
    def __init__(self, id: _Optional[str] = ..., site: _Optional[str] = ..., name: _Optional[str] = ..., segment: _Optional[str] = ..., has_password: _Optional[bool] = ..., embed_origins: _Optional[_Iterable[str]] = ..., expires_at_us: _Optional[int] = ..., created_at_us: _Optional[int] = ...) -> None: ...

class ListSharesRequest(_message.Message):
    __slots__ = ("site",)
    SITE_FIELD_NUMBER: _ClassVar[int]
    site: str
    def __init__(self, site: _Optional[str] = ...) -> None: ...

class ListSharesResponse(_message.Message):
    __slots__ = ("shares",)
    SHARES_FIELD_NUMBER: _ClassVar[int]
    shares: _containers.RepeatedCompositeFieldContainer[Share]
    def __init__(self, shares: _Optional[_Iterable[_Union[Share, _Mapping]]] = ...) -> None: ...

class CreateShareRequest(_message.Message):
    __slots__ = ("share", "password")
    SHARE_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    share: Share
    password: str
    def __init__(self, share: _Optional[_Union[Share, _Mapping]] = ..., password: _Optional[str] = ...) -> None: ...

class CreateShareResponse(_message.Message):
    __slots__ = ("share", "secret", "directory_version")
    SHARE_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    share: Share
    secret: str
    directory_version: int
    def __init__(self, share: _Optional[_Union[Share, _Mapping]] = ..., secret: _Optional[str] = ..., directory_version: _Optional[int] = ...) -> None: ...

class UpdateShareRequest(_message.Message):
    __slots__ = ("share", "update_mask")
    SHARE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    share: Share
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, share: _Optional[_Union[Share, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateShareResponse(_message.Message):
    __slots__ = ("share", "directory_version")
    SHARE_FIELD_NUMBER: _ClassVar[int]
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    share: Share
    directory_version: int
    def __init__(self, share: _Optional[_Union[Share, _Mapping]] = ..., directory_version: _Optional[int] = ...) -> None: ...

class DeleteShareRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class DeleteShareResponse(_message.Message):
    __slots__ = ("directory_version",)
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    directory_version: int
    def __init__(self, directory_version: _Optional[int] = ...) -> None: ...

class OpenShareRequest(_message.Message):
    __slots__ = ("secret", "password", "address")
    SECRET_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    secret: str
    password: str
    address: str
    def __init__(self, secret: _Optional[str] = ..., password: _Optional[str] = ..., address: _Optional[str] = ...) -> None: ...

class OpenShareResponse(_message.Message):
    __slots__ = ("credential", "expires_at_us", "share", "directory_version")
    CREDENTIAL_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    credential: str
    expires_at_us: int
    share: Share
    directory_version: int
    def __init__(self, credential: _Optional[str] = ..., expires_at_us: _Optional[int] = ..., share: _Optional[_Union[Share, _Mapping]] = ..., directory_version: _Optional[int] = ...) -> None: ...
