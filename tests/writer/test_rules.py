"""What a site does not want counted, and which of its pages count as one."""

from typing import Any

import pytest
from analytics.v1 import event_pb2, site_pb2
from analytics.v1.event_pb2 import NormalizedEvent

from tests.writer.conftest import view
from tests.writer.test_normalize import KEYRING, PLACES
from writer.ingest.normalize import Draft, draft
from writer.ingest.page import page_of
from writer.ingest.rules import SiteRules, excludes_address


def outcome(settings: dict[str, Any], **fields: Any) -> Draft | str:
    return draft(view(**fields), SiteRules.of(site_pb2.Site(id="demo", number=1, **settings)), KEYRING, PLACES)


def is_excluded(settings: dict[str, Any], **fields: Any) -> bool:
    made = outcome(settings, **fields)
    assert isinstance(made, Draft) or made == "excluded"
    return made == "excluded"


def page(settings: dict[str, Any], url: str) -> str:
    made = outcome(settings, page_url=url)
    assert isinstance(made, Draft)
    return NormalizedEvent.FromString(made.body).page


@pytest.mark.parametrize(
    ("networks", "ip", "excluded"),
    [
        (["192.0.2.7"], "192.0.2.7", True),
        (["192.0.2.7"], "192.0.2.8", False),
        (["192.0.2.0/24"], "192.0.2.255", True),
        (["192.0.2.0/24"], "192.0.3.0", False),
        (["192.0.2.0/24"], "::ffff:192.0.2.9", True),
        (["::ffff:192.0.2.0/120"], "192.0.2.9", True),
        (["10.0.0.0/8"], "10.1.2.3", True),
        (["2001:db8::/32"], "2001:DB8:0:1::9", True),
        (["2001:db8::/32"], "2001:db9::1", False),
        (["fe80::/10"], "fe80::1%eth0", True),
        (["0.0.0.0/0"], "8.8.8.8", True),
        (["0.0.0.0/0"], "2001:db8::1", False),
        (["203.0.113.1", "192.0.2.0/24"], "192.0.2.1", True),
        (["192.0.2.0/24"], "", False),
        (["192.0.2.0/24"], "192.0.2.1 " * 100, False),
        (["192.0.2.0/24"], "nonsense", False),
    ],
)
def test_an_address_is_excluded_by_its_network(networks: list[str], ip: str, excluded: bool) -> None:
    assert is_excluded({"excluded_ips": networks}, ip=ip) is excluded


@pytest.mark.parametrize(
    ("settings", "url", "excluded"),
    [
        ({"excluded_paths": ["/admin/*"]}, "https://a.example/admin/users?x=1#y", True),
        ({"excluded_paths": ["/admin/*"]}, "https://a.example/ADMIN/users", False),
        ({"excluded_paths": ["/admin/*"]}, "https://a.example/x/../%61dmin/users", True),
        ({"excluded_paths": ["/search"], "query_parameters": ["q"]}, "https://a.example/search?q=1", True),
        ({"excluded_paths": ["/#/me"], "hash_routing": True}, "https://a.example/#/me?token=1", True),
        ({"excluded_paths": ["/#/me"]}, "https://a.example/#/me", False),
        ({"excluded_paths": ["/a", "/b"]}, "https://a.example/b", True),
        ({"excluded_paths": ["/user/7"], "path_rules": ["/user/*"]}, "https://a.example/user/7", True),
        ({"excluded_hostnames": ["staging.a.example"]}, "https://staging.A.example:8443/", True),
        ({"excluded_hostnames": ["staging.a.example"]}, "https://pr-7.staging.a.example/", True),
        ({"excluded_hostnames": ["staging.a.example"]}, "https://a.example/", False),
        ({"excluded_hostnames": ["localhost"]}, "http://localhost:3000/", True),
        ({"domains": ["a.example"]}, "https://a.example./", False),
        ({"domains": ["a.example"]}, "https://www.a.example/", False),
        ({"domains": ["a.example"]}, "https://shop.a.example:8443/", False),
        ({"domains": ["xn--mller-kva.example"]}, "https://müller.example/", False),
        ({"domains": ["a.example"]}, "https://b.example/", True),
        ({"domains": ["a.example"]}, "https://a.example.evil.example/", True),
        ({"domains": []}, "https://b.example/", False),
        ({"domains": ["a.example"]}, "/only-a-path", False),
        ({"domains": ["a.example"]}, "", False),
    ],
)
def test_a_page_is_excluded_by_its_path_and_host(settings: dict[str, Any], url: str, excluded: bool) -> None:
    assert is_excluded(settings, page_url=url) is excluded


