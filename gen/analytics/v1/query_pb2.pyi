from analytics.v1 import event_pb2 as _event_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Filter(_message.Message):
    __slots__ = ("operator", "dimension", "values", "case_insensitive", "children")
    class Operator(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OPERATOR_UNSPECIFIED: _ClassVar[Filter.Operator]
        OPERATOR_IS: _ClassVar[Filter.Operator]
        OPERATOR_IS_NOT: _ClassVar[Filter.Operator]
        OPERATOR_CONTAINS: _ClassVar[Filter.Operator]
        OPERATOR_CONTAINS_NOT: _ClassVar[Filter.Operator]
        OPERATOR_MATCHES: _ClassVar[Filter.Operator]
        OPERATOR_MATCHES_NOT: _ClassVar[Filter.Operator]
        OPERATOR_AND: _ClassVar[Filter.Operator]
        OPERATOR_OR: _ClassVar[Filter.Operator]
        OPERATOR_NOT: _ClassVar[Filter.Operator]
        OPERATOR_HAS_DONE: _ClassVar[Filter.Operator]
        OPERATOR_HAS_NOT_DONE: _ClassVar[Filter.Operator]
    OPERATOR_UNSPECIFIED: Filter.Operator
    OPERATOR_IS: Filter.Operator
    OPERATOR_IS_NOT: Filter.Operator
    OPERATOR_CONTAINS: Filter.Operator
    OPERATOR_CONTAINS_NOT: Filter.Operator
    OPERATOR_MATCHES: Filter.Operator
    OPERATOR_MATCHES_NOT: Filter.Operator
    OPERATOR_AND: Filter.Operator
    OPERATOR_OR: Filter.Operator
    OPERATOR_NOT: Filter.Operator
    OPERATOR_HAS_DONE: Filter.Operator
    OPERATOR_HAS_NOT_DONE: Filter.Operator
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    CASE_INSENSITIVE_FIELD_NUMBER: _ClassVar[int]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    operator: Filter.Operator
    dimension: str
    values: _containers.RepeatedScalarFieldContainer[str]
    case_insensitive: bool
    children: _containers.RepeatedCompositeFieldContainer[Filter]
    def __init__(self, operator: _Optional[_Union[Filter.Operator, str]] = ..., dimension: _Optional[str] = ..., values: _Optional[_Iterable[str]] = ..., case_insensitive: _Optional[bool] = ..., children: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ...) -> None: ...

class OrderBy(_message.Message):
    __slots__ = ("key", "descending")
    KEY_FIELD_NUMBER: _ClassVar[int]
    DESCENDING_FIELD_NUMBER: _ClassVar[int]
    key: str
    descending: bool
    def __init__(self, key: _Optional[str] = ..., descending: _Optional[bool] = ...) -> None: ...

class QueryRequest(_message.Message):
    __slots__ = ("site", "metrics", "dimensions", "filters", "date_range", "timezone", "date", "order_by", "limit", "page_token", "offset", "empty_buckets", "total_rows", "compare", "time_labels", "explain")
    SITE_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    DATE_RANGE_FIELD_NUMBER: _ClassVar[int]
    TIMEZONE_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    EMPTY_BUCKETS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_ROWS_FIELD_NUMBER: _ClassVar[int]
    COMPARE_FIELD_NUMBER: _ClassVar[int]
    TIME_LABELS_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    site: str
    metrics: _containers.RepeatedScalarFieldContainer[str]
    dimensions: _containers.RepeatedScalarFieldContainer[str]
    filters: _containers.RepeatedCompositeFieldContainer[Filter]
    date_range: _containers.RepeatedScalarFieldContainer[str]
    timezone: str
    date: str
    order_by: _containers.RepeatedCompositeFieldContainer[OrderBy]
    limit: int
    page_token: str
    offset: int
    empty_buckets: bool
    total_rows: bool
    compare: Comparison
    time_labels: bool
    explain: bool
    def __init__(self, site: _Optional[str] = ..., metrics: _Optional[_Iterable[str]] = ..., dimensions: _Optional[_Iterable[str]] = ..., filters: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., date_range: _Optional[_Iterable[str]] = ..., timezone: _Optional[str] = ..., date: _Optional[str] = ..., order_by: _Optional[_Iterable[_Union[OrderBy, _Mapping]]] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ..., offset: _Optional[int] = ..., empty_buckets: _Optional[bool] = ..., total_rows: _Optional[bool] = ..., compare: _Optional[_Union[Comparison, _Mapping]] = ..., time_labels: _Optional[bool] = ..., explain: _Optional[bool] = ...) -> None: ...

class Comparison(_message.Message):
    __slots__ = ("mode", "date_range", "match_day_of_week")
    class Mode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        MODE_UNSPECIFIED: _ClassVar[Comparison.Mode]
        MODE_PREVIOUS_PERIOD: _ClassVar[Comparison.Mode]
        MODE_YEAR_OVER_YEAR: _ClassVar[Comparison.Mode]
        MODE_CUSTOM: _ClassVar[Comparison.Mode]
    MODE_UNSPECIFIED: Comparison.Mode
    MODE_PREVIOUS_PERIOD: Comparison.Mode
    MODE_YEAR_OVER_YEAR: Comparison.Mode
    MODE_CUSTOM: Comparison.Mode
    MODE_FIELD_NUMBER: _ClassVar[int]
    DATE_RANGE_FIELD_NUMBER: _ClassVar[int]
    MATCH_DAY_OF_WEEK_FIELD_NUMBER: _ClassVar[int]
    mode: Comparison.Mode
    date_range: _containers.RepeatedScalarFieldContainer[str]
    match_day_of_week: bool
    def __init__(self, mode: _Optional[_Union[Comparison.Mode, str]] = ..., date_range: _Optional[_Iterable[str]] = ..., match_day_of_week: _Optional[bool] = ...) -> None: ...

class Scope(_message.Message):
    __slots__ = ("site", "filters", "date_range", "timezone", "date")
    SITE_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    DATE_RANGE_FIELD_NUMBER: _ClassVar[int]
    TIMEZONE_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    site: str
    filters: _containers.RepeatedCompositeFieldContainer[Filter]
    date_range: _containers.RepeatedScalarFieldContainer[str]
    timezone: str
    date: str
    def __init__(self, site: _Optional[str] = ..., filters: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., date_range: _Optional[_Iterable[str]] = ..., timezone: _Optional[str] = ..., date: _Optional[str] = ...) -> None: ...

class Meta(_message.Message):
    __slots__ = ("as_of_position", "freshness_s", "took_ms", "warnings", "resolved")
    AS_OF_POSITION_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_S_FIELD_NUMBER: _ClassVar[int]
    TOOK_MS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_FIELD_NUMBER: _ClassVar[int]
    as_of_position: int
    freshness_s: float
    took_ms: float
    warnings: _containers.RepeatedScalarFieldContainer[str]
    resolved: Scope
    def __init__(self, as_of_position: _Optional[int] = ..., freshness_s: _Optional[float] = ..., took_ms: _Optional[float] = ..., warnings: _Optional[_Iterable[str]] = ..., resolved: _Optional[_Union[Scope, _Mapping]] = ...) -> None: ...

class EventMatch(_message.Message):
    __slots__ = ("page", "event", "goal", "filters")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    GOAL_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    page: str
    event: str
    goal: str
    filters: _containers.RepeatedCompositeFieldContainer[Filter]
    def __init__(self, page: _Optional[str] = ..., event: _Optional[str] = ..., goal: _Optional[str] = ..., filters: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ...) -> None: ...

class Money(_message.Message):
    __slots__ = ("currency", "amount")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    currency: str
    amount: str
    def __init__(self, currency: _Optional[str] = ..., amount: _Optional[str] = ...) -> None: ...

class MetricValue(_message.Message):
    __slots__ = ("integer", "number", "money")
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    MONEY_FIELD_NUMBER: _ClassVar[int]
    integer: int
    number: float
    money: Money
    def __init__(self, integer: _Optional[int] = ..., number: _Optional[float] = ..., money: _Optional[_Union[Money, _Mapping]] = ...) -> None: ...

class Row(_message.Message):
    __slots__ = ("dimensions", "metrics", "comparison")
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    dimensions: _containers.RepeatedScalarFieldContainer[str]
    metrics: _containers.RepeatedCompositeFieldContainer[MetricValue]
    comparison: RowComparison
    def __init__(self, dimensions: _Optional[_Iterable[str]] = ..., metrics: _Optional[_Iterable[_Union[MetricValue, _Mapping]]] = ..., comparison: _Optional[_Union[RowComparison, _Mapping]] = ...) -> None: ...

class RowComparison(_message.Message):
    __slots__ = ("dimensions", "metrics", "change")
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    dimensions: _containers.RepeatedScalarFieldContainer[str]
    metrics: _containers.RepeatedCompositeFieldContainer[MetricValue]
    change: _containers.RepeatedCompositeFieldContainer[MetricValue]
    def __init__(self, dimensions: _Optional[_Iterable[str]] = ..., metrics: _Optional[_Iterable[_Union[MetricValue, _Mapping]]] = ..., change: _Optional[_Iterable[_Union[MetricValue, _Mapping]]] = ...) -> None: ...

class ExplainedStatement(_message.Message):
    __slots__ = ("sql", "parameters", "rows_read", "bytes_read", "took_ms")
    SQL_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    ROWS_READ_FIELD_NUMBER: _ClassVar[int]
    BYTES_READ_FIELD_NUMBER: _ClassVar[int]
    TOOK_MS_FIELD_NUMBER: _ClassVar[int]
    sql: str
    parameters: str
    rows_read: int
    bytes_read: int
    took_ms: float
    def __init__(self, sql: _Optional[str] = ..., parameters: _Optional[str] = ..., rows_read: _Optional[int] = ..., bytes_read: _Optional[int] = ..., took_ms: _Optional[float] = ...) -> None: ...

class QueryResponse(_message.Message):
    __slots__ = ("rows", "next_page_token", "total_rows", "as_of_position", "freshness_s", "took_ms", "warnings", "resolved", "time_labels", "explanation", "compared_range")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_ROWS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_POSITION_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_S_FIELD_NUMBER: _ClassVar[int]
    TOOK_MS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_FIELD_NUMBER: _ClassVar[int]
    TIME_LABELS_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    COMPARED_RANGE_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[Row]
    next_page_token: str
    total_rows: int
    as_of_position: int
    freshness_s: float
    took_ms: float
    warnings: _containers.RepeatedScalarFieldContainer[str]
    resolved: QueryRequest
    time_labels: _containers.RepeatedScalarFieldContainer[str]
    explanation: _containers.RepeatedCompositeFieldContainer[ExplainedStatement]
    compared_range: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, rows: _Optional[_Iterable[_Union[Row, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_rows: _Optional[int] = ..., as_of_position: _Optional[int] = ..., freshness_s: _Optional[float] = ..., took_ms: _Optional[float] = ..., warnings: _Optional[_Iterable[str]] = ..., resolved: _Optional[_Union[QueryRequest, _Mapping]] = ..., time_labels: _Optional[_Iterable[str]] = ..., explanation: _Optional[_Iterable[_Union[ExplainedStatement, _Mapping]]] = ..., compared_range: _Optional[_Iterable[str]] = ...) -> None: ...

class PageList(_message.Message):
    __slots__ = ("dimension", "metrics", "limit")
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    dimension: str
    metrics: _containers.RepeatedScalarFieldContainer[str]
    limit: int
    def __init__(self, dimension: _Optional[str] = ..., metrics: _Optional[_Iterable[str]] = ..., limit: _Optional[int] = ...) -> None: ...

class PageRequest(_message.Message):
    __slots__ = ("scope", "metrics", "interval", "lists", "compare")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    COMPARE_FIELD_NUMBER: _ClassVar[int]
    scope: Scope
    metrics: _containers.RepeatedScalarFieldContainer[str]
    interval: str
    lists: _containers.RepeatedCompositeFieldContainer[PageList]
    compare: Comparison
    def __init__(self, scope: _Optional[_Union[Scope, _Mapping]] = ..., metrics: _Optional[_Iterable[str]] = ..., interval: _Optional[str] = ..., lists: _Optional[_Iterable[_Union[PageList, _Mapping]]] = ..., compare: _Optional[_Union[Comparison, _Mapping]] = ...) -> None: ...

class PageResponse(_message.Message):
    __slots__ = ("totals", "series", "series_metrics", "lists", "interval", "last_bucket_partial", "compared_range", "meta")
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    SERIES_METRICS_FIELD_NUMBER: _ClassVar[int]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    LAST_BUCKET_PARTIAL_FIELD_NUMBER: _ClassVar[int]
    COMPARED_RANGE_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    totals: Row
    series: _containers.RepeatedCompositeFieldContainer[Row]
    series_metrics: _containers.RepeatedScalarFieldContainer[str]
    lists: _containers.RepeatedCompositeFieldContainer[PageListRows]
    interval: str
    last_bucket_partial: bool
    compared_range: _containers.RepeatedScalarFieldContainer[str]
    meta: Meta
    def __init__(self, totals: _Optional[_Union[Row, _Mapping]] = ..., series: _Optional[_Iterable[_Union[Row, _Mapping]]] = ..., series_metrics: _Optional[_Iterable[str]] = ..., lists: _Optional[_Iterable[_Union[PageListRows, _Mapping]]] = ..., interval: _Optional[str] = ..., last_bucket_partial: _Optional[bool] = ..., compared_range: _Optional[_Iterable[str]] = ..., meta: _Optional[_Union[Meta, _Mapping]] = ...) -> None: ...

class PageListRows(_message.Message):
    __slots__ = ("dimension", "metrics", "rows", "more")
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    dimension: str
    metrics: _containers.RepeatedScalarFieldContainer[str]
    rows: _containers.RepeatedCompositeFieldContainer[Row]
    more: bool
    def __init__(self, dimension: _Optional[str] = ..., metrics: _Optional[_Iterable[str]] = ..., rows: _Optional[_Iterable[_Union[Row, _Mapping]]] = ..., more: _Optional[bool] = ...) -> None: ...

class FunnelRequest(_message.Message):
    __slots__ = ("scope", "steps", "order", "unit", "window_s", "breakdown", "limit")
    class Order(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ORDER_UNSPECIFIED: _ClassVar[FunnelRequest.Order]
        ORDER_ORDERED: _ClassVar[FunnelRequest.Order]
        ORDER_STRICT: _ClassVar[FunnelRequest.Order]
        ORDER_ANY: _ClassVar[FunnelRequest.Order]
    ORDER_UNSPECIFIED: FunnelRequest.Order
    ORDER_ORDERED: FunnelRequest.Order
    ORDER_STRICT: FunnelRequest.Order
    ORDER_ANY: FunnelRequest.Order
    class Unit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        UNIT_UNSPECIFIED: _ClassVar[FunnelRequest.Unit]
        UNIT_VISIT: _ClassVar[FunnelRequest.Unit]
        UNIT_VISITOR_DAY: _ClassVar[FunnelRequest.Unit]
        UNIT_USER: _ClassVar[FunnelRequest.Unit]
    UNIT_UNSPECIFIED: FunnelRequest.Unit
    UNIT_VISIT: FunnelRequest.Unit
    UNIT_VISITOR_DAY: FunnelRequest.Unit
    UNIT_USER: FunnelRequest.Unit
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_S_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    scope: Scope
    steps: _containers.RepeatedCompositeFieldContainer[EventMatch]
    order: FunnelRequest.Order
    unit: FunnelRequest.Unit
    window_s: int
    breakdown: str
    limit: int
    def __init__(self, scope: _Optional[_Union[Scope, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[EventMatch, _Mapping]]] = ..., order: _Optional[_Union[FunnelRequest.Order, str]] = ..., unit: _Optional[_Union[FunnelRequest.Unit, str]] = ..., window_s: _Optional[int] = ..., breakdown: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class FunnelResponse(_message.Message):
    __slots__ = ("groups", "meta")
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[FunnelGroup]
    meta: Meta
    def __init__(self, groups: _Optional[_Iterable[_Union[FunnelGroup, _Mapping]]] = ..., meta: _Optional[_Union[Meta, _Mapping]] = ...) -> None: ...

class FunnelGroup(_message.Message):
    __slots__ = ("value", "steps")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    value: str
    steps: _containers.RepeatedCompositeFieldContainer[FunnelStep]
    def __init__(self, value: _Optional[str] = ..., steps: _Optional[_Iterable[_Union[FunnelStep, _Mapping]]] = ...) -> None: ...

class FunnelStep(_message.Message):
    __slots__ = ("entered", "converted", "dropped", "rate", "step_rate", "median_s", "p90_s")
    ENTERED_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    STEP_RATE_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_S_FIELD_NUMBER: _ClassVar[int]
    P90_S_FIELD_NUMBER: _ClassVar[int]
    entered: int
    converted: int
    dropped: int
    rate: float
    step_rate: float
    median_s: float
    p90_s: float
    def __init__(self, entered: _Optional[int] = ..., converted: _Optional[int] = ..., dropped: _Optional[int] = ..., rate: _Optional[float] = ..., step_rate: _Optional[float] = ..., median_s: _Optional[float] = ..., p90_s: _Optional[float] = ...) -> None: ...

class CohortRequest(_message.Message):
    __slots__ = ("scope", "start", "back", "period", "count", "first_in_range", "breakdown", "limit")
    class Period(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PERIOD_UNSPECIFIED: _ClassVar[CohortRequest.Period]
        PERIOD_DAY: _ClassVar[CohortRequest.Period]
        PERIOD_WEEK: _ClassVar[CohortRequest.Period]
        PERIOD_MONTH: _ClassVar[CohortRequest.Period]
    PERIOD_UNSPECIFIED: CohortRequest.Period
    PERIOD_DAY: CohortRequest.Period
    PERIOD_WEEK: CohortRequest.Period
    PERIOD_MONTH: CohortRequest.Period
    class Count(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        COUNT_UNSPECIFIED: _ClassVar[CohortRequest.Count]
        COUNT_ON: _ClassVar[CohortRequest.Count]
        COUNT_ON_OR_AFTER: _ClassVar[CohortRequest.Count]
    COUNT_UNSPECIFIED: CohortRequest.Count
    COUNT_ON: CohortRequest.Count
    COUNT_ON_OR_AFTER: CohortRequest.Count
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    BACK_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_IN_RANGE_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    scope: Scope
    start: EventMatch
    back: EventMatch
    period: CohortRequest.Period
    count: CohortRequest.Count
    first_in_range: bool
    breakdown: str
    limit: int
    def __init__(self, scope: _Optional[_Union[Scope, _Mapping]] = ..., start: _Optional[_Union[EventMatch, _Mapping]] = ..., back: _Optional[_Union[EventMatch, _Mapping]] = ..., period: _Optional[_Union[CohortRequest.Period, str]] = ..., count: _Optional[_Union[CohortRequest.Count, str]] = ..., first_in_range: _Optional[bool] = ..., breakdown: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class CohortResponse(_message.Message):
    __slots__ = ("cohorts", "meta")
    COHORTS_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    cohorts: _containers.RepeatedCompositeFieldContainer[CohortRow]
    meta: Meta
    def __init__(self, cohorts: _Optional[_Iterable[_Union[CohortRow, _Mapping]]] = ..., meta: _Optional[_Union[Meta, _Mapping]] = ...) -> None: ...

class CohortRow(_message.Message):
    __slots__ = ("period", "value", "size", "returned", "unfinished")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    UNFINISHED_FIELD_NUMBER: _ClassVar[int]
    period: str
    value: str
    size: int
    returned: _containers.RepeatedScalarFieldContainer[int]
    unfinished: bool
    def __init__(self, period: _Optional[str] = ..., value: _Optional[str] = ..., size: _Optional[int] = ..., returned: _Optional[_Iterable[int]] = ..., unfinished: _Optional[bool] = ...) -> None: ...

class JourneyRequest(_message.Message):
    __slots__ = ("scope", "start", "end", "steps", "of", "limit", "breakdown")
    class Of(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OF_UNSPECIFIED: _ClassVar[JourneyRequest.Of]
        OF_PAGES: _ClassVar[JourneyRequest.Of]
        OF_EVENTS: _ClassVar[JourneyRequest.Of]
    OF_UNSPECIFIED: JourneyRequest.Of
    OF_PAGES: JourneyRequest.Of
    OF_EVENTS: JourneyRequest.Of
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    OF_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    scope: Scope
    start: EventMatch
    end: EventMatch
    steps: int
    of: JourneyRequest.Of
    limit: int
    breakdown: str
    def __init__(self, scope: _Optional[_Union[Scope, _Mapping]] = ..., start: _Optional[_Union[EventMatch, _Mapping]] = ..., end: _Optional[_Union[EventMatch, _Mapping]] = ..., steps: _Optional[int] = ..., of: _Optional[_Union[JourneyRequest.Of, str]] = ..., limit: _Optional[int] = ..., breakdown: _Optional[str] = ...) -> None: ...

class JourneyResponse(_message.Message):
    __slots__ = ("groups", "meta")
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[JourneyGroup]
    meta: Meta
    def __init__(self, groups: _Optional[_Iterable[_Union[JourneyGroup, _Mapping]]] = ..., meta: _Optional[_Union[Meta, _Mapping]] = ...) -> None: ...

class JourneyGroup(_message.Message):
    __slots__ = ("value", "visits", "nodes", "links")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    value: str
    visits: int
    nodes: _containers.RepeatedCompositeFieldContainer[JourneyNode]
    links: _containers.RepeatedCompositeFieldContainer[JourneyLink]
    def __init__(self, value: _Optional[str] = ..., visits: _Optional[int] = ..., nodes: _Optional[_Iterable[_Union[JourneyNode, _Mapping]]] = ..., links: _Optional[_Iterable[_Union[JourneyLink, _Mapping]]] = ...) -> None: ...

class JourneyNode(_message.Message):
    __slots__ = ("step", "value", "visits", "left")
    STEP_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    step: int
    value: str
    visits: int
    left: int
    def __init__(self, step: _Optional[int] = ..., value: _Optional[str] = ..., visits: _Optional[int] = ..., left: _Optional[int] = ...) -> None: ...

class JourneyLink(_message.Message):
    __slots__ = ("step", "to", "visits")
    STEP_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    step: int
    to: str
    visits: int
    def __init__(self, step: _Optional[int] = ..., to: _Optional[str] = ..., visits: _Optional[int] = ..., **kwargs) -> None: ...

class ExperimentRequest(_message.Message):
    __slots__ = ("scope", "experiment", "conversion", "measure", "unit", "control", "weights", "currency", "breakdown", "limit")
    class Measure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        MEASURE_UNSPECIFIED: _ClassVar[ExperimentRequest.Measure]
        MEASURE_CONVERSION: _ClassVar[ExperimentRequest.Measure]
        MEASURE_COUNT: _ClassVar[ExperimentRequest.Measure]
        MEASURE_REVENUE: _ClassVar[ExperimentRequest.Measure]
    MEASURE_UNSPECIFIED: ExperimentRequest.Measure
    MEASURE_CONVERSION: ExperimentRequest.Measure
    MEASURE_COUNT: ExperimentRequest.Measure
    MEASURE_REVENUE: ExperimentRequest.Measure
    class Unit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        UNIT_UNSPECIFIED: _ClassVar[ExperimentRequest.Unit]
        UNIT_VISIT: _ClassVar[ExperimentRequest.Unit]
        UNIT_USER: _ClassVar[ExperimentRequest.Unit]
    UNIT_UNSPECIFIED: ExperimentRequest.Unit
    UNIT_VISIT: ExperimentRequest.Unit
    UNIT_USER: ExperimentRequest.Unit
    class WeightsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    CONTROL_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    scope: Scope
    experiment: str
    conversion: EventMatch
    measure: ExperimentRequest.Measure
    unit: ExperimentRequest.Unit
    control: str
    weights: _containers.ScalarMap[str, float]
    currency: str
    breakdown: str
    limit: int
    def __init__(self, scope: _Optional[_Union[Scope, _Mapping]] = ..., experiment: _Optional[str] = ..., conversion: _Optional[_Union[EventMatch, _Mapping]] = ..., measure: _Optional[_Union[ExperimentRequest.Measure, str]] = ..., unit: _Optional[_Union[ExperimentRequest.Unit, str]] = ..., control: _Optional[str] = ..., weights: _Optional[_Mapping[str, float]] = ..., currency: _Optional[str] = ..., breakdown: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class ExperimentResponse(_message.Message):
    __slots__ = ("groups", "meta")
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[ExperimentGroup]
    meta: Meta
    def __init__(self, groups: _Optional[_Iterable[_Union[ExperimentGroup, _Mapping]]] = ..., meta: _Optional[_Union[Meta, _Mapping]] = ...) -> None: ...

class ExperimentGroup(_message.Message):
    __slots__ = ("value", "variants", "several_variants", "ratio_p", "ratio_mismatch")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    SEVERAL_VARIANTS_FIELD_NUMBER: _ClassVar[int]
    RATIO_P_FIELD_NUMBER: _ClassVar[int]
    RATIO_MISMATCH_FIELD_NUMBER: _ClassVar[int]
    value: str
    variants: _containers.RepeatedCompositeFieldContainer[ExperimentVariant]
    several_variants: int
    ratio_p: float
    ratio_mismatch: bool
    def __init__(self, value: _Optional[str] = ..., variants: _Optional[_Iterable[_Union[ExperimentVariant, _Mapping]]] = ..., several_variants: _Optional[int] = ..., ratio_p: _Optional[float] = ..., ratio_mismatch: _Optional[bool] = ...) -> None: ...

class ExperimentVariant(_message.Message):
    __slots__ = ("variant", "exposures", "conversions", "rate", "mean", "standard_deviation", "chance_to_be_best", "chance_to_beat_control", "difference", "credible_low", "credible_high", "expected_loss", "p_value", "confidence_low", "confidence_high", "always_valid_p", "lift")
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    EXPOSURES_FIELD_NUMBER: _ClassVar[int]
    CONVERSIONS_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    STANDARD_DEVIATION_FIELD_NUMBER: _ClassVar[int]
    CHANCE_TO_BE_BEST_FIELD_NUMBER: _ClassVar[int]
    CHANCE_TO_BEAT_CONTROL_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    CREDIBLE_LOW_FIELD_NUMBER: _ClassVar[int]
    CREDIBLE_HIGH_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_LOSS_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_LOW_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_HIGH_FIELD_NUMBER: _ClassVar[int]
    ALWAYS_VALID_P_FIELD_NUMBER: _ClassVar[int]
    LIFT_FIELD_NUMBER: _ClassVar[int]
    variant: str
    exposures: int
    conversions: int
    rate: float
    mean: float
    standard_deviation: float
    chance_to_be_best: float
    chance_to_beat_control: float
    difference: float
    credible_low: float
    credible_high: float
    expected_loss: float
    p_value: float
    confidence_low: float
    confidence_high: float
    always_valid_p: float
    lift: float
    def __init__(self, variant: _Optional[str] = ..., exposures: _Optional[int] = ..., conversions: _Optional[int] = ..., rate: _Optional[float] = ..., mean: _Optional[float] = ..., standard_deviation: _Optional[float] = ..., chance_to_be_best: _Optional[float] = ..., chance_to_beat_control: _Optional[float] = ..., difference: _Optional[float] = ..., credible_low: _Optional[float] = ..., credible_high: _Optional[float] = ..., expected_loss: _Optional[float] = ..., p_value: _Optional[float] = ..., confidence_low: _Optional[float] = ..., confidence_high: _Optional[float] = ..., always_valid_p: _Optional[float] = ..., lift: _Optional[float] = ...) -> None: ...

class ListVisitsRequest(_message.Message):
    __slots__ = ("scope", "limit", "page_token")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scope: Scope
    limit: int
    page_token: str
    def __init__(self, scope: _Optional[_Union[Scope, _Mapping]] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListVisitsResponse(_message.Message):
    __slots__ = ("visits", "next_page_token", "meta")
    VISITS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    visits: _containers.RepeatedCompositeFieldContainer[Visit]
    next_page_token: str
    meta: Meta
    def __init__(self, visits: _Optional[_Iterable[_Union[Visit, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., meta: _Optional[_Union[Meta, _Mapping]] = ...) -> None: ...

class Visit(_message.Message):
    __slots__ = ("id", "started_at_us", "duration_s", "pageviews", "events", "entry_page", "exit_page", "hostname", "source", "channel", "referrer", "utm_campaign", "country", "region", "city", "browser", "os", "device", "screen", "language", "identified", "continuation", "identity")
    ID_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_US_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    PAGEVIEWS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_PAGE_FIELD_NUMBER: _ClassVar[int]
    EXIT_PAGE_FIELD_NUMBER: _ClassVar[int]
    HOSTNAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REFERRER_FIELD_NUMBER: _ClassVar[int]
    UTM_CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    BROWSER_FIELD_NUMBER: _ClassVar[int]
    OS_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    SCREEN_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIED_FIELD_NUMBER: _ClassVar[int]
    CONTINUATION_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    id: str
    started_at_us: int
    duration_s: float
    pageviews: int
    events: int
    entry_page: str
    exit_page: str
    hostname: str
    source: str
    channel: str
    referrer: str
    utm_campaign: str
    country: str
    region: str
    city: str
    browser: str
    os: str
    device: str
    screen: str
    language: str
    identified: bool
    continuation: bool
    identity: _event_pb2.IdentityMode
    def __init__(self, id: _Optional[str] = ..., started_at_us: _Optional[int] = ..., duration_s: _Optional[float] = ..., pageviews: _Optional[int] = ..., events: _Optional[int] = ..., entry_page: _Optional[str] = ..., exit_page: _Optional[str] = ..., hostname: _Optional[str] = ..., source: _Optional[str] = ..., channel: _Optional[str] = ..., referrer: _Optional[str] = ..., utm_campaign: _Optional[str] = ..., country: _Optional[str] = ..., region: _Optional[str] = ..., city: _Optional[str] = ..., browser: _Optional[str] = ..., os: _Optional[str] = ..., device: _Optional[str] = ..., screen: _Optional[str] = ..., language: _Optional[str] = ..., identified: _Optional[bool] = ..., continuation: _Optional[bool] = ..., identity: _Optional[_Union[_event_pb2.IdentityMode, str]] = ...) -> None: ...

class GetVisitRequest(_message.Message):
    __slots__ = ("site", "id")
    SITE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    site: str
    id: str
    def __init__(self, site: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class GetVisitResponse(_message.Message):
    __slots__ = ("visit", "events", "more", "meta")
    VISIT_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    visit: Visit
    events: _containers.RepeatedCompositeFieldContainer[VisitEvent]
    more: bool
    meta: Meta
    def __init__(self, visit: _Optional[_Union[Visit, _Mapping]] = ..., events: _Optional[_Iterable[_Union[VisitEvent, _Mapping]]] = ..., more: _Optional[bool] = ..., meta: _Optional[_Union[Meta, _Mapping]] = ...) -> None: ...

class VisitEvent(_message.Message):
    __slots__ = ("id", "occurred_at_us", "kind", "name", "hostname", "page", "page_title", "element_id", "element_text", "href", "scroll_depth", "engaged_ms", "props", "revenue")
    class PropsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_US_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    HOSTNAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TITLE_FIELD_NUMBER: _ClassVar[int]
    ELEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ELEMENT_TEXT_FIELD_NUMBER: _ClassVar[int]
    HREF_FIELD_NUMBER: _ClassVar[int]
    SCROLL_DEPTH_FIELD_NUMBER: _ClassVar[int]
    ENGAGED_MS_FIELD_NUMBER: _ClassVar[int]
    PROPS_FIELD_NUMBER: _ClassVar[int]
    REVENUE_FIELD_NUMBER: _ClassVar[int]
    id: str
    occurred_at_us: int
    kind: _event_pb2.EventKind
    name: str
    hostname: str
    page: str
    page_title: str
    element_id: str
    element_text: str
    href: str
    scroll_depth: int
    engaged_ms: int
    props: _containers.ScalarMap[str, str]
    revenue: Money
    def __init__(self, id: _Optional[str] = ..., occurred_at_us: _Optional[int] = ..., kind: _Optional[_Union[_event_pb2.EventKind, str]] = ..., name: _Optional[str] = ..., hostname: _Optional[str] = ..., page: _Optional[str] = ..., page_title: _Optional[str] = ..., element_id: _Optional[str] = ..., element_text: _Optional[str] = ..., href: _Optional[str] = ..., scroll_depth: _Optional[int] = ..., engaged_ms: _Optional[int] = ..., props: _Optional[_Mapping[str, str]] = ..., revenue: _Optional[_Union[Money, _Mapping]] = ...) -> None: ...

class AwaitRequest(_message.Message):
    __slots__ = ("position",)
    POSITION_FIELD_NUMBER: _ClassVar[int]
    position: int
    def __init__(self, position: _Optional[int] = ...) -> None: ...

class AwaitResponse(_message.Message):
    __slots__ = ("position",)
    POSITION_FIELD_NUMBER: _ClassVar[int]
    position: int
    def __init__(self, position: _Optional[int] = ...) -> None: ...

class SqlRequest(_message.Message):
    __slots__ = ("statement", "max_rows")
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    MAX_ROWS_FIELD_NUMBER: _ClassVar[int]
    statement: str
    max_rows: int
    def __init__(self, statement: _Optional[str] = ..., max_rows: _Optional[int] = ...) -> None: ...

class SqlResponse(_message.Message):
    __slots__ = ("columns", "rows")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedScalarFieldContainer[str]
    rows: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, columns: _Optional[_Iterable[str]] = ..., rows: _Optional[_Iterable[str]] = ...) -> None: ...

class StatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StatusResponse(_message.Message):
    __slots__ = ("position", "head", "freshness_s", "repaired_ranges")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_S_FIELD_NUMBER: _ClassVar[int]
    REPAIRED_RANGES_FIELD_NUMBER: _ClassVar[int]
    position: int
    head: int
    freshness_s: float
    repaired_ranges: int
    def __init__(self, position: _Optional[int] = ..., head: _Optional[int] = ..., freshness_s: _Optional[float] = ..., repaired_ranges: _Optional[int] = ...) -> None: ...
