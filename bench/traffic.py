"""Page views as a shop sees them: few pages and browsers make up most, addresses and ids are all different."""

import random
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from analytics.v1 import event_pb2, track_pb2

from bench.mesh import ROOT

AGENTS = ROOT / "tests" / "data" / "user_agents.tsv"
HOST = "https://shop.example"
_PAGES = 5_000
_WORDS = (
    "linen", "cotton", "wool", "silk", "garden", "kitchen", "summer", "winter", "small", "large", "blue", "green",
    "amber", "walnut", "oak", "copper", "paper", "glass", "lamp", "chair", "table", "basket", "blanket", "mirror",
    "vase", "bottle", "jacket", "shirt", "scarf", "boots", "apron", "towel", "pillow", "candle", "notebook",
)  # fmt: skip
_SECTIONS = ("home", "clothing", "sale", "new", "guides")
_ENTRIES = (
    ("https://www.google.com/", ""),
    ("", ""),
    ("https://www.bing.com/", ""),
    ("https://news.ycombinator.com/item?id=41234567", ""),
    ("https://l.instagram.com/", "?utm_source=instagram&utm_medium=social&utm_campaign=autumn"),
    ("", "?utm_source=newsletter&utm_medium=email&utm_campaign=week-40"),
    ("https://l.facebook.com/", "?fbclid="),
    ("https://t.co/", ""),
    ("https://duckduckgo.com/", ""),
    ("https://chatgpt.com/", "?utm_source=chatgpt.com"),
)
_TOKEN = string.ascii_letters + string.digits
_LANGUAGES = ("en-US", "de-AT", "de-DE", "en-GB", "fr-FR", "es-ES", "it-IT", "pt-BR", "nl-NL", "pl-PL")
_WIDTHS = (390, 1920, 412, 1440, 1536, 360, 2560, 820, 1366)


@dataclass(frozen=True, slots=True)
class PageView:
    """One view of a visit; `sequence` counts from 1 in each visit."""

    sequence: int
    page_url: str
    page_title: str
    referrer: str
    first_referrer: str
    first_url: str
    language: str
    screen_width: int
    user_agent: str
    ip: str

    def event(self, site: str, event_id: str, session_id: str) -> track_pb2.TrackEvent:
        """As a backend sends it."""
        return track_pb2.TrackEvent(
            event_id=event_id,
            session_id=session_id,
            site=site,
            kind=event_pb2.EVENT_KIND_PAGEVIEW,
            navigation=event_pb2.NAVIGATION_NAVIGATE,
            sequence=self.sequence,
            page_url=self.page_url,
            page_title=self.page_title,
            referrer=self.referrer,
            first_referrer=self.first_referrer,
            first_url=self.first_url,
            language=self.language,
            screen_width=self.screen_width,
            user_agent=self.user_agent,
            ip=self.ip,
        )

    def payload(self, site: str, event_id: str, session_id: str) -> dict[str, Any]:
        """As a browser sends it: user agent and address are the request's."""
        return {
            "appName": site,
            "eventId": event_id,
            "sessionId": session_id,
            "sequence": self.sequence,
            "pageUrl": self.page_url,
            "pageTitle": self.page_title,
            "referrer": self.referrer,
            "firstReferrer": self.first_referrer,
            "firstUrl": self.first_url,
            "language": self.language,
            "screenWidth": self.screen_width,
            "navigation": "navigate",
        }


class Traffic:
    """An endless sequence of page views, visit after visit; the same seed gives the same sequence."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        agents, pages = _people(), [self._page() for _ in range(_PAGES)]
        self._agents, self._agent_weights = agents, _zipf(len(agents))
        self._pages, self._page_weights = pages, _zipf(_PAGES)
        self._entry_weights = _zipf(len(_ENTRIES))

    def __iter__(self) -> Iterator[PageView]:
        while True:
            yield from self._visit()

    def _page(self) -> tuple[str, str]:
        """URL and title."""
        words = self._random.sample(_WORDS, 3)
        number = self._random.randrange(100_000)
        url = f"{HOST}/{self._random.choice(_SECTIONS)}/{'-'.join(words)}-{number}"
        return url, f"{' '.join(words).capitalize()}, no. {number} – The Shop"

    def _visit(self) -> Iterator[PageView]:
        """One to eight views, three on average."""
        chance = self._random
        length = min(8, 1 + int(chance.expovariate(0.45)))
        pages = chance.choices(self._pages, cum_weights=self._page_weights, k=length)
        (agent,) = chance.choices(self._agents, cum_weights=self._agent_weights)
        ((source, tags),) = chance.choices(_ENTRIES, cum_weights=self._entry_weights)
        language, width = chance.choice(_LANGUAGES), chance.choice(_WIDTHS)
        ip = f"{chance.randrange(11, 99)}.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
        click = _click_id(chance) if tags.endswith("=") else ""
        first_url, referrer = pages[0][0] + tags + click, source
        for sequence, (url, title) in enumerate(pages, 1):
            page_url = url if sequence > 1 else first_url
            yield PageView(sequence, page_url, title, referrer, source, first_url, language, width, agent, ip)
            referrer = page_url


def _people() -> list[str]:
    """User agents of the table that are no machine's: those are not stored."""
    rows = [line.split("\t") for line in AGENTS.read_text().splitlines() if not line.startswith("#")]
    return [row[6] for row in rows if not row[0]]


def _click_id(chance: random.Random) -> str:
    """A click id as advertisers add it: 61 characters that no other visit has."""
    return "".join(chance.choices(_TOKEN, k=61))


def _zipf(count: int) -> Sequence[float]:
    """Cumulated weights 1, 1/2, 1/3, …"""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))