@pytest.mark.parametrize(
    ("fields", "excluded"),
    [
        ({"ip": "8.8.8.8"}, True),
        ({"ip": "8.8.8.8", "country_hint": "DE"}, False),
        ({"ip": "203.0.113.7", "country_hint": "us"}, True),
        ({"ip": "8.8.8.8", "country_hint": "XX"}, True),
        ({"ip": "203.0.113.7"}, False),
        ({"ip": "8.8.8.8", "import_id": "i", "country": "de"}, False),
        ({"ip": "203.0.113.7", "import_id": "i", "country": "us"}, True),
        ({"country": "US"}, False),
    ],
)
def test_a_country_is_excluded_as_it_would_be_stored(fields: dict[str, Any], excluded: bool) -> None:
    assert is_excluded({"excluded_countries": ["US"]}, **fields) is excluded
    if not excluded:
        made = outcome({}, **fields)
        assert isinstance(made, Draft)
        assert NormalizedEvent.FromString(made.body).country != "US"


@pytest.mark.parametrize("kind", [kind for kind in event_pb2.EventKind.values() if kind])
def test_every_kind_of_event_of_an_excluded_page_is_excluded(kind: int) -> None:
    settings = {"excluded_paths": ["/admin"]}
    assert is_excluded(settings, kind=kind, name="buy", page_url="https://a.example/admin")


def test_history_from_another_host_is_taken_and_own_traffic_in_it_is_not() -> None:
    settings = {"domains": ["a.example"], "excluded_ips": ["192.0.2.7"], "excluded_paths": ["/admin"]}
    assert not is_excluded(settings, page_url="https://old.example/", import_id="i")
    assert is_excluded(settings, page_url="https://old.example/admin", import_id="i")
    assert is_excluded(settings, ip="192.0.2.7", import_id="i")


@pytest.mark.parametrize(
    ("rules", "url", "expected"),
    [
        (["/user/*"], "https://a.example/user/7", "/user/*"),
        (["/user/*"], "https://a.example/user/7/orders?q=1", "/user/*"),
        (["/user/*"], "https://a.example/users", "/users"),
        (["/user/*/orders", "/user/*"], "https://a.example/user/7/orders", "/user/*/orders"),
        (["/user/*", "/user/*/orders"], "https://a.example/user/7/orders", "/user/*"),
        (["/shop/*/item/*"], "https://a.example/shop/a/item/9", "/shop/*/item/*"),
        (["/caf%c3%a9/*"], "https://a.example/café/1", "/café/*"),
        ([], "https://a.example/user/7", "/user/7"),
    ],
)
def test_pages_that_the_first_rule_matches_count_as_one(rules: list[str], url: str, expected: str) -> None:
    assert page({"path_rules": rules}, url) == expected


def test_a_kept_query_goes_and_a_route_counts_where_a_rule_matches() -> None:
    assert page({"path_rules": ["/s/*"], "query_parameters": ["q"]}, "https://a.example/s/1?q=a") == "/s/*"
    assert page({"path_rules": ["/s/*"], "query_parameters": ["q"]}, "https://a.example/t?q=a") == "/t?q=a"
    hash_routed = {"path_rules": ["/#/users/*"], "hash_routing": True}
    assert page(hash_routed, "https://a.example/#/users/7?tab=1") == "/#/users/*"


def test_a_setting_that_cannot_be_read_is_passed_over_alone() -> None:
    rules = SiteRules.of(
        site_pb2.Site(excluded_ips=["nonsense", "192.0.2.7"], path_rules=["no", "/user/*"], excluded_paths=["?"])
    )
    assert excludes_address(rules, "192.0.2.7")
    assert rules.named(page_of("https://a.example/user/7", (), False)) == "/user/*"
    assert not rules.excluded_paths
