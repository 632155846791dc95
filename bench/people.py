"""Envelopes as people's browsers make them: agents, addresses, pages and referrers of the sample log, by Zipf's law.

Bots of the log are left out: they never become an event.
"""

import gzip
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from analytics.v1 import event_pb2
from analytics.v1.event_pb2 import RawEventEnvelope

from cli.access_log import parse, skip_reason
from mesh.clock import now_us
from mesh.ids import new_id
from writer.ingest.bots import ignore_reason

HOST: Final = "semicomplete.com"
SITE: Final = 1
NOW: Final = now_us()

_LOG = Path(__file__).parents[1] / "tests" / "data" / "access.log.gz"
_KINDS = {
    event_pb2.EVENT_KIND_PAGEVIEW: 60,
    event_pb2.EVENT_KIND_ENGAGEMENT: 25,
    event_pb2.EVENT_KIND_CLICK: 10,
    event_pb2.EVENT_KIND_CUSTOM: 5,
}
_MOST_OF_A_VISIT = 7
_PIECES = (
    *("a", "(", ";", " ", "/", ".", "%", "%C3", "é", "\U0001f600", "\0", "/..", "?a=", "#", "@", ":", "[", "\\", "&"),
    *("Mozilla/5.0 (", "Chrome/1.", "Android ", "utm_source=a&", "a.", "-", "*", "xn--", '"a";v="1", ', "bot", "1,"),
)
_CRAFTED_CHARACTERS = 100_000
_TEXTS = [field.name for field in RawEventEnvelope.DESCRIPTOR.fields if field.type == field.TYPE_STRING]


class People:
    """Draws from the log; the same seed draws the same, but for the ids."""

    def __init__(self, seed: int) -> None:
        with gzip.open(_LOG, "rt", errors="replace") as lines:
            requests = [request for line in lines if (request := parse(line)) and not ignore_reason(request.agent, "")]
        self._chance = random.Random(seed)
        self._agents = _Ranks(request.agent for request in requests)
        self._ips = _Ranks(request.ip for request in requests)
        self._pages = _Ranks(request.target for request in requests if not skip_reason(request))
        self._referrers = _Ranks(request.referrer.removeprefix("-") for request in requests)
        self._visit: dict[str, Any] = {}
        self._left = 0

    def event(self, **fields: Any) -> bytes:
        """One envelope; `fields` win over what is drawn. A visit has about four events."""
        if not self._left:
            self._visit, self._left = self._arrival(), self._chance.randint(1, _MOST_OF_A_VISIT)
        self._left -= 1
        (kind,) = self._chance.choices(list(_KINDS), list(_KINDS.values()))
        drawn: dict[str, Any] = {
            "event_id": new_id(),
            "site": "demo",
            "site_id": SITE,
            "kind": kind,
            "page_url": self._page(),
            "page_title": "A page of the sample",
            "language": "en-US",
            "screen_width": 1_280,
            "navigation": event_pb2.NAVIGATION_NAVIGATE,
            "sequence": 3,
            "received_at_us": NOW,
            "edge_id": "edge-1",
            "edge_sequence": 4_711,
        }
        if kind == event_pb2.EVENT_KIND_CUSTOM:
            drawn |= {"name": "download", "props": {"plan": "free", "count": "3"}}
        return RawEventEnvelope(**(drawn | self._visit | fields)).SerializeToString()

    def _arrival(self) -> dict[str, Any]:
        """What all events of a visit share."""
        return {
            "session_id": new_id(),
            "first_url": self._page(),
            "first_referrer": self._referrers.draw(self._chance),
            "ip": self._ips.draw(self._chance),
            "user_agent": self._agents.draw(self._chance),
        }

    def _page(self) -> str:
        return f"https://{HOST}{self._pages.draw(self._chance)}"

    def stranger(self, number: int) -> bytes:
        """An envelope whose agent no other number's has."""
        return self.event(user_agent=f"{self._agents.draw(self._chance)} App/{number}")

    def newcomer(self, number: int, padding: str) -> bytes:
        """An envelope whose every cached text no other number's has."""
        page = f"https://{HOST}/{number}/{padding}"
        return self.event(
            ip=f"{number % 223 + 1}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            user_agent=f"{self._agents.draw(self._chance)} App/{number} {padding}",
            page_url=page,
            first_url=page,
            first_referrer=f"https://a{number}.example/{padding}",
            language=f"de-{number}",
        )

    def crafted(self) -> Iterator[bytes]:
        """Envelopes with 100,000 characters of one piece in one text, for every text and many pieces."""
        for name in _TEXTS:
            for piece in _PIECES:
                yield self.event(**{name: _start(name) + piece * (_CRAFTED_CHARACTERS // len(piece))})


def _start(name: str) -> str:
    return "https://a.example/" if name.endswith(("url", "referrer", "href")) else ""


class _Ranks:
    """Values by how often they come, the first drawn twice as often as the second, and so on."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = [value for value, _ in Counter(values).most_common()]
        self._weights = [1 / rank for rank in range(1, len(self._values) + 1)]
        self._drawn: list[str] = []

    def draw(self, chance: random.Random) -> str:
        if not self._drawn:
            self._drawn = chance.choices(self._values, self._weights, k=1_000)
        return self._drawn.pop()
