"""One error class for every service, and the tables that carry it over gRPC and HTTP.

An error names the field, what came, and what would be right. Details travel as google.rpc.BadRequest, ErrorInfo and
RetryInfo in `grpc-status-details-bin`.
"""

from dataclasses import dataclass

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2

STATUS_DETAILS = "grpc-status-details-bin"

HTTP_STATUS: dict[grpc.StatusCode, int] = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.FAILED_PRECONDITION: 412,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}
_BY_NUMBER = {code.value[0]: code for code in grpc.StatusCode}


@dataclass
class MeshError(Exception):
    """What a caller did wrong, or what cannot be done now.

    `field` is the request's field at fault (`filters[1][2]`, `page_url`), "" where none is. `retry_after_s` is set
    where the same call may succeed later.
    """

    code: grpc.StatusCode
    message: str
    field: str = ""
    reason: str = ""
    retry_after_s: float | None = None

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message

    @property
    def http_status(self) -> int:
        return HTTP_STATUS.get(self.code, 500)

    def trailing_metadata(self) -> tuple[tuple[str, bytes], ...]:
        """The rich form of the error, as `grpc-status-details-bin`."""
        status = status_pb2.Status(code=self.code.value[0], message=str(self))
        if self.field:
            violation = error_details_pb2.BadRequest.FieldViolation(field=self.field, description=self.message)
            status.details.add().Pack(error_details_pb2.BadRequest(field_violations=[violation]))
        if self.reason:
            status.details.add().Pack(error_details_pb2.ErrorInfo(reason=self.reason, domain="analytics.v1"))
        if self.retry_after_s is not None:
            delay = Duration()
            delay.FromMicroseconds(int(self.retry_after_s * 1e6))
            status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
        return ((STATUS_DETAILS, status.SerializeToString()),)


def invalid(field: str, message: str) -> MeshError:
    """INVALID_ARGUMENT at a field; the message says what came and what would be right."""
    return MeshError(grpc.StatusCode.INVALID_ARGUMENT, message, field=field)


def not_found(message: str, field: str = "") -> MeshError:
    return MeshError(grpc.StatusCode.NOT_FOUND, message, field=field)


def unavailable(message: str, retry_after_s: float = 1.0) -> MeshError:
    return MeshError(grpc.StatusCode.UNAVAILABLE, message, retry_after_s=retry_after_s)


def from_rpc(error: grpc.aio.AioRpcError) -> MeshError:
    """The MeshError that a peer raised, read back from an RPC's error."""
    result = MeshError(error.code(), error.details() or "")
    for key, value in error.trailing_metadata() or ():
        if key != STATUS_DETAILS or not isinstance(value, bytes):
            continue
        for detail in status_pb2.Status.FromString(value).details:
            bad, info, retry = (
                error_details_pb2.BadRequest(),
                error_details_pb2.ErrorInfo(),
                error_details_pb2.RetryInfo(),
            )
            if detail.Unpack(bad) and bad.field_violations:
                result.field, result.message = bad.field_violations[0].field, bad.field_violations[0].description
            elif detail.Unpack(info):
                result.reason = info.reason
            elif detail.Unpack(retry):
                result.retry_after_s = retry.retry_delay.ToMicroseconds() / 1e6
    return result
