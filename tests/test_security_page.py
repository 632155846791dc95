"""docs/security.md: each attack names a test that is there, or says why it cannot apply."""

import re
from pathlib import Path

import pytest

from tests.test_guarantees import TEST, exists

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS = {int(number): proof for number, proof in re.findall(r"^\| A(\d+) \|[^|]*\|([^|]*)\|$", PAGE, re.MULTILINE)}


def test_every_attack_has_its_row_in_order() -> None:
    assert list(ROWS) == list(range(1, 33))


@pytest.mark.parametrize("number", range(1, 33))
def test_every_attack_names_a_test_or_says_why_it_cannot_apply(number: int) -> None:
    named = TEST.findall(ROWS[number])
    assert named or re.search(r"cannot apply: \w+", ROWS[number])
    for file, name in named:
        assert exists(file, name), f"{file}::{name}"


def test_a32_nothing_that_is_served_has_a_source_map() -> None:
    served = [*(ROOT / "gateway" / "dashboard" / "dist").rglob("*"), *(ROOT / "gateway" / "script").iterdir()]
    assert len(served) > 10
    assert not [file for file in served if file.suffix == ".map"]
    texts = [file.read_text() for file in served if file.suffix in (".js", ".mjs", ".css", ".html")]
    assert not [text for text in texts if "sourceMappingURL" in text]
