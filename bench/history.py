"""`python -m bench.history DIRECTORY EVENTS [dump]`: a columnar store of generated events, made by the engine itself.

Ninety days of one site: a quarter as many visits as events, 5,000 pages of which few make up most, 24 dimensions with
values as sites have them. The rows go through `staging` and the replica's own statements, as a range of commits does.
Prints progress, then the medians of the naive form over the finished tables as JSON.
"""

# ruff: noqa: S608  (every text is made of constants of this module)

import json
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clickhouse_connect.driver.client import Client

from bench.questions import ROUNDS, SITE, naive
from query import tables
from query.clickhouse import connect, settle
from query.ledger import Ledger
from query.replica import Replica

DAYS, PAGES, PER_VISIT = 90, 5_000, 4
END = datetime(2026, 3, 30, tzinfo=UTC)  # a Monday
START = END - timedelta(days=DAYS)
_CHUNK = 125_000  # visits
_INSERT = {"max_insert_threads": 1, "max_partitions_per_insert_block": 0, "async_insert": 0}

# Values, each with how many of a hundred visits have it.
_TEXTS = {
    "source": "Google 38, '' 30, Bing 6, newsletter 6, Instagram 6, Facebook 5, Hacker News 4, DuckDuckGo 3, ChatGPT 2",
    "channel": "Organic Search 47, Direct 30, Email 6, Organic Social 11, Referral 4, AI Assistants 2",
    "utm_source": "'' 80, newsletter 8, instagram 6, facebook 4, partner 2",
    "utm_medium": "'' 80, email 8, social 10, cpc 2",
    "utm_campaign": "'' 84, autumn 6, week-40 6, launch 4",
    "country": "US 24, DE 16, GB 10, FR 8, AT 7, CH 5, IT 5, ES 5, NL 4, PL 4, SE 3, BR 3, IN 3, JP 2, '' 1",
    "region": "US-CA 12, US-NY 12, DE-BY 8, DE-BE 8, GB-ENG 10, FR-IDF 8, AT-9 7, '' 35",
    "browser": "Chrome 58, Safari 22, Firefox 9, Edge 8, Opera 2, Samsung Internet 1",
    "browser_version": "140 30, 139 18, 18.5 14, 138 12, 128 10, 17.6 8, 120 8",
    "os": "Windows 40, iOS 20, Android 18, Mac OS X 16, Linux 6",
    "os_version": "10 40, 18 20, 15 18, 14 16, '' 6",
    "device": "desktop 60, mobile 36, tablet 4",
    "screen": "xl 50, xs 36, md 8, lg 4, sm 2",
    "language": "en-US 40, de-DE 20, en-GB 12, fr-FR 10, de-AT 8, es-ES 6, it-IT 4",
}


def _chosen(weights: str, salt: str) -> str:
    """A value by chance: an index into a hundred places."""
    places: list[str] = []
    for part in weights.split(", "):
        value, _, share = part.rpartition(" ")
        places += ["" if value == "''" else value] * int(share)
    return f"{places!r}[1 + cityHash64(v, '{salt}') % {len(places)}]"


