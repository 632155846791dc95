"""mesh.audit: an answer waits for its entry, which says who asked for what from where, and holds no secret."""

import asyncio
import importlib
import json
import math
import pkgutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import analytics.v1
import grpc
import pytest
from analytics.v1 import (
    account_pb2,
    account_pb2_grpc,
    audit_pb2,
    definition_pb2,
    privacy_pb2,
    privacy_pb2_grpc,
    query_pb2,
    query_pb2_grpc,
    realtime_pb2,
    realtime_pb2_grpc,
    site_pb2,
)
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FieldDescriptor

from mesh.audit import UNAUDITED, Audit, is_audited, site_of
from mesh.auth import RULES, Rule, caller, proved
from mesh.channel import bearer, connect
from mesh.described import Describer
from mesh.errors import MeshError, from_rpc, invalid, unavailable
from mesh.guard import Guard
from mesh.origin import HEADER, Origin, came_from
from mesh.server import Server
from tests.mesh.test_guard import AUTHENTICATOR, MESH

SERVICES = ("Query", "Realtime", "Privacy", "Account")


@dataclass
class Book:
    """Where entries go. `open` is cleared to make writing wait, `broken` to make it fail."""

    entries: list[audit_pb2.AuditEntry] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False

    async def append(self, entry: audit_pb2.AuditEntry) -> None:
        await self.open.wait()
        if self.broken:
            raise unavailable("the disk is full")
        self.entries.append(entry)


class Served(query_pb2_grpc.QueryServiceServicer):
    answered = 0

    async def Query(self, request: query_pb2.QueryRequest, context: Any) -> query_pb2.QueryResponse:
        caller().require_site(request.site)
        if request.timezone == "bad":
            raise invalid("timezone", "no")
        self.answered += 1
        return query_pb2.QueryResponse()

    async def Status(self, request: query_pb2.StatusRequest, context: Any) -> query_pb2.StatusResponse:
        return query_pb2.StatusResponse()


class Live(realtime_pb2_grpc.RealtimeServiceServicer):
    async def Watch(self, request: Any, context: Any) -> AsyncIterator[realtime_pb2.RealtimeServiceWatchResponse]:
        caller().require_site(request.site)
        for _ in range(3):
            yield realtime_pb2.RealtimeServiceWatchResponse()


class Rights(privacy_pb2_grpc.PrivacyServiceServicer):
    done = 0

    async def CreateErasure(self, request: Any, context: Any) -> privacy_pb2.CreateErasureResponse:
        caller().require_site(request.site)
        self.done += 1
        return privacy_pb2.CreateErasureResponse()


class Accounts(account_pb2_grpc.AccountServiceServicer):
    async def SignIn(self, request: account_pb2.SignInRequest, context: Any) -> account_pb2.SignInResponse:
        if request.password != "right":
            raise MeshError(grpc.StatusCode.UNAUTHENTICATED, "wrong")
        proved("user-7")
        return account_pb2.SignInResponse()


@dataclass
class House:
    book: Book
    served: Served
    query: Any
    realtime: Any
    privacy: Any
    accounts: Any
    acts: Rights

    async def refused(self, call: Any) -> MeshError:
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await call
        return from_rpc(error.value)

    def told(self) -> list[tuple[str, str, str, str]]:
        return [(each.operation, each.actor, each.site, each.refused) for each in self.book.entries]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    book, served, acts = Book(), Served(), Rights()
    book.open.set()
    guard = Guard(AUTHENTICATOR, audit=Audit(MESH, book.append))
    server = Server([f"analytics.v1.{name}Service" for name in SERVICES], guard)
    query_pb2_grpc.add_QueryServiceServicer_to_server(served, server.grpc)
    realtime_pb2_grpc.add_RealtimeServiceServicer_to_server(Live(), server.grpc)
    privacy_pb2_grpc.add_PrivacyServiceServicer_to_server(acts, server.grpc)
    account_pb2_grpc.add_AccountServiceServicer_to_server(Accounts(), server.grpc)
    port = await server.start("127.0.0.1", 0, reflect=False)
    async with connect(f"127.0.0.1:{port}") as channel:
        yield House(
            book,
            served,
            query_pb2_grpc.QueryServiceStub(channel),
            realtime_pb2_grpc.RealtimeServiceStub(channel),
            privacy_pb2_grpc.PrivacyServiceStub(channel),
            account_pb2_grpc.AccountServiceStub(channel),
            acts,
        )
    await server.stop(0)


