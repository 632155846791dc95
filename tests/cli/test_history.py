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


def test_a_refused_line_is_named_by_its_number_in_the_file() -> None:
    balance = history.Balance()
    answer = {"imported": 1, "duplicates": 0, "ignored": 1, "ignoredReasons": {"bot": 1}}
    chunk = [history.Line(number, b"") for number in (3, 8, 9)]
    history._count(answer | {"rejected": [{"line": 2, "reason": "ip: bad"}]}, chunk, balance)
    assert balance.rejected == [(8, "ip: bad")]
    assert balance.ignored_reasons == {"bot": 1}
