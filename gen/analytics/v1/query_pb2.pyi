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
    __slots__ = ("site", "metrics", "dimensions", "filters", "date_range", "timezone", "date", "order_by", "limit", "page_token", "offset", "empty_buckets", "total_rows")
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
    def __init__(self, site: _Optional[str] = ..., metrics: _Optional[_Iterable[str]] = ..., dimensions: _Optional[_Iterable[str]] = ..., filters: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., date_range: _Optional[_Iterable[str]] = ..., timezone: _Optional[str] = ..., date: _Optional[str] = ..., order_by: _Optional[_Iterable[_Union[OrderBy, _Mapping]]] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ..., offset: _Optional[int] = ..., empty_buckets: _Optional[bool] = ..., total_rows: _Optional[bool] = ...) -> None: ...

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
    __slots__ = ("dimensions", "metrics")
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    dimensions: _containers.RepeatedScalarFieldContainer[str]
    metrics: _containers.RepeatedCompositeFieldContainer[MetricValue]
    def __init__(self, dimensions: _Optional[_Iterable[str]] = ..., metrics: _Optional[_Iterable[_Union[MetricValue, _Mapping]]] = ...) -> None: ...

class QueryResponse(_message.Message):
    __slots__ = ("rows", "next_page_token", "total_rows", "as_of_position", "freshness_s", "took_ms", "warnings", "resolved")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_ROWS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_POSITION_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_S_FIELD_NUMBER: _ClassVar[int]
    TOOK_MS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[Row]
    next_page_token: str
    total_rows: int
    as_of_position: int
    freshness_s: float
    took_ms: float
    warnings: _containers.RepeatedScalarFieldContainer[str]
    resolved: QueryRequest
    def __init__(self, rows: _Optional[_Iterable[_Union[Row, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_rows: _Optional[int] = ..., as_of_position: _Optional[int] = ..., freshness_s: _Optional[float] = ..., took_ms: _Optional[float] = ..., warnings: _Optional[_Iterable[str]] = ..., resolved: _Optional[_Union[QueryRequest, _Mapping]] = ...) -> None: ...

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
