# fmt: off
# ruff: noqa
# pyright: basic
from analytics_mesh._contract import event_pb2 as _event_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TrackEvent(_message.Message):
    __slots__ = ("event_id", "site", "kind", "name", "session_id", "user_id", "page_url", "page_title", "referrer", "first_referrer", "first_url", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "language", "screen_width", "navigation", "age_ms", "sequence", "element_id", "element_tag", "element_role", "element_text", "href", "scroll_depth", "engaged_ms", "props", "revenue_amount", "revenue_currency", "interactive", "ip", "user_agent", "do_not_track", "global_privacy_control", "ch_ua", "ch_ua_full_version_list", "ch_ua_mobile", "ch_ua_model", "ch_ua_platform", "ch_ua_platform_version", "purpose", "origin", "country_hint")
    class PropsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_URL_FIELD_NUMBER: _ClassVar[int]
    PAGE_TITLE_FIELD_NUMBER: _ClassVar[int]
    REFERRER_FIELD_NUMBER: _ClassVar[int]
    FIRST_REFERRER_FIELD_NUMBER: _ClassVar[int]
    FIRST_URL_FIELD_NUMBER: _ClassVar[int]
    UTM_SOURCE_FIELD_NUMBER: _ClassVar[int]
    UTM_MEDIUM_FIELD_NUMBER: _ClassVar[int]
    UTM_CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    UTM_CONTENT_FIELD_NUMBER: _ClassVar[int]
    UTM_TERM_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    SCREEN_WIDTH_FIELD_NUMBER: _ClassVar[int]
    NAVIGATION_FIELD_NUMBER: _ClassVar[int]
    AGE_MS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    ELEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ELEMENT_TAG_FIELD_NUMBER: _ClassVar[int]
    ELEMENT_ROLE_FIELD_NUMBER: _ClassVar[int]
    ELEMENT_TEXT_FIELD_NUMBER: _ClassVar[int]
    HREF_FIELD_NUMBER: _ClassVar[int]
    SCROLL_DEPTH_FIELD_NUMBER: _ClassVar[int]
    ENGAGED_MS_FIELD_NUMBER: _ClassVar[int]
    PROPS_FIELD_NUMBER: _ClassVar[int]
    REVENUE_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    REVENUE_CURRENCY_FIELD_NUMBER: _ClassVar[int]
    INTERACTIVE_FIELD_NUMBER: _ClassVar[int]
    IP_FIELD_NUMBER: _ClassVar[int]
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    DO_NOT_TRACK_FIELD_NUMBER: _ClassVar[int]
    GLOBAL_PRIVACY_CONTROL_FIELD_NUMBER: _ClassVar[int]
    CH_UA_FIELD_NUMBER: _ClassVar[int]
    CH_UA_FULL_VERSION_LIST_FIELD_NUMBER: _ClassVar[int]
    CH_UA_MOBILE_FIELD_NUMBER: _ClassVar[int]
    CH_UA_MODEL_FIELD_NUMBER: _ClassVar[int]
    CH_UA_PLATFORM_FIELD_NUMBER: _ClassVar[int]
    CH_UA_PLATFORM_VERSION_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_HINT_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    site: str
    kind: _event_pb2.EventKind
    name: str
    session_id: str
    user_id: str
    page_url: str
    page_title: str
    referrer: str
    first_referrer: str
    first_url: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    utm_content: str
    utm_term: str
    language: str
    screen_width: int
    navigation: _event_pb2.Navigation
    age_ms: int
    sequence: int
    element_id: str
    element_tag: str
    element_role: str
    element_text: str
    href: str
    scroll_depth: int
    engaged_ms: int
    props: _containers.ScalarMap[str, str]
    revenue_amount: str
    revenue_currency: str
    interactive: bool
    ip: str
    user_agent: str
    do_not_track: bool
    global_privacy_control: bool
    ch_ua: str
    ch_ua_full_version_list: str
    ch_ua_mobile: str
    ch_ua_model: str
    ch_ua_platform: str
    ch_ua_platform_version: str
    purpose: str
    origin: str
    country_hint: str
    def __init__(self, event_id: _Optional[str] = ..., site: _Optional[str] = ..., kind: _Optional[_Union[_event_pb2.EventKind, str]] = ..., name: _Optional[str] = ..., session_id: _Optional[str] = ..., user_id: _Optional[str] = ..., page_url: _Optional[str] = ..., page_title: _Optional[str] = ..., referrer: _Optional[str] = ..., first_referrer: _Optional[str] = ..., first_url: _Optional[str] = ..., utm_source: _Optional[str] = ..., utm_medium: _Optional[str] = ..., utm_campaign: _Optional[str] = ..., utm_content: _Optional[str] = ..., utm_term: _Optional[str] = ..., language: _Optional[str] = ..., screen_width: _Optional[int] = ..., navigation: _Optional[_Union[_event_pb2.Navigation, str]] = ..., age_ms: _Optional[int] = ..., sequence: _Optional[int] = ..., element_id: _Optional[str] = ..., element_tag: _Optional[str] = ..., element_role: _Optional[str] = ..., element_text: _Optional[str] = ..., href: _Optional[str] = ..., scroll_depth: _Optional[int] = ..., engaged_ms: _Optional[int] = ..., props: _Optional[_Mapping[str, str]] = ..., revenue_amount: _Optional[str] = ..., revenue_currency: _Optional[str] = ..., interactive: _Optional[bool] = ..., ip: _Optional[str] = ..., user_agent: _Optional[str] = ..., do_not_track: _Optional[bool] = ..., global_privacy_control: _Optional[bool] = ..., ch_ua: _Optional[str] = ..., ch_ua_full_version_list: _Optional[str] = ..., ch_ua_mobile: _Optional[str] = ..., ch_ua_model: _Optional[str] = ..., ch_ua_platform: _Optional[str] = ..., ch_ua_platform_version: _Optional[str] = ..., purpose: _Optional[str] = ..., origin: _Optional[str] = ..., country_hint: _Optional[str] = ...) -> None: ...

