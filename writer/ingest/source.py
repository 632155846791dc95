"""Where a visit comes from: its source, by the names people know, and its channel.

Source: utm_source, else `source`, else `ref`, else the referrer (semantics: "Attribution"). Channel: the default
channel group of Google Analytics 4, with AI assistants beside it. `sources.toml` is the list of known sources.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote_plus

from writer.ingest.page import ascii_host, host_of, is_own_host, split

MAX_VALUE: Final = 200
MAX_REFERRER: Final = 2_000


@dataclass(frozen=True, slots=True)
class Campaign:
    """The five UTM values, each ≤ 200 characters; "" = not given."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    content: str = ""
    term: str = ""


@dataclass(frozen=True, slots=True)
class Attribution:
    """A first touch. Empty `source` and `channel` mean Direct; `referrer` has no query, no fragment and no password."""

    source: str
    channel: str
    referrer: str
    campaign: Campaign


@dataclass(frozen=True, slots=True)
class Known:
    """An entry of the list. `category` is search, social, video, shopping, email, ai, audio or referral."""

    name: str
    category: str


_Keys = Mapping[str, Known]


@dataclass(frozen=True, slots=True)
class Sources:
    """The list by the keys it is looked up by; `anywhere` holds names that own every country's domain."""

    hosts: _Keys
    anywhere: _Keys
    tags: _Keys
    apps: _Keys
    click_ids: _Keys

    @classmethod
    def read(cls, file: Path) -> "Sources":
        """Raises OSError or tomllib.TOMLDecodeError for a file that is no such list."""
        content: dict[str, dict[str, str]] = tomllib.loads(file.read_text())
        owners = content.pop("click_ids")
        hosts: dict[str, Known] = {}
        anywhere: dict[str, Known] = {}
        tags: dict[str, Known] = {}
        apps: dict[str, Known] = {}
        by_name: dict[str, Known] = {}
        for category, entries in content.items():
            for name, words in entries.items():
                known = by_name[name] = Known(name, category)
                for word in words.split():
                    if word.startswith("app:"):
                        apps[word.removeprefix("app:")] = known
                    elif word.endswith(".*"):
                        anywhere[word.removesuffix(".*")] = known
                    else:
                        (hosts if "." in word else tags)[word] = known
        for name, known in by_name.items():
            for separator in (" ", "", "-", "_"):
                tags.setdefault(name.lower().replace(" ", separator), known)
        return cls(hosts, anywhere, tags, apps, {key: by_name[name] for key, name in owners.items()})

    def of_host(self, host: str) -> Known | None:
        """The entry of a host or of the nearest host above it."""
        labels = host.split(".")
        for at in range(len(labels)):
            if found := self.hosts.get(".".join(labels[at:])) or self._anywhere(labels[at:]):
                return found
        return None

    def of_app(self, package: str) -> Known | None:
        """The entry of an Android package or iOS bundle; its name reversed is its maker's host."""
        package = package.lower()
        return self.apps.get(package) or self.of_host(".".join(reversed(package.split("."))))

    def of_tag(self, value: str) -> Known | None:
        """The entry that a hand-written tag means: a tag of the list, a name, or a host."""
        word = value.lower()
        return self.tags.get(word) or (self.of_host(ascii_host(word)) if "." in word else None)

    def _anywhere(self, labels: list[str]) -> Known | None:
        """`google.*` and `scholar.google.*`: one label or two before the country's."""
        for width in (2, 1):
            found = self.anywhere.get(".".join(labels[:width]))
            if found and _is_country(".".join(labels[width:])):
                return found
        return None


def _is_country(tail: str) -> bool:
    """True for what may stand behind a name that is owned everywhere: `com`, `de`, `co.uk`, `com.br`."""
    second, _, top = tail.rpartition(".")
    return top.isalpha() and (not second or (len(top) == 2 and second in ("co", "com", "net", "org", "ne", "or")))


SOURCES: Final = Sources.read(Path(__file__).parent / "sources.toml")
CLICK_IDS: Final = MappingProxyType({key.lower(): known for key, known in SOURCES.click_ids.items()})
UNKNOWN: Final = Known("", "")

_UTM: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_SHOP = re.compile(r"(?:^|[^a-df-z])shop|shopping")
_SOCIAL_MEDIA = frozenset({"social", "social-network", "social-media", "sm", "social network", "social media"})
_EMAIL = frozenset({"email", "e-mail", "e_mail", "e mail", "newsletter"})
_DISPLAY = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
_DIRECT = frozenset({"direct", "(direct)", "(none)", "none"})
_PAID = frozenset({"ppc", "retargeting"})
_CAMPAIGN_LESS = Campaign()


