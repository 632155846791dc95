"""Sources and channels of first touches."""

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


# what the landing page's query is, who refers, the source, the channel, and why
CASES = [
    # nothing known
    ("", "", "", "", "neither a tag nor a referrer: Direct"),
    ("?page=2&q=shoes", "", "", "", "a query without a tag says nothing"),
    ("?utm_source=&ref=", "", "", "", "an empty tag is none"),
    (
        "?utm_source=direct&utm_medium=none",
        "https://www.google.com/",
        "Google",
        "Organic Search",
        "direct is no source",
    ),
    ("?utm_source=direct&utm_medium=none", "", "", "", "tagged as Direct"),
    ("?utm_source=(direct)", "", "", "", "Google's own word for Direct"),
    # no referrer
    ("", "https://example.com/other", "", "", "the site itself is no referrer"),
    ("", "https://www.example.com/", "", "", "nor with www"),
    ("", "https://shop.example.com/", "", "", "nor a host below it"),
    ("", "https://EXAMPLE.org:8443/", "", "", "nor its other domain, in capitals and with a port"),
    ("", "http://localhost:3000/", "", "", "a developer's machine is no referrer"),
    ("", "http://app.localhost/", "", "", "nor a host below localhost"),
    ("", "http://127.0.0.1:8080/", "", "", "nor its address"),
    ("", "http://[::1]/", "", "", "nor its IPv6 address"),
    ("", "about:blank", "", "", "no web page"),
    ("", "chrome-extension://abcdef/", "", "", "an extension is no page"),
    ("", "javascript:alert(1)", "", "", "never a link"),
    ("", "data:text/html,hi", "", "", "never a link"),
    ("", "nonsense", "", "", "no URL"),
    ("", "https://", "", "", "no host"),
    # search
    ("", "https://www.google.com/", "Google", "Organic Search", "the best known"),
    ("", "https://www.google.co.uk/search?q=secret", "Google", "Organic Search", "under two labels of a country"),
    ("", "https://www.google.com.br/", "Google", "Organic Search", "the other form of two labels"),
    ("", "https://google.de", "Google", "Organic Search", "without www and path"),
    ("", "https://scholar.google.fr/", "Google Scholar", "Organic Search", "a service of its own in any country"),
    ("", "https://www.bing.com/", "Bing", "Organic Search", "a host"),
    ("", "https://cn.bing.com/", "Bing", "Organic Search", "a host below"),
    ("", "https://duckduckgo.com/", "DuckDuckGo", "Organic Search", "a host"),
    ("", "https://r.search.yahoo.com/_ylt=x/", "Yahoo!", "Organic Search", "its redirecting host"),
    ("", "https://yandex.ru/", "Yandex", "Organic Search", "a country's domain"),
    ("", "https://yandex.com.tr/", "Yandex", "Organic Search", "a country's domain of two labels"),
    ("", "https://www.baidu.com/link?url=x", "Baidu", "Organic Search", "its redirect"),
    ("", "https://www.ecosia.org/", "Ecosia", "Organic Search", "a host"),
    ("", "https://search.brave.com/", "Brave Search", "Organic Search", "a host below"),
    ("", "https://kagi.com/", "Kagi", "Organic Search", "a host"),
    ("", "https://search.naver.com/", "Naver", "Organic Search", "a host"),
    ("", "https://google.evil.example/", "google.evil.example", "Referral", "a name in front owns nothing"),
    ("", "https://notgoogle.com/", "notgoogle.com", "Referral", "an ending is no label"),
    # social
    ("", "https://www.facebook.com/", "Facebook", "Organic Social", "a host"),
    ("", "https://l.facebook.com/l.php?u=x", "Facebook", "Organic Social", "its redirecting host"),
    ("", "https://m.facebook.com/", "Facebook", "Organic Social", "its mobile host"),
    ("", "https://l.instagram.com/", "Instagram", "Organic Social", "its redirecting host"),
    ("", "https://t.co/abc", "X (Twitter)", "Organic Social", "its shortener"),
    ("", "https://x.com/", "X (Twitter)", "Organic Social", "its new name"),
    ("", "https://www.linkedin.com/feed/", "LinkedIn", "Organic Social", "a host"),
    ("", "https://lnkd.in/abc", "LinkedIn", "Organic Social", "its shortener"),
    ("", "https://old.reddit.com/r/x", "Reddit", "Organic Social", "a host below"),
    ("", "https://news.ycombinator.com/item?id=1", "Hacker News", "Organic Social", "the name people know"),
    ("", "https://mastodon.social/@a", "Mastodon", "Organic Social", "one of many servers"),
    ("", "https://bsky.app/", "Bluesky", "Organic Social", "a host"),
    ("", "https://www.pinterest.de/", "Pinterest", "Organic Social", "in any country"),
    ("", "https://t.me/channel", "Telegram", "Organic Social", "its shortener"),
    ("", "https://stackoverflow.com/q/1", "Stack Overflow", "Organic Social", "the reference counts it as social"),
    ("", "https://someone.medium.com/post", "Medium", "Organic Social", "a host below"),
    # video, shopping, mail, sound
    ("", "https://www.youtube.com/", "YouTube", "Organic Video", "a host"),
    ("", "https://youtu.be/x", "YouTube", "Organic Video", "its shortener"),
    ("", "https://www.twitch.tv/", "Twitch", "Organic Video", "a host"),
    ("", "https://www.amazon.co.jp/", "Amazon", "Organic Shopping", "in any country"),
    ("", "https://shopping.google.com/", "Google Shopping", "Organic Shopping", "longer than google.*"),
    ("", "https://mail.google.com/mail/u/0/", "Gmail", "Email", "longer than google.*"),
    ("", "https://outlook.live.com/", "Outlook", "Email", "web mail"),
    ("", "https://deref-gmx.net/", "GMX", "Email", "its redirecting host"),
    ("", "https://open.spotify.com/", "Spotify", "Audio", "sound"),
    # AI assistants
    ("", "https://chatgpt.com/", "ChatGPT", "AI Assistants", "a host"),
    ("?utm_source=chatgpt.com", "", "ChatGPT", "AI Assistants", "what ChatGPT adds to its links"),
    ("", "https://claude.ai/", "Claude", "AI Assistants", "a host"),
    ("", "https://www.perplexity.ai/", "Perplexity", "AI Assistants", "a host"),
    ("", "https://gemini.google.com/", "Gemini", "AI Assistants", "longer than google.*"),
    ("", "https://copilot.microsoft.com/", "Microsoft Copilot", "AI Assistants", "a host"),
    ("?utm_source=openai&utm_medium=cpc", "", "ChatGPT", "Paid Other", "paid is paid"),
    # others
    ("", "https://github.com/a/b", "GitHub", "Referral", "known, of no other category"),
    ("", "https://en.m.wikipedia.org/wiki/X", "Wikipedia", "Referral", "two hosts below"),
    ("", "https://news.google.com/", "Google News", "Referral", "news is no search"),
    ("", "https://docs.google.com/", "Google Docs", "Referral", "a document is no search"),
    ("", "https://www.blog.example.net/post", "blog.example.net", "Referral", "unknown: the host without www"),
    ("", "http://blog.example.net:8080/post", "blog.example.net", "Referral", "and without its port"),
    ("", "https://BLOG.Example.net./", "blog.example.net", "Referral", "in one form"),
    ("", "https://bücher.example.net/", "xn--bcher-kva.example.net", "Referral", "other alphabets as DNS has them"),
    ("", "https://xn--bcher-kva.example.net/", "xn--bcher-kva.example.net", "Referral", "and as browsers send them"),
    ("", "https://192.0.2.7/a", "192.0.2.7", "Referral", "an address"),
    ("", "https://example.com.evil.net/", "example.com.evil.net", "Referral", "begins like the site, is not"),
    # apps
    ("", "android-app://com.google.android.googlequicksearchbox/", "Google", "Organic Search", "Google's app"),
    ("", "android-app://com.google.android.gm/", "Gmail", "Email", "Gmail's app"),
    ("", "android-app://com.reddit.frontpage/", "Reddit", "Organic Social", "Reddit's app"),
    ("", "android-app://org.telegram.messenger", "Telegram", "Organic Social", "Telegram's app"),
    ("", "android-app://com.slack/", "Slack", "Referral", "Slack's app"),
    ("", "android-app://com.pinterest.twa/", "Pinterest", "Organic Social", "unlisted: its maker's host"),
    ("", "android-app://net.example.reader/", "net.example.reader", "Referral", "unknown: the package's name"),
    # precedence
    ("?utm_source=hn&source=x&ref=y", "https://www.google.com/", "Hacker News", "Organic Social", "utm_source first"),
    ("?source=hn&ref=y", "https://www.google.com/", "Hacker News", "Organic Social", "then source"),
    ("?ref=producthunt", "https://www.google.com/", "Product Hunt", "Organic Social", "then ref"),
    ("?ref=example.com", "https://www.google.com/", "Google", "Organic Search", "the site itself is no ref"),
    ("?utm_source=a&utm_source=b", "", "a", "Referral", "the first of two"),
    ("?UTM_Source=google", "", "Google", "Organic Search", "keys without case"),
    ("?utm_source=Google", "", "Google", "Organic Search", "values without case"),
    ("?utm_source=fb", "", "Facebook", "Organic Social", "a short tag"),
    ("?utm_source=hacker-news", "", "Hacker News", "Organic Social", "a name with a hyphen"),
    ("?utm_source=hacker%20news", "", "Hacker News", "Organic Social", "a name with a space"),
    ("?utm_source=www.facebook.com", "", "Facebook", "Organic Social", "a host as a tag"),
    ("?utm_source=www.partner.example", "", "partner.example", "Referral", "an unknown host as a tag"),
    ("?utm_source=Spring+Sale", "", "Spring Sale", "Referral", "an unknown tag as it is written"),
    # media
    ("?utm_source=google&utm_medium=cpc", "", "Google", "Paid Search", "paid by medium"),
    ("?utm_source=bing&utm_medium=ppc", "", "Bing", "Paid Search", "paid by medium"),
    ("?utm_source=facebook&utm_medium=paid_social", "", "Facebook", "Paid Social", "begins with paid"),
    ("?utm_source=facebook&utm_medium=cpm", "", "Facebook", "Paid Social", "cpm is paid before it is display"),
    ("?utm_source=youtube&utm_medium=cpv", "", "YouTube", "Paid Video", "any medium with cp is paid by the reference"),
    ("?utm_source=youtube&utm_medium=cpc", "", "YouTube", "Paid Video", "paid by medium"),
    ("?utm_source=google&utm_medium=cpc&utm_campaign=shoe-shop", "", "Google", "Paid Shopping", "a shop's campaign"),
    ("?utm_source=x1&utm_campaign=workshop", "", "x1", "Referral", "a workshop is no shop"),
    ("?utm_source=x1&utm_campaign=eShop", "", "x1", "Organic Shopping", "an e-shop is one"),
    ("?utm_source=x1&utm_medium=retargeting", "", "x1", "Paid Other", "paid, of no category"),
    ("?utm_source=x1&utm_medium=banner", "", "x1", "Display", "display by medium"),
    ("?utm_source=x1&utm_medium=display", "", "x1", "Display", "display by medium"),
    ("?utm_source=google&utm_campaign=Cross-Network", "", "Google", "Cross-network", "by the campaign's name"),
    ("?utm_source=x1&utm_medium=social", "", "x1", "Organic Social", "by medium"),
    ("?utm_source=x1&utm_medium=video", "", "x1", "Organic Video", "by medium"),
    ("?utm_source=x1&utm_medium=organic", "", "x1", "Organic Search", "by medium"),
    ("?utm_source=mailchimp&utm_medium=email", "", "Mailchimp", "Email", "by medium and category"),
    ("?utm_source=newsletter", "", "newsletter", "Email", "a newsletter comes by mail"),
    ("?utm_source=june&utm_medium=newsletter", "", "june", "Email", "a newsletter comes by mail"),
    ("?utm_source=x1&utm_medium=E-Mail", "", "x1", "Email", "another way to write it, in capitals"),
    ("?utm_medium=email", "", "", "Email", "a medium without a source"),
    ("?utm_medium=email", "https://www.google.com/", "Google", "Organic Search", "the source's category comes first"),
    ("?utm_source=x1&utm_medium=affiliate", "", "x1", "Affiliates", "by medium"),
    ("?utm_source=x1&utm_medium=podcast", "", "x1", "Audio", "by medium"),
    ("?utm_source=sms", "", "sms", "SMS", "by source"),
    ("?utm_source=x1&utm_medium=sms", "", "x1", "SMS", "by medium"),
    ("?utm_source=x1&utm_medium=web-push", "", "x1", "Mobile Push Notifications", "ends with push"),
    ("?utm_source=firebase", "", "firebase", "Mobile Push Notifications", "by source"),
    ("?utm_source=x1&utm_medium=referral", "", "x1", "Referral", "by medium"),
    ("?utm_source=x1&utm_medium=qr", "", "x1", "Unassigned", "a medium that no rule knows is not guessed at"),
    # click ids
    ("?gclid=abc", "", "Google", "Paid Search", "an advertisement's id without a referrer"),
    ("?gclid=abc", "https://www.google.com/", "Google", "Paid Search", "and with one"),
    ("?gbraid=abc", "https://partner.example/", "partner.example", "Paid Search", "shown on a partner's page"),
    ("?wbraid=abc&utm_source=summer", "", "summer", "Paid Search", "the tag names it, the id pays"),
    ("?msclkid=abc", "https://www.bing.com/", "Bing", "Paid Search", "Microsoft's"),
    ("?yclid=1", "", "Yandex", "Paid Search", "Yandex's"),
    ("?fbclid=abc", "https://l.facebook.com/", "Facebook", "Paid Social", "Facebook's"),
    ("?ttclid=abc", "", "TikTok", "Paid Social", "TikTok's"),
    ("?twclid=abc", "https://t.co/", "X (Twitter)", "Paid Social", "X's"),
    ("?li_fat_id=abc", "", "LinkedIn", "Paid Social", "LinkedIn's"),
    ("?ScCid=abc", "", "Snapchat", "Paid Social", "in its own spelling"),
    ("?gclid=", "", "", "", "an empty id is none"),
    ("?gclid=abc&utm_medium=email", "", "Google", "Paid Search", "paid is stronger than a medium"),
]


@pytest.mark.parametrize(("query", "referrer", "name", "channel", "reason"), CASES, ids=[case[4] for case in CASES])
def test_a_first_touch_has_the_source_and_channel_of_the_table(
    query: str, referrer: str, name: str, channel: str, reason: str
) -> None:
    found = touch(query, referrer)
    assert (found.source, found.channel) == (name, channel), reason


def test_the_table_has_at_least_a_hundred_cases() -> None:
    assert len({case[:2] for case in CASES}) >= 100


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
