"""The record of processing: each setting of a site changes what it says; who may not read settings gets none."""

from typing import Any

import httpx
import pytest
from analytics.v1 import event_pb2, site_pb2

from gateway.statement import statement_of
from tests.gateway.doubles import ADMIN, DEMO_READ, INGEST, OTHER_ADMIN, Mesh, authorized

PATH = "/api/v1/privacy/statement"
DEMO: dict[str, Any] = {"id": "demo", "number": 1, "identity": event_pb2.IDENTITY_MODE_MEMORY, "retention_months": 25}


def told(**settings: Any) -> str:
    """The statement as one line."""
    return " ".join(statement_of(site_pb2.Site(**(DEMO | settings))).split())


def test_it_says_what_an_owner_must_be_able_to_show() -> None:
    text = told()
    for fact in (
        "audience measurement of `demo`",
        "no cookie, no local or session storage",
        "Art. 5(3) of Directive 2002/58/EC",
        "§ 25 TDDDG, until 2024 TTDSG",
        "in our reading",
        "not legal advice",
        "Art. 6(1)(f) GDPR",
        "Recipients: none",
        "Processors: none by the software",
        "Transfer to third countries: none by the software",
        "`./run erase`",
        "`./run export-user`",
        "never stored readable",
    ):
        assert fact.lower() in text.lower(), fact


@pytest.mark.parametrize(
    ("setting", "said", "otherwise"),
    [
        ({"identity": event_pb2.IDENTITY_MODE_DAILY}, "Mode `daily`: a visitor is HMAC-SHA-256", "Mode `memory`"),
        ({"identity": event_pb2.IDENTITY_MODE_DAILY}, "Salts of a day: 48 hours", "page's own memory"),
        ({"ignore_privacy_signals": True}, "recorded all the same", "the script sends nothing"),
        ({"ignore_privacy_signals": True}, "way to object: **not met by the software**", "way to object: met"),
        ({"ignore_privacy_signals": True}, "*Offer another way*", "by switching on Do Not Track"),
        ({"ignore_privacy_signals": True}, "how people object is yours to say", "objecting is easy"),
        ({"query_parameters": ["id", "tab"]}, "of its query only `id`, `tab`", "seen, without its query"),
        ({"hash_routing": True}, "with the part after `#`", "without the part after `#`"),
        ({"path_rules": ["/user/*"]}, "Pages stored as one, so that parts of their paths are not kept: `/user/*`", ""),
        ({"retention_months": 1}, "Events and visits: 1 month;", "25 months;"),
        ({"retention_months": 26}, "**not met**, this site keeps 26 months", "met, this site keeps 25 months"),
        ({"retention_months": 0}, "Events and visits: for ever", "25 months;"),
        ({"retention_months": 0}, "**not met**, this site keeps for ever", "this site keeps 25 months"),
        ({"domains": ["shop.example"]}, "Pages of: `shop.example`", "any host"),
        ({"domains": ["shop.example"]}, "Pages of other hosts", ""),
        ({"timezone": "Europe/Berlin"}, "those of `Europe/Berlin`", "those of `UTC`"),
        ({"excluded_ips": ["192.0.2.7", "198.51.100.0/24"]}, "2 addresses or networks", ""),
        ({"excluded_paths": ["/admin/*"]}, "- Pages: `/admin/*`", ""),
        ({"excluded_hostnames": ["staging.example"]}, "- Hosts: `staging.example`", ""),
        ({"excluded_countries": ["DE"]}, "- Visits from countries: `DE`", ""),
    ],
)
def test_each_setting_changes_its_sentence(setting: dict[str, Any], said: str, otherwise: str) -> None:
    assert said in told(**setting) and said not in told()
    if otherwise:
        assert otherwise in told() and otherwise not in told(**setting)


