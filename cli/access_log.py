"""A line of a web server's log as an event of history, or the reason it is none. Pure.

Formats: common and combined (Apache, nginx and others). Rule: semantics, "Import of history".
"""

import hashlib
import re
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlsplit

_LINE = re.compile(
    r'^(?P<ip>\S+) \S+ .*?\[(?P<time>[^\[\]]+)\] "(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) \S+'
    r'(?: "(?P<referrer>(?:[^"\\]|\\.)*)"(?: "(?P<agent>(?:[^"\\]|\\.)*)"?)?)?'
)
_TIME = re.compile(r"(\d{1,2})/([A-Z][a-z]{2})/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})")
_MONTHS = {name: at for at, name in enumerate(re.findall("...", "JanFebMarAprMayJunJulAugSepOctNovDec"), start=1)}
_STATIC = frozenset(
    re.findall(
        r"\S+",
        "css js map png jpg jpeg gif svg ico webp woff woff2 ttf eot txt xml rss atom json pdf zip gz mp3 mp4",
    )
)
_VIEWED = frozenset({"200", "304"})
_NAMESPACE = uuid.UUID("5f1f3a52-9c37-5d0e-8b44-6f0d3d1b7c11")  # any fixed one: ids must be the same at each import
_HOST = re.compile(r"(?:[\w-]+(?:\.[\w-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Request:
    """What one line says. `at` in UTC; `target` without the scheme and host of a proxy's log; `referrer` and `agent` ""
    where the log has none."""

    ip: str
    at: datetime
    method: str
    target: str
    status: str
    referrer: str
    agent: str


def parse(line: str) -> Request | None:
    """The request in a line; None if the line has neither format."""
    found = _LINE.match(line)
    if found is None:
        return None
    try:
        method, target, _ = found["request"].split()
        at, target = _instant(found["time"]), _local(target)
    except (ValueError, OverflowError):
        return None
    return Request(
        ip=found["ip"],
        at=at,
        method=method,
        target=target,
        status=found["status"],
        referrer=_text(found["referrer"]),
        agent=_text(found["agent"]),
    )


def skip_reason(request: Request) -> str:
    """Why a request is no page view: "" if it is one."""
    if request.method != "GET":
        return f"method {request.method[:20]}"
    if request.status not in _VIEWED:
        return f"status {request.status}"
    return "static file" if _extension(_path(request.target)) in _STATIC else ""


def page_url(request: Request, host: str) -> str:
    """The page as a browser would name it."""
    return f"https://{host}{request.target}"


def is_host(text: str) -> bool:
    """Whether a page's URL can have it: a name or an address, with a port or without."""
    return len(text) <= 253 and _HOST.fullmatch(text) is not None


class LineIds:
    """Event ids of a log's lines: UUIDv5 of site, line and how many equal lines came before it."""

    def __init__(self, site: str) -> None:
        self._namespace = uuid.uuid5(_NAMESPACE, site)
        self._seen: Counter[bytes] = Counter()  # digests: a log may be larger than memory

    def of(self, line: str) -> str:
        digest = hashlib.blake2b(line.encode(), digest_size=16).digest()
        before = self._seen[digest]
        self._seen[digest] += 1
        return str(uuid.uuid5(self._namespace, f"{before} {line}"))


def event(request: Request, host: str, event_id: str) -> dict[str, str]:
    """The line that `POST /api/v1/import` takes for a page view."""
    return {
        "kind": "view",
        "eventId": event_id,
        "occurredAt": request.at.isoformat(),
        "pageUrl": page_url(request, host),
        "referrer": request.referrer,
        "ip": request.ip,
        "userAgent": request.agent,
    }


def _text(logged: str | None) -> str:
    return "" if logged in (None, "-") else logged.replace('\\"', '"').replace("\\\\", "\\")


def _path(target: str) -> str:
    return re.split(r"[?#]", target, maxsplit=1)[0]


def _extension(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def _local(target: str) -> str:
    """A target in absolute form keeps its path and query alone. Raises ValueError if it is no URL."""
    if not target.startswith("/"):
        parts = urlsplit(target)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return target if target.startswith("/") else f"/{target}"


def _instant(text: str) -> datetime:
    """A log's time in UTC, e.g. `17/May/2015:10:05:03 +0000`. Month names are English whatever the machine's language.

    Raises ValueError for another form and what no calendar has, OverflowError for what leaves the calendar in UTC.
    """
    found = _TIME.fullmatch(text)
    if found is None or found[2] not in _MONTHS:
        raise ValueError(text)
    day, year, hour, minute, second = (int(found[at]) for at in (1, 3, 4, 5, 6))
    offset = timedelta(hours=int(found[8]), minutes=int(found[9])) * (-1 if found[7] == "-" else 1)
    return datetime(year, _MONTHS[found[2]], day, hour, minute, second, tzinfo=timezone(offset)).astimezone(UTC)
