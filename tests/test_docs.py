"""Docs that cannot drift."""

import re
from pathlib import Path

import pytest

from mesh.settings import MeshSettings
from query.vocabulary import EVENT, METRICS, TIME, VISIT
from tests.rules_table import table
from tests.settings_page import page

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {"node_modules", ".venv", "artefacts"} & set(path.relative_to(ROOT).parts)
)


def test_each_setting_is_documented_as_it_is_declared() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == page()
    assert all(kind.description for kind in MeshSettings.model_fields.values())


def test_the_page_about_people_has_the_rules_as_they_are() -> None:
    assert (ROOT / "docs" / "accounts.md").read_text().endswith(table())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_page_about_the_query_language_names_each_word() -> None:
    text = (ROOT / "docs" / "query.md").read_text()
    words = {*METRICS, *EVENT, *VISIT, *TIME}
    assert {word for word in words if f"`{word}`" not in text} == set()
    of_time_and_what = re.search(r"^## Dimensions$(.*?)^## Filters$", text, re.MULTILINE | re.DOTALL)
    assert of_time_and_what
    named = set(re.findall(r"`([a-z_:]+)`", of_time_and_what[1].partition("A breakdown")[0]))
    assert named - {"prop:", "experiment:"} <= words
