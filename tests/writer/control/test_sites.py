"""Sites: what they may be, and who may change them."""

from typing import Any

import grpc
import pytest
from analytics.v1 import event_pb2, site_pb2
from google.protobuf.field_mask_pb2 import FieldMask
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import MeshError
from writer.control.sites import LISTS, checked
from writer.wrap import Wrapper


def refusal(**fields: Any) -> MeshError:
    with pytest.raises(MeshError) as caught:
        checked(site_pb2.Site(**({"id": "demo"} | fields)))
    return caught.value


def test_a_site_of_an_id_alone_gets_the_defaults() -> None:
    assert checked(site_pb2.Site(id="demo")) == site_pb2.Site(
        id="demo", timezone="UTC", identity=event_pb2.IDENTITY_MODE_MEMORY
    )


def test_domains_take_one_form() -> None:
    given_domains = ["Example.COM.", "www.example.com", "müller.de", "sub.example.com", "localhost"]
    assert checked(site_pb2.Site(id="demo", domains=given_domains)).domains == [
        "example.com",
        "xn--mller-kva.de",
        "sub.example.com",
        "localhost",
    ]


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"id": ""}, "site.id", "1–64 characters"),
        ({"id": "Shop"}, "site.id", '"Shop"'),
        ({"id": "a" * 65}, "site.id", "1–64"),
        ({"id": ".."}, "site.id", "1–64"),
        ({"id": "a b"}, "site.id", "a–z"),
        ({"timezone": "Europe/Berln"}, "site.timezone", "did you mean Europe/Berlin"),
        ({"timezone": "europe/berlin"}, "site.timezone", "Europe/Berlin"),
        ({"timezone": "../../etc/passwd"}, "site.timezone", "no IANA time zone"),
        ({"timezone": "localtime"}, "site.timezone", "no IANA time zone"),
        ({"retention_months": 121}, "site.retention_months", "1–120 months or 0"),
        ({"identity": 3}, "site.identity", "MEMORY (1) nor DAILY (2)"),
        ({"domains": ["https://example.com/a"]}, "site.domains[0]", "give the host alone: example.com"),
        ({"domains": ["a.example", "*.example.com"]}, "site.domains[1]", "give example.com"),
        ({"domains": ["example.com:8080"]}, "site.domains[0]", "without port"),
        ({"domains": [""]}, "site.domains[0]", "no host name"),
        ({"domains": ["a b"]}, "site.domains[0]", "no host name"),
        ({"domains": ["h"] * 101}, "site.domains", "at most 100"),
        ({"query_parameters": [f"p{n}" for n in range(21)]}, "site.query_parameters", "at most 20"),
        ({"query_parameters": ["q", "a=b"]}, "site.query_parameters[1]", "query key"),
        ({"query_parameters": ["x" * 101]}, "site.query_parameters[0]", "1–100 characters"),
        ({"excluded_ips": ["192.0.2.7", "192.0.2.0/33"]}, "site.excluded_ips[1]", "neither an address nor a network"),
        ({"excluded_ips": ["192.0.2.7/24"]}, "site.excluded_ips[0]", "beyond its prefix"),
        ({"excluded_ips": ["localhost"]}, "site.excluded_ips[0]", "like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/48"),
        ({"excluded_ips": [f"192.0.2.{n}" for n in range(101)]}, "site.excluded_ips", "at most 100"),
        ({"excluded_paths": ["admin/*"]}, "site.excluded_paths[0]", "begins with / or *"),
        ({"excluded_paths": ["/a", ""]}, "site.excluded_paths[1]", "1–200 characters"),
        ({"excluded_paths": ["/" + "a" * 200]}, "site.excluded_paths[0]", "1–200 characters"),
        ({"excluded_paths": ["/a?b=*"]}, "site.excluded_paths[0]", "without theirs"),
        ({"excluded_paths": ["/" + "a*" * 11]}, "site.excluded_paths[0]", "more than 10 *"),
        ({"excluded_paths": ["/a"] * 101}, "site.excluded_paths", "at most 100"),
        ({"excluded_hostnames": ["a.example", "https://b.example"]}, "site.excluded_hostnames[1]", "b.example"),
        ({"excluded_countries": ["DE", "Germany"]}, "site.excluded_countries[1]", "two letters"),
        ({"excluded_countries": ["DE"] * 101}, "site.excluded_countries", "at most 100"),
        ({"path_rules": ["/user/*", "user"]}, "site.path_rules[1]", "like /admin/*"),
        ({"path_rules": ["/a"] * 101}, "site.path_rules", "at most 100"),
    ],
)
def test_a_wrong_value_is_refused_with_its_field_and_what_would_be_right(
    fields: dict[str, Any], field: str, says: str
) -> None:
    error = refusal(**fields)
    assert (error.code, error.field) == (grpc.StatusCode.INVALID_ARGUMENT, field)
    assert says in error.message


