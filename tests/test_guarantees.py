"""docs/guarantees.md: each promise names a test that is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "guarantees.md").read_text()
ROWS = {
    int(number): proof.strip()
    for number, proof in re.findall(r"^\| F(\d+) \|(?:[^|]*\|){2}([^|]*)\|$", PAGE, re.MULTILINE)
}
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
CANNOT_APPLY = re.compile(r"cannot apply: \w+")


def exists(file: str, name: str) -> bool:
    path = ROOT / file
    return path.exists() and bool(re.search(rf"^(?:async )?def {name}\(", path.read_text(), re.MULTILINE))


def test_every_fault_has_its_row() -> None:
    assert list(ROWS) == list(range(1, 31))


@pytest.mark.parametrize("number", range(1, 31))
def test_every_fault_names_a_test_of_its_number_or_says_why_it_cannot_apply(number: int) -> None:
    named = [name for _, name in TEST.findall(ROWS[number])]
    assert [name for name in named if name.startswith(f"test_f{number:02}_")] or CANNOT_APPLY.match(ROWS[number])


@pytest.mark.parametrize(("file", "name"), sorted(set(TEST.findall(PAGE))))
def test_every_test_that_the_page_names_exists(file: str, name: str) -> None:
    assert exists(file, name)


def test_limits_and_deadlines_are_those_of_the_settings() -> None:
    settings = (ROOT / "docs" / "settings.md").read_text()
    defaults = dict(re.findall(r"^\| `(ANALYTICS_\w+)` \| `([^`]*)` \|", settings, re.MULTILINE))
    told = re.findall(r"([\d,.]+)(?: (GiB|ms|s)\b)?[^(|`,]*\(`(ANALYTICS_\w+)`\)", PAGE)
    assert {name for _, _, name in told} == set(re.findall(r"`(ANALYTICS_\w+)`", PAGE))
    for number, unit, name in told:
        assert float(number.replace(",", "")) * (2**30 if unit == "GiB" else 1) == float(defaults[name]), name
