"""Pages and hosts of URLs."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writer.ingest.page import ascii_host, host_of, is_own_host, page_of


@pytest.mark.parametrize(
    ("url", "hostname", "path"),
    [
        ("https://example.com", "example.com", "/"),
        ("https://EXAMPLE.com/About", "example.com", "/About"),
        ("HTTPS://Example.Com:443/a", "example.com", "/a"),
        ("http://example.com:80/a", "example.com", "/a"),
        ("http://example.com:443/a", "example.com:443", "/a"),
        ("http://localhost:3000/a", "localhost:3000", "/a"),
        ("https://example.com:0443/a", "example.com", "/a"),
        ("https://example.com:/a", "example.com", "/a"),
        ("https://example.com./a", "example.com", "/a"),
        ("https://user:secret@example.com/a", "example.com", "/a"),
        ("https://müller.de/", "xn--mller-kva.de", "/"),
        ("https://xn--mller-kva.de/", "xn--mller-kva.de", "/"),
        ("https://STRASSE.de/", "strasse.de", "/"),
        ("https://straße.de/", "xn--strae-oqa.de", "/"),
        ("https://例え.テスト/", "xn--r8jz45g.xn--zckzah", "/"),
        ("https://[2001:DB8::1]:8443/a", "[2001:db8::1]:8443", "/a"),
        ("https://[::1]/a", "[::1]", "/a"),
        ("https://192.0.2.1/a", "192.0.2.1", "/a"),
        ("  https://example.com/a \n", "example.com", "/a"),
        ("https://example.com\\a\\b", "example.com", "/a/b"),
        ("//example.com/a", "example.com", "/a"),
        ("/a/b", "", "/a/b"),
        ("a/b", "", "/a/b"),
        ("", "", "/"),
        ("file:///C:/a.html", "", "/C:/a.html"),
        ("https://exa mple.com/a", "", "/a"),
        ("javascript:alert(1)", "", ""),
        ("data:text/html,hello", "", ""),
        ("mailto:a@example.com", "", ""),
        ("about:blank", "", ""),
    ],
)
def test_a_host_has_one_form(url: str, hostname: str, path: str) -> None:
    page = page_of(url, (), False)
    assert (page.hostname, page.path) == (hostname, path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/caf%C3%A9", "/café"),
        ("/café", "/café"),
        ("/%E6%97%A5%E6%9C%AC", "/日本"),
        ("/%7Euser", "/~user"),
        ("/a%2fb", "/a%2Fb"),
        ("/a%2Fb", "/a%2Fb"),
        ("/a%20b", "/a%20b"),
        ("/a b", "/a%20b"),
        ("/a+b", "/a+b"),
        ("/100%", "/100%25"),
        ("/100%25", "/100%25"),
        ("/%zz", "/%25zz"),
        ("/%ff", "/%FF"),
        ("/%00", "/%00"),
        ("/a\nb", "/a%0Ab"),
        ("/%e2%80%ae", "/%E2%80%AE"),
        ("/\u202eabc", "/%E2%80%AEabc"),
        ("/<img onerror=x>", "/%3Cimg%20onerror=x%3E"),
        ("/%3Cimg%3E", "/%3Cimg%3E"),
        ("/docs/[id]", "/docs/[id]"),
        ("/docs/%5Bid%5D", "/docs/[id]"),
        ("/a/./b", "/a/b"),
        ("/a/../b", "/b"),
        ("/../../b", "/b"),
        ("/a/b/..", "/a/"),
        ("/a/.", "/a/"),
        ("/.well-known/x", "/.well-known/x"),
        ("/a//b", "/a//b"),
        ("/a/", "/a/"),
        ("/A", "/A"),
        ("/\ud800", "/%EF%BF%BD"),
    ],
)
def test_a_path_has_one_readable_form(path: str, expected: str) -> None:
    assert page_of(f"https://example.com{path}", (), False).path == expected


@pytest.mark.parametrize(
    ("url", "kept", "hash_routing", "path"),
    [
        ("https://e.com/s?q=a&utm_source=x#top", (), False, "/s"),
        ("https://e.com/s?q=a&page=2&utm_source=x", ("q", "page"), False, "/s?q=a&page=2"),
        ("https://e.com/s?page=2&q=a", ("q", "page"), False, "/s?q=a&page=2"),
        ("https://e.com/s?q=a&q=b", ("q",), False, "/s?q=a&q=b"),
        ("https://e.com/s?q", ("q",), False, "/s?q"),
        ("https://e.com/s?q=caf%C3%A9", ("q",), False, "/s?q=café"),
        ("https://e.com/s?Q=a", ("q",), False, "/s"),
        ("https://e.com/s?%71=a", ("q",), False, "/s?%71=a".replace("%71", "q")),
        ("https://e.com/#/users/1", (), True, "/#/users/1"),
        ("https://e.com/#/users/1", (), False, "/"),
        ("https://e.com/a#/users?token=secret", (), True, "/a#/users"),
        ("https://e.com/a#/users?tab=x&token=secret", ("tab",), True, "/a#/users?tab=x"),
        ("https://e.com/a?tab=1#!/b", ("tab",), True, "/a?tab=1#!/b"),
        ("https://e.com/a#", (), True, "/a"),
    ],
)
def test_query_and_fragment_are_dropped_but_for_what_the_site_allows(
    url: str, kept: tuple[str, ...], hash_routing: bool, path: str
) -> None:
    assert page_of(url, kept, hash_routing).path == path


def test_a_path_is_cut_at_2000_characters_and_never_inside_an_escape() -> None:
    assert page_of("https://e.com/" + "a" * 1_999, (), False).path == "/" + "a" * 1_999
    assert page_of("https://e.com/" + "a" * 2_000, (), False).path == "/" + "a" * 1_999
    assert page_of("https://e.com/" + "a" * 1_998 + "%20b", (), False).path == "/" + "a" * 1_998
    assert page_of("https://e.com/" + "a" * 1_997 + "%20b", (), False).path == "/" + "a" * 1_997


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Example.com:8080/a", "www.example.com"),
        ("https://example.com.", "example.com"),
        ("android-app://com.reddit.frontpage/", "com.reddit.frontpage"),
        ("https://", ""),
        ("/a", ""),
        ("nothing", ""),
    ],
)
def test_the_host_of_a_url_is_without_its_port(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("host", "own", "expected"),
    [
        ("example.com", {"example.com"}, True),
        ("shop.example.com", {"example.com"}, True),
        ("a.b.example.com", {"example.com"}, True),
        ("www.example.com", {"example.com"}, True),
        ("example.com", {"www.example.com"}, True),
        ("shop.example.com", {"www.example.com"}, True),
        ("example.com", {"shop.example.com"}, False),
        ("notexample.com", {"example.com"}, False),
        ("example.com.evil.org", {"example.com"}, False),
        ("example.com", set(), False),
        ("", {"example.com"}, False),
        ("localhost", {"localhost"}, True),
    ],
)
def test_a_host_is_own_if_it_is_the_sites_or_below(host: str, own: set[str], expected: bool) -> None:
    assert is_own_host(host, frozenset(own)) is expected


@given(st.text(), st.lists(st.text(max_size=5), max_size=3), st.booleans())
def test_no_text_raises_and_every_page_is_within_its_limits(url: str, kept: list[str], hash_routing: bool) -> None:
    page = page_of(url, tuple(kept), hash_routing)
    assert len(page.path) <= 2_000 and len(page.hostname) <= 255
    page.path.encode()
    host_of(url)


@given(st.text(alphabet="/.%ab2F?#é ", max_size=40))
def test_a_page_of_a_page_is_the_same_page(path: str) -> None:
    once = page_of(f"https://example.com/{path}", (), False).path
    assert page_of(f"https://example.com{once}", (), False).path == once


@given(st.text())
def test_a_host_in_its_form_keeps_it(host: str) -> None:
    once = ascii_host(host)
    assert ascii_host(once) == once


@pytest.mark.parametrize("piece", ["a", "/..", "/.", "%", "%C3", "%aa", "é", "a=&", "?", "#", "@", ":", "[", ".", "\\"])
def test_a_crafted_url_of_100_kb_costs_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    page_of("https://" + text, ("a",), True)
    page_of("https://e.com/" + text + "?" + text + "#" + text, ("a",), True)
    assert time.process_time() - began < 0.1
