"""What kind of device sent a user agent: desktop, mobile, tablet, tv or console.

One list of patterns in the order they are tried, matched by ua-parser's Rust engine: linear in the text. A tablet or a
television that asks for pages as a phone does is known by its model's name alone; the lists hold the names that are
sold in numbers. What no name tells follows Google's rule: Android without the word Mobile is a tablet.
"""

from functools import lru_cache
from typing import Final

from ua_parser_rs import UserAgentExtractor

_CONSOLES: Final = (
    "X[Bb][Oo][Xx]",
    r"P(?:lay[Ss]tation|LAYSTATION)|\(PS[2-5][;)]|;ps[45];",
    "Nintendo|Steam ?Deck|Valve Steam Gamepad|O(?:uya|UYA)",
)
# Phones of makers whose televisions are known by the maker's name.
_PHONES_OF_TV_MAKERS: Final = ("Hisense .*Mobile",)
_TELEVISIONS: Final = (
    r"[Ss]mart[-_ ]?(?:TV|Tv|tv|Box)|SMART[-_ ]TV|(?:Google|Android|Apple|Mi|AQUOS-?|Philips|Fibe|YouView|Ecostar) ?TV",
    r"tvOS|H[Bb][Bb][Tt][Vv]|Web0S|webOS\.TV|NetCast|CrKey|Chromecast|VIDAA|ViziOS|VIZIO|TiVo|Roku|NETTV|InettvBrowser",
    r"\bTV(?:\b|BOX|PLUS)|TV Safari|FTV|[a-z]TV[ ;)]|\bSTB\b|_STB_|SetTopBox|stbapp|\bOMI/\d|VSTVB|AltiBrowser|KreaTV",
    r"BRAVIA|\bAFT[A-Z0-9]{1,10}\b|NFANDROID|V(?:iera|IERA)/|Viera;|SHIELD Android|Philips;|\bTPM\d{3}E|\bQM1\d\dE",
    r"Hisense|TCL_TV|POV_TV|BrightSign|YouView|Freebox Player|Linux (?:mips|sh4)|DuneHD|Sky_OTT|GW-Device|\(Sky, ",
    r"M(?:IBOX|iBOX)|SberBox|[^A-Za-z]LED\d\d|QLED\d\d|U(?:goos|GOOS)|\bA95X|X9[68](?:[ _)]|[AaMm]|Q)|[; ]H96|MXQ",
    r"\bTX\d ?(?:[sS]|mini)|\bT95|ZIDOO|VONTAR|Leelbox|Formuler|iconBIT|SKYSTREAM|Beelink|MECOOL|Rombica|Kodi/|XBMC/",
    # a size in inches before the model: 55UR50GR, SKYLINE 58U7510
    r"; ?(?:[A-Za-z]+[ _-])*(?:24|28|32|39|4[0238]|49|50|55|58|65|7[057]|8[56])[A-Z]{1,5}\d{2,5}[A-Z]*[ ;)_-]",
)
_LAPTOPS: Final = (
    # machines with a keyboard that run Android's applications, Huawei's computers, a screen before the eyes
    r"OculusBrowser",
    r"Chromebook|Pixelbook|CrosArc|Inspiron|Latitude|TravelMate|\bAspire\b|\((?:PC|2in1); ?(?:Open)?Harmony",
)
# iPads ask for desktop pages by default: these browsers then call themselves Mac and keep their iOS names
DESKTOP_IPAD: Final = "Macintosh.*(?:CriOS|FxiOS|EdgiOS|OPiOS|GSA)/"

_TABLETS: Final = (
    DESKTOP_IPAD,
    r"iPad|PlayBook|Kindle|\bSilk/|\bKF[A-Z]{2,6}\b|\b[Tt]ablet(?:[^A-Za-z ]| [^P])|/apad\b",
    r"\bSM-[TXP]\d{3}|\bGT-(?:P\d|N[58])\d{3}|Galaxy Tab|Nexus (?:7|9|10)\b|Pixel (?:C|Tablet)\b|Xoom|\bSGP\d{3}",
    r"\bTB-?[A-Z0-9]{4,}|MediaPad|MatePad|Mi ?Pad|\b(?:OPD|RMP|PMT|TDT)\d{4}|\bi?PA2\d{3}\b|\biPlay|Nokia T\d\d\b",
    r"[A-Za-z_; -]T(?:ab|AB)(?:[ _)/-]|\d)|[A-Za-z_; -]P(?:ad|AD)(?:[ _)]|\d)",
    r"\b\d{4}[0-9A-Z]?RP[A-Z0-9]{2,4}\b",  # Xiaomi's
    # Huawei's and Honor's
    r"\b(?:AG[RS]|BAH|BT[KV]|BZ[AT]|CMR|DB[RY]|ELN|GOT|HEY|JDN|KOB|KRJ|MON|MR[RX]|SCM|SHT|VRD|WEB|WGR)\d?[A-Z]?-[A-Z]{1,2}\d",
    # Alcatel's, BQ's, Digma's, Teclast's
    r"; (?:80[3689]|90[123]|913|916|92[89]|931|946)\d[A-Z]\b|\bBQ-(?:[78]0|10)\d\d|Optima \d|MT-T\d|M50HD|M40_?Plus",
)
_PHONES: Final = (
    r"Mobi(?:le)?(?:[^a-zA-Z]|$)|IEMobile",
    r"iPhone|\biPh\d|iPod|Windows Phone|BlackBerry|BB10|Opera Mini|UCWEB|Symb(?:ian|OS)|Series ?[346]0",
    r"K(?:AI|ai)OS|MIDP|J2ME|Nokia|webOS/|hpwOS|Palm|DoCoMo|UP\.Browser|Maemo|MeeGo|\bMAUI\b|Bada/|BREW|WAP.Browser",
    r"\bSM-[ACEFGJMNS]\d{3}|\bGT-[INS]\d{4}|\b[Mm]oto [a-z]|\bRMX\d{4}|\bCPH\d{4}|\bPixel \d|\(Phone;",
)
_DESKTOPS: Final = (
    r"Windows|Macintosh|X11|Linux|CrOS|Chrom(?:e|ium) OS|Mac ?OS|macOS|OSX|Mac_PowerPC|OpenBSD|FreeBSD|Fuchsia",
    r"AmigaOS|Haiku|BeOS|OS/2|\bwin1[01]\b",
)

_ORDER: Final = (
    ("console", _CONSOLES),
    ("mobile", _PHONES_OF_TV_MAKERS),
    ("tv", _TELEVISIONS),
    ("desktop", _LAPTOPS),
    ("tablet", _TABLETS),
    ("mobile", _PHONES),
    ("tablet", ("Android",)),
    ("desktop", _DESKTOPS),
)
_MATCHER = UserAgentExtractor(
    [(pattern, form, None, None, None, None) for form, patterns in _ORDER for pattern in patterns]
)


def form_of(user_agent: str, model: str, mobile: str, platform: str) -> str:
    """The kind of device, by a user agent and the hints `Sec-CH-UA-Model`, `-Mobile` and `-Platform`; "" = unknown."""
    if model or mobile or platform:
        user_agent = f"{user_agent}; {_bare(model)}; {_bare(platform)}){' Mobile' if mobile == '?1' else ''}"
    found = _MATCHER.extract(user_agent)
    return found.family if found else ""


@lru_cache(maxsize=1_024)
def _bare(hint: str) -> str:
    return hint[:60].strip('" ')
