"""History goes the same way as live traffic, once, and its numbers are those of the log."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from bench.mesh import ROOT, Finished, Mesh
from mesh.ids import new_id

LOG = ROOT / "tests" / "data" / "access.log.gz"
STATIC = "css js map png jpg jpeg gif svg ico webp woff woff2 ttf eot txt xml rss atom json pdf zip gz mp3 mp4"
MAY = ["2015-05-01", "2015-05-31"]


def count_the_log() -> Counter[str]:
    """Page views by path: GET, 200 or 304, no static file (semantics: import)."""
    static = set(re.findall(r"\w+", STATIC))
    views: Counter[str] = Counter()
    with gzip.open(LOG, "rt", errors="replace") as lines:
        for line in lines:
            parts = re.match(r'^\S+ \S+ \S+ \[[^\]]+\] "GET (\S+) \S+" (?:200|304) ', line)
            if not parts:
                continue
            path = re.split(r"[?#]", parts[1])[0]
            name = path.rsplit("/", 1)[-1]
            if "." not in name or name.rsplit(".", 1)[-1].lower() not in static:
                views[path] += 1
    return views


async def import_log(mesh: Mesh, file: Path = LOG) -> Finished:
    return await mesh.run(
        "import", "access-log", str(file), "--site", mesh.site, "--host", "semicomplete.com", "--keep-bots"
    )


async def top_pages(mesh: Mesh) -> dict[str, int]:
    rows = await mesh.query(["pageviews"], dimensions=["page"], date_range=MAY, limit=10_000)
    return {dimensions[0]: metrics[0] for dimensions, metrics in rows}


async def summary(mesh: Mesh) -> Any:
    metrics = ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"]
    return await mesh.query(metrics, dimensions=["time:day"], date_range=MAY)


async def test_every_page_of_the_log_has_its_independent_count_and_a_second_import_changes_nothing(mesh: Mesh) -> None:
    done = await import_log(mesh)
    assert done.code == 0, done.output
    expected = count_the_log()
    assert await top_pages(mesh) == dict(expected)
    before = await summary(mesh)
    assert sum(row[1][2] for row in before) == expected.total()

    again = await import_log(mesh)
    assert again.code == 0, again.output
    said = re.sub(r"\s+", " ", again.output).replace(",", "")
    assert re.search(rf"duplicates\D*{expected.total()}|{expected.total()}\D*duplicates", said), said
    assert await summary(mesh) == before
    (stored,) = await mesh.sql("SELECT count(*) FROM events")
    assert stored["count"] == expected.total()


async def test_an_imports_answer_is_a_balance_with_the_reason_of_each_refusal(mesh: Mesh) -> None:
    event_id, session = new_id(), new_id()
    good = {
        "kind": "view",
        "eventId": event_id,
        "sessionId": session,
        "occurredAt": "2014-02-03T04:05:06Z",
        "pageUrl": "https://semicomplete.com/imported",
        "country": "NZ",
        "browser": "Lynx",
    }
    lines = [json.dumps(good), "not json", json.dumps(good | {"eventId": "x"}), json.dumps(good)]
    reply = await mesh.api(
        "POST", f"import?site={mesh.site}", "\n".join(lines), **{"content-type": "application/x-ndjson"}
    )
    assert reply.status == 200, reply.body
    balance = reply.json()
    assert (balance["read"], balance["imported"], balance["duplicates"]) == (4, 1, 1)
    assert [refused["line"] for refused in balance["rejected"]] == [2, 3]
    rows = await mesh.query(
        ["pageviews", "visits"], dimensions=["country", "browser"], date_range=["2014-02-03", "2014-02-03"]
    )
    assert rows == [(["NZ", "Lynx"], [1, 1])]


async def test_a_file_that_is_no_log_is_counted_line_by_line_never_fatal(mesh: Mesh, tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    file.write_text('garbage\n203.0.113.9 - - [17/May/2015:10:05:03 +0000] "GET /odd HTTP/1.1" 200 1 "-" "-"\n\x00\n')
    done = await import_log(mesh, file)
    assert done.code == 0, done.output
    assert (await top_pages(mesh))["/odd"] == 1
