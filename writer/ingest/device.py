"""What a person's browser, system and device are, from the user agent and from client hints.

Chrome froze its user agent (major version only, Windows always 10, macOS always 10.15.7, Android always 10), so its
client hints win where they are sent. Parsed by ua-parser's Rust engine: linear in the text whatever it holds.
"""

import re
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from ua_parser.loaders import load_builtins
from ua_parser_rs import OSExtractor, UserAgentExtractor

from writer.ingest.bots import MAX_USER_AGENT
from writer.ingest.form import DESKTOP_IPAD, form_of


@dataclass(frozen=True, slots=True)
class ClientHints:
    """The `Sec-CH-UA` family as sent; "" = not sent."""

    ua: str = ""
    full_version_list: str = ""
    mobile: str = ""
    model: str = ""
    platform: str = ""
    platform_version: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """Names as people know them; "" = unknown. `device` is desktop, mobile, tablet, tv or console."""

    browser: str
    browser_version: str
    os: str
    os_version: str
    device: str


# ua-parser tells apart what people call one browser.
_BROWSERS: Final = {
    "Other": "",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Android WebView",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "iOS WebView",
    "Apple Mail": "Apple Mail",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Firefox (Shiretoko)": "Firefox",
    "Edge Mobile": "Edge",
    "Edge WebView2": "Edge",
    "IE": "Internet Explorer",
    "IE Mobile": "Internet Explorer",
    "IE Large Screen": "Internet Explorer",
    "Opera Mobile": "Opera",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Brave Mobile": "Brave",
    "Vivaldi Mobile": "Vivaldi",
    "MiuiBrowser": "Mi Browser",
    "Google": "Google App",
    "YandexSearch": "Yandex App",
    "Facebook Messenger": "Messenger",
    "Twitter": "X (Twitter)",
    "QQ Browser Mobile": "QQ Browser",
    "Amazon Silk": "Silk",
    "NetFront NX": "NetFront",
    "AVG": "AVG Secure Browser",
}
# Tried before ua-parser's rules of 2026, which take these for the engine beneath or for another name.
_MORE_BROWSERS: Final = (
    (r"\bOPX/(\d+)", "Opera GX"),
    (r"\bOPR/(\d+)[\d.]* \(Edition GX", "Opera GX"),
    (r"\bOPR/(\d+)\.\d+\.2254\b", "Opera Mini"),  # the build of the newer Android app
    (r"\bOPT/(\d+)", "Opera Touch"),
    (r"\bArc(?:Mobile2?)?/(\d+)", "Arc"),
    (r"\b(?:Ddg|DuckDuckGo)/(\d+)", "DuckDuckGo"),
    (r"\bHuaweiBrowser/(\d+)", "Huawei Browser"),
    (r"\bHeyTapBrowser/(\d+)", "HeyTap Browser"),
    (r"\bVivoBrowser/(\d+)", "vivo Browser"),
    (r"\bMZBrowser/(\d+)", "Meizu Browser"),
    (r"\bQuark/(\d+)", "Quark"),
    (r"\bABB/(\d+)", "Adblock Browser"),
    (r"\bNAVER\(inapp; search; \d+; (\d+)", "Naver App"),
    (r"\bWhale/(\d+)", "Whale"),
    (r"\bEcosia(?:Android|iOS| ios@| android@)/?(\d+)", "Ecosia"),
    (r"\bAvast(?:SecureBrowser)?/(\d+)", "Avast Secure Browser"),
    (r"\bBrave(?:/| Chrome/)(\d+)", "Brave"),
    (r"\b(?:Focus|Klar)/(\d+)", "Firefox Focus"),
    (r"\b(?:musical_ly|trill)_(\d\d)|\bBytedanceWebview", "TikTok"),
    (r"\bBarcelona (\d+)", "Threads"),
    (r"\bInstagram (\d+)", "Instagram"),
    (r"\b(?:FBAN|FB_IAB)/(?:Messenger|MESSENGER|Orca|ORCA).*FBAV/(\d+)|\bMessengerLiteForiOS", "Messenger"),
    (r"\bFBAV/(\d+)|\bMetaIAB Facebook", "Facebook"),
    (r"Snapchat/?(\d+)", "Snapchat"),
    (r"\[?\bPinterest/(?:Android|iOS)|\bPinterest/(\d+)", "Pinterest"),
    (r"\bLinkedInApp\b", "LinkedIn"),
    (r"\bTwitter(?:Android| for (?:iPhone|iPad))\b/?(\d+)?", "X (Twitter)"),
    (r"\bMicroMessenger/(\d+)", "WeChat"),
    (r" QQ/(\d+)", "QQ"),
    (r"\bBingSapphire/(\d+)", "Bing App"),
    (r"\bDaumApps/(\d+)", "Daum App"),
    (r"\b[Ll]ine/(\d+)", "LINE"),
    (r"\bKAKAOTALK[/ ](\d+)", "KakaoTalk"),
    (r"\bReddit/(?:Version )?(\d+)", "Reddit"),
    (r"\bTelegram-Android/(\d+)", "Telegram"),
    (r"\bbaiduboxapp/(\d+)", "Baidu App"),
    (r"\bSogouMobileBrowser/(\d+)", "Sogou Browser"),
    (r"\bYaBrowser/(\d+)", "Yandex Browser"),
    (r"\bYa(?:App_Android|SearchApp|SearchBrowser)/(\d+)", "Yandex App"),
)
# Browsers whose user agent is Chrome's to the letter, or an app's wrapped engine: their brand tells.
_BRANDS: Final = {
    "Google Chrome": "Chrome",
    "Microsoft Edge": "Edge",
    "Microsoft Edge WebView2": "Edge",
    "Opera": "Opera",
    "Opera GX": "Opera GX",
    "OperaMobile": "Opera",
    "Brave": "Brave",
    "Vivaldi": "Vivaldi",
    "YaBrowser": "Yandex Browser",
    "Yandex": "Yandex Browser",
    "Samsung Internet": "Samsung Internet",
    "DuckDuckGo": "DuckDuckGo",
    "Arc": "Arc",
    "Dia": "Dia",
    "ChatGPT Atlas": "ChatGPT Atlas",
    "Comet": "Comet",
    "Perplexity": "Comet",
    "Whale": "Whale",
    "HuaweiBrowser": "Huawei Browser",
    "Avast Secure Browser": "Avast Secure Browser",
    "AvastSecureBrowser": "Avast Secure Browser",
    "AVG Secure Browser": "AVG Secure Browser",
    "Avira Secure Browser": "Avira Secure Browser",
    "CCleaner Browser": "CCleaner Browser",
    "Norton Private Browser": "Norton Private Browser",
    "Opera Air": "Opera",
    "Brave Browser": "Brave",
    "Oculus Browser": "Oculus Browser",
    "Android WebView": "Android WebView",
    "Ecosia": "Ecosia",
    "Silk": "Silk",
}
# The same for systems: ua-parser has no consoles, and takes Huawei's computers for what they imitate.
_MORE_SYSTEMS: Final = (
    (r"\bOpenHarmony[ -](\d+)(?:\.(\d+))?", "HarmonyOS"),
    (r"\bX(?:box|BOX)\b", "Xbox"),
    (r"\bPlay[Ss]tation ?([2-5])", "PlayStation"),
    (r"\bNintendo Switch ?(2)?\b", "Nintendo Switch"),
    (r"\bNintendo 3DS\b", "Nintendo 3DS"),
    (r"\bNintendo WiiU\b", "Wii U"),
)
_ENGINES: Final = frozenset({"", "Chrome", "Chromium", "Android WebView"})
_BRAND = re.compile(r'"([^"\\]{1,60})"\s*;\s*v\s*=\s*"(\d{1,5})')
_SYSTEMS: Final = {
    "Other": "",
    "Mac OS": "Mac OS X",
    "macOS": "Mac OS X",
    "Chromium OS": "Chrome OS",
    "ATV OS X": "tvOS",
    "Chromecast Android": "Android",
    "Chromecast Linux": "Chromecast",
    "WebTV": "",
    "webOS TV": "webOS",
    "WebOS": "webOS",
    "Web0S": "webOS",
    "Firefox OS": "KaiOS",
    "BlackBerry Tablet OS": "BlackBerry OS",
}
_KNOWN_PLATFORMS: Final = frozenset(
    {"Windows", "macOS", "Android", "Linux", "Chrome OS", "Chromium OS", "iOS", "Fuchsia"}
)

