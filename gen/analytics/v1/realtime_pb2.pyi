from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RealtimeServiceWatchRequest(_message.Message):
    __slots__ = ("site",)
    SITE_FIELD_NUMBER: _ClassVar[int]
    site: str
    def __init__(self, site: _Optional[str] = ...) -> None: ...

class LiveCount(_message.Message):
    __slots__ = ("value", "count")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    value: str
    count: int
    def __init__(self, value: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class LiveEvent(_message.Message):
    __slots__ = ("occurred_at_us", "name", "hostname", "page", "country", "source", "browser", "device")
    OCCURRED_AT_US_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    HOSTNAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    BROWSER_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    occurred_at_us: int
    name: str
    hostname: str
    page: str
    country: str
    source: str
    browser: str
    device: str
    def __init__(self, occurred_at_us: _Optional[int] = ..., name: _Optional[str] = ..., hostname: _Optional[str] = ..., page: _Optional[str] = ..., country: _Optional[str] = ..., source: _Optional[str] = ..., browser: _Optional[str] = ..., device: _Optional[str] = ...) -> None: ...

class RealtimeServiceWatchResponse(_message.Message):
    __slots__ = ("as_of_us", "position", "visitors_now", "views_per_minute", "minute_us", "pages", "sources", "countries", "events", "fresh")
    AS_OF_US_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    VISITORS_NOW_FIELD_NUMBER: _ClassVar[int]
    VIEWS_PER_MINUTE_FIELD_NUMBER: _ClassVar[int]
    MINUTE_US_FIELD_NUMBER: _ClassVar[int]
    PAGES_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    COUNTRIES_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    FRESH_FIELD_NUMBER: _ClassVar[int]
    as_of_us: int
    position: int
    visitors_now: int
    views_per_minute: _containers.RepeatedScalarFieldContainer[int]
    minute_us: int
    pages: _containers.RepeatedCompositeFieldContainer[LiveCount]
    sources: _containers.RepeatedCompositeFieldContainer[LiveCount]
    countries: _containers.RepeatedCompositeFieldContainer[LiveCount]
    events: _containers.RepeatedCompositeFieldContainer[LiveEvent]
    fresh: bool
    def __init__(self, as_of_us: _Optional[int] = ..., position: _Optional[int] = ..., visitors_now: _Optional[int] = ..., views_per_minute: _Optional[_Iterable[int]] = ..., minute_us: _Optional[int] = ..., pages: _Optional[_Iterable[_Union[LiveCount, _Mapping]]] = ..., sources: _Optional[_Iterable[_Union[LiveCount, _Mapping]]] = ..., countries: _Optional[_Iterable[_Union[LiveCount, _Mapping]]] = ..., events: _Optional[_Iterable[_Union[LiveEvent, _Mapping]]] = ..., fresh: _Optional[bool] = ...) -> None: ...
