"""Devices of real user agents and client hints."""

import gzip
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writer.ingest import device
from writer.ingest.bots import bot_kind
from writer.ingest.device import ClientHints, Device, device_of

DATA = Path(__file__).parents[1] / "data"
NO_HINTS = ClientHints()
WINDOWS_CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
TABLE = [line.split("\t") for line in (DATA / "user_agents.tsv").read_text().splitlines() if not line.startswith("#")]
PUBLISHED = [
    line.split("\t") for line in gzip.decompress((DATA / "uap-core.tsv.gz").read_bytes()).decode().splitlines()
]


def hints_of(ua: str = "", mobile: str = "", platform: str = "", version: str = "", model: str = "") -> ClientHints:
    """As Chrome sends them: all but the brands and the switch are quoted strings."""
    quoted = [f'"{text}"' if text else "" for text in (model, platform, version)]
    return ClientHints(ua, "", mobile, *quoted)


def test_the_table_is_long_enough_and_says_nothing_twice() -> None:
    assert len({row[6] for row in TABLE if row[0]}) >= 100
    assert len({row[6] for row in TABLE if not row[0]}) >= 150
    assert len({tuple(row[6:]) for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: " ".join((row[0] or row[1], *row[6:]))[:90])
def test_a_real_user_agent_gives_what_a_person_would_say(row: list[str]) -> None:
    kind, browser, version, system, system_version, form, user_agent, *hints = row
    assert bot_kind(user_agent) == kind
    if not kind:
        expected = Device(browser, version, system, system_version, form)
        assert device_of(user_agent, hints_of(*hints)) == expected


# Where we say more than the published cases, or the rules of today less.
ALSO_RIGHT = {("system", ""): {"Nintendo 3DS", "Wii U"}, ("browser", "SerenityOS Browser"): {""}}


def test_the_published_cases_of_the_rules_beneath_hold_through_our_own() -> None:
    assert len(PUBLISHED) > 2_400
    assert [row for row in PUBLISHED if not bot_kind(row[4]) and not holds(*row)] == []


def holds(asked: str, family: str, major: str, _minor: str, user_agent: str) -> bool:
    found = device_of(user_agent, NO_HINTS)
    if asked == "browser":
        said, version, names = found.browser, found.browser_version, device._BROWSERS
    else:
        said, version, names = found.os, found.os_version, device._SYSTEMS
    name = names.get(family, family)
    if said != name:
        return said in ALSO_RIGHT.get((asked, name), ())
    frozen = asked == "system" and not version
    return frozen or not name or version.partition(".")[0] == major.partition(".")[0]


def test_no_user_agent_is_an_unknown_device() -> None:
    assert device_of("", NO_HINTS) == Device("", "", "", "", "")


def test_only_the_first_1024_characters_of_a_user_agent_count() -> None:
    assert device_of("x" * 1_024 + WINDOWS_CHROME, NO_HINTS) == Device("", "", "", "", "")
    assert device_of(WINDOWS_CHROME + "x" * 100_000, NO_HINTS) == device_of(WINDOWS_CHROME, NO_HINTS)


@given(user_agent=st.text(), hints=st.builds(ClientHints, *[st.text() for _ in range(6)]))
def test_no_text_in_any_field_raises(user_agent: str, hints: ClientHints) -> None:
    found = device_of(user_agent, hints)
    assert found.device in ("", "desktop", "mobile", "tablet", "tv", "console")


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "Mozilla/5.0 ",
        "/1.1.1",
        "Android ",
        "Build/",
        "iPhone OS 1_",
        "; ",
        "SM-",
        "KF",
        "Version/4.0 Safari ",
        "; SKYLINE 55UR",
        "Macintosh CriOS",
        "Hisense Mobil",
        "FBAN/Messenger ",
        "é",
    ],
)
def test_a_crafted_user_agent_of_100_kb_costs_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    hints = ClientHints(text, text, text, text, text, text)
    began = time.process_time()
    device_of(text, hints)
    assert time.process_time() - began < 0.05