class TrackResult(_message.Message):
    __slots__ = ("event_id", "code", "reason", "field")
    class Code(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CODE_UNSPECIFIED: _ClassVar[TrackResult.Code]
        CODE_ACCEPTED: _ClassVar[TrackResult.Code]
        CODE_DUPLICATE: _ClassVar[TrackResult.Code]
        CODE_IGNORED: _ClassVar[TrackResult.Code]
        CODE_INVALID: _ClassVar[TrackResult.Code]
        CODE_FORBIDDEN: _ClassVar[TrackResult.Code]
        CODE_UNAVAILABLE: _ClassVar[TrackResult.Code]
    CODE_UNSPECIFIED: TrackResult.Code
    CODE_ACCEPTED: TrackResult.Code
    CODE_DUPLICATE: TrackResult.Code
    CODE_IGNORED: TrackResult.Code
    CODE_INVALID: TrackResult.Code
    CODE_FORBIDDEN: TrackResult.Code
    CODE_UNAVAILABLE: TrackResult.Code
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    code: TrackResult.Code
    reason: str
    field: str
    def __init__(self, event_id: _Optional[str] = ..., code: _Optional[_Union[TrackResult.Code, str]] = ..., reason: _Optional[str] = ..., field: _Optional[str] = ...) -> None: ...

class TrackRequest(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: TrackEvent
    def __init__(self, event: _Optional[_Union[TrackEvent, _Mapping]] = ...) -> None: ...

class TrackResponse(_message.Message):
    __slots__ = ("result",)
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: TrackResult
    def __init__(self, result: _Optional[_Union[TrackResult, _Mapping]] = ...) -> None: ...

class TrackBatchRequest(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[TrackEvent]
    def __init__(self, events: _Optional[_Iterable[_Union[TrackEvent, _Mapping]]] = ...) -> None: ...

class TrackBatchResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[TrackResult]
    def __init__(self, results: _Optional[_Iterable[_Union[TrackResult, _Mapping]]] = ...) -> None: ...

class TrackStreamRequest(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[TrackEvent]
    def __init__(self, events: _Optional[_Iterable[_Union[TrackEvent, _Mapping]]] = ...) -> None: ...

class TrackStreamResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[TrackResult]
    def __init__(self, results: _Optional[_Iterable[_Union[TrackResult, _Mapping]]] = ...) -> None: ...