SHOP = query_pb2.QueryRequest(site="shop", metrics=["visits"], date_range=["7d"])


async def test_a_question_is_an_entry_with_who_what_where_and_from_where(house: House) -> None:
    await house.query.Query(SHOP, metadata=bearer("viewer"))
    (entry,) = house.book.entries
    assert (entry.operation, entry.actor_kind, entry.actor) == ("QueryService.Query", entry.ACTOR_PERSON, "viewer")
    assert (entry.site, entry.refused) == ("shop", "")
    assert json.loads(entry.request) == {"site": "shop", "metrics": ["visits"], "dateRange": ["7d"]}
    assert len(entry.network) == 16


@pytest.mark.parametrize(
    ("token", "kind", "id"),
    [("reader", "ACTOR_KEY", "key_reader"), ("link", "ACTOR_SHARE", "key_link"), ("owner", "ACTOR_PERSON", "owner")],
)
async def test_whoever_reads_is_told_by_kind(house: House, token: str, kind: str, id: str) -> None:
    await house.query.Query(SHOP, metadata=bearer(token))
    (entry,) = house.book.entries
    assert (audit_pb2.AuditEntry.Actor.Name(entry.actor_kind), entry.actor) == (kind, id)


async def test_no_answer_leaves_before_its_entry_is_written(house: House) -> None:
    house.book.open.clear()
    asking = asyncio.ensure_future(house.query.Query(SHOP, metadata=bearer("viewer")))
    done, _ = await asyncio.wait([asking], timeout=0.3)
    assert not done
    assert house.served.answered == 1  # worked out meanwhile: the entry costs no time of its own
    house.book.open.set()
    await asking
    assert len(house.book.entries) == 1


async def test_what_cannot_be_recorded_is_not_answered(house: House) -> None:
    house.book.broken = True
    for call in (
        house.query.Query(SHOP, metadata=bearer("viewer"), timeout=10),
        house.privacy.CreateErasure(privacy_pb2.CreateErasureRequest(site="shop"), metadata=bearer("admin")),
        house.realtime.Watch(realtime_pb2.RealtimeServiceWatchRequest(site="shop"), metadata=bearer("viewer")).read(),
    ):
        refusal = await house.refused(call)
        assert refusal.code is grpc.StatusCode.UNAVAILABLE
        assert "the audit log cannot be written just now, so this is not answered; try again" in str(refusal)


async def test_a_service_that_minds_the_spool_goes_on_without_an_entry() -> None:
    class Call:
        def invocation_metadata(self) -> tuple[()]:
            return ()

        def peer(self) -> str:
            return "ipv4:192.0.2.7:50000"

    book = Book(broken=True)
    book.open.set()
    context: Any = Call()
    await Audit(MESH, book.append, required=False)._recorded("/analytics.v1.SpoolService/Pause", SHOP, context)
    assert not book.entries


async def test_a_live_view_is_one_entry_however_many_messages_it_sends(house: House) -> None:
    request = realtime_pb2.RealtimeServiceWatchRequest(site="shop")
    assert len([each async for each in house.realtime.Watch(request, metadata=bearer("viewer"))]) == 3
    assert house.told() == [("RealtimeService.Watch", "viewer", "shop", "")]


async def test_a_refusal_is_an_entry_and_a_malformed_request_or_a_strangers_is_none(house: House) -> None:
    elsewhere = query_pb2.QueryRequest(site="blog")
    assert (await house.refused(house.query.Query(elsewhere, metadata=bearer("reader")))).code.name == "NOT_FOUND"
    erasure = privacy_pb2.CreateErasureRequest(site="shop", user_id="u-1")
    denied = await house.refused(house.privacy.CreateErasure(erasure, metadata=bearer("viewer")))
    assert denied.code.name == "PERMISSION_DENIED"
    assert house.told() == [
        ("QueryService.Query", "key_reader", "blog", "NOT_FOUND"),
        ("PrivacyService.CreateErasure", "viewer", "shop", "PERMISSION_DENIED"),
    ]
    house.book.entries.clear()
    await house.refused(house.privacy.CreateErasure(erasure, metadata=bearer("ingest")))  # a public key
    await house.refused(house.privacy.CreateErasure(erasure, metadata=bearer("guess")))
    assert house.told() == []


