"""What a person's browser, system and device are, from the user agent and from client hints.

Chrome froze its user agent (major version only, Windows always 10, macOS always 10.15.7, Android always 10), so its
client hints win where they are sent. Parsed by ua-parser's Rust engine: linear in the text whatever it holds.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Final

from ua_parser.loaders import load_builtins
from ua_parser_rs import OSExtractor, UserAgentExtractor

from writer.ingest.bots import MAX_USER_AGENT


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
    "QQ Browser Mobile": "QQ Browser",
    "Amazon Silk": "Silk",
    "NetFront NX": "NetFront",
    "AVG": "AVG Secure Browser",
}
# Tried before ua-parser's rules of 2026, which take these for the engine beneath or for another name.
_MORE_BROWSERS: Final = (
    (r"\bOPX/(\d+)", "Opera GX"),
    (r"\bOPR/(\d+)[\d.]* \(Edition GX", "Opera GX"),
    (r"\bArc(?:Mobile2?)?/(\d+)", "Arc"),
    (r"\b(?:Ddg|DuckDuckGo)/(\d+)", "DuckDuckGo"),
    (r"\bHuaweiBrowser/(\d+)", "Huawei Browser"),
    (r"\bHeyTapBrowser/(\d+)", "HeyTap Browser"),
    (r"\bVivoBrowser/(\d+)", "vivo Browser"),
    (r"\bWhale/(\d+)", "Whale"),
    (r"\bEcosia(?:Android|iOS| ios@| android@)/?(\d+)", "Ecosia"),
    (r"\bAvast(?:SecureBrowser)?/(\d+)", "Avast Secure Browser"),
    (r"\bBrave(?:/| Chrome/)(\d+)", "Brave"),
    (r"\b(?:Focus|Klar)/(\d+)", "Firefox Focus"),
    (r"\b(?:musical_ly|trill)_(\d\d)|\bBytedanceWebview", "TikTok"),
    (r"\bBarcelona (\d+)", "Threads"),
    (r"\bInstagram (\d+)", "Instagram"),
    (r"\bMessengerLiteForiOS|FBAN/Messenger.*FBAV/(\d+)", "Messenger"),
    (r"\bFBAV/(\d+)", "Facebook"),
    (r"\bSnapchat/(\d+)", "Snapchat"),
    (r"\[?\bPinterest/(?:Android|iOS)|\bPinterest/(\d+)", "Pinterest"),
    (r"\bLinkedInApp\b", "LinkedIn"),
    (r"\bTwitter(?:Android| for (?:iPhone|iPad)/)?/?(\d+)?", "X (Twitter)"),
    (r"\bMicroMessenger/(\d+)", "WeChat"),
    (r"\b[Ll]ine/(\d+)", "LINE"),
    (r"\bKAKAOTALK[/ ](\d+)", "KakaoTalk"),
    (r"\bReddit/(?:Version )?(\d+)", "Reddit"),
    (r"\bTelegram-Android/(\d+)", "Telegram"),
    (r"\bNAVER\(inapp; search; \d+; (\d+)", "Naver App"),
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
    "AVG Secure Browser": "AVG Secure Browser",
    "Android WebView": "Android WebView",
    "Ecosia": "Ecosia",
    "Silk": "Silk",
}
_ENGINES: Final = frozenset({"", "Chrome", "Chromium", "Android WebView"})
_BRAND = re.compile(r'"([^"\\]{1,60})"\s*;\s*v\s*=\s*"(\d{1,5})')
_SYSTEMS: Final = {
    "Other": "",
    "Mac OS": "Mac OS X",
    "macOS": "Mac OS X",
    "Chromium OS": "Chrome OS",
    "ATV OS X": "tvOS",
    "Chromecast Android": "Android",
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

_CONSOLE = re.compile(r"Xbox|PlayStation|PLAYSTATION|Nintendo|Steam ?Deck|Ouya|OUYA")
_TV = re.compile(
    r"[Ss]mart-? ?TV|SMART-TV|Google ?TV|Android ?TV|Apple ?TV|tvOS|HbbTV|Web0S|webOS\.TV|NetCast|CrKey|Chromecast|"
    r"BRAVIA|\bAFT[A-Z0-9]{1,6}\b|Roku|VIDAA|Viera|VIERA|DTV|InettvBrowser|TV Safari|\bTV\b|MiTV|MIBOX|MiBOX|AQUOS|"
    r"SHIELD Android|PhilipsTV|Philips;|NETTV|Hisense|TCL_TV|POV_TV|\bSTB\b|SetTopBox",
    re.ASCII,
)
_TABLET = re.compile(
    r"iPad|PlayBook|Kindle|\bSilk/|\bKF[A-Z]{2,6}\b|\b[Tt]ablet\b(?! PC)|\bSM-[TX]\d{3}|\bSM-P\d{3}|\bGT-[NP]\d{4}|"
    r"Nexus (?:7|9|10)\b|Pixel (?:C|Tablet)\b|\bTB-?[A-Z0-9]{4,}|Lenovo TAB|MediaPad|MatePad|\b(?:AGS|BAH)\d?-|"
    r"Xiaomi Pad|\bMi ?Pad|Redmi Pad|\bPad \d|Transformer|Xoom|Galaxy Tab|\bSGP\d{3}|\bOPD\d{4}|ONEPLUS Pad",
    re.ASCII,
)
_MOBILE = re.compile(
    r"Mobi|iPhone|iPod|Windows Phone|IEMobile|BlackBerry|BB10|Opera Mini|UCWEB|Symb(?:ian|OS)|Series ?[346]0|KAIOS|"
    r"KaiOS|MIDP|J2ME|Nokia|webOS/|hpwOS|Palm|DoCoMo|UP\.Browser|Maemo|MeeGo|\bMAUI\b|Bada/|BREW",
    re.ASCII,
)
_DESKTOP = re.compile(r"Windows|Macintosh|X11|Linux|CrOS|Mac OS X|Mac_PowerPC|OpenBSD|FreeBSD|AmigaOS|Haiku|BeOS|OS/2")


_PARTS = attrgetter("regex", "family", "major", "minor", "patch", "patch_minor")


def _extractors() -> tuple[UserAgentExtractor, OSExtractor]:
    # a rule's second group is the major version; the first would be the name
    own = [(f"()(?:{pattern})", name, None, None, None, None) for pattern, name in _MORE_BROWSERS]
    agents, systems, _ = load_builtins()
    return UserAgentExtractor([*own, *map(_PARTS, agents)]), OSExtractor(map(_PARTS, systems))


_AGENTS, _OPERATING_SYSTEMS = _extractors()


@lru_cache(maxsize=16_384)
def device_of(user_agent: str, hints: ClientHints) -> Device:
    """The device behind a user agent (the first 1,024 characters count) and its client hints. Never raises."""
    text = user_agent[:MAX_USER_AGENT]
    browser, version = _browser(text)
    brand, brand_version = _branded(hints)
    if brand and (browser in _ENGINES or browser == brand):
        browser, version = brand, brand_version
    system, system_version = _system(text)
    if hints.platform:
        system, system_version = _hinted_system(hints, system, system_version)
    return Device(browser, version, system, system_version, _class(text, hints))


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
    if _frozen(name, text):
        return name, ""
    return name, _version(found.major, found.minor) if name else ""


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


def _class(text: str, hints: ClientHints) -> str:
    if _CONSOLE.search(text):
        return "console"
    if _TV.search(text):
        return "tv"
    android = "Android" in text or hints.platform.strip('" ') == "Android"
    if _TABLET.search(text):
        return "tablet"
    if hints.mobile == "?1" or _MOBILE.search(text):
        return "mobile"
    if android:
        return "tablet"  # Android without the word Mobile, by Google's own rule
    if _DESKTOP.search(text):
        return "desktop"
    return "desktop" if hints.platform else ""