def test_lists_of_own_traffic_and_path_rules_take_one_form() -> None:
    site = checked(
        site_pb2.Site(
            id="demo",
            excluded_ips=["192.0.2.7", "192.0.2.7/32", "10.0.0.0/8", "::ffff:192.0.2.9", "2001:DB8::/32"],
            excluded_paths=["/admin/**", "/caf%c3%a9/*", "/a b", "*.php", "/#/me"],
            excluded_hostnames=["www.Staging.example.com.", "localhost"],
            excluded_countries=["de", "DE", "at"],
            path_rules=["/user/*/orders", "/user/*"],
        )
    )
    assert site.excluded_ips == ["192.0.2.7", "10.0.0.0/8", "192.0.2.9", "2001:db8::/32"]
    assert site.excluded_paths == ["/admin/*", "/café/*", "/a%20b", "*.php", "/#/me"]
    assert site.excluded_hostnames == ["staging.example.com", "localhost"]
    assert site.excluded_countries == ["DE", "AT"]
    assert site.path_rules == ["/user/*/orders", "/user/*"]
    assert checked(site) == site


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "a" * 64},
        {"retention_months": 120},
        {"query_parameters": ["x" * 100]},
        {"excluded_ips": [f"192.0.2.{n}" for n in range(100)]},
        {"excluded_paths": ["/" + "a" * 189 + "*a" * 5]},
        {"path_rules": ["/" + "a*" * 10] * 100},
    ],
)
def test_a_value_at_its_limit_is_taken(fields: dict[str, Any]) -> None:
    checked(site_pb2.Site(**({"id": "demo"} | fields)))


@given(st.sampled_from(["demo", "a b"]), st.text(), st.sampled_from(sorted(LISTS)), st.lists(st.text(), max_size=3))
def test_any_text_is_taken_or_refused_by_field(id: str, zone: str, name: str, entries: list[str]) -> None:
    try:
        taken = checked(site_pb2.Site(id=id, timezone=zone if not entries else "UTC", **{name: entries}))
        assert checked(taken) == taken
    except MeshError as error:
        assert error.field.startswith("site.")
    except UnicodeEncodeError:
        pass  # protobuf takes no half of a surrogate pair


async def test_a_site_made_can_be_listed_at_once_with_its_number(control: Any) -> None:
    first = await control.site("first", timezone="Europe/Berlin", domains=["www.first.example"], retention_months=25)
    second = await control.site("second")
    assert second.number > first.number > 0
    assert first.created_at_us > 0
    listed = await control.call(control.sites.ListSites, site_pb2.ListSitesRequest())
    assert first in listed.sites and second in listed.sites
    assert first.domains == ["first.example"]


async def test_an_id_that_is_taken_is_refused(control: Any) -> None:
    await control.site("taken")
    error = await control.refused(control.sites.CreateSite, site_pb2.CreateSiteRequest(site=site_pb2.Site(id="taken")))
    assert (error.code, error.field) == (grpc.StatusCode.ALREADY_EXISTS, "site.id")


async def test_a_site_has_a_key_of_its_own_that_only_the_wrapping_key_opens(control: Any) -> None:
    await control.site("keyed")
    async with control.pool.acquire() as connection:
        rows = await connection.fetch("SELECT key_wrapped FROM sites")
    keys = {Wrapper(b"w" * 32).unwrap(row["key_wrapped"]) for row in rows}
    assert len(keys) == len(rows) >= 2
    assert all(len(key) == 32 for key in keys)