def attribute(url: str, referrer: str, utm: Campaign, own_hosts: frozenset[str]) -> Attribution:
    """The first touch of a visit that began at `url`, referred by `referrer`. Never raises.

    `utm` wins, value by value, over the URL's own parameters. The site's own hosts, the URL's own host and this
    machine are no referrer. Click ids decide "paid" and are kept nowhere.
    """
    landing = split(url)
    query = dict(_parameters(landing.query))
    campaign = _campaign(query, utm)
    origin, known = _referring(referrer, own_hosts | {landing.host})
    clicked = next((CLICK_IDS[key] for key in query if key in CLICK_IDS), None)
    tag = _host_of_link(campaign.source or query.get("source", "") or query.get("ref", ""))
    if tag and tag.lower() not in _DIRECT and not is_own_host(tag.lower(), own_hosts):
        known = SOURCES.of_tag(tag) or UNKNOWN
        source = known.name or _without_www(tag)
    else:
        source = known.name or origin
    if clicked:
        source = source or clicked.name
        known = known if known.category not in ("", "referral") else clicked
    return Attribution(
        source, _channel(source, known.category, campaign, clicked is not None), _kept(referrer, origin), campaign
    )


def _parameters(query: str) -> Iterator[tuple[str, str]]:
    """Keys in lower case, values clean; last to first, so that a dict keeps the first of each."""
    for pair in reversed(query[:MAX_REFERRER].split("&")):
        key, _, value = pair.partition("=")
        value = _clean(unquote_plus(value)) if value else ""
        if value:
            yield unquote_plus(key).lower(), value


def _clean(value: str) -> str:
    return _CONTROL.sub(" ", value).strip()[:MAX_VALUE]


def _campaign(query: Mapping[str, str], utm: Campaign) -> Campaign:
    if utm == _CAMPAIGN_LESS and not any(name in query for name in _UTM):
        return _CAMPAIGN_LESS
    given = (utm.source, utm.medium, utm.campaign, utm.content, utm.term)
    return Campaign(*(_clean(value) or query.get(name, "") for name, value in zip(_UTM, given, strict=True)))


def _host_of_link(tag: str) -> str:
    """Tags that are links, as some sites put into `ref`, mean their host."""
    return host_of(tag) or tag if "://" in tag else tag


def _referring(referrer: str, own_hosts: frozenset[str]) -> tuple[str, Known]:
    """The host or app that referred, as it is shown when it is unknown, and its entry; "" if nobody did."""
    parts = split(referrer)
    if parts.scheme in ("android-app", "ios-app") and parts.host:
        return parts.host, SOURCES.of_app(parts.host) or UNKNOWN
    if parts.scheme not in ("http", "https") or not parts.host or _is_here(parts.host):
        return "", UNKNOWN
    if is_own_host(parts.host, own_hosts):
        return "", UNKNOWN
    return _without_www(parts.host), SOURCES.of_host(parts.host) or UNKNOWN


def _is_here(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or host.startswith("127.") or host in ("[::1]", "0.0.0.0")


def _without_www(host: str) -> str:
    return host.removeprefix("www.") or host


def _kept(referrer: str, origin: str) -> str:
    """The referrer as sent, without query, fragment and anybody's name and password; "" if nobody referred."""
    if not origin:
        return ""
    kept = re.split(r"[?#]", _CONTROL.sub("", referrer.strip()), maxsplit=1)[0]
    scheme, separator, rest = kept.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"[:MAX_REFERRER]


def _channel(source: str, category: str, campaign: Campaign, clicked: bool) -> str:
    """The channel by the first rule that holds, in the reference's order; "" for Direct."""
    medium, name, origin = campaign.medium.lower(), campaign.campaign.lower(), source.lower()
    medium = "" if medium in _DIRECT else medium
    if not source and not medium:
        return ""
    if "cross-network" in name:
        return "Cross-network"
    shopping = category == "shopping" or _SHOP.search(name) is not None
    if (clicked and medium not in _DISPLAY) or medium in _PAID or "cp" in medium or medium.startswith("paid"):
        return _paid_channel(category, shopping, medium)
    if medium in _DISPLAY:
        return "Display"
    return _organic_channel(category, shopping, medium, origin)


def _paid_channel(category: str, shopping: bool, medium: str) -> str:
    if shopping:
        return "Paid Shopping"
    if category in ("search", "social", "video"):
        return f"Paid {category.title()}"
    return "Display" if medium in _DISPLAY else "Paid Other"


def _organic_channel(category: str, shopping: bool, medium: str, source: str) -> str:
    if category == "ai":
        return "AI Assistants"
    if shopping:
        return "Organic Shopping"
    if category == "social" or medium in _SOCIAL_MEDIA:
        return "Organic Social"
    if category == "video" or "video" in medium:
        return "Organic Video"
    if category == "search" or medium == "organic":
        return "Organic Search"
    return _named_channel(category, medium, source)


def _named_channel(category: str, medium: str, source: str) -> str:
    if medium in ("referral", "app", "link"):
        return "Referral"
    if category == "email" or medium in _EMAIL or source in _EMAIL:
        return "Email"
    if medium in ("affiliate", "affiliates"):
        return "Affiliates"
    if category == "audio" or medium in ("audio", "podcast"):
        return "Audio"
    if medium == "sms" or source == "sms":
        return "SMS"
    if medium.endswith("push") or "mobile" in medium or "notification" in medium or source == "firebase":
        return "Mobile Push Notifications"
    # a tagged or plain link somewhere refers; a medium that no rule knows is not guessed at
    return "Unassigned" if medium else "Referral"
