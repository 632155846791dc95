# fmt: off
# ruff: noqa
# pyright: basic
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EventKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVENT_KIND_UNSPECIFIED: _ClassVar[EventKind]
    EVENT_KIND_PAGEVIEW: _ClassVar[EventKind]
    EVENT_KIND_CLICK: _ClassVar[EventKind]
    EVENT_KIND_SCROLL: _ClassVar[EventKind]
    EVENT_KIND_ENGAGEMENT: _ClassVar[EventKind]
    EVENT_KIND_SESSION_START: _ClassVar[EventKind]
    EVENT_KIND_SESSION_END: _ClassVar[EventKind]
    EVENT_KIND_CUSTOM: _ClassVar[EventKind]
    EVENT_KIND_EXPOSURE: _ClassVar[EventKind]

class Navigation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NAVIGATION_UNSPECIFIED: _ClassVar[Navigation]
    NAVIGATION_NAVIGATE: _ClassVar[Navigation]
    NAVIGATION_RELOAD: _ClassVar[Navigation]
    NAVIGATION_BACK_FORWARD: _ClassVar[Navigation]
    NAVIGATION_IDLE: _ClassVar[Navigation]

class IdentityMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IDENTITY_MODE_UNSPECIFIED: _ClassVar[IdentityMode]
    IDENTITY_MODE_MEMORY: _ClassVar[IdentityMode]
    IDENTITY_MODE_DAILY: _ClassVar[IdentityMode]
EVENT_KIND_UNSPECIFIED: EventKind
EVENT_KIND_PAGEVIEW: EventKind
EVENT_KIND_CLICK: EventKind
EVENT_KIND_SCROLL: EventKind
EVENT_KIND_ENGAGEMENT: EventKind
EVENT_KIND_SESSION_START: EventKind
EVENT_KIND_SESSION_END: EventKind
EVENT_KIND_CUSTOM: EventKind
EVENT_KIND_EXPOSURE: EventKind
NAVIGATION_UNSPECIFIED: Navigation
NAVIGATION_NAVIGATE: Navigation
NAVIGATION_RELOAD: Navigation
NAVIGATION_BACK_FORWARD: Navigation
NAVIGATION_IDLE: Navigation
IDENTITY_MODE_UNSPECIFIED: IdentityMode
IDENTITY_MODE_MEMORY: IdentityMode
IDENTITY_MODE_DAILY: IdentityMode

