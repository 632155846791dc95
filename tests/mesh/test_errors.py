"""mesh.errors: one error over gRPC and HTTP."""

import grpc
import pytest

from mesh.errors import HTTP_STATUS, MeshError, from_rpc, invalid, not_found, unavailable


def over_the_wire(error: MeshError) -> MeshError:
    """What a caller reads of an error that a peer raised."""
    metadata = grpc.aio.Metadata(*error.trailing_metadata())
    return from_rpc(grpc.aio.AioRpcError(error.code, grpc.aio.Metadata(), metadata, details=str(error)))


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("INVALID_ARGUMENT", 400),
        ("OUT_OF_RANGE", 400),
        ("UNAUTHENTICATED", 401),
        ("PERMISSION_DENIED", 403),
        ("NOT_FOUND", 404),
        ("ALREADY_EXISTS", 409),
        ("ABORTED", 409),
        ("FAILED_PRECONDITION", 412),
        ("RESOURCE_EXHAUSTED", 429),
        ("CANCELLED", 499),
        ("UNAVAILABLE", 503),
        ("DEADLINE_EXCEEDED", 504),
        ("INTERNAL", 500),
        ("UNKNOWN", 500),
        ("DATA_LOSS", 500),
        ("UNIMPLEMENTED", 501),
    ],
)
def test_each_code_has_its_http_status(code: str, status: int) -> None:
    assert MeshError(grpc.StatusCode[code], "x").http_status == status


def test_the_table_names_no_code_twice_and_nothing_but_errors() -> None:
    assert grpc.StatusCode.OK not in HTTP_STATUS
    assert all(400 <= status < 600 for status in HTTP_STATUS.values())


@pytest.mark.parametrize(
    "error",
    [
        invalid("page_url", '"javascript:" is not an http(s) URL of at most 2,000 characters'),
        not_found("there is no key", field="id"),
        not_found("there is no such page"),
        unavailable("the spool is full", retry_after_s=2.5),
        MeshError(grpc.StatusCode.PERMISSION_DENIED, "this needs another scope", reason="SCOPE"),
        MeshError(grpc.StatusCode.RESOURCE_EXHAUSTED, "all at once", field="site", reason="QUOTA", retry_after_s=0.25),
    ],
    ids=lambda error: error.code.name.lower(),
)
def test_an_error_arrives_as_it_was_raised(error: MeshError) -> None:
    assert over_the_wire(error) == error


def test_the_plain_text_names_the_field() -> None:
    assert str(invalid("props[plan]", "is too long")) == "props[plan]: is too long"


def test_an_error_without_details_still_has_code_and_message() -> None:
    read = from_rpc(grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata()))
    assert (read.code, read.message, read.field) == (grpc.StatusCode.UNAVAILABLE, "", "")
