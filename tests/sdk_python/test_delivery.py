"""When a batch is sent again, and what is given up; the way to a TLS edge."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import grpc
from analytics.v1 import track_pb2_grpc
from analytics_mesh import Client, Options, events
from analytics_mesh.delivery import Backoff, expired, request
from analytics_mesh.ids import new_id
from analytics_mesh.outbox import MAX_AGE_S, Entry, Outbox
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.sdk_python.conftest import KEY, Edge


def test_pauses_grow_to_half_a_minute_and_are_never_shorter_than_told() -> None:
    backoff = Backoff()
    pauses = [backoff.pause_s(None) for _ in range(12)]
    assert 0.05 <= pauses[0] <= 0.1
    assert all(15 <= pause <= 30 for pause in pauses[9:])
    backoff.reset()
    assert 60 <= backoff.pause_s(60) <= 75
    backoff.reset()
    assert backoff.pause_s(None) <= 0.1


def test_an_event_says_its_age_and_is_given_up_after_a_day() -> None:
    entry = Entry(events.track("a"), born=100.0, size=1)
    assert request([entry], 102.5).events[0].age_ms == 2_500
    assert request([entry], 99.0).events[0].age_ms == 0
    assert expired([entry], 100.0 + MAX_AGE_S - 1) == []
    assert expired([entry], 100.0 + MAX_AGE_S) == [entry]


def test_a_batch_is_bounded_by_bytes_and_holds_at_least_one_event() -> None:
    outbox = Outbox(events=100, size=100_000_000, batch_events=100, batch_wait_s=1)
    for _ in range(3):
        outbox.offer(events.track("a", {str(key): "x" * 2_000 for key in range(300)}), 0.0)
    assert [len(outbox.take()), len(outbox.take()), len(outbox.take())] == [1, 1, 1]
    assert outbox.held == 3


def test_ids_are_of_version_7_and_of_the_time() -> None:
    before = datetime.now(UTC)
    made = [uuid.UUID(new_id()) for _ in range(1_000)]
    assert Counter((found.version, found.variant) for found in made) == {(7, uuid.RFC_4122): 1_000}
    assert len(set(made)) == 1_000
    stamp = datetime.fromtimestamp((made[0].int >> 80) / 1_000, UTC)
    assert abs(stamp - before) < timedelta(seconds=5)


def test_an_edge_behind_tls_is_reached_with_its_authority(edge: Edge) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server = grpc.server(ThreadPoolExecutor(1))
    track_pb2_grpc.add_TrackServiceServicer_to_server(edge, server)
    port = server.add_secure_port("localhost:0", grpc.ssl_server_credentials([(private, certificate)]))
    server.start()
    with Client(f"localhost:{port}", KEY, Options(tls=grpc.ssl_channel_credentials(certificate))) as client:
        client.track("a")
    assert client.stats.accepted == 1
    server.stop(None).wait()
