"""Where addresses lie."""

import asyncio
import os
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writer.ingest import place
from writer.ingest.place import NOWHERE, Place, Places

PLACES = Places(None)


@pytest.mark.parametrize(
    ("ip", "country"),
    [
        ("8.8.8.8", "US"),
        ("2a00:1450:4001::1", "IE"),
        ("::ffff:8.8.8.8", "US"),
        ("::FFFF:0808:0808", "US"),
        ("[2001:4860:4860::8888]", "US"),
        ("195.201.0.1", "DE"),
        (" 8.8.8.8 ", "US"),
        ("2002:808:808::1", "US"),
        ("0:0:0:0:0:ffff:8.8.8.8", "US"),
        ("8.8.8.8%eth0", "US"),
        ("1.1.1.1", "AU"),
        ("193.0.6.139", "NL"),
        ("200.160.2.3", "BR"),
        ("2001:200::1", "JP"),
    ],
)
def test_a_public_address_has_a_country(ip: str, country: str) -> None:
    assert PLACES.locate(ip) == Place(country, "", "")


@pytest.mark.parametrize(
    "ip",
    [
        "",
        "nobody",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.9",
        "127.0.0.1",
        "169.254.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "2001:db8::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "8.8.8",
        "8.8.8.8.8",
        "999.1.1.1",
        "8.8.8.8:443",
        "8.8.8.8/32",
        "08.8.8.8",
        "198.18.0.1",
        "203.0.113.5",
        "240.0.0.1",
        "::8.8.8.8",
        "3fff::1",
        "fec0::1",
        "100::1",
        "::ffff:100.64.0.1",
        "2002:a00:1::1",
    ],
)
def test_a_private_reserved_or_malformed_address_is_nowhere(ip: str) -> None:
    assert PLACES.locate(ip) == NOWHERE


@given(st.text())
def test_no_text_raises(ip: str) -> None:
    PLACES.locate(ip)


@given(st.ip_addresses())
def test_every_address_gives_two_letters_or_none(ip: object) -> None:
    country = PLACES.locate(str(ip)).country
    assert country == "" or (len(country) == 2 and country.isupper())


def test_a_city_file_that_is_missing_refuses_at_start(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Places(tmp_path / "city.mmdb")


def test_a_city_file_of_another_kind_refuses_at_start(tmp_path: Path) -> None:
    (tmp_path / "city.mmdb").write_bytes(b"not a database")
    with pytest.raises(ValueError, match="no database in MaxMind's format"):
        Places(tmp_path / "city.mmdb")


def encoded(value: Any) -> bytes:
    """A value in the encoding of MaxMind's database format, small ones only."""
    if isinstance(value, str):
        return bytes([2 << 5 | len(value.encode())]) + value.encode()
    if isinstance(value, int):
        return bytes([6 << 5 | 4]) + value.to_bytes(4, "big")
    if isinstance(value, list):
        return bytes([len(value), 4]) + b"".join(map(encoded, value))
    return bytes([7 << 5 | len(value)]) + b"".join(encoded(part) for pair in value.items() for part in pair)


def database(kind: str, network: str, record: dict[str, Any]) -> bytes:
    """A database of one IPv4 network."""
    net = IPv4Network(network)
    nodes = net.prefixlen
    tree = b""
    for depth in range(nodes):
        leads = depth + 1 if depth + 1 < nodes else nodes + 16
        pair = [nodes, nodes]
        pair[int(net.network_address) >> (31 - depth) & 1] = leads
        tree += b"".join(side.to_bytes(3, "big") for side in pair)
    facts = {
        "node_count": nodes,
        "record_size": 24,
        "ip_version": 4,
        "database_type": kind,
        "languages": ["en"],
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_700_000_000,
        "description": {"en": "Made by a test"},
    }
    return tree + bytes(16) + encoded(record) + b"\xab\xcd\xefMaxMind.com" + encoded(facts)


def town(name: str) -> dict[str, Any]:
    return {
        "country": {"iso_code": "GB"},
        "subdivisions": [{"iso_code": "ENG"}, {"iso_code": "WBK"}],
        "city": {"names": {"en": name, "de": "anders"}},
    }


def test_a_city_file_gives_region_and_city_and_leaves_the_rest_to_the_registry(tmp_path: Path) -> None:
    file = tmp_path / "city.mmdb"
    file.write_bytes(database("DBIP-City-Lite", "81.2.69.0/24", town("Boxford")))
    places = Places(file)
    assert places.locate("81.2.69.142") == places.locate("::ffff:81.2.69.142") == Place("GB", "GB-ENG", "Boxford")
    assert places.locate("8.8.8.8") == Place("US", "", "")
    assert places.locate("10.0.0.1") == NOWHERE
    assert places.locate("2a00:1450:4001::1") == Place("IE", "", "")  # not in a file of IPv4 alone
    places.close()


def test_a_city_file_that_changes_is_read_again_and_a_torn_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "city.mmdb"
    file.write_bytes(database("GeoLite2-City", "81.2.69.0/24", town("Boxford")))
    places = Places(file)
    assert places.locate("81.2.69.142").city == "Boxford"
    assert not places.refresh()
    for step, (content, read, city) in enumerate(
        [
            (database("GeoLite2-City", "81.2.69.0/24", town("Newbury")), True, "Newbury"),
            (b"torn", False, "Newbury"),
            (database("GeoLite2-City", "81.2.69.0/24", {"country": {"iso_code": "GB"}}), True, ""),
        ]
    ):
        file.write_bytes(content)
        os.utime(file, (step, step))
        assert places.refresh() is read
        assert places.locate("81.2.69.142") == Place("GB", "GB-ENG" if city else "", city)
    file.unlink()
    assert not places.refresh()
    places.close()


def test_a_new_file_of_the_same_time_is_read_too(tmp_path: Path) -> None:
    file, new = tmp_path / "city.mmdb", tmp_path / "new.mmdb"
    file.write_bytes(database("GeoLite2-City", "81.2.69.0/24", town("Boxford")))
    new.write_bytes(database("GeoLite2-City", "81.2.69.0/24", town("Newbury")))
    for each in (file, new):
        os.utime(each, (1, 1))
    places = Places(file)
    new.replace(file)
    assert places.refresh()
    assert places.locate("81.2.69.142").city == "Newbury"
    places.close()


def test_a_region_is_told_with_its_country_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "city.mmdb"
    file.write_bytes(database("DBIP-City-Lite", "81.2.69.0/24", {"subdivisions": [{"names": {"en": "England"}}]}))
    places = Places(file)
    assert places.locate("81.2.69.142") == Place("GB", "", "")  # the maker gives no code
    places.close()


async def test_the_changed_file_is_read_without_being_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "REFRESH_EVERY_S", 0.01)
    file = tmp_path / "city.mmdb"
    file.write_bytes(database("GeoLite2-City", "81.2.69.0/24", town("Boxford")))
    os.utime(file, (1, 1))
    places = Places(file)
    keeping = asyncio.create_task(places.keep_fresh())
    file.write_bytes(database("GeoLite2-City", "81.2.69.0/24", town("Newbury")))
    while places.locate("81.2.69.142").city != "Newbury":
        assert not keeping.done()
        await asyncio.sleep(0.01)
    keeping.cancel()
    places.close()


def test_a_database_without_cities_refuses_at_start(tmp_path: Path) -> None:
    file = tmp_path / "asn.mmdb"
    file.write_bytes(database("GeoLite2-ASN", "81.2.69.0/24", {"country": {"iso_code": "GB"}}))
    with pytest.raises(ValueError, match="a City database is needed"):
        Places(file)
