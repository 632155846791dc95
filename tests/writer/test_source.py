"""Sources and channels of first touches."""

import re
import time
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writer.ingest import source
from writer.ingest.source import SOURCES, Attribution, Campaign, attribute

OWN = frozenset({"example.com", "example.org"})
LIST = tomllib.loads((Path(source.__file__).parent / "sources.toml").read_text())
ENTRIES = [(name, words.split()) for kind, part in LIST.items() if kind != "click_ids" for name, words in part.items()]


def touch(query: str = "", referrer: str = "", utm: Campaign | None = None) -> Attribution:
    return attribute(f"https://example.com/landing{query}", referrer, utm or Campaign(), OWN)


CASES = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "data" / "first_touches.tsv").read_text().splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("query", "referrer", "name", "channel", "reason"), CASES, ids=[case[4] for case in CASES])
def test_a_first_touch_has_the_source_and_channel_of_the_table(
    query: str, referrer: str, name: str, channel: str, reason: str
) -> None:
    found = touch(query, referrer)
    assert (found.source, found.channel) == (name, channel), reason


def test_the_table_has_at_least_250_cases_each_with_a_reason() -> None:
    assert len({tuple(case[:2]) for case in CASES}) == len(CASES) >= 250
    assert all(case[4] for case in CASES)


CHANNELS = {
    *("", "AI Assistants", "Affiliates", "Audio", "Cross-network", "Display", "Email", "Mobile Push Notifications"),
    *("Organic Search", "Organic Shopping", "Organic Social", "Organic Video", "Paid Other", "Paid Search"),
    *("Paid Shopping", "Paid Social", "Paid Video", "Referral", "SMS", "Unassigned"),
}


def test_every_channel_has_a_case_in_the_table_and_no_other_exists() -> None:
    assert {case[3] for case in CASES} == CHANNELS


@pytest.mark.parametrize(
    ("referrer", "kept"),
    [
        ("https://blog.example.net/post?token=secret#part", "https://blog.example.net/post"),
        ("https://www.google.com/search?q=secret", "https://www.google.com/search"),
        ("https://user:secret@blog.example.net/post", "https://blog.example.net/post"),
        ("https://Blog.Example.net/Post", "https://Blog.Example.net/Post"),
        ("https://blog.example.net?secret", "https://blog.example.net"),
        ("https://blog.example.net/a@b", "https://blog.example.net/a@b"),
        ("android-app://com.slack/", "android-app://com.slack/"),
        ("https://example.com/other", ""),
        ("about:blank", ""),
        ("https://blog.example.net/" + "a" * 2_000, "https://blog.example.net/" + "a" * 1_975),
    ],
)
def test_a_referrer_is_kept_as_sent_without_query_fragment_and_password(referrer: str, kept: str) -> None:
    assert touch("", referrer).referrer == kept


def test_a_referrer_stays_beside_a_tag() -> None:
    found = touch("?utm_source=newsletter", "https://mail.google.com/mail/u/0/")
    assert (found.source, found.referrer) == ("newsletter", "https://mail.google.com/mail/u/0/")


def test_campaign_values_are_kept_as_sent() -> None:
    found = touch("?utm_source=News&utm_medium=E-Mail&utm_campaign=Spring+24&utm_content=caf%C3%A9&utm_term=a%26b")
    assert found.campaign == Campaign("News", "E-Mail", "Spring 24", "café", "a&b")


def test_values_sent_beside_the_url_win_one_by_one() -> None:
    found = touch("?utm_source=url&utm_medium=cpc", utm=Campaign(source="google", campaign="c"))
    assert found == Attribution("Google", "Paid Search", "", Campaign("google", "cpc", "c", "", ""))


def test_source_and_ref_are_no_utm_source() -> None:
    assert touch("?ref=producthunt").campaign == Campaign()