async def test_an_update_changes_the_fields_of_the_mask_alone(control: Any) -> None:
    await control.site("changing", timezone="Europe/Paris", domains=["a.example"], query_parameters=["q"])
    request = site_pb2.UpdateSiteRequest(
        site=site_pb2.Site(id="changing", domains=["b.example"], timezone="Asia/Tokyo", hash_routing=True),
        update_mask=FieldMask(paths=["domains", "hash_routing", "query_parameters"]),
    )
    changed = await control.call(control.sites.UpdateSite, request)
    assert changed.site.domains == ["b.example"]
    assert changed.site.hash_routing
    assert changed.site.timezone == "Europe/Paris"
    assert changed.site.query_parameters == []
    assert control.directory.snapshot.sites["changing"] == changed.site
    assert control.directory.snapshot.version >= changed.directory_version


@pytest.mark.parametrize(
    ("paths", "says"), [([], "name the fields"), (["number"], "cannot be changed"), (["id"], "id")]
)
async def test_a_mask_without_sense_is_refused(control: Any, paths: list[str], says: str) -> None:
    if "masked" not in control.directory.snapshot.sites:
        await control.site("masked")
    request = site_pb2.UpdateSiteRequest(site=site_pb2.Site(id="masked"), update_mask=FieldMask(paths=paths))
    error = await control.refused(control.sites.UpdateSite, request)
    assert (error.code, error.field) == (grpc.StatusCode.INVALID_ARGUMENT, "update_mask")
    assert says in error.message


async def test_an_update_of_no_site_is_not_found(control: Any) -> None:
    request = site_pb2.UpdateSiteRequest(
        site=site_pb2.Site(id="nowhere"), update_mask=FieldMask(paths=["hash_routing"])
    )
    error = await control.refused(control.sites.UpdateSite, request)
    assert error.code == grpc.StatusCode.NOT_FOUND


async def test_a_refused_update_leaves_the_directorys_version(control: Any) -> None:
    await control.site("still")
    before = control.directory.snapshot.version
    request = site_pb2.UpdateSiteRequest(
        site=site_pb2.Site(id="still", timezone="Nowhere"), update_mask=FieldMask(paths=["timezone"])
    )
    await control.refused(control.sites.UpdateSite, request)
    await control.directory.refresh()
    assert control.directory.snapshot.version == before


async def test_a_deleted_site_takes_its_keys_with_it_and_its_number_never_returns(control: Any) -> None:
    site = await control.site("leaving")
    key, secret = await control.key(site_pb2.KEY_SCOPE_INGEST, "leaving")
    assert control.directory.snapshot.credential(secret) is not None
    await control.call(control.sites.DeleteSite, site_pb2.DeleteSiteRequest(id="leaving"))
    assert "leaving" not in control.directory.snapshot.sites
    assert control.directory.snapshot.credential(secret) is None
    keys = await control.call(control.keys.ListKeys, site_pb2.ListKeysRequest())
    assert key.id not in {each.id for each in keys.keys}
    again = await control.site("leaving")
    assert again.number > site.number


async def test_deleting_no_site_is_not_found(control: Any) -> None:
    error = await control.refused(control.sites.DeleteSite, site_pb2.DeleteSiteRequest(id="nowhere"))
    assert (error.code, error.field) == (grpc.StatusCode.NOT_FOUND, "site")


async def test_a_key_of_one_site_sees_and_changes_no_other(control: Any) -> None:
    await control.site("mine")
    await control.site("yours")
    _, mine = await control.key(site_pb2.KEY_SCOPE_ADMIN, "mine")
    listed = await control.call(control.sites.ListSites, site_pb2.ListSitesRequest(), mine)
    assert [site.id for site in listed.sites] == ["mine"]

    def update(id: str) -> site_pb2.UpdateSiteRequest:
        mask = FieldMask(paths=["hash_routing"])
        return site_pb2.UpdateSiteRequest(site=site_pb2.Site(id=id, hash_routing=True), update_mask=mask)

    assert (await control.call(control.sites.UpdateSite, update("mine"), mine)).site.hash_routing
    foreign = await control.refused(control.sites.UpdateSite, update("yours"), mine)
    absent = await control.refused(control.sites.UpdateSite, update("nowhere"), mine)
    assert foreign.code == absent.code == grpc.StatusCode.NOT_FOUND
    assert str(foreign).replace("yours", "nowhere") == str(absent)


