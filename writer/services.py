"""Every service of the writer, put together: which room gets what."""

from dataclasses import dataclass

from analytics.v1 import (
    account_pb2_grpc,
    definition_pb2_grpc,
    directory_pb2_grpc,
    follow_pb2_grpc,
    import_pb2_grpc,
    ingest_pb2_grpc,
    site_pb2,
    site_pb2_grpc,
)

from mesh.auth import Authenticator
from mesh.clock import now_us
from mesh.guard import Guard
from mesh.server import Server
from writer.control.accounts import AccountServicer, Passwords
from writer.control.definition_store import DefinitionStore
from writer.control.definitions import GoalServicer, SegmentServicer
from writer.control.directory import DirectoryServicer, LocalDirectory
from writer.control.servicer import KeyServicer, SiteServicer
from writer.control.store import ControlStore
from writer.ingest.follow import FollowServicer
from writer.ingest.importer import ImportServicer
from writer.ingest.log import CommitLog
from writer.ingest.pipeline import Pipeline
from writer.ingest.servicer import IngestServicer
from writer.ingest.store import Store

_NAMES = ("Ingest", "Follow", "Import", "Directory", "Site", "Key", "Goal", "Segment", "Account")


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the services are made of."""

    directory: LocalDirectory
    store: Store
    pipeline: Pipeline
    commits: CommitLog
    control: ControlStore
    definitions: DefinitionStore


def server_of(rooms: Rooms, mesh_token: str) -> Server:
    """A server with all services added, not started yet."""
    directory = rooms.directory

    def sites() -> list[site_pb2.Site]:
        return list(directory.snapshot.sites.values())

    authenticator = Authenticator(mesh_token, lambda: directory.snapshot, now_us)
    guard = Guard(authenticator, directory)
    server = Server([f"analytics.v1.{name}Service" for name in _NAMES], guard)
    ingest = IngestServicer(rooms.pipeline, server.stopping)
    ingest_pb2_grpc.add_IngestServiceServicer_to_server(ingest, server.grpc)
    follow = FollowServicer(rooms.commits, server.stopping, now_us)
    follow_pb2_grpc.add_FollowServiceServicer_to_server(follow, server.grpc)
    history = ImportServicer(directory, rooms.pipeline, rooms.store, now_us)
    import_pb2_grpc.add_ImportServiceServicer_to_server(history, server.grpc)
    watch = DirectoryServicer(directory, server.stopping)
    directory_pb2_grpc.add_DirectoryServiceServicer_to_server(watch, server.grpc)
    site = SiteServicer(rooms.control, directory.refresh, sites)
    site_pb2_grpc.add_SiteServiceServicer_to_server(site, server.grpc)
    key = KeyServicer(rooms.control, directory.refresh, sites, now_us)
    site_pb2_grpc.add_KeyServiceServicer_to_server(key, server.grpc)
    goal = GoalServicer(rooms.definitions, directory.refresh, lambda: directory.snapshot)
    definition_pb2_grpc.add_GoalServiceServicer_to_server(goal, server.grpc)
    segment = SegmentServicer(rooms.definitions, directory.refresh, lambda: directory.snapshot)
    definition_pb2_grpc.add_SegmentServiceServicer_to_server(segment, server.grpc)
    account = AccountServicer(rooms.control, directory.refresh, Passwords(), now_us)
    account_pb2_grpc.add_AccountServiceServicer_to_server(account, server.grpc)
    return server
