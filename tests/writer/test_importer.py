"""History comes in once, as it was."""

import asyncio
import uuid
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from analytics.v1 import account_pb2, event_pb2
from analytics.v1.event_pb2 import RawEventEnvelope
from analytics.v1.import_pb2 import ImportOutcome, ImportRequest, ImportResponse

from mesh.auth import Caller, set_caller
from mesh.errors import MeshError
from tests.writer.conftest import AGENT, DAY, HOUR, NOON, Rig
from writer.ingest.importer import ImportServicer, oldest_kept_us

IMPORTED, DUPLICATE = ImportOutcome.CODE_IMPORTED, ImportOutcome.CODE_DUPLICATE
REJECTED = ImportOutcome.CODE_REJECTED


@pytest.fixture(scope="module")
async def importer(rig: Rig) -> ImportServicer:
    return ImportServicer(rig.directory, await rig.pipeline(), await rig.store(), lambda: rig.now)


def line(**fields) -> RawEventEnvelope:
    base = {
        "event_id": str(uuid.uuid4()),
        "kind": event_pb2.EVENT_KIND_PAGEVIEW,
        "page_url": "https://example.org/old",
        "occurred_at_us": NOON - 400 * DAY,
        "ip": "203.0.113.7",
        "user_agent": AGENT,
    }
    return RawEventEnvelope(**(base | fields))


async def bring(importer: ImportServicer, *events: RawEventEnvelope, site: str = "demo") -> ImportResponse:
    set_caller(Caller(id="key_1", roles={"": account_pb2.ROLE_OWNER}))
    request = ImportRequest(site=site, import_id="history", events=events)
    return await importer.Import(request, SimpleNamespace())


def codes(response: ImportResponse) -> list[int]:
    return [outcome.code for outcome in response.outcomes]


async def test_importing_twice_stores_once_and_says_duplicates(rig: Rig, importer: ImportServicer) -> None:
    events = [line() for _ in range(20)]
    first, second = await bring(importer, *events), await bring(importer, *events)
    assert codes(first) == [IMPORTED] * 20
    assert codes(second) == [DUPLICATE] * 20
    head = (await rig.fetch("SELECT position FROM stream_head"))[0]["position"]
    assert first.position == second.position == head


async def test_lines_without_session_get_daily_visits_of_their_own_day(rig: Rig, importer: ImportServicer) -> None:
    at = NOON - 400 * DAY
    events = [line(occurred_at_us=at + minutes * 60_000_000) for minutes in (0, 20, 90, 24 * 60)]
    await bring(importer, *events)
    first, second, later, next_day = await rig.stored([event.event_id for event in events])
    assert first.identity == event_pb2.IDENTITY_MODE_DAILY
    assert first.visit_id == second.visit_id != later.visit_id
    assert first.visitor_id == later.visitor_id != next_day.visitor_id
    assert (first.received_at_us, first.occurred_at_us, first.visit_started_at_us) == (NOON, at, at)
    assert first.import_id == "history"


async def test_a_session_of_history_is_one_visit_with_its_first_touch(rig: Rig, importer: ImportServicer) -> None:
    session = str(uuid.uuid4())
    events = [
        line(session_id=session, referrer="https://duckduckgo.com/"),
        line(session_id=session, referrer="https://example.org/old", occurred_at_us=NOON - 400 * DAY + HOUR),
    ]
    await bring(importer, *events)
    first, second = await rig.stored([event.event_id for event in events])
    assert first.visit_id == second.visit_id == session
    assert first.source == second.source != ""
    assert not second.continuation


async def test_finished_values_win(rig: Rig, importer: ImportServicer) -> None:
    finished = {
        "country": "at",
        "region": "AT-9",
        "city": "Vienna",
        "browser": "Lynx",
        "os": "Plan 9",
        "device": "tv",
        "source": "pigeon",
        "channel": "Birds",
    }
    event = line(**finished, occurred_at_us=NOON - 300 * DAY)
    await bring(importer, event)
    (stored,) = await rig.stored([event.event_id])
    assert {name: getattr(stored, name) for name in finished} == finished | {"country": "AT"}
    assert stored.browser_version == ""


