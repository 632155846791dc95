from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PrivacyTaskKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRIVACY_TASK_KIND_UNSPECIFIED: _ClassVar[PrivacyTaskKind]
    PRIVACY_TASK_KIND_EXPORT: _ClassVar[PrivacyTaskKind]
    PRIVACY_TASK_KIND_ERASE_USER: _ClassVar[PrivacyTaskKind]
    PRIVACY_TASK_KIND_ERASE_VISIT: _ClassVar[PrivacyTaskKind]
    PRIVACY_TASK_KIND_ERASE_SITE: _ClassVar[PrivacyTaskKind]
    PRIVACY_TASK_KIND_RETENTION: _ClassVar[PrivacyTaskKind]
    PRIVACY_TASK_KIND_REPLAY: _ClassVar[PrivacyTaskKind]

class PrivacyTaskState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRIVACY_TASK_STATE_UNSPECIFIED: _ClassVar[PrivacyTaskState]
    PRIVACY_TASK_STATE_WAITING: _ClassVar[PrivacyTaskState]
    PRIVACY_TASK_STATE_RUNNING: _ClassVar[PrivacyTaskState]
    PRIVACY_TASK_STATE_DONE: _ClassVar[PrivacyTaskState]

class ExportFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPORT_FORMAT_UNSPECIFIED: _ClassVar[ExportFormat]
    EXPORT_FORMAT_JSON_LINES: _ClassVar[ExportFormat]
    EXPORT_FORMAT_CSV_ZIP: _ClassVar[ExportFormat]
PRIVACY_TASK_KIND_UNSPECIFIED: PrivacyTaskKind
PRIVACY_TASK_KIND_EXPORT: PrivacyTaskKind
PRIVACY_TASK_KIND_ERASE_USER: PrivacyTaskKind
PRIVACY_TASK_KIND_ERASE_VISIT: PrivacyTaskKind
PRIVACY_TASK_KIND_ERASE_SITE: PrivacyTaskKind
PRIVACY_TASK_KIND_RETENTION: PrivacyTaskKind
PRIVACY_TASK_KIND_REPLAY: PrivacyTaskKind
PRIVACY_TASK_STATE_UNSPECIFIED: PrivacyTaskState
PRIVACY_TASK_STATE_WAITING: PrivacyTaskState
PRIVACY_TASK_STATE_RUNNING: PrivacyTaskState
PRIVACY_TASK_STATE_DONE: PrivacyTaskState
EXPORT_FORMAT_UNSPECIFIED: ExportFormat
EXPORT_FORMAT_JSON_LINES: ExportFormat
EXPORT_FORMAT_CSV_ZIP: ExportFormat

class EdgeSpool(_message.Message):
    __slots__ = ("edge_id", "heard_at_us", "waiting_events", "drained")
    EDGE_ID_FIELD_NUMBER: _ClassVar[int]
    HEARD_AT_US_FIELD_NUMBER: _ClassVar[int]
    WAITING_EVENTS_FIELD_NUMBER: _ClassVar[int]
    DRAINED_FIELD_NUMBER: _ClassVar[int]
    edge_id: str
    heard_at_us: int
    waiting_events: int
    drained: bool
    def __init__(self, edge_id: _Optional[str] = ..., heard_at_us: _Optional[int] = ..., waiting_events: _Optional[int] = ..., drained: _Optional[bool] = ...) -> None: ...

