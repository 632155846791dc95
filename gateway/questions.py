"""Every question but `query`: its request and answer in the contract, and how they are read from HTTP and written."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from analytics.v1 import query_pb2
from google.protobuf.message import Message

from gateway import message_json
from gateway.json_values import Json, members
from mesh.errors import invalid


@dataclass(frozen=True, slots=True)
class Question:
    """`rpc` is the method of QueryService. `rows` names the list in the answer whose items are lines of NDJSON and are
    flattened to lines of CSV; "" where the answer is more than a list."""

    rpc: str
    summary: str
    request: type[Message]
    answer: type[Message]
    rows: str = ""

    def read(self, body: Json) -> Any:
        """The request that a JSON body is. Raises INVALID_ARGUMENT at the place in it that is wrong."""
        request: Any = self.request()
        message_json.read(request, "", members("", body))
        if not site_of(request):
            raise invalid("site", "is required: the site's id")
        return request

    def read_parameters(self, given: Iterable[tuple[str, str]]) -> Any:
        """The request that a URL's parameters are: lists as JSON, but a range of two dates as `from,to`."""
        found: dict[str, Json] = {}
        for name, text in given:
            if name in found:
                raise invalid(name, "is given twice; give it once")
            found[name] = _parameter(name, text)
        return self.read(found)

    def items(self, answer: Any) -> list[Json]:
        """The rows as JSON."""
        return [message_json.written(item) for item in getattr(answer, self.rows)]


PAGE = Question("Page", "Everything a dashboard's page shows", query_pb2.PageRequest, query_pb2.PageResponse)
FUNNEL = Question(
    "Funnel", "How many got from step to step", query_pb2.FunnelRequest, query_pb2.FunnelResponse, "groups"
)
COHORT = Question(
    "Cohort", "How many identified users came back", query_pb2.CohortRequest, query_pb2.CohortResponse, "cohorts"
)
JOURNEY = Question(
    "Journey", "Where visits went or came from", query_pb2.JourneyRequest, query_pb2.JourneyResponse, "groups"
)
EXPERIMENT = Question(
    "Experiment", "Compare the variants of a test", query_pb2.ExperimentRequest, query_pb2.ExperimentResponse, "groups"
)
VISITS = Question(
    "ListVisits", "List visits, newest first", query_pb2.ListVisitsRequest, query_pb2.ListVisitsResponse, "visits"
)
VISIT = Question("GetVisit", "One visit's events in order", query_pb2.GetVisitRequest, query_pb2.GetVisitResponse)


def site_of(request: Any) -> str:
    """The id of the site that a request is about."""
    return request.scope.site if "scope" in request.DESCRIPTOR.fields_by_name else request.site


def _parameter(name: str, text: str) -> Json:
    if name == "date_range":
        return text.split(",") if "," in text else text
    if name == "limit":
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else text
    if name != "filters":
        return text
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        raise invalid(name, 'must be JSON, such as [["is","country",["DE"]]]') from None