def test_click_ids_are_kept_nowhere() -> None:
    found = touch("?gclid=secret-click-id", "https://www.google.com/?gclid=secret-click-id")
    assert "secret-click-id" not in repr(found)


def test_a_value_is_cut_at_200_characters_and_cleaned_of_control_characters() -> None:
    assert touch("?utm_source=" + "a" * 201).campaign.source == "a" * 200
    assert touch("?utm_source=a%00b%0Ac").source == "a b c"


def test_a_site_without_domains_still_is_no_referrer_of_itself() -> None:
    found = attribute("https://a.example.net/x", "https://www.a.example.net/y", Campaign(), frozenset())
    assert found == Attribution("", "", "", Campaign())


@pytest.mark.parametrize("word", ["hackernews", "hacker news", "hacker-news", "hacker_news", "hn", "ycombinator"])
def test_a_tag_may_be_written_in_many_ways(word: str) -> None:
    known = SOURCES.of_tag(word)
    assert known and known.name == "Hacker News"


def test_the_list_names_at_least_400_sources_once_each() -> None:
    assert len(ENTRIES) >= 400
    assert [name for name, count in Counter(name for name, _ in ENTRIES).items() if count > 1] == []


@pytest.mark.parametrize("category", [name for name in LIST if name != "click_ids"])
def test_the_names_of_a_category_stand_in_order(category: str) -> None:
    assert list(LIST[category]) == sorted(LIST[category], key=str.casefold)


def test_every_word_of_the_list_is_a_host_a_tag_or_an_app_in_lower_case() -> None:
    form = re.compile(r"app:[a-z0-9_]+(\.[a-z0-9_]+)+|([a-z0-9-]+\.)+(\*|[a-z]{2,}|xn--[a-z0-9-]+)|[a-z0-9_-]+")
    assert [word for _, words in ENTRIES for word in words if not form.fullmatch(word)] == []


def test_no_word_of_the_list_means_two_sources() -> None:
    assert [word for word, count in Counter(word for _, words in ENTRIES for word in words).items() if count > 1] == []


def test_every_word_of_the_list_leads_to_its_source() -> None:
    for name, words in ENTRIES:
        for word in words:
            if word.startswith("app:"):
                known = SOURCES.of_app(word.removeprefix("app:"))
            elif word.endswith(".*"):
                known = SOURCES.of_host("www." + word.replace(".*", ".co.uk"))
            else:
                known = SOURCES.of_host("sub." + word) if "." in word else SOURCES.of_tag(word)
            assert known and known.name == name, word


def test_every_name_of_the_list_is_a_tag_for_itself() -> None:
    for name, _ in ENTRIES:
        known = SOURCES.of_tag(name)
        assert known and known.name == name


def test_every_click_id_belongs_to_a_source_of_the_list() -> None:
    assert set(LIST["click_ids"].values()) <= {name for name, _ in ENTRIES}


@given(st.text(), st.text(), st.builds(Campaign, *[st.text() for _ in range(5)]), st.frozensets(st.text(), max_size=3))
def test_no_text_in_any_field_raises(url: str, referrer: str, utm: Campaign, own: frozenset[str]) -> None:
    found = attribute(url, referrer, utm, own)
    assert (found.source == "") <= (found.channel == "" or utm.medium != "" or "utm_medium" in url.lower())


@given(st.text(alphabet="utm_source=&?#%/:.@clidgoe ", max_size=80))
def test_no_query_raises(text: str) -> None:
    touch("?" + text, "https://" + text)
    touch("", "android-app://" + text)


@pytest.mark.parametrize("piece", ["a.", "?", "utm_source=&", "shop", "cp", "@", ":", "[", "%aa", "é.", "&", "+"])
def test_a_crafted_url_of_100_kb_costs_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    attribute(f"https://{text}", f"https://{text}", Campaign(text, text, text, text, text), OWN)
    attribute(f"https://e.com/?{text}", f"https://e.net/{text}", Campaign(), OWN)
    assert time.process_time() - began < 0.1