class PrivacyTask(_message.Message):
    __slots__ = ("id", "site", "kind", "state", "created_at_us", "finished_at_us", "visits_found", "visits_done", "rows", "position", "receipt", "edges", "expires_at_us")
    class RowsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_US_FIELD_NUMBER: _ClassVar[int]
    FINISHED_AT_US_FIELD_NUMBER: _ClassVar[int]
    VISITS_FOUND_FIELD_NUMBER: _ClassVar[int]
    VISITS_DONE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    EDGES_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    id: str
    site: str
    kind: PrivacyTaskKind
    state: PrivacyTaskState
    created_at_us: int
    finished_at_us: int
    visits_found: int
    visits_done: int
    rows: _containers.ScalarMap[str, int]
    position: int
    receipt: str
    edges: _containers.RepeatedCompositeFieldContainer[EdgeSpool]
    expires_at_us: int
    def __init__(self, id: _Optional[str] = ..., site: _Optional[str] = ..., kind: _Optional[_Union[PrivacyTaskKind, str]] = ..., state: _Optional[_Union[PrivacyTaskState, str]] = ..., created_at_us: _Optional[int] = ..., finished_at_us: _Optional[int] = ..., visits_found: _Optional[int] = ..., visits_done: _Optional[int] = ..., rows: _Optional[_Mapping[str, int]] = ..., position: _Optional[int] = ..., receipt: _Optional[str] = ..., edges: _Optional[_Iterable[_Union[EdgeSpool, _Mapping]]] = ..., expires_at_us: _Optional[int] = ...) -> None: ...

