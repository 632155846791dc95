"""The log's lines become the page views that twenty lines of plain Python count."""

import gzip
import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli import access_log
from cli.access_log import LineIds, Request

LOG = Path(__file__).parents[1] / "data" / "access.log.gz"
COMBINED = '203.0.113.9 - frank [17/May/2015:10:05:03 +0200] "GET /a?b=1 HTTP/1.1" 200 12 "http://x.org/" "Mozilla/5.0"'


def parsed(line: str) -> Request:
    request = access_log.parse(line)
    assert request is not None
    return request


def with_target(target: str) -> Request:
    return parsed(f'192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET {target} HTTP/1.1" 200 1')


def test_the_sample_log_has_the_views_of_an_independent_count() -> None:
    static = re.findall(
        r"\S+", "css js map png jpg jpeg gif svg ico webp woff woff2 ttf eot txt xml rss atom json pdf zip gz mp3 mp4"
    )
    expected: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    with gzip.open(LOG, "rt") as lines:
        for line in lines:
            _, request, rest = line.split('"', 2)
            method, target, _ = request.split()
            path = target.partition("?")[0].partition("#")[0]
            ending = path.rsplit("/", 1)[1].rpartition(".")
            if (
                method == "GET"
                and rest.split()[0] in ("200", "304")
                and not (ending[1] and ending[2].lower() in static)
            ):
                expected[path] += 1
            said = parsed(line)
            if not access_log.skip_reason(said):
                counted[re.split("[?#]", said.target)[0]] += 1
    assert counted == expected
    assert expected.total() == 3_954


def test_a_combined_line_gives_every_part() -> None:
    assert parsed(COMBINED) == Request(
        ip="203.0.113.9",
        at=datetime.fromisoformat("2015-05-17T10:05:03+02:00"),
        method="GET",
        target="/a?b=1",
        status="200",
        referrer="http://x.org/",
        agent="Mozilla/5.0",
    )


def test_a_common_line_has_neither_referrer_nor_agent() -> None:
    said = with_target("/")
    assert (said.referrer, said.agent) == ("", "")


def test_a_dash_is_nothing_and_an_escaped_quote_is_a_quote() -> None:
    said = parsed(r'192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "a \"b\" c"')
    assert (said.referrer, said.agent) == ("", 'a "b" c')


def test_a_user_name_with_a_space_and_a_bracket_in_the_agent_change_nothing() -> None:
    said = parsed('::1 - two words [17/May/2015:10:05:03 +0000] "GET /x HTTP/2.0" 304 - "-" "a [b]"')
    assert (said.ip, said.target, said.agent) == ("::1", "/x", "a [b]")


@pytest.mark.parametrize(
    "line",
    [
        "garbage",
        "\x00",
        '192.0.2.1 - - [17/May/2015:10:05:03 +0000] "-" 408 0',
        '192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET /" 200 1',
        '192.0.2.1 - - [31/Feb/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1',
        '192.0.2.1 - - [17/Mai/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1',
        '192.0.2.1 - - [17/May/2015:10:05:03 +9999] "GET / HTTP/1.1" 200 1',
        '192.0.2.1 - - [01/Jan/0001:00:00:00 +1000] "GET / HTTP/1.1" 200 1',
        '192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET http://[bad HTTP/1.1" 200 1 "-" "UA"',
    ],
)
def test_a_line_of_another_form_is_not_parsed(line: str) -> None:
    assert access_log.parse(line) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('"POST / HTTP/1.1" 200', "method POST"),
        ('"GET / HTTP/1.1" 404', "status 404"),
        ('"GET /A.PNG?x=.html HTTP/1.1" 200', "static file"),
        ('"GET /.css/ HTTP/1.1" 304', ""),
        ('"GET /page.html HTTP/1.1" 200', ""),
        ('"GET /png HTTP/1.1" 200', ""),
    ],
)
def test_what_is_no_page_view_says_why(line: str, reason: str) -> None:
    assert access_log.skip_reason(parsed(f"192.0.2.1 - - [17/May/2015:10:05:03 +0000] {line} 1")) == reason


@pytest.mark.parametrize(
    ("target", "url"),
    [("/a?b", "https://h.org/a?b"), ("http://other.org/p?q", "https://h.org/p?q"), ("//x/y", "https://h.org//x/y")],
)
def test_a_page_lies_on_the_named_host_whatever_the_target(target: str, url: str) -> None:
    assert access_log.page_url(with_target(target), "h.org") == url


def test_equal_lines_are_different_events_and_the_same_ones_at_each_import() -> None:
    first, second = LineIds("demo"), LineIds("demo")
    ids = [first.of(COMBINED), first.of(COMBINED), first.of(COMBINED + " ")]
    assert len(set(ids)) == 3
    assert ids == [second.of(COMBINED), second.of(COMBINED), second.of(COMBINED + " ")]
    assert LineIds("other").of(COMBINED) not in ids


def test_a_remembered_line_takes_16_bytes_whatever_its_length() -> None:
    ids = LineIds("demo")
    ids.of("x" * 60_000)
    assert [len(kept) for kept in ids._seen] == [16]


@pytest.mark.parametrize(
    "host", ["h.org", "H.org.", "localhost:8080", "b\u00fccher.example", "192.0.2.1", "[2001:db8::1]:80"]
)
def test_a_host_is_a_name_or_an_address_and_may_have_a_port(host: str) -> None:
    assert access_log.is_host(host)


@pytest.mark.parametrize(
    "host", ["", "bad host/x", "h.org/", "https://h.org", "a..b", "u@h.org", "h.org:", "h\n", "x" * 254]
)
def test_what_would_break_a_page_is_no_host(host: str) -> None:
    assert not access_log.is_host(host)


def test_an_event_carries_the_instant_in_utc_and_what_is_enriched_then_dropped() -> None:
    said = access_log.event(parsed(COMBINED), "h.org", "id")
    assert datetime.fromisoformat(said["occurredAt"]) == datetime(2015, 5, 17, 8, 5, 3, tzinfo=UTC)
    assert json.loads(json.dumps(said))["ip"] == "203.0.113.9"
    assert (said["userAgent"], said["referrer"], said["pageUrl"]) == (
        "Mozilla/5.0",
        "http://x.org/",
        "https://h.org/a?b=1",
    )