async def test_a_sign_in_is_told_with_the_person_and_a_wrong_one_with_nobody(house: House) -> None:
    for password in ("wrong", "right"):
        request = account_pb2.SignInRequest(email="ann@example.org", password=password, address="192.0.2.1")
        try:
            await house.accounts.SignIn(request, metadata=bearer(MESH))
        except grpc.aio.AioRpcError as error:
            assert error.code() is grpc.StatusCode.UNAUTHENTICATED
    wrong, right = house.book.entries
    assert (wrong.actor_kind, wrong.actor, wrong.refused) == (wrong.ACTOR_NOBODY, "", "UNAUTHENTICATED")
    assert (right.actor_kind, right.actor, right.refused) == (right.ACTOR_PERSON, "user-7", "")
    assert wrong.request == right.request  # one person, who cannot be told from it
    assert set(json.loads(wrong.request)) == {"email"}
    for secret in ("ann@", "wrong", "192.0.2.1"):
        assert secret not in wrong.request


async def test_what_a_service_says_of_itself_is_no_entry(house: House) -> None:
    await house.query.Status(query_pb2.StatusRequest(), metadata=bearer("owner"))
    assert house.told() == []


async def test_the_gateways_word_for_the_network_is_believed_and_anybody_elses_is_not(house: House) -> None:
    gateway = Origin(MESH)
    seen: list[str] = []
    for address in ("198.51.100.7", "198.51.100.200", "203.0.113.7", "::ffff:198.51.100.9", "2001:db8:1:2::3"):
        came_from(address)
        await house.query.Query(SHOP, metadata=(*bearer("viewer"), (HEADER, gateway.sealed())))
        seen.append(house.book.entries[-1].network)
    assert seen[0] == seen[1] == seen[3]
    assert len(set(seen)) == 3
    await house.query.Query(SHOP, metadata=(*bearer("viewer"), (HEADER, f"{seen[0]}.{'0' * 32}")))
    await house.query.Query(SHOP, metadata=bearer("viewer"))
    assert house.book.entries[-2].network == house.book.entries[-1].network  # the peer's own
    assert house.book.entries[-1].network not in seen


def test_every_rpc_is_recorded_or_named_as_one_that_is_not() -> None:
    silent = {name for name, rule in RULES.items() if not is_audited(name, rule)}
    of_the_mesh = {name for name, rule in RULES.items() if rule in (Rule.OPEN, Rule.MESH, Rule.INGEST)}
    assert silent - of_the_mesh == {name for name in UNAUDITED if isinstance(name, str)}
    assert not any(
        name.startswith("/analytics.v1.PrivacyService/")
        for name in silent - {"/analytics.v1.PrivacyService/GetPrivacyTask"}
    )


def test_no_request_shows_a_secret_or_a_person() -> None:
    """Whatever a field of a request is called that holds one, it is kept back."""
    telling = (
        "password",
        "secret",
        "code",
        "email",
        "address",
        "user_id",
        "visit_id",
        "user_agent",
        "session",
        "token",
    )
    for module in pkgutil.iter_modules(analytics.v1.__path__):
        importlib.import_module(f"analytics.v1.{module.name}")
    pool = descriptor_pool.Default()
    seen: set[str] = set()

    def look(descriptor: Any) -> None:
        if descriptor.full_name in seen or descriptor.full_name.endswith("RawEventEnvelope"):
            return
        seen.add(descriptor.full_name)
        for each in descriptor.fields:
            hidden = each.GetOptions().debug_redact
            is_text = each.cpp_type == FieldDescriptor.CPPTYPE_STRING
            if is_text and any(word in each.name for word in telling):
                assert hidden, each.full_name
            if each.message_type and not hidden:
                look(each.message_type)

    for name, rule in RULES.items():
        if is_audited(name, rule):
            service, method = name.removeprefix("/").split("/")
            look(pool.FindServiceByName(service).methods_by_name[method].input_type)
    assert "analytics.v1.SignInRequest" in seen


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (query_pb2.GetVisitRequest(site="shop", id="0198"), {"site": "shop"}),
        (
            query_pb2.SqlRequest(statement="SELECT page FROM events -- jane's\nWHERE visit_id = '0198-abc' AND $$me$$"),
            {"statement": "SELECT page FROM events -- … ' … WHERE visit_id = ' … - … ' AND $$ … $$"},
        ),
        (query_pb2.QueryRequest(site="s" * 600), {"site": "s" * 500 + "…"}),
        (query_pb2.ExperimentRequest(weights={"a": 0.5, "b": math.nan}), {"weights": {"a": 0.5, "b": "nan"}}),
        (query_pb2.Filter(dimension="country", values=["DE"]), {"dimension": "country", "values": ["DE"]}),
        (query_pb2.Comparison(mode=query_pb2.Comparison.MODE_CUSTOM), {"mode": "MODE_CUSTOM"}),
        (definition_pb2.UpdateGoalRequest(update_mask={"paths": ["name", "No_Path"]}), {"updateMask": "name,No_Path"}),
    ],
)
def test_a_request_is_described_by_its_fields(request_: Any, says: dict[str, Any]) -> None:
    described = json.loads(Describer(b"k").described(request_))
    assert {name: value for name, value in described.items() if name != "id"} == says
    assert described.get("id", "hmac:").startswith("hmac:")


