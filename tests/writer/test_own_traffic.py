"""What a site's owner does not want counted is told apart in memory, counted by reason, and stored nowhere."""

from analytics.v1 import directory_pb2, site_pb2
from analytics.v1.ingest_pb2 import IngestOutcome
from prometheus_client import REGISTRY

from mesh.directory import Snapshot
from tests.writer.conftest import DAILY_SITE, MEMORY_SITE, Rig, sealed, view
from writer.ingest.pipeline import Pipeline

STORED, EXCLUDED = (IngestOutcome.CODE_STORED, ""), (IngestOutcome.CODE_IGNORED, "excluded")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


async def rows(rig: Rig) -> dict[str, int]:
    names = [row["tablename"] for row in await rig.fetch(TABLES)]
    return {name: (await rig.fetch(f'SELECT count(*) FROM "{name}"'))[0]["count"] for name in names}  # noqa: S608


def ignored(site: str, reason: str = "excluded") -> float:
    return REGISTRY.get_sample_value("analytics_writer_ignored_total", {"site": site, "reason": reason}) or 0.0


def directory(rig: Rig, version: int, **settings: object) -> Snapshot:
    """The rig's sites, the daily one with other settings."""
    daily = site_pb2.Site()
    daily.CopyFrom(rig.directory.snapshot.by_number[DAILY_SITE])
    daily.MergeFrom(site_pb2.Site(**settings))  # type: ignore[arg-type]
    memory = rig.directory.snapshot.by_number[MEMORY_SITE]
    return Snapshot.of(directory_pb2.Directory(version=version, sites=[memory, daily]))


async def outcomes(pipeline: Pipeline, *events: object) -> list[tuple[int, str]]:
    return [(verdict.code, verdict.reason) for verdict in await pipeline.ingest(sealed(*events))]  # type: ignore[arg-type]


async def test_own_traffic_is_counted_by_reason_and_leaves_no_row(rig: Rig) -> None:
    pipeline = await rig.pipeline()
    await outcomes(pipeline, view(site_id=DAILY_SITE))  # the day's salts are made
    before, counted = await rows(rig), ignored("daily")
    rig.directory.snapshot = directory(
        rig, 2, excluded_ips=["192.0.2.0/24"], excluded_paths=["/admin/*"], excluded_hostnames=["localhost"]
    )
    own = [
        view(site_id=DAILY_SITE, ip="192.0.2.9", user_id="anna"),
        view(site_id=DAILY_SITE, page_url="https://example.org/admin/users"),
        view(site_id=DAILY_SITE, page_url="http://localhost:3000/"),
    ]
    assert await outcomes(pipeline, *own) == [EXCLUDED] * 3
    assert await rows(rig) == before
    assert ignored("daily") == counted + 3
    assert await outcomes(pipeline, view(site_id=DAILY_SITE), *own, view(ip="192.0.2.9")) == [
        STORED,
        *[EXCLUDED] * 3,
        STORED,
    ]
    assert (await rows(rig))["events"] == before["events"] + 2


async def test_a_setting_holds_for_the_next_event_and_ends_with_it(rig: Rig) -> None:
    pipeline, kept = await rig.pipeline(), rig.directory.snapshot
    sent = {"site_id": DAILY_SITE, "page_url": "https://example.org/office"}
    assert await outcomes(pipeline, view(**sent)) == [STORED]
    rig.directory.snapshot = directory(rig, 3, excluded_paths=["/office"])
    assert await outcomes(pipeline, view(**sent)) == [EXCLUDED]
    rig.directory.snapshot = kept
    assert await outcomes(pipeline, view(**sent)) == [STORED]


async def test_pages_of_one_rule_are_one_page(rig: Rig) -> None:
    pipeline = await rig.pipeline()
    rig.directory.snapshot = directory(rig, 4, path_rules=["/user/*"])
    events = [view(site_id=DAILY_SITE, page_url=f"https://example.org/user/{n}?x={n}") for n in (7, 8)]
    assert await outcomes(pipeline, *events) == [STORED, STORED]
    assert [stored.page for stored in await rig.stored([event.event_id for event in events])] == ["/user/*", "/user/*"]