async def test_refused_lines_name_the_field_and_spoil_no_other(rig: Rig, importer: ImportServicer) -> None:
    wrong = {
        "event_id": line(event_id="7"),
        "occurred_at": line(occurred_at_us=NOON + 1),
        "occurred_at: an instant": line(occurred_at_us=2**63 - 1, session_id="", ip="203.0.113.9"),
        "page_url": line(page_url="javascript:alert(1)"),
        "session_id": line(session_id="me"),
        "revenue_amount": line(revenue_amount="1e9999999", revenue_currency="EUR"),
        "name": line(kind=event_pb2.EVENT_KIND_CUSTOM, name="click"),
        "kind": line(kind=0),
    }
    response = await bring(importer, *wrong.values(), line())
    assert codes(response) == [REJECTED] * len(wrong) + [IMPORTED]
    for field, outcome in zip(wrong, response.outcomes[:-1], strict=True):
        assert outcome.reason.startswith(field)
    assert not await rig.fetch("SELECT 1 FROM rejected_events")


NIL = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [
        ("event_id", {"event_id": NIL}, {}),
        ("session_id", {"session_id": NIL}, {}),
        ("country", {"country": "Germany"}, {"country": "DE"}),
        ("country", {"country": "D1"}, {"country": "de"}),
        ("props", {"props": {str(n): "v" for n in range(31)}}, {"props": {str(n): "v" for n in range(30)}}),
        ("props", {"props": {"k" * 101: "v"}}, {"props": {"k" * 100: "v"}}),
        ("props", {"props": {"k": "v" * 2_001}}, {"props": {"k": "v" * 2_000}}),
        ("props", {"props": {"a\nb": "v"}}, {"props": {"a b": "v"}}),
        *(
            ("name", {"kind": event_pb2.EVENT_KIND_CUSTOM, "name": name}, {})
            for name in ("a\nb", "a\0b", "a\x85b", "n" * 121)
        ),
        ("scroll_depth", {"scroll_depth": 101}, {"scroll_depth": 100}),
        ("screen_width", {"screen_width": 100_001}, {"screen_width": 100_000}),
        ("engaged_ms", {"engaged_ms": 86_400_001}, {"engaged_ms": 86_400_000}),
        ("utm_term", {"utm_term": "x" * 201}, {"utm_term": "x" * 200}),
        ("language", {"language": "x" * 36}, {"language": "x" * 35}),
    ],
)
async def test_history_is_held_to_the_limits_of_live_events(
    importer: ImportServicer, field: str, wrong: dict[str, Any], right: dict[str, Any]
) -> None:
    response = await bring(importer, line(**wrong), line(**right))
    assert codes(response) == [REJECTED, IMPORTED]
    assert response.outcomes[0].reason.startswith(f"{field}: ")


async def test_no_events_ask_whether_the_caller_may_import(importer: ImportServicer) -> None:
    assert await bring(importer) == ImportResponse()
    set_caller(Caller(id="key_2", roles={"daily": account_pb2.ROLE_ADMIN}))
    with pytest.raises(MeshError) as caught:
        await importer.Import(ImportRequest(site="demo", import_id="x"), SimpleNamespace())
    assert caught.value.code == grpc.StatusCode.NOT_FOUND


async def test_history_older_than_the_retention_is_refused_by_the_settings_name(importer: ImportServicer) -> None:
    response = await bring(importer, line(occurred_at_us=NOON - 800 * DAY), line(), site="daily")
    assert codes(response) == [REJECTED, IMPORTED]
    assert "retention = 25 months" in response.outcomes[0].reason


async def test_another_sites_key_sees_no_site(importer: ImportServicer) -> None:
    set_caller(Caller(id="key_2", roles={"daily": account_pb2.ROLE_ADMIN}))
    request = ImportRequest(site="demo", import_id="x", events=[line()])
    with pytest.raises(MeshError) as caught:
        await asyncio.create_task(importer.Import(request, SimpleNamespace()))
    assert caught.value.code == grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize(
    ("months", "expected"),
    [(0, 0), (1, 1_764_590_400_000_000), (12, 1_735_732_800_000_000), (25, 1_701_432_000_000_000)],
)
def test_the_oldest_kept_instant_counts_calendar_months(months: int, expected: int) -> None:
    assert oldest_kept_us(months, NOON) == expected


def test_the_31st_counts_from_the_last_day_of_a_shorter_month() -> None:
    march_31 = 1_774_958_400_000_000  # 2026-03-31 12:00 UTC
    assert oldest_kept_us(1, march_31) == 1_772_280_000_000_000  # 2026-02-28 12:00 UTC