# Safari from 26 on says iPhone OS 18_6 or 18_7 whatever the system is; its own version is the system's.
_FROZEN_IOS = re.compile(r"(?:iPhone|CPU) OS 18[_.][67]")
_TRUE_IOS = re.compile(r"; iOS (\d+)[_.](\d+)|FBSV/(\d+)\.(\d+)|Version/(\d+)\.(\d+)")
_DESKTOP_IPAD = re.compile(DESKTOP_IPAD)


_PARTS = attrgetter("regex", "family", "major", "minor", "patch", "patch_minor")


def _extractors() -> tuple[UserAgentExtractor, OSExtractor]:
    agents, systems, _ = load_builtins()
    return (
        UserAgentExtractor([*map(_own_rule, _MORE_BROWSERS), *map(_PARTS, agents)]),
        OSExtractor([*map(_own_rule, _MORE_SYSTEMS), *map(_PARTS, systems)]),
    )


def _own_rule(rule: tuple[str, str]) -> tuple[str, str, None, None, None, None]:
    pattern, name = rule
    return (
        f"()(?:{pattern})",
        name,
        None,
        None,
        None,
        None,
    )  # the second group is the version; the first would be a name


_AGENTS, _OPERATING_SYSTEMS = _extractors()


def device_of(user_agent: str, hints: ClientHints) -> Device:
    """The device behind a user agent (the first 1,024 characters count) and its client hints. Never raises."""
    text = user_agent[:MAX_USER_AGENT]
    browser, version = _browser(text)
    brand, brand_version = _branded(hints)
    if brand and (browser in _ENGINES or brand.startswith(browser)):  # "Opera GX" calls itself Opera
        browser, version = brand, brand_version
    system, system_version = _system(text)
    if hints.platform and system != "Xbox":  # which calls itself Windows
        system, system_version = _hinted_system(hints, system, system_version)
    return Device(browser, version, system, system_version, form_of(text, hints.model, hints.mobile, hints.platform))