async def test_a_key_of_one_site_makes_and_deletes_no_site(control: Any) -> None:
    await control.site("bound")
    _, bound = await control.key(site_pb2.KEY_SCOPE_ADMIN, "bound")
    new = site_pb2.CreateSiteRequest(site=site_pb2.Site(id="another"))
    assert (await control.refused(control.sites.CreateSite, new, bound)).code == grpc.StatusCode.PERMISSION_DENIED
    own = site_pb2.DeleteSiteRequest(id="bound")
    assert (await control.refused(control.sites.DeleteSite, own, bound)).code == grpc.StatusCode.PERMISSION_DENIED
    foreign = site_pb2.DeleteSiteRequest(id="first")
    assert (await control.refused(control.sites.DeleteSite, foreign, bound)).code == grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("scope", [site_pb2.KEY_SCOPE_INGEST, site_pb2.KEY_SCOPE_READ])
async def test_a_key_of_a_lesser_scope_administers_nothing(control: Any, scope: int) -> None:
    if "scoped" not in control.directory.snapshot.sites:
        await control.site("scoped")
    _, secret = await control.key(scope, "scoped")
    new = site_pb2.CreateSiteRequest(site=site_pb2.Site(id="another"))
    error = await control.refused(control.sites.CreateSite, new, secret)
    assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "SCOPE")


@pytest.mark.parametrize("token", ["nobody-knows-this-one", ""])
async def test_an_unknown_token_is_unauthenticated(control: Any, token: str) -> None:
    error = await control.refused(control.sites.ListSites, site_pb2.ListSitesRequest(), token)
    assert error.code == grpc.StatusCode.UNAUTHENTICATED


async def test_only_who_administers_a_site_sees_the_addresses_it_leaves_out(control: Any) -> None:
    await control.site("private", excluded_ips=["192.0.2.7"], excluded_paths=["/admin/*"])
    seen = {}
    for scope in (site_pb2.KEY_SCOPE_READ, site_pb2.KEY_SCOPE_ADMIN):
        _, secret = await control.key(scope, "private")
        (site,) = (await control.call(control.sites.ListSites, site_pb2.ListSitesRequest(), secret)).sites
        seen[scope] = (list(site.excluded_ips), list(site.excluded_paths))
    assert seen == {
        site_pb2.KEY_SCOPE_READ: ([], ["/admin/*"]),
        site_pb2.KEY_SCOPE_ADMIN: (["192.0.2.7"], ["/admin/*"]),
    }


async def test_every_list_of_a_site_comes_back_and_reaches_the_directory(control: Any) -> None:
    lists = {
        "excluded_ips": ["192.0.2.0/24"],
        "excluded_paths": ["/admin/*"],
        "excluded_hostnames": ["staging.example"],
        "excluded_countries": ["DE"],
        "path_rules": ["/user/*"],
    }
    made = await control.site("lists", **lists)
    assert {name: list(getattr(made, name)) for name in lists} == lists
    wanted = site_pb2.Site(id="lists", excluded_ips=["192.0.2.9"], path_rules=["/shop/*", "/user/*"])
    request = site_pb2.UpdateSiteRequest(site=wanted, update_mask=FieldMask(paths=list(lists)))
    await control.call(control.sites.UpdateSite, request)
    known = control.directory.snapshot.sites["lists"]
    assert (known.excluded_ips, known.path_rules) == (wanted.excluded_ips, wanted.path_rules)
    assert not (known.excluded_paths or known.excluded_hostnames or known.excluded_countries)
    refused = site_pb2.UpdateSiteRequest(
        site=site_pb2.Site(id="lists", excluded_ips=["192.0.2.1", "x"]), update_mask=FieldMask(paths=["excluded_ips"])
    )
    assert (await control.refused(control.sites.UpdateSite, refused)).field == "site.excluded_ips[1]"
