"""The visitor's address: what a visitor writes into a header is never believed."""

from ipaddress import ip_network

import httpx
import pytest

from gateway.client_ip import ClientAddress
from tests.gateway.doubles import Mesh
from tests.gateway.test_track import VIEW, post

PROXIES = (ip_network("10.0.0.0/8"), ip_network("192.168.0.7/32"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "headers", "address"),
    [
        ("203.0.113.9", [("x-forwarded-for", "1.2.3.4")], "203.0.113.9"),
        ("203.0.113.9", [("forwarded", "for=1.2.3.4")], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [("x-forwarded-for", "198.51.100.7")], "198.51.100.7"),
        ("10.0.0.1", [("x-forwarded-for", "1.2.3.4, 198.51.100.7")], "198.51.100.7"),
        ("10.0.0.1", [("x-forwarded-for", "1.2.3.4, 198.51.100.7, 192.168.0.7")], "198.51.100.7"),
        ("10.0.0.1", [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-for", "198.51.100.7")], "198.51.100.7"),
        ("10.0.0.1", [("x-forwarded-for", "10.0.0.3, 10.0.0.2")], "10.0.0.3"),
        ("10.0.0.1", [("x-forwarded-for", "198.51.100.7:4711")], "198.51.100.7"),
        ("10.0.0.1", [("x-forwarded-for", "[2001:db8::1]:4711")], "2001:db8::1"),
        ("10.0.0.1", [("x-forwarded-for", "::ffff:198.51.100.7")], "198.51.100.7"),
        ("10.0.0.1", [("x-forwarded-for", "198.51.100.7, <script>, 10.0.0.2")], "10.0.0.2"),
        ("10.0.0.1", [("x-forwarded-for", "999.1.1.1")], "10.0.0.1"),
        ("10.0.0.1", [("forwarded", 'for=1.2.3.4;proto=https, for="[2001:db8::1]:80";by=10.0.0.1')], "2001:db8::1"),
        ("10.0.0.1", [("forwarded", "for=unknown")], "10.0.0.1"),
        ("10.0.0.1", [("forwarded", "for=1.2.3.4"), ("x-forwarded-for", "198.51.100.7")], "198.51.100.7"),
        ("fd00::1", [("x-forwarded-for", "198.51.100.7")], "198.51.100.7"),
    ],
)
def test_the_right_most_untrusted_hop_is_the_visitor(peer: str, headers: list[tuple[str, str]], address: str) -> None:
    pairs = [(name.encode(), value.encode()) for name, value in headers]
    assert ClientAddress(PROXIES).of(peer, pairs) == address


def test_without_a_trusted_proxy_only_the_peer_counts() -> None:
    assert ClientAddress(()).of("10.0.0.1", [(b"x-forwarded-for", b"1.2.3.4")]) == "10.0.0.1"


async def test_a_forged_header_changes_neither_address_nor_country(mesh: Mesh, http: httpx.AsyncClient) -> None:
    await post(http, "/track/view", VIEW, x_forwarded_for="1.2.3.4", forwarded="for=1.2.3.4", cf_ipcountry="US")
    [event] = mesh.edge.events
    assert (event.ip, event.country_hint) == ("127.0.0.1", "")
