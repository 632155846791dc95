"""Share links: made, opened, revoked; what they may ask is told by their role."""

import hashlib
from typing import Any

import grpc
import pytest
from analytics.v1 import account_pb2, definition_pb2, query_pb2, share_pb2, site_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from mesh.clock import DAY
from mesh.errors import MeshError
from tests.writer.control.conftest import MESH_TOKEN
from writer.control.shares import OPENING_LIFE_US, checked
from writer.control.throttle import ACCOUNT_FROM_ADDRESS

NOW_US = 1_767_268_800_000_000
COUNTRY = query_pb2.Filter(operator=query_pb2.Filter.OPERATOR_IS, dimension="country", values=["DE"])
PASSWORD = "open sesame please"


@pytest.fixture(scope="module")
async def segment(control: Any) -> str:
    await control.site("shared", excluded_ips=["192.0.2.7"], domains=["shared.example"])
    await control.site("elsewhere")
    wanted = definition_pb2.Segment(site="shared", name="Germany", filters=[COUNTRY])
    made = await control.call(control.segments.CreateSegment, definition_pb2.CreateSegmentRequest(segment=wanted))
    return made.segment.id


async def share(control: Any, password: str = "", **fields: Any) -> Any:
    wanted = share_pb2.Share(**({"site": "shared", "name": "Board"} | fields))
    return await control.call(control.shares.CreateShare, share_pb2.CreateShareRequest(share=wanted, password=password))


async def opened(control: Any, secret: str, password: str = "", address: str = "") -> Any:
    request = share_pb2.OpenShareRequest(secret=secret, password=password, address=address)
    return await control.call(control.shares.OpenShare, request, MESH_TOKEN)


async def closed(control: Any, secret: str, password: str = "", address: str = "") -> MeshError:
    request = share_pb2.OpenShareRequest(secret=secret, password=password, address=address)
    return await control.refused(control.shares.OpenShare, request, MESH_TOKEN)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "share.name"),
        ({"name": "n" * 101}, "share.name"),
        ({"embed_origins": ["https://a.example"] * 21}, "share.embed_origins"),
        ({"embed_origins": ["https://a.example", "*"]}, "share.embed_origins[1]"),
        ({"embed_origins": ["https://*.example"]}, "share.embed_origins[0]"),
        ({"embed_origins": ["javascript:alert(1)"]}, "share.embed_origins[0]"),
        ({"embed_origins": ["https://a.example; script-src *"]}, "share.embed_origins[0]"),
        ({"embed_origins": ["https://a.example/path"]}, "share.embed_origins[0]"),
        ({"embed_origins": ["https://u@a.example"]}, "share.embed_origins[0]"),
        ({"embed_origins": ["https://a.example:99999"]}, "share.embed_origins[0]"),
        ({"expires_at_us": NOW_US}, "share.expires_at_us"),
    ],
)
def test_a_wrong_link_is_refused_at_its_field(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(MeshError) as caught:
        checked(share_pb2.Share(**({"site": "s", "name": "Board"} | fields)), NOW_US)
    assert (caught.value.code, caught.value.field) == (grpc.StatusCode.INVALID_ARGUMENT, field)


def test_origins_are_kept_in_one_form() -> None:
    given = ["HTTPS://A.example/", "https://a.example", "http://localhost:8080", "http://[::1]:80"]
    kept = checked(share_pb2.Share(site="s", name="n", embed_origins=given), NOW_US).embed_origins
    assert list(kept) == ["https://a.example", "http://localhost:8080", "http://[::1]:80"]


async def test_a_links_secret_is_shown_once_and_stored_hashed(control: Any, segment: str) -> None:
    made = await share(control, name="Hashed", segment=segment)
    assert made.secret.startswith("am_share_") and len(made.secret) == len("am_share_") + 43
    async with control.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT * FROM shares WHERE id = $1", made.share.id)
    assert row["secret_sha256"] == hashlib.sha256(made.secret.encode()).digest()
    assert made.secret not in repr(dict(row))
    listed = await control.call(control.shares.ListShares, share_pb2.ListSharesRequest(site="shared"))
    assert made.share in listed.shares and made.secret not in str(listed)


async def test_a21_a_link_is_a_guest_of_its_site_and_segment(control: Any, segment: str) -> None:
    made = await share(control, name="Guest", segment=segment)
    assert (await opened(control, made.secret)).credential == made.secret
    (site,) = (await control.call(control.sites.ListSites, site_pb2.ListSitesRequest(), made.secret)).sites
    assert site == site_pb2.Site(id="shared", timezone="UTC", identity=site.identity)
    entry = control.directory.snapshot.credential(made.secret)
    assert (entry.segment, list(entry.grants)) == (
        segment,
        [account_pb2.Grant(site="shared", role=account_pb2.ROLE_GUEST)],
    )
    elsewhere = definition_pb2.ListGoalsRequest(site="elsewhere")
    assert (await control.refused(control.goals.ListGoals, elsewhere, made.secret)).code == grpc.StatusCode.NOT_FOUND
    for method, request in (
        (control.segments.ListSegments, definition_pb2.ListSegmentsRequest(site="shared")),
        (control.shares.ListShares, share_pb2.ListSharesRequest(site="shared")),
        (control.shares.DeleteShare, share_pb2.DeleteShareRequest(id=made.share.id)),
        (control.keys.ListKeys, site_pb2.ListKeysRequest(site="shared")),
        (control.accounts.GetAccount, account_pb2.GetAccountRequest()),
    ):
        assert (await control.refused(method, request, made.secret)).code == grpc.StatusCode.PERMISSION_DENIED


async def test_a_revoked_link_and_what_was_opened_with_it_end_at_once(control: Any, segment: str) -> None:
    plain, locked = await share(control, name="Plain"), await share(control, PASSWORD, name="Locked")
    secrets = [plain.secret, (await opened(control, locked.secret, PASSWORD)).credential]
    for made, secret in zip((plain, locked), secrets, strict=True):
        await control.call(control.sites.ListSites, site_pb2.ListSitesRequest(), secret)
        await control.call(control.shares.DeleteShare, share_pb2.DeleteShareRequest(id=made.share.id))
        error = await control.refused(control.sites.ListSites, site_pb2.ListSitesRequest(), secret)
        assert error.code == grpc.StatusCode.UNAUTHENTICATED
        assert (await closed(control, made.secret, PASSWORD)).code == grpc.StatusCode.NOT_FOUND


async def test_with_a_password_the_link_alone_opens_nothing(control: Any, segment: str) -> None:
    made = await share(control, PASSWORD, name="Password")
    error = await control.refused(control.sites.ListSites, site_pb2.ListSitesRequest(), made.secret)
    assert error.code == grpc.StatusCode.UNAUTHENTICATED
    for password in ("", "a wrong password"):
        error = await closed(control, made.secret, password)
        assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "PASSWORD")
    one, two = [await opened(control, made.secret, PASSWORD) for _ in range(2)]
    assert one.credential == two.credential != made.secret  # a thousand visitors make one credential
    await control.call(control.sites.ListSites, site_pb2.ListSitesRequest(), one.credential)
    control.now_us += OPENING_LIFE_US * 3 // 4
    later = await opened(control, made.secret, PASSWORD)
    assert later.credential != one.credential
    control.now_us += OPENING_LIFE_US // 4
    error = await control.refused(control.sites.ListSites, site_pb2.ListSitesRequest(), one.credential)
    assert error.code == grpc.StatusCode.UNAUTHENTICATED
    await control.call(control.sites.ListSites, site_pb2.ListSitesRequest(), later.credential)