def test_every_setting_that_a_site_has_is_in_it() -> None:
    """A new field of Site is added here, and to the statement where visitors are concerned."""
    given_by_the_writer = {"number", "created_at_us"}
    told_of = {"id", "timezone", "identity", "domains", "retention_months", "ignore_privacy_signals"}
    told_of |= {"query_parameters", "hash_routing", "path_rules"}
    told_of |= {"excluded_ips", "excluded_paths", "excluded_hostnames", "excluded_countries"}
    assert {field.name for field in site_pb2.Site.DESCRIPTOR.fields} == told_of | given_by_the_writer


def test_addresses_of_people_are_not_written_out() -> None:
    assert "192.0.2.7" not in told(excluded_ips=["192.0.2.7"])


def test_what_somebody_typed_stays_within_its_code_span() -> None:
    assert "`` a`b ``" in told(query_parameters=["a`b"])
    assert "``` a``b ```" in told(query_parameters=["a``b"])
    assert "\n# Title" not in statement_of(site_pb2.Site(id="demo", path_rules=["/a\n# Title"]))


@pytest.fixture
def sites(mesh: Mesh) -> Mesh:
    mesh.writer.sites = [site_pb2.Site(**DEMO), site_pb2.Site(id="other", number=2, retention_months=3)]
    return mesh


async def test_a_viewers_key_reads_it_as_json_or_as_markdown(sites: Mesh, http: httpx.AsyncClient) -> None:
    expected = statement_of(sites.writer.sites[0])
    as_json = await http.get(PATH, params={"site": "demo"}, headers=authorized(DEMO_READ))
    assert (as_json.status_code, as_json.json()) == (200, {"site": "demo", "statement": expected})
    headers = authorized(DEMO_READ) | {"accept": "text/markdown"}
    as_text = await http.get(PATH, params={"site": "demo"}, headers=headers)
    assert (as_text.text, as_text.headers["content-type"]) == (expected, "text/markdown; charset=utf-8")
    assert as_text.headers["cache-control"] == "no-store"


async def test_a_change_of_the_settings_is_in_the_next_statement(sites: Mesh, http: httpx.AsyncClient) -> None:
    await http.patch("/api/v1/sites/demo", json={"retention": 7}, headers=authorized(ADMIN))
    reply = await http.get(PATH, params={"site": "demo"}, headers=authorized(ADMIN))
    assert "Events and visits: 7 months" in reply.json()["statement"]


@pytest.mark.parametrize(
    ("secret", "site", "status"),
    [
        ("", "demo", 401),
        ("guess", "demo", 401),
        (INGEST, "demo", 403),
        (OTHER_ADMIN, "demo", 404),
        (ADMIN, "none", 404),
    ],
)
async def test_who_may_not_read_the_settings_gets_no_statement(
    sites: Mesh, http: httpx.AsyncClient, secret: str, site: str, status: int
) -> None:
    headers = authorized(secret) if secret else {}
    reply = await http.get(PATH, params={"site": site}, headers=headers)
    assert reply.status_code == status
    assert "statement" not in reply.json()


async def test_a_share_link_is_told_no_settings_and_gets_no_statement(sites: Mesh, http: httpx.AsyncClient) -> None:
    sites.writer.sites = [site_pb2.Site(id="demo", timezone="UTC", identity=DEMO["identity"])]  # what a guest is told
    reply = await http.get(PATH, params={"site": "demo"}, headers=authorized(DEMO_READ))
    assert (reply.status_code, reply.json()["reason"]) == (403, "SCOPE")


async def test_without_a_site_the_refusal_names_the_field(sites: Mesh, http: httpx.AsyncClient) -> None:
    reply = await http.get(PATH, headers=authorized(ADMIN))
    assert (reply.status_code, reply.json()["field"]) == (400, "site")


async def test_the_description_of_the_api_has_it(http: httpx.AsyncClient) -> None:
    operation = (await http.get("/api/openapi.json")).json()["paths"][PATH]["get"]
    assert [parameter["name"] for parameter in operation["parameters"]] == ["site"]
    assert operation["responses"]["200"]["content"]["application/json"]["schema"]["required"] == ["site", "statement"]
