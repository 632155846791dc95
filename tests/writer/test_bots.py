"""Who is a person and who is not."""

import time
from pathlib import Path

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from hypothesis import given
from hypothesis import strategies as st

from writer.ingest.bots import bot_kind, ignore_reason

PEOPLE = [
    line.split("\t")[5]
    for line in (Path(__file__).parent / "user_agents.tsv").read_text().splitlines()
    if not line.startswith("#")
]
LISTED = [agent for entry in CRAWLER_USER_AGENTS_DATA for agent in entry["instances"]]
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"

NOT_PEOPLE = [
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "crawler"),
    ("Mozilla/5.0 (Windows NT 6.1; rv:6.0) Gecko/20110814 Firefox/6.0 Google favicon", "crawler"),
    ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "crawler"),
    ("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "crawler"),
    ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "crawler"),
    ("Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)", "crawler"),
    ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "crawler"),
    ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "crawler"),
    ("TelegramBot (like TwitterBot)", "crawler"),
    ("WhatsApp/2.23.20.0 A", "crawler"),
    ("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "crawler"),
    ("UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/", "crawler"),
    ("Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "crawler"),
    ("kube-probe/1.29", "crawler"),
    ("Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)", "crawler"),
    ("Some-New-Bot/0.1", "crawler"),
    (f"{CHROME} MyCrawler/1.0", "crawler"),
    ("Mozilla/5.0 (compatible; brandnewthing/1.0; +https://brand.example/new)", "crawler"),
    (
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "ai_crawler",
    ),
    (
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
        "ai_crawler",
    ),
    ("Mozilla/5.0 (compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)", "ai_crawler"),
    ("CCBot/2.0 (https://commoncrawl.org/faq/)", "ai_crawler"),
    ("meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)", "ai_crawler"),
    ("Mozilla/5.0 (compatible; OAI-SearchBot/1.0; +https://openai.com/searchbot)", "ai_crawler"),
    (
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ChatGPT-User/1.0; +https://openai.com/bot)",
        "ai_assistant",
    ),
    ("Mozilla/5.0 (compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)", "ai_assistant"),
    ("Mozilla/5.0 (compatible; Claude-User/1.0; +Claude-User@anthropic.com)", "ai_assistant"),
    ("Mozilla/5.0 (compatible; MistralAI-User/1.0; +https://docs.mistral.ai/robots)", "ai_assistant"),
    (CHROME.replace("Chrome/", "HeadlessChrome/"), "headless"),
    (
        "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/534.34 (KHTML, like Gecko) PhantomJS/1.9.2 Safari/534.34",
        "headless",
    ),
    (f"{CHROME} Chrome-Lighthouse", "headless"),
    (f"{CHROME} Cypress/13.6.0 Electron/27.1.3", "headless"),
    ("Mozilla/5.0 (linux) AppleWebKit/537.36 (KHTML, like Gecko) jsdom/22.1.0", "headless"),
    ("curl/8.5.0", "library"),
    ("Wget/1.21.4", "library"),
    ("python-requests/2.32.3", "library"),
    ("python-httpx/0.27.0", "library"),
    ("Python/3.12 aiohttp/3.9.5", "library"),
    ("Python-urllib/3.11", "library"),
    ("Go-http-client/2.0", "library"),
    ("okhttp/4.12.0", "library"),
    ("Dalvik/2.1.0 (Linux; U; Android 13; SM-G991B Build/TP1A.220624.014)", "library"),
    ("MyApp/17 CFNetwork/1494.0.7 Darwin/23.4.0", "library"),
    ("Java/17.0.9", "library"),
    ("Apache-HttpClient/4.5.14 (Java/17.0.9)", "library"),
    ("libwww-perl/6.77", "library"),
    ("node-fetch/1.0 (+https://github.com/bitinn/node-fetch)", "library"),
    ("node", "library"),
    ("undici", "library"),
    ("axios/1.7.7", "library"),
    ("Deno/1.46.3", "library"),
    ("Bun/1.1.30", "library"),
    ("GuzzleHttp/7", "library"),
    ("Ruby", "library"),
    ("Faraday v2.9.0", "library"),
    ("reqwest/0.12.5", "library"),
    ("PostmanRuntime/7.42.0", "library"),
    ("insomnia/2023.5.8", "library"),
    ("HTTPie/3.2.2", "library"),
    ("Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.4391", "library"),
    ("Scrapy/2.11.2 (+https://scrapy.org)", "library"),
    ("fetch libfetch/2.0", "library"),
]


@pytest.mark.parametrize("user_agent", PEOPLE, ids=lambda text: text[:60])
def test_a_persons_browser_is_no_bot(user_agent: str) -> None:
    assert bot_kind(user_agent) == ""


@pytest.mark.parametrize(("user_agent", "kind"), NOT_PEOPLE, ids=lambda text: text[:60])
def test_what_is_no_person_is_told_apart(user_agent: str, kind: str) -> None:
    assert bot_kind(user_agent) == kind
    assert ignore_reason(user_agent, "") == "bot"


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
