"""Files of history are read as they are; what cannot be read is one line."""

import gzip
from pathlib import Path

import pytest

from cli import history
from cli.errors import Refusal


def test_the_same_content_is_the_same_import_and_other_content_another(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name / "access.log" for name in ("one", "same", "other"))
    for file, text in ((one, "a"), (same, "a"), (other, "b")):
        file.parent.mkdir()
        file.write_text(text)
    assert history.import_id_of(one) == history.import_id_of(same) != history.import_id_of(other)


def test_a_name_stays_within_64_characters(tmp_path: Path) -> None:
    file = tmp_path / ("x" * 200)
    file.write_text("")
    assert len(history.import_id_of(file)) <= 64


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="cannot be read: No such file"):
        history.import_id_of(tmp_path / "none")


@pytest.mark.parametrize("cut", [5, -4])
def test_a_gzip_that_breaks_off_is_one_line(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "log.gz"
    file.write_bytes(gzip.compress(b"line\n" * 1000)[:cut])
    with pytest.raises(Refusal, match="cannot be read"):
        list(history._lines(file))


def test_a_gzip_is_known_by_its_bytes_not_its_name(tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    file.write_bytes(gzip.compress(b"one\ntwo"))
    assert list(history._lines(file)) == [b"one\n", b"two"]


def test_chunks_keep_order_and_limits() -> None:
    lines = [history.Line(number, b"x") for number in range(1, 2 * history._CHUNK_LINES + 2)]
    chunks = list(history._chunks(lines))
    assert [len(chunk) for chunk in chunks] == [history._CHUNK_LINES, history._CHUNK_LINES, 1]
    assert [line for chunk in chunks for line in chunk] == lines


def test_a_log_line_beyond_64_kib_is_not_parsed_nor_is_one_whose_event_would_be() -> None:
    before = b'192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET /'
    after = b' HTTP/1.1" 200 1\n'
    lines = [before + path + after for path in (b"a", b"b" * 3_000_000, b"c", b"\xff" * 60_000, b"\x01" * 60_000, b"d")]
    balance = history.Balance()
    sent = list(history._events_of_log(lines, "demo", "h.org", balance))
    assert [line.number for line in sent] == [1, 3, 6]
    assert (balance.lines, balance.unparsed) == (6, [2, 4, 5])


def test_an_event_line_beyond_64_kib_is_rejected_and_not_sent() -> None:
    balance = history.Balance()
    lines = [b"{}\n", b" " * 70_000 + b"\n", b"x" * 65_536 + b"\r\n", b"x" * 65_537, b"{}"]
    sent = list(history._events_as_they_are(lines, balance))
    assert [line.number for line in sent] == [1, 3, 5]
    assert (balance.lines, balance.blank) == (5, 1)
    assert balance.rejected == [(4, "the line has more than 65,536 bytes")]


def test_a_refused_line_is_named_by_its_number_in_the_file() -> None:
    balance = history.Balance()
    answer = {"imported": 1, "duplicates": 0, "ignored": 1, "ignoredReasons": {"bot": 1}}
    chunk = [history.Line(number, b"") for number in (3, 8, 9)]
    history._count(answer | {"rejected": [{"line": 2, "reason": "ip: bad"}]}, chunk, balance)
    assert balance.rejected == [(8, "ip: bad")]
    assert balance.ignored_reasons == {"bot": 1}
