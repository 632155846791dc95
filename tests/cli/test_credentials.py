"""Secrets are random, private, and the same at each start."""

import base64
from dataclasses import astuple
from pathlib import Path

import pytest

from cli.credentials import load_or_make
from cli.errors import Refusal


def test_secrets_are_made_once_for_this_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    made = load_or_make(file, stores_exist=False)
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_or_make(file, stores_exist=True) == made


def test_no_two_secrets_are_equal_and_keys_have_32_bytes(tmp_path: Path) -> None:
    one = load_or_make(tmp_path / "one.json", stores_exist=False)
    other = load_or_make(tmp_path / "other.json", stores_exist=False)
    assert len({*astuple(one), *astuple(other)}) == 2 * len(astuple(one))
    assert [len(base64.b64decode(key)) for key in (one.seal_key, one.wrap_key)] == [32, 32]


def test_a_file_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    load_or_make(file, stores_exist=False)
    file.chmod(0o644)
    load_or_make(file, stores_exist=True)
    assert file.stat().st_mode & 0o777 == 0o600


def test_secrets_lost_beside_their_stores_are_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"secrets\.json is gone.*restore it"):
        load_or_make(tmp_path / "secrets.json", stores_exist=True)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "secrets.json"
    file.write_text(text)
    with pytest.raises(Refusal, match=r"secrets\.json is damaged"):
        load_or_make(file, stores_exist=False)
    assert file.read_text() == text