def _browser(text: str) -> tuple[str, str]:
    found = _AGENTS.extract(text)
    if not found:
        return "", ""
    name = _BROWSERS.get(found.family, found.family)
    major = found.major or ""
    if name == "Safari" and major and found.minor:
        return name, f"{major}.{found.minor}"
    return name, major if name else ""


def _branded(hints: ClientHints) -> tuple[str, str]:
    """The known brand of the list, its placeholders ("Not A;Brand") and bare engines passed over."""
    for name, major in _BRAND.findall(hints.full_version_list[:1_000] or hints.ua[:1_000]):
        if name in _BRANDS:
            return _BRANDS[name], major
    return "", ""


def _system(text: str) -> tuple[str, str]:
    found = _OPERATING_SYSTEMS.extract(text)
    if not found:
        return "", ""
    name = _SYSTEMS.get(found.family, found.family)
    if name == "iOS" and _FROZEN_IOS.search(text):
        return name, _true_ios(text)
    if name == "Mac OS X" and _DESKTOP_IPAD.search(text):
        return "iOS", ""
    if _frozen(name, text):
        return name, ""
    return name, _version(found.major, found.minor) if name else ""


def _true_ios(text: str) -> str:
    """The version beside a frozen one, "" if nothing tells it."""
    found = _TRUE_IOS.search(text)
    major, minor = filter(None, found.groups()) if found else ("", "")
    return _version(major, minor)


def _frozen(system: str, text: str) -> bool:
    """Versions that browsers pin for every later system too: macOS 10.15, `Android 10; K`. Unknown beats wrong."""
    if system == "Mac OS X":
        return "Mac OS X 10_15_7" in text or "Mac OS X 10.15;" in text
    return system == "Android" and "Android 10; K)" in text


def _version(major: str | None, minor: str | None) -> str:
    return f"{major}.{minor}" if major and minor and minor != "0" else major or ""


def _hinted_system(hints: ClientHints, system: str, version: str) -> tuple[str, str]:
    platform = hints.platform[:60].strip('" ')
    if platform not in _KNOWN_PLATFORMS:
        return system, version
    name = _SYSTEMS.get(platform, platform)
    if name == "Linux" and system not in ("", "Linux", "Android"):
        return system, version  # the user agent knows the distribution
    major, _, rest = hints.platform_version[:60].strip('" ').partition(".")
    if not (major.isascii() and major.isdigit()):
        return name, version if name == system else ""
    minor = rest.partition(".")[0]
    if name == "Windows":
        return name, _windows_version(int(major[:4]), minor)
    return name, _version(major[:6], minor[:6] if minor.isdigit() else "")


def _windows_version(major: int, minor: str) -> str:
    """Microsoft's table for `Sec-CH-UA-Platform-Version`: 0.x before 10, 1–10 is 10, from 13 on 11."""
    if major == 0:
        return {"1": "7", "2": "8", "3": "8.1"}.get(minor, "")
    return "11" if major >= 13 else "10"