class CreateExportRequest(_message.Message):
    __slots__ = ("site", "user_id")
    SITE_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    site: str
    user_id: str
    def __init__(self, site: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class CreateExportResponse(_message.Message):
    __slots__ = ("task",)
    TASK_FIELD_NUMBER: _ClassVar[int]
    task: PrivacyTask
    def __init__(self, task: _Optional[_Union[PrivacyTask, _Mapping]] = ...) -> None: ...

class DownloadExportRequest(_message.Message):
    __slots__ = ("id", "format")
    ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    id: str
    format: ExportFormat
    def __init__(self, id: _Optional[str] = ..., format: _Optional[_Union[ExportFormat, str]] = ...) -> None: ...

class DownloadExportResponse(_message.Message):
    __slots__ = ("content",)
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    def __init__(self, content: _Optional[bytes] = ...) -> None: ...

class CreateErasureRequest(_message.Message):
    __slots__ = ("site", "user_id", "visit_id", "whole_site")
    SITE_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    WHOLE_SITE_FIELD_NUMBER: _ClassVar[int]
    site: str
    user_id: str
    visit_id: str
    whole_site: bool
    def __init__(self, site: _Optional[str] = ..., user_id: _Optional[str] = ..., visit_id: _Optional[str] = ..., whole_site: _Optional[bool] = ...) -> None: ...

class CreateErasureResponse(_message.Message):
    __slots__ = ("task",)
    TASK_FIELD_NUMBER: _ClassVar[int]
    task: PrivacyTask
    def __init__(self, task: _Optional[_Union[PrivacyTask, _Mapping]] = ...) -> None: ...

class GetPrivacyTaskRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetPrivacyTaskResponse(_message.Message):
    __slots__ = ("task",)
    TASK_FIELD_NUMBER: _ClassVar[int]
    task: PrivacyTask
    def __init__(self, task: _Optional[_Union[PrivacyTask, _Mapping]] = ...) -> None: ...

class ListPrivacyTasksRequest(_message.Message):
    __slots__ = ("site", "kinds", "limit")
    SITE_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    site: str
    kinds: _containers.RepeatedScalarFieldContainer[PrivacyTaskKind]
    limit: int
    def __init__(self, site: _Optional[str] = ..., kinds: _Optional[_Iterable[_Union[PrivacyTaskKind, str]]] = ..., limit: _Optional[int] = ...) -> None: ...

class ListPrivacyTasksResponse(_message.Message):
    __slots__ = ("tasks",)
    TASKS_FIELD_NUMBER: _ClassVar[int]
    tasks: _containers.RepeatedCompositeFieldContainer[PrivacyTask]
    def __init__(self, tasks: _Optional[_Iterable[_Union[PrivacyTask, _Mapping]]] = ...) -> None: ...

class VerifyReceiptRequest(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: str
    def __init__(self, receipt: _Optional[str] = ...) -> None: ...

class VerifyReceiptResponse(_message.Message):
    __slots__ = ("valid", "reason", "id", "site", "kind", "rows", "tombstone", "erased_at_us")
    class RowsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    VALID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TOMBSTONE_FIELD_NUMBER: _ClassVar[int]
    ERASED_AT_US_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    reason: str
    id: str
    site: str
    kind: PrivacyTaskKind
    rows: _containers.ScalarMap[str, int]
    tombstone: str
    erased_at_us: int
    def __init__(self, valid: _Optional[bool] = ..., reason: _Optional[str] = ..., id: _Optional[str] = ..., site: _Optional[str] = ..., kind: _Optional[_Union[PrivacyTaskKind, str]] = ..., rows: _Optional[_Mapping[str, int]] = ..., tombstone: _Optional[str] = ..., erased_at_us: _Optional[int] = ...) -> None: ...

class GetRetentionRequest(_message.Message):
    __slots__ = ("site",)
    SITE_FIELD_NUMBER: _ClassVar[int]
    site: str
    def __init__(self, site: _Optional[str] = ...) -> None: ...

class GetRetentionResponse(_message.Message):
    __slots__ = ("months", "swept_at_us", "rows", "oldest_day")
    class RowsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    SWEPT_AT_US_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    OLDEST_DAY_FIELD_NUMBER: _ClassVar[int]
    months: int
    swept_at_us: int
    rows: _containers.ScalarMap[str, int]
    oldest_day: str
    def __init__(self, months: _Optional[int] = ..., swept_at_us: _Optional[int] = ..., rows: _Optional[_Mapping[str, int]] = ..., oldest_day: _Optional[str] = ...) -> None: ...

class PreviewRetentionRequest(_message.Message):
    __slots__ = ("site", "months")
    SITE_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    site: str
    months: int
    def __init__(self, site: _Optional[str] = ..., months: _Optional[int] = ...) -> None: ...

class PreviewRetentionResponse(_message.Message):
    __slots__ = ("before_us", "events", "visits", "oldest_day", "oldest_day_left")
    BEFORE_US_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    OLDEST_DAY_FIELD_NUMBER: _ClassVar[int]
    OLDEST_DAY_LEFT_FIELD_NUMBER: _ClassVar[int]
    before_us: int
    events: int
    visits: int
    oldest_day: str
    oldest_day_left: str
    def __init__(self, before_us: _Optional[int] = ..., events: _Optional[int] = ..., visits: _Optional[int] = ..., oldest_day: _Optional[str] = ..., oldest_day_left: _Optional[str] = ...) -> None: ...

class Tombstone(_message.Message):
    __slots__ = ("site_number", "digest", "before_us")
    SITE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    BEFORE_US_FIELD_NUMBER: _ClassVar[int]
    site_number: int
    digest: bytes
    before_us: int
    def __init__(self, site_number: _Optional[int] = ..., digest: _Optional[bytes] = ..., before_us: _Optional[int] = ...) -> None: ...

class ListTombstonesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListTombstonesResponse(_message.Message):
    __slots__ = ("tombstones",)
    TOMBSTONES_FIELD_NUMBER: _ClassVar[int]
    tombstones: _containers.RepeatedCompositeFieldContainer[Tombstone]
    def __init__(self, tombstones: _Optional[_Iterable[_Union[Tombstone, _Mapping]]] = ...) -> None: ...

class ReplayTombstonesRequest(_message.Message):
    __slots__ = ("tombstones",)
    TOMBSTONES_FIELD_NUMBER: _ClassVar[int]
    tombstones: _containers.RepeatedCompositeFieldContainer[Tombstone]
    def __init__(self, tombstones: _Optional[_Iterable[_Union[Tombstone, _Mapping]]] = ...) -> None: ...

class ReplayTombstonesResponse(_message.Message):
    __slots__ = ("tasks",)
    TASKS_FIELD_NUMBER: _ClassVar[int]
    tasks: _containers.RepeatedCompositeFieldContainer[PrivacyTask]
    def __init__(self, tasks: _Optional[_Iterable[_Union[PrivacyTask, _Mapping]]] = ...) -> None: ...
