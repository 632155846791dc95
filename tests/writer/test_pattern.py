"""Patterns of pages."""

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writer.ingest.pattern import MAX_PATTERN, Pattern


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/admin", "/admin", True),
        ("/admin", "/admin/", False),
        ("/admin", "/Admin", False),
        ("/admin/*", "/admin/", True),
        ("/admin/*", "/admin/a/b", True),
        ("/admin/*", "/admin", False),
        ("/admin/*", "/x/admin/a", False),
        ("*/admin/*", "/x/admin/a", True),
        ("*.php", "/a/b.php", True),
        ("*.php", "/a/b.php/c", False),
        ("/user/*/orders", "/user/7/orders", True),
        ("/user/*/orders", "/user/7/8/orders", True),
        ("/user/*/orders", "/user/orders", False),
        ("/a/*a/*a", "/a/a/a", True),
        ("/a*a", "/a", False),
        ("*", "/", True),
        ("*", "", True),
        ("/*/*/*", "/a/b", False),
        ("/*/*/*", "/a/b/c", True),
        ("/caf%C3%A9", "/café", True),
        ("/#/users/*", "/#/users/1", True),
        ("/[id].*", "/[id].x", True),
        ("/a.b", "/axb", False),
    ],
)
def test_a_star_stands_for_any_characters(pattern: str, path: str, matches: bool) -> None:
    assert Pattern.of(pattern).matches(path) is matches


@given(st.text("/ab*", min_size=1, max_size=12).filter(lambda text: text[0] in "/*"), st.text("/ab", max_size=16))
def test_it_matches_what_a_shells_pattern_matches(pattern: str, path: str) -> None:
    made = re.sub(r"\*+", "*", pattern)
    if made.count("*") <= 10:
        assert Pattern.of(pattern).matches(path) == fnmatch.fnmatchcase(path, made)


@given(st.text(max_size=MAX_PATTERN + 2))
def test_a_pattern_in_its_form_keeps_it(text: str) -> None:
    try:
        form = Pattern.of(text).text
    except ValueError:
        return
    assert Pattern.of(form).text == form
    assert len(form) <= MAX_PATTERN


def test_escapes_count_towards_the_limit() -> None:
    assert Pattern.of("/" + " " * 66).text == "/" + "%20" * 66
    with pytest.raises(ValueError, match="escapes included"):
        Pattern.of("/" + " " * 67)
