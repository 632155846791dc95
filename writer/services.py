"""Every service of the writer, put together: which room gets what."""

from dataclasses import dataclass

from analytics.v1 import audit_pb2_grpc, follow_pb2_grpc, import_pb2_grpc, ingest_pb2_grpc, privacy_pb2_grpc

from mesh.audit import Audit
from mesh.auth import Authenticator
from mesh.clock import now_us
from mesh.guard import Guard
from mesh.server import Server
from writer.audit.recorder import Recorder
from writer.audit.servicer import AuditServicer
from writer.audit.store import AuditStore
from writer.control import services as control_services
from writer.control.directory import LocalDirectory
from writer.control.passwords import Passwords
from writer.ingest.follow import FollowServicer
from writer.ingest.importer import ImportServicer
from writer.ingest.log import CommitLog
from writer.ingest.pipeline import Pipeline
from writer.ingest.servicer import IngestServicer
from writer.ingest.store import Store
from writer.privacy.room import PrivacyRoom

_NAMES = ("Ingest", "Follow", "Import", "Privacy", "Audit", *control_services.NAMES)


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the services are made of."""

    directory: LocalDirectory
    store: Store
    pipeline: Pipeline
    commits: CommitLog
    control: control_services.Stores
    privacy: PrivacyRoom
    audit: AuditStore
    recorder: Recorder


def server_of(rooms: Rooms, mesh_token: str) -> Server:
    """A server with all services added, not started yet."""
    directory = rooms.directory
    authenticator = Authenticator(mesh_token, lambda: directory.snapshot, now_us)
    guard = Guard(authenticator, directory, Audit(mesh_token, rooms.recorder.append))
    server = Server([f"analytics.v1.{name}Service" for name in _NAMES], guard)
    ingest = IngestServicer(rooms.pipeline, rooms.privacy.store, now_us, server.stopping)
    ingest_pb2_grpc.add_IngestServiceServicer_to_server(ingest, server.grpc)
    follow = FollowServicer(rooms.commits, server.stopping, now_us)
    follow_pb2_grpc.add_FollowServiceServicer_to_server(follow, server.grpc)
    history = ImportServicer(directory, rooms.pipeline, rooms.store, now_us)
    import_pb2_grpc.add_ImportServiceServicer_to_server(history, server.grpc)
    privacy_pb2_grpc.add_PrivacyServiceServicer_to_server(rooms.privacy.servicer(directory), server.grpc)
    audit = AuditServicer(rooms.audit, rooms.recorder, rooms.control.people.names)
    audit_pb2_grpc.add_AuditServiceServicer_to_server(audit, server.grpc)
    control_services.add_to(server, rooms.control, directory, Passwords(), now_us)
    return server