_VISIT = f"""
    SELECT number AS v, cityHash64(number, 'kind') AS h,
        fromUnixTimestamp64Micro(toInt64({int(START.timestamp())} * 1000000
            + intDiv(toUInt128(number) * {DAYS * 86_400} * 1000000, {{visits:UInt64}})), 'UTC') AS started,
        reinterpretAsUUID(bitOr(bitShiftLeft(toUInt128(number), 80), toUInt128(cityHash64(number, 'id')))) AS id,
        {", ".join(f"{_chosen(weights, name)} AS {name}" for name, weights in _TEXTS.items())}
    FROM numbers({{first:UInt64}}, {{size:UInt64}})
"""
_STAGE = f"""
    INSERT INTO staging (event_id, site_id, kind, name, received_at, occurred_at, sequence, identity, visit_id,
        visitor_id, visit_started_at, continuation, interactive, user_hash, position, hostname, page, engaged_ms,
        scroll_depth,
        props, {", ".join(_TEXTS)})
    SELECT generateUUIDv4(), {SITE},
        multiIf(i = 1 OR k < 62, 'EVENT_KIND_PAGEVIEW', k < 74, 'EVENT_KIND_CUSTOM', k < 86, 'EVENT_KIND_CLICK',
            k < 92, 'EVENT_KIND_SCROLL', 'EVENT_KIND_ENGAGEMENT') AS kind,
        multiIf(kind = 'EVENT_KIND_PAGEVIEW', 'pageview', kind = 'EVENT_KIND_CLICK', 'click',
            kind = 'EVENT_KIND_SCROLL', 'scroll', kind = 'EVENT_KIND_ENGAGEMENT', 'engagement',
            ['signup', 'add to cart', 'purchase', 'search', 'download'][1 + k % 5]),
        at, at, i, 'IDENTITY_MODE_MEMORY', id, id, started, h % 20 = 0, kind = 'EVENT_KIND_CUSTOM',
        if(h % 5 = 1, lower(hex(MD5(toString(cityHash64(v, 'user') % 100000)))), ''), {{position:UInt64}},
        'shop.example', concat('/page/', toString(toUInt32({PAGES} * pow((e % 100000) / 100000, 3)))),
        if(kind = 'EVENT_KIND_ENGAGEMENT', e % 60000, 0), if(kind = 'EVENT_KIND_SCROLL', 25 * (1 + e % 4), 0),
        if(kind = 'EVENT_KIND_CUSTOM', map('plan', ['free', 'pro', 'team'][1 + e % 3]), map()),
        {", ".join(_TEXTS)}
    FROM (SELECT *, arrayJoin(range(1, 2 + h % {2 * PER_VISIT - 1})) AS i, cityHash64(v, i) AS e, e % 101 AS k,
        addSeconds(started, (i - 1) * (10 + h % 50)) AS at FROM ({_VISIT}))
"""


def fill(client: Client, events: int) -> None:
    """Make the rows; weeks that are over are merged, as they are after some days."""
    visits = events // PER_VISIT
    for position, first in enumerate(range(0, visits, _CHUNK), 1):
        client.command("TRUNCATE TABLE staging")
        size = min(_CHUNK, visits - first)
        chunk = {"visits": visits, "first": first, "size": size, "position": position}
        client.command(_STAGE, parameters=chunk, settings=_INSERT)
        for table in tables.TABLES:
            client.command(tables.insert_from_staging(table, "1"), settings=_INSERT)
        if position % 4 == 0:
            print(f"  {(first + size) * PER_VISIT:,} events stored", file=sys.stderr, flush=True)
    client.command("TRUNCATE TABLE staging")
    for table in tables.TABLES:
        client.command(f"OPTIMIZE TABLE {table} FINAL")


def dump(client: Client, folder: Path) -> None:
    """The same events and visits as another database would keep them, as tab-separated text, a file each."""
    columns = ("source", "channel", "country", "browser", "os", "device", "utm_campaign")
    for name, text in {
        "events": "SELECT site_id, visit_id, occurred_at, name, page FROM events ORDER BY occurred_at",
        "visits": f"""SELECT site_id, visit_id, first_at, last_at, pageviews, interactives,
            tupleElement(finalizeAggregation(entry), 1), {", ".join(columns)}
            FROM visits FINAL WHERE NOT continuation ORDER BY first_at""",
    }.items():
        with (folder / f"{name}.tsv").open("wb") as file, client.raw_stream(text, fmt="TabSeparated") as rows:
            while part := rows.read(1 << 20):
                file.write(part)


def timed(client: Client, statements: list[str]) -> float:
    """Median of the seconds that all of them take, one after the other; the first round only warms."""

    def rounds() -> Iterator[float]:
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            for statement in statements:
                client.query(statement)
            yield time.perf_counter() - began

    return statistics.median(list(rounds())[1:])


def main(folder: Path, events: int, *, dumped: bool) -> None:
    home = folder / "query"
    settle(home)
    dsn, ledger = f"chdb://{home / 'clickhouse'}", home / "applied.json"
    replica = Replica(dsn, ledger)
    client = connect(dsn)
    fill(client, events)
    Ledger(ledger, replica.state.store).done(-(-events // PER_VISIT // _CHUNK))
    if dumped:
        dump(client, folder)
    print(json.dumps({name: timed(client, statements) for name, statements in naive(END).items()}))
    client.close()
    replica.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), dumped="dump" in sys.argv[3:])