class RawEventEnvelope(_message.Message):
    __slots__ = ("event_id", "site", "kind", "name", "session_id", "user_id", "page_url", "page_title", "referrer", "first_referrer", "first_url", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "language", "screen_width", "navigation", "age_ms", "sequence", "element_id", "element_tag", "element_role", "element_text", "href", "scroll_depth", "engaged_ms", "props", "revenue_amount", "revenue_currency", "interactive", "ip", "user_agent", "do_not_track", "global_privacy_control", "ch_ua", "ch_ua_full_version_list", "ch_ua_mobile", "ch_ua_model", "ch_ua_platform", "ch_ua_platform_version", "purpose", "origin", "country_hint", "received_at_us", "edge_id", "edge_sequence", "site_id", "import_id", "occurred_at_us", "keep_bots", "country", "region", "city", "browser", "browser_version", "os", "os_version", "device", "source", "channel")
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
    RECEIVED_AT_US_FIELD_NUMBER: _ClassVar[int]
    EDGE_ID_FIELD_NUMBER: _ClassVar[int]
    EDGE_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_US_FIELD_NUMBER: _ClassVar[int]
    KEEP_BOTS_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    BROWSER_FIELD_NUMBER: _ClassVar[int]
    BROWSER_VERSION_FIELD_NUMBER: _ClassVar[int]
    OS_FIELD_NUMBER: _ClassVar[int]
    OS_VERSION_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    site: str
    kind: EventKind
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
    navigation: Navigation
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
    received_at_us: int
    edge_id: str
    edge_sequence: int
    site_id: int
    import_id: str
    occurred_at_us: int
    keep_bots: bool
    country: str
    region: str
    city: str
    browser: str
    browser_version: str
    os: str
    os_version: str
    device: str
    source: str
    channel: str
    def __init__(self, event_id: _Optional[str] = ..., site: _Optional[str] = ..., kind: _Optional[_Union[EventKind, str]] = ..., name: _Optional[str] = ..., session_id: _Optional[str] = ..., user_id: _Optional[str] = ..., page_url: _Optional[str] = ..., page_title: _Optional[str] = ..., referrer: _Optional[str] = ..., first_referrer: _Optional[str] = ..., first_url: _Optional[str] = ..., utm_source: _Optional[str] = ..., utm_medium: _Optional[str] = ..., utm_campaign: _Optional[str] = ..., utm_content: _Optional[str] = ..., utm_term: _Optional[str] = ..., language: _Optional[str] = ..., screen_width: _Optional[int] = ..., navigation: _Optional[_Union[Navigation, str]] = ..., age_ms: _Optional[int] = ..., sequence: _Optional[int] = ..., element_id: _Optional[str] = ..., element_tag: _Optional[str] = ..., element_role: _Optional[str] = ..., element_text: _Optional[str] = ..., href: _Optional[str] = ..., scroll_depth: _Optional[int] = ..., engaged_ms: _Optional[int] = ..., props: _Optional[_Mapping[str, str]] = ..., revenue_amount: _Optional[str] = ..., revenue_currency: _Optional[str] = ..., interactive: _Optional[bool] = ..., ip: _Optional[str] = ..., user_agent: _Optional[str] = ..., do_not_track: _Optional[bool] = ..., global_privacy_control: _Optional[bool] = ..., ch_ua: _Optional[str] = ..., ch_ua_full_version_list: _Optional[str] = ..., ch_ua_mobile: _Optional[str] = ..., ch_ua_model: _Optional[str] = ..., ch_ua_platform: _Optional[str] = ..., ch_ua_platform_version: _Optional[str] = ..., purpose: _Optional[str] = ..., origin: _Optional[str] = ..., country_hint: _Optional[str] = ..., received_at_us: _Optional[int] = ..., edge_id: _Optional[str] = ..., edge_sequence: _Optional[int] = ..., site_id: _Optional[int] = ..., import_id: _Optional[str] = ..., occurred_at_us: _Optional[int] = ..., keep_bots: _Optional[bool] = ..., country: _Optional[str] = ..., region: _Optional[str] = ..., city: _Optional[str] = ..., browser: _Optional[str] = ..., browser_version: _Optional[str] = ..., os: _Optional[str] = ..., os_version: _Optional[str] = ..., device: _Optional[str] = ..., source: _Optional[str] = ..., channel: _Optional[str] = ...) -> None: ...

