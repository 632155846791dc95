"""From bytes to a stamped envelope, or to the reason why not."""

from typing import Any

import pytest
from analytics.v1 import event_pb2, track_pb2

from edge.envelope import Envelope, Intake
from mesh.auth import MESH_CALLER, Caller
from mesh.directory import Snapshot
from tests.edge.conftest import DEMO_CALLER, view

Result = track_pb2.TrackResult
NOW = 1_760_000_000_000_000


@pytest.fixture
def intake(snapshot: Snapshot) -> Intake:
    return Intake("edge-1", lambda: snapshot, first_sequence=NOW)


def admit(intake: Intake, event: track_pb2.TrackEvent | bytes, caller: Caller = MESH_CALLER) -> Envelope | Result:
    raw = event if isinstance(event, bytes) else event.SerializeToString()
    return intake.admit(raw, caller, NOW)


def read(admitted: Envelope | Result) -> event_pb2.RawEventEnvelope:
    assert isinstance(admitted, Envelope), admitted
    return event_pb2.RawEventEnvelope.FromString(admitted.content)


def refused(admitted: Envelope | Result) -> Result:
    assert isinstance(admitted, Result)
    return admitted


def test_an_envelope_is_stamped(intake: Intake) -> None:
    first, second = (read(admit(intake, view())) for _ in range(2))
    assert (first.site_id, first.site, first.edge_id, first.received_at_us) == (7, "demo", "edge-1", NOW)
    assert (first.edge_sequence, second.edge_sequence) == (NOW, NOW + 1)


def test_an_event_without_an_id_gets_a_uuid7(intake: Intake) -> None:
    admitted = admit(intake, view(event_id=""))
    assert isinstance(admitted, Envelope)
    assert read(admitted).event_id == admitted.event_id
    assert admitted.event_id[14] == "7"


def test_fields_of_the_edge_that_a_client_sends_are_never_obeyed(intake: Intake) -> None:
    forged = event_pb2.RawEventEnvelope(
        site_id=99, received_at_us=1, edge_id="other", edge_sequence=1, import_id="i", occurred_at_us=5, source="x"
    )
    unknown = b"\xb8\x06\x01"  # field 103, of a number range that is not a client's
    envelope = read(admit(intake, view().SerializeToString() + forged.SerializeToString() + unknown))
    assert (envelope.site_id, envelope.received_at_us, envelope.edge_id) == (7, NOW, "edge-1")
    assert not (envelope.import_id or envelope.occurred_at_us or envelope.source)
    assert unknown not in envelope.SerializeToString()


def test_an_unknown_field_of_a_newer_client_survives(intake: Intake) -> None:
    newer = b"\xf8\x03\x05"  # field 63
    assert newer in read(admit(intake, view().SerializeToString() + newer)).SerializeToString()


def test_an_unknown_site_is_forbidden(intake: Intake) -> None:
    result = refused(admit(intake, view(site="nowhere")))
    assert (result.code, result.field) == (Result.CODE_FORBIDDEN, "site")


def test_a_foreign_site_looks_like_an_unknown_one(intake: Intake) -> None:
    foreign = refused(admit(intake, view(site="shop"), DEMO_CALLER))
    unknown = refused(admit(intake, view(site="nowhere"), DEMO_CALLER))
    assert foreign.code == unknown.code == Result.CODE_FORBIDDEN
    assert foreign.reason.replace("shop", "nowhere") == unknown.reason


def test_an_ingest_key_stands_for_its_site(intake: Intake) -> None:
    assert read(admit(intake, view(site=""), DEMO_CALLER)).site_id == 7
    assert refused(admit(intake, view(site=""))).field == "site"


@pytest.mark.parametrize("origin", ["https://shop.example", "https://www.Shop.example:8443", "http://shop.example."])
def test_an_origin_of_the_site_or_below_it_passes(intake: Intake, origin: str) -> None:
    assert read(admit(intake, view(site="shop", origin=origin))).site_id == 8


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://notshop.example", "null", "https://[", "https://shop.example.evil"]
)
def test_a_foreign_origin_is_forbidden(intake: Intake, origin: str) -> None:
    result = refused(admit(intake, view(site="shop", origin=origin)))
    assert (result.code, result.field) == (Result.CODE_FORBIDDEN, "origin")


def test_a_site_without_domains_takes_any_origin(intake: Intake) -> None:
    assert read(admit(intake, view(origin="https://anything.example"))).site_id == 7


@pytest.mark.parametrize(("signal", "reason"), [("do_not_track", "dnt"), ("global_privacy_control", "gpc")])
def test_a_privacy_signal_is_respected_unless_the_site_counts_all(intake: Intake, signal: str, reason: str) -> None:
    event: dict[str, Any] = {signal: True}
    result = refused(admit(intake, view(**event)))
    assert (result.code, result.reason) == (Result.CODE_IGNORED, reason)
    assert read(admit(intake, view(site="counts-all", **event))).site_id == 9


def test_text_that_is_no_utf8_is_refused_by_name(intake: Intake) -> None:
    event = view(page_title="Preise")
    result = refused(admit(intake, event.SerializeToString().replace(b"Preise", b"Pr\xffise")))
    assert (result.code, result.field, result.event_id) == (Result.CODE_INVALID, "page_title", event.event_id)


@pytest.mark.parametrize("raw", [b"\x0a\xff", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"\x0b" * 10_000])
def test_bytes_that_are_no_event_are_refused(intake: Intake, raw: bytes) -> None:
    assert refused(admit(intake, raw)).code == Result.CODE_INVALID