@pytest.mark.parametrize("dimension", ["prop:user", "page", "entry_page", "element_text", "referrer"])
def test_a_value_that_may_name_anybody_is_a_hash(dimension: str) -> None:
    told = json.loads(Describer(b"k").described(query_pb2.Filter(dimension=dimension, values=["/user/jane", "b"])))
    assert all(value.startswith("hmac:") for value in told["values"])
    assert len(set(told["values"])) == 2


def test_of_the_longest_statement_the_beginning_alone_is_looked_at() -> None:
    described = Describer(b"k").described(query_pb2.SqlRequest(statement="page " * 1_000_000))
    assert described == Describer(b"k").described(query_pb2.SqlRequest(statement=("page " * 1_000_000)[:4_000]))
    assert len(described) < 600


@pytest.mark.parametrize(
    ("request_", "site"),
    [
        (query_pb2.FunnelRequest(scope=query_pb2.Scope(site="shop")), "shop"),
        (site_pb2.CreateKeyRequest(key=site_pb2.Key(site="shop")), "shop"),
        (site_pb2.CreateSiteRequest(site=site_pb2.Site(id="shop")), "shop"),
        (site_pb2.DeleteSiteRequest(id="shop"), "shop"),
        (site_pb2.DeleteKeyRequest(id="key_1"), ""),
    ],
)
def test_the_site_of_a_request_is_found_wherever_it_stands(request_: Any, site: str) -> None:
    assert site_of(request_) == site


async def test_an_act_is_recorded_before_it_is_done_whatever_becomes_of_its_caller(house: House) -> None:
    house.book.open.clear()
    request = privacy_pb2.CreateErasureRequest(site="shop", user_id="u-1")
    with pytest.raises(grpc.aio.AioRpcError):
        await house.privacy.CreateErasure(request, metadata=bearer("admin"), timeout=0.2)
    assert house.acts.done == 0
    house.book.open.set()
    await house.privacy.CreateErasure(request, metadata=bearer("admin"))
    assert (house.acts.done, len(house.told())) == (1, 1)


async def test_a_stranger_leaves_no_words_in_a_sites_log_a_public_link_nothing_and_nobody_fills_it(
    house: House,
) -> None:
    planted = query_pb2.QueryRequest(site="blog", metrics=["buy my pills"])
    for _ in range(30):
        await house.refused(house.query.Query(planted, metadata=bearer("reader")))
        await house.refused(house.query.Query(planted, metadata=bearer("link")))
    assert {(each.actor, each.site, each.request) for each in house.book.entries} == {("key_reader", "blog", "{}")}
    assert len(house.book.entries) == 20
    odd = query_pb2.QueryRequest(site="[red]\x1b[31mshop")
    await house.query.Query(odd, metadata=bearer("owner"))
    assert house.book.entries[-1].site == "red31mshop"


def test_a_request_of_any_size_is_described_in_8000_characters() -> None:
    filters = [query_pb2.Filter(dimension="page", values=["x" * 400] * 90) for _ in range(90)]
    described = Describer(b"k").described(query_pb2.QueryRequest(site="shop", filters=filters))
    assert len(described) < 20_000
    assert json.loads(described)["cut"].startswith('{"site":"shop"')
