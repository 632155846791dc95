"""The services of this room, put together: sites, keys, people, links, definitions, and the directory of them."""

from dataclasses import dataclass
from typing import Final

from analytics.v1 import (
    account_pb2_grpc,
    annotation_pb2_grpc,
    definition_pb2_grpc,
    directory_pb2_grpc,
    share_pb2_grpc,
    site_pb2,
    site_pb2_grpc,
)

from mesh.clock import NowUs
from mesh.directory import Snapshot
from mesh.server import Server
from writer.control.account_store import AccountStore
from writer.control.accounts import AccountServicer
from writer.control.annotation_store import AnnotationStore
from writer.control.annotations import AnnotationServicer
from writer.control.changes import Pool
from writer.control.definition_store import DefinitionStore
from writer.control.definitions import GoalServicer, SegmentServicer
from writer.control.directory import DirectoryServicer, LocalDirectory
from writer.control.passwords import Passwords
from writer.control.people import InvitationServicer, UserServicer
from writer.control.people_store import PeopleStore
from writer.control.servicer import KeyServicer, SiteServicer
from writer.control.share_store import ShareStore
from writer.control.shares import ShareServicer
from writer.control.store import ControlStore
from writer.control.throttle import Throttle
from writer.wrap import Wrapper

NAMES: Final = (
    *("Directory", "Site", "Key", "Goal", "Segment", "Annotation"),
    *("Account", "User", "Invitation", "Share"),
)


@dataclass(frozen=True, slots=True)
class Stores:
    """The tables of this room."""

    control: ControlStore
    definitions: DefinitionStore
    annotations: AnnotationStore
    accounts: AccountStore
    people: PeopleStore
    shares: ShareStore

    @classmethod
    def of(cls, pool: Pool, wrapper: Wrapper) -> "Stores":
        return cls(
            ControlStore(pool, wrapper),
            DefinitionStore(pool),
            AnnotationStore(pool),
            AccountStore(pool, wrapper),
            PeopleStore(pool),
            ShareStore(pool, wrapper),
        )


def add_to(server: Server, stores: Stores, directory: LocalDirectory, passwords: Passwords, now_us: NowUs) -> None:
    """Adds the services called NAMES to a server that has not been started."""
    refresh, throttle = directory.refresh, Throttle(now_us)

    def snapshot() -> Snapshot:
        return directory.snapshot

    def sites() -> list[site_pb2.Site]:
        return list(snapshot().sites.values())

    watch = DirectoryServicer(directory, server.stopping)
    directory_pb2_grpc.add_DirectoryServiceServicer_to_server(watch, server.grpc)
    site = SiteServicer(stores.control, refresh, sites)
    site_pb2_grpc.add_SiteServiceServicer_to_server(site, server.grpc)
    key = KeyServicer(stores.control, refresh, sites, now_us)
    site_pb2_grpc.add_KeyServiceServicer_to_server(key, server.grpc)
    goal = GoalServicer(stores.definitions, refresh, snapshot)
    definition_pb2_grpc.add_GoalServiceServicer_to_server(goal, server.grpc)
    segment = SegmentServicer(stores.definitions, refresh, snapshot)
    definition_pb2_grpc.add_SegmentServiceServicer_to_server(segment, server.grpc)
    annotation = AnnotationServicer(stores.annotations)
    annotation_pb2_grpc.add_AnnotationServiceServicer_to_server(annotation, server.grpc)
    account = AccountServicer(stores.accounts, stores.people, refresh, passwords, throttle, now_us)
    account_pb2_grpc.add_AccountServiceServicer_to_server(account, server.grpc)
    user = UserServicer(stores.people, refresh, now_us)
    account_pb2_grpc.add_UserServiceServicer_to_server(user, server.grpc)
    invitation = InvitationServicer(stores.people, now_us)
    account_pb2_grpc.add_InvitationServiceServicer_to_server(invitation, server.grpc)
    share = ShareServicer(stores.shares, refresh, snapshot, passwords, throttle, now_us)
    share_pb2_grpc.add_ShareServiceServicer_to_server(share, server.grpc)
