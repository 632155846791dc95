"""Where addresses lie."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
