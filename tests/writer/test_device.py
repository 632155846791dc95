"""Devices of real user agents and client hints."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writer.ingest.device import ClientHints, Device, device_of

NO_HINTS = ClientHints()

TABLE = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "user_agents.tsv").read_text().splitlines()
    if not line.startswith("#")
]
WINDOWS_CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
MAC_CHROME = WINDOWS_CHROME.replace("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7")
ANDROID_CHROME = WINDOWS_CHROME.replace("Windows NT 10.0; Win64; x64", "Linux; Android 10; K").replace(
    " Safari", " Mobile Safari"
)
LINUX_CHROME = WINDOWS_CHROME.replace("Windows NT 10.0; Win64; x64", "X11; Linux x86_64")


def brands(*names: str, version: str = "131") -> str:
    return ", ".join(f'"{name}";v="{version}"' for name in ("Chromium", *names)) + ', "Not_A Brand";v="24"'


def test_the_table_holds_at_least_ninety_real_user_agents() -> None:
    assert len({row[5] for row in TABLE}) >= 90


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[5][:60])
def test_a_real_user_agent_gives_what_a_person_would_say(row: tuple[str, ...]) -> None:
    assert device_of(row[5], NO_HINTS) == Device(*row[:5])


@pytest.mark.parametrize(
    ("user_agent", "hints", "expected"),
    [
        (
            WINDOWS_CHROME,
            ClientHints(ua=brands("Google Chrome"), mobile="?0", platform='"Windows"', platform_version='"15.0.0"'),
            Device("Chrome", "131", "Windows", "11", "desktop"),
        ),
        (
            WINDOWS_CHROME,
            ClientHints(ua=brands("Google Chrome"), mobile="?0", platform='"Windows"', platform_version='"10.0.0"'),
            Device("Chrome", "131", "Windows", "10", "desktop"),
        ),
        (
            WINDOWS_CHROME,
            ClientHints(ua=brands("Google Chrome"), platform='"Windows"', platform_version='"0.3.0"'),
            Device("Chrome", "131", "Windows", "8.1", "desktop"),
        ),
        (
            MAC_CHROME,
            ClientHints(ua=brands("Google Chrome"), mobile="?0", platform='"macOS"', platform_version='"14.5.0"'),
            Device("Chrome", "131", "Mac OS X", "14.5", "desktop"),
        ),
        (
            ANDROID_CHROME,
            ClientHints(ua=brands("Google Chrome"), mobile="?1", platform='"Android"', platform_version='"14.0.0"'),
            Device("Chrome", "131", "Android", "14", "mobile"),
        ),
        (
            LINUX_CHROME,
            ClientHints(ua=brands("Google Chrome"), mobile="?0", platform='"Android"', platform_version='"13.0.0"'),
            Device("Chrome", "131", "Android", "13", "tablet"),
        ),
        (
            LINUX_CHROME,
            ClientHints(
                ua=brands("Google Chrome"), mobile="?0", platform='"Chrome OS"', platform_version='"16002.0.0"'
            ),
            Device("Chrome", "131", "Chrome OS", "16002", "desktop"),
        ),
        (
            WINDOWS_CHROME,
            ClientHints(ua=brands("Brave"), mobile="?0", platform='"Windows"'),
            Device("Brave", "131", "Windows", "10", "desktop"),
        ),
        (
            WINDOWS_CHROME.replace("Safari/537.36", "Safari/537.36 Edg/131.0.0.0"),
            ClientHints(ua=brands("Microsoft Edge"), full_version_list=brands("Microsoft Edge", version="132.0.1.2")),
            Device("Edge", "132", "Windows", "10", "desktop"),
        ),
        (
            WINDOWS_CHROME,
            ClientHints(ua=brands("Opera GX", version="115")),
            Device("Opera GX", "115", "Windows", "10", "desktop"),
        ),
        (
            WINDOWS_CHROME,
            ClientHints(ua='"Not/A)Brand";v="8", "Chromium";v="126"', platform='"Windows"'),
            Device("Chrome", "131", "Windows", "10", "desktop"),
        ),
        (
            MAC_CHROME,
            ClientHints(ua=brands("Google Chrome"), platform='"macOS"'),
            Device("Chrome", "131", "Mac OS X", "", "desktop"),
        ),
        (
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            ClientHints(platform='"Linux"', platform_version='"6.5.0"'),
            Device("Firefox", "128", "Ubuntu", "", "desktop"),
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; Pixel 7; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
            "Chrome/130.0.6723.86 Mobile Safari/537.36 Instagram 354.0.0.41.106 Android",
            ClientHints(ua=brands("Android WebView", version="130"), mobile="?1", platform='"Android"'),
            Device("Instagram", "354", "Android", "14", "mobile"),
        ),
        ("", ClientHints(ua=brands("Arc"), platform='"macOS"'), Device("Arc", "131", "Mac OS X", "", "desktop")),
    ],
)
def test_client_hints_win_where_the_user_agent_is_frozen(user_agent: str, hints: ClientHints, expected: Device) -> None:
    assert device_of(user_agent, hints) == expected


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
        "é",
    ],
)
def test_a_crafted_user_agent_of_100_kb_costs_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    hints = ClientHints(text, text, text, text, text, text)
    began = time.process_time()
    device_of(text, hints)
    assert time.process_time() - began < 0.05
