"""Who is a person and who is not."""

import time
from pathlib import Path

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from hypothesis import given
from hypothesis import strategies as st

from writer.ingest.bots import bot_kind, ignore_reason

TABLE = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "data" / "user_agents.tsv").read_text().splitlines()
    if not line.startswith("#")
]
LISTED = [agent for entry in CRAWLER_USER_AGENTS_DATA for agent in entry["instances"]]
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"

# Names that a bot and somebody's phone, application or browser have in common.
PEOPLE = [
    "Mozilla/5.0 (Linux; Android 7.0; M bot 54) AppleWebKit/537.36 Chrome/78.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 7.0; C Bot Tab 100) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/74.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; Spider 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 4.2.2; HTC Butterfly Build/JDQ39) AppleWebKit/537.36 Chrome/31.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 8.0.0; Expanse) AppleWebKit/537.36 Chrome/86.0 Mobile Safari/537.36",
    f"{CHROME} Notion/4.2 Electron/33.0",
]


def test_every_reason_of_the_table_stops_an_event() -> None:
    kinds = ("crawler", "ai_crawler", "ai_assistant", "headless", "library")
    assert {(row[0], ignore_reason(row[6], "")) for row in TABLE} == {("", ""), *((kind, "bot") for kind in kinds)}


@pytest.mark.parametrize("user_agent", PEOPLE)
def test_a_person_whose_device_or_application_is_named_like_a_bot_is_a_person(user_agent: str) -> None:
    assert bot_kind(user_agent) == ""


def test_the_lists_own_examples_are_bots() -> None:
    missed = [agent for agent in LISTED if not bot_kind(agent)]
    assert len(LISTED) > 1_000
    # names that apps of people carry too are left out on purpose
    assert len(missed) <= 12, missed


def test_no_user_agent_is_no_bot() -> None:
    assert ignore_reason("", "") == ""


@pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender", "prerender", "Prefetch", "preview"])
def test_a_page_fetched_ahead_of_need_is_not_recorded(purpose: str) -> None:
    assert ignore_reason(CHROME, purpose) == "prefetch"


def test_a_bot_that_prefetches_is_a_bot() -> None:
    assert ignore_reason("curl/8.5.0", "prefetch") == "bot"


@given(user_agent=st.text(), purpose=st.text())
def test_no_text_raises(user_agent: str, purpose: str) -> None:
    assert ignore_reason(user_agent, purpose) in ("", "bot", "prefetch")


@pytest.mark.parametrize("piece", ["a", "bo", "Spide", "ContextualBot ", "Current RS", "/", "ht://", "Feed ", "-"])
def test_a_crafted_user_agent_of_100_kb_costs_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    bot_kind(text)
    assert time.process_time() - began < 0.05