class NormalizedEvent(_message.Message):
    __slots__ = ("event_id", "site_id", "kind", "name", "received_at_us", "occurred_at_us", "sequence", "edge_id", "identity", "visit_id", "visitor_id", "visit_started_at_us", "continuation", "user_hash", "interactive", "import_id", "position", "hostname", "page", "page_title", "source", "channel", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "country", "region", "city", "browser", "browser_version", "os", "os_version", "device", "screen", "language", "element_id", "element_tag", "element_role", "element_text", "href", "scroll_depth", "engaged_ms", "props", "revenue_micros", "revenue_currency")
    class PropsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_AT_US_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_US_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    EDGE_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    VISITOR_ID_FIELD_NUMBER: _ClassVar[int]
    VISIT_STARTED_AT_US_FIELD_NUMBER: _ClassVar[int]
    CONTINUATION_FIELD_NUMBER: _ClassVar[int]
    USER_HASH_FIELD_NUMBER: _ClassVar[int]
    INTERACTIVE_FIELD_NUMBER: _ClassVar[int]
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    HOSTNAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TITLE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REFERRER_FIELD_NUMBER: _ClassVar[int]
    UTM_SOURCE_FIELD_NUMBER: _ClassVar[int]
    UTM_MEDIUM_FIELD_NUMBER: _ClassVar[int]
    UTM_CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    UTM_CONTENT_FIELD_NUMBER: _ClassVar[int]
    UTM_TERM_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    BROWSER_FIELD_NUMBER: _ClassVar[int]
    BROWSER_VERSION_FIELD_NUMBER: _ClassVar[int]
    OS_FIELD_NUMBER: _ClassVar[int]
    OS_VERSION_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    SCREEN_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    ELEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ELEMENT_TAG_FIELD_NUMBER: _ClassVar[int]
    ELEMENT_ROLE_FIELD_NUMBER: _ClassVar[int]
    ELEMENT_TEXT_FIELD_NUMBER: _ClassVar[int]
    HREF_FIELD_NUMBER: _ClassVar[int]
    SCROLL_DEPTH_FIELD_NUMBER: _ClassVar[int]
    ENGAGED_MS_FIELD_NUMBER: _ClassVar[int]
    PROPS_FIELD_NUMBER: _ClassVar[int]
    REVENUE_MICROS_FIELD_NUMBER: _ClassVar[int]
    REVENUE_CURRENCY_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    site_id: int
    kind: EventKind
    name: str
    received_at_us: int
    occurred_at_us: int
    sequence: int
    edge_id: str
    identity: IdentityMode
    visit_id: str
    visitor_id: str
    visit_started_at_us: int
    continuation: bool
    user_hash: str
    interactive: bool
    import_id: str
    position: int
    hostname: str
    page: str
    page_title: str
    source: str
    channel: str
    referrer: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    utm_content: str
    utm_term: str
    country: str
    region: str
    city: str
    browser: str
    browser_version: str
    os: str
    os_version: str
    device: str
    screen: str
    language: str
    element_id: str
    element_tag: str
    element_role: str
    element_text: str
    href: str
    scroll_depth: int
    engaged_ms: int
    props: _containers.ScalarMap[str, str]
    revenue_micros: int
    revenue_currency: str
    def __init__(self, event_id: _Optional[str] = ..., site_id: _Optional[int] = ..., kind: _Optional[_Union[EventKind, str]] = ..., name: _Optional[str] = ..., received_at_us: _Optional[int] = ..., occurred_at_us: _Optional[int] = ..., sequence: _Optional[int] = ..., edge_id: _Optional[str] = ..., identity: _Optional[_Union[IdentityMode, str]] = ..., visit_id: _Optional[str] = ..., visitor_id: _Optional[str] = ..., visit_started_at_us: _Optional[int] = ..., continuation: _Optional[bool] = ..., user_hash: _Optional[str] = ..., interactive: _Optional[bool] = ..., import_id: _Optional[str] = ..., position: _Optional[int] = ..., hostname: _Optional[str] = ..., page: _Optional[str] = ..., page_title: _Optional[str] = ..., source: _Optional[str] = ..., channel: _Optional[str] = ..., referrer: _Optional[str] = ..., utm_source: _Optional[str] = ..., utm_medium: _Optional[str] = ..., utm_campaign: _Optional[str] = ..., utm_content: _Optional[str] = ..., utm_term: _Optional[str] = ..., country: _Optional[str] = ..., region: _Optional[str] = ..., city: _Optional[str] = ..., browser: _Optional[str] = ..., browser_version: _Optional[str] = ..., os: _Optional[str] = ..., os_version: _Optional[str] = ..., device: _Optional[str] = ..., screen: _Optional[str] = ..., language: _Optional[str] = ..., element_id: _Optional[str] = ..., element_tag: _Optional[str] = ..., element_role: _Optional[str] = ..., element_text: _Optional[str] = ..., href: _Optional[str] = ..., scroll_depth: _Optional[int] = ..., engaged_ms: _Optional[int] = ..., props: _Optional[_Mapping[str, str]] = ..., revenue_micros: _Optional[int] = ..., revenue_currency: _Optional[str] = ...) -> None: ...