async def test_a_links_password_is_guessed_slowly(control: Any, segment: str) -> None:
    made = await share(control, PASSWORD, name="Guessed")
    errors = [
        await closed(control, made.secret, "a wrong guess", "203.0.113.5")
        for _ in range(ACCOUNT_FROM_ADDRESS.burst + 1)
    ]
    assert errors[-1].code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert (await opened(control, made.secret, PASSWORD, "198.51.100.9")).credential


async def test_a_link_expires(control: Any, segment: str) -> None:
    made = await share(control, name="Expiring", expires_at_us=control.now_us + DAY)
    await control.call(control.sites.ListSites, site_pb2.ListSitesRequest(), made.secret)
    control.now_us += DAY
    error = await control.refused(control.sites.ListSites, site_pb2.ListSitesRequest(), made.secret)
    assert error.code == grpc.StatusCode.UNAUTHENTICATED
    assert (await closed(control, made.secret)).code == grpc.StatusCode.NOT_FOUND
    mask = FieldMask(paths=["name"])
    renamed = share_pb2.UpdateShareRequest(share=share_pb2.Share(id=made.share.id, name="Old"), update_mask=mask)
    assert (await control.call(control.shares.UpdateShare, renamed)).share.name == "Old"


async def test_a_segment_that_a_link_shows_is_not_removed(control: Any, segment: str) -> None:
    made = await share(control, name="Holding", segment=segment)
    request = definition_pb2.DeleteSegmentRequest(id=segment)
    error = await control.refused(control.segments.DeleteSegment, request)
    assert error.code == grpc.StatusCode.FAILED_PRECONDITION and "revoke the link first" in error.message
    await control.call(control.shares.DeleteShare, share_pb2.DeleteShareRequest(id=made.share.id))


async def test_a_link_shows_a_segment_of_its_own_site_alone(control: Any, segment: str) -> None:
    for site, wanted in (("elsewhere", segment), ("shared", "seg_none")):
        request = share_pb2.CreateShareRequest(share=share_pb2.Share(site=site, name="Wrong", segment=wanted))
        error = await control.refused(control.shares.CreateShare, request)
        assert (error.code, error.field) == (grpc.StatusCode.INVALID_ARGUMENT, "share.segment")


async def test_links_are_for_administrators_of_their_site(control: Any, segment: str) -> None:
    made = await share(control, name="Managed")
    mask = FieldMask(paths=["embed_origins"])
    wanted = share_pb2.Share(id=made.share.id, embed_origins=["https://www.example.com"])
    calls = (
        (control.shares.ListShares, share_pb2.ListSharesRequest(site="shared")),
        (control.shares.CreateShare, share_pb2.CreateShareRequest(share=share_pb2.Share(site="shared", name="New"))),
        (control.shares.UpdateShare, share_pb2.UpdateShareRequest(share=wanted, update_mask=mask)),
        (control.shares.DeleteShare, share_pb2.DeleteShareRequest(id=made.share.id)),
    )
    analyst = await control.session(account_pb2.ROLE_ANALYST, "shared")
    stranger = await control.session(account_pb2.ROLE_OWNER, "elsewhere")
    admin = await control.session(account_pb2.ROLE_ADMIN, "shared")
    for method, request in calls:
        assert (await control.refused(method, request, analyst)).code == grpc.StatusCode.PERMISSION_DENIED
        assert (await control.refused(method, request, stranger)).code == grpc.StatusCode.NOT_FOUND
        await control.call(method, request, admin)
    assert made.share.id not in control.directory.snapshot.shares
