"""One envelope, one event: what is kept, cut, derived and dropped."""

import uuid
from typing import Any

import pytest
from analytics.v1 import event_pb2, site_pb2
from analytics.v1.event_pb2 import NormalizedEvent

from tests.writer.conftest import NOON, view
from writer.ingest.identity import Keyring
from writer.ingest.normalize import Draft, draft, read
from writer.ingest.parts import RefusedError, language_tag, revenue_micros, screen_class
from writer.ingest.place import Places
from writer.ingest.rules import SiteRules
from writer.wrap import Wrapper

PLACES = Places(None)
RECENT = {"session_id": "019b7982-d400-7abc-8def-0123456789ab", "received_at_us": 1_767_271_000_000_000}
RULES = SiteRules.of(
    site_pb2.Site(number=1, identity=event_pb2.IDENTITY_MODE_MEMORY, domains=["example.org"], query_parameters=["id"])
)


class NoSecrets:
    async def salts(self, wanted: list[Any]) -> list[Any]:
        return []

    async def destroy_salts(self, live_before_day: int, imports_before_us: int) -> int:
        return 0

    async def site_key(self, site_id: int) -> bytes | None:
        return None

    async def any_site_key(self) -> bytes | None:
        return None


KEYRING = Keyring(NoSecrets(), Wrapper(b"w" * 32), lambda: NOON)


def drafted(**fields: Any) -> Draft:
    made = draft(read(view(**fields).SerializeToString()), RULES, KEYRING, PLACES)
    assert isinstance(made, Draft)
    return made


def normalized(**fields: Any) -> NormalizedEvent:
    return NormalizedEvent.FromString(drafted(**fields).body)


def session(**fields: Any) -> NormalizedEvent:
    return normalized(**RECENT, **fields)


def test_device_page_and_place_come_from_context() -> None:
    event = normalized(
        page_url="https://Example.org/a?id=7&q=8#x", ip="8.8.8.8", screen_width=1_280, language="de-at,en"
    )
    assert (event.browser, event.os, event.device) == ("Chrome", "Windows", "desktop")
    assert (event.hostname, event.page) == ("example.org", "/a?id=7")
    assert (event.country, event.screen, event.language) == ("US", "xl", "de-AT")


def test_a_trusted_country_wins_over_the_address() -> None:
    assert normalized(ip="8.8.8.8", country_hint="de").country == "DE"
    assert normalized(ip="8.8.8.8", country_hint="XX").country == "US"


def test_texts_are_cut_at_their_limits() -> None:
    event = normalized(
        kind=event_pb2.EVENT_KIND_CUSTOM,
        name="n" * 121,
        page_title="t" * 501,
        element_text="e" * 101,
        href="https://x.org/" + "h" * 3_000,
        props={f"{n:02d}" + "k" * 99: "v" * 2_001 for n in range(31)},
        edge_id="e" * 65,
    )
    assert (len(event.name), len(event.page_title), len(event.element_text), len(event.href)) == (120, 500, 100, 2_000)
    assert (len(event.props), len(event.edge_id)) == (30, 64)
    assert {len(key) for key in event.props} == {100}
    assert {len(value) for value in event.props.values()} == {2_000}


@pytest.mark.parametrize(("age_ms", "seconds"), [(0, 0), (1_500, 1.5), (-5, 0), (10**12, 86_400)])
def test_age_moves_the_event_back_by_a_day_at_most_and_never_forward(age_ms: int, seconds: float) -> None:
    event = normalized(age_ms=age_ms)
    assert event.occurred_at_us == NOON - int(seconds * 1e6)


def test_occurred_at_of_a_live_event_is_never_obeyed() -> None:
    assert normalized(occurred_at_us=5).occurred_at_us == NOON


def test_only_custom_events_are_interactive_and_by_default() -> None:
    assert normalized(kind=event_pb2.EVENT_KIND_CUSTOM, name="buy").interactive
    assert not normalized(kind=event_pb2.EVENT_KIND_CUSTOM, name="buy", interactive=False).interactive
    assert not normalized(interactive=True).interactive


def test_first_touch_comes_from_the_sessions_first_url_and_referrer() -> None:
    event = session(
        page_url="https://example.org/later?utm_source=no",
        referrer="https://example.org/",
        first_url="https://example.org/?utm_source=news&utm_medium=email",
        first_referrer="https://www.google.com/search?q=secret",
    )
    assert (event.source, event.utm_source, event.utm_medium, event.channel) == ("news", "news", "email", "Email")
    assert "secret" not in str(event)


def test_a_page_view_without_first_touch_is_its_own() -> None:
    assert session(referrer="https://duckduckgo.com/").source == "DuckDuckGo"
    assert session(referrer="https://duckduckgo.com/", kind=event_pb2.EVENT_KIND_SCROLL).source == ""
    assert session(referrer="https://sub.example.org/x").source == ""


def test_an_event_that_may_open_its_visit_is_the_first_touch_whatever_its_kind() -> None:
    """Two requests of one page overtake each other: a purchase before its page view must not make the visit Direct."""
    purchase = {"kind": event_pb2.EVENT_KIND_CUSTOM, "name": "Purchase", "referrer": "https://duckduckgo.com/"}
    landing = {"page_url": "https://example.org/a?utm_source=news"}
    opening = drafted(session_id=str(uuid.uuid4()), **purchase, **landing)
    assert opening.claim
    assert NormalizedEvent.FromString(opening.first_touch).source == "news"
    # a session that tells its own start has the touch of its views or what the SDK says: of any later event it is none
    assert session(**purchase, **landing).source == ""


@pytest.mark.parametrize(
    "fields",
    [
        {"navigation": event_pb2.NAVIGATION_RELOAD, "first_referrer": "https://news.ycombinator.com/"},
        {"navigation": event_pb2.NAVIGATION_BACK_FORWARD},
        {"first_referrer": "https://shop.example.org/cart"},
        {"first_referrer": "https://other.net/a", "first_url": "https://other.net/b"},
    ],
)
def test_a_session_that_continues_another_says_so_and_has_no_source(fields: dict[str, Any]) -> None:
    event = session(**fields)
    assert event.continuation
    assert (event.source, event.channel, event.referrer) == ("", "", "")


def test_an_idle_session_is_direct_and_no_continuation() -> None:
    event = session(navigation=event_pb2.NAVIGATION_IDLE, first_referrer="https://example.org/a")
    assert (event.continuation, event.source, event.referrer) == (False, "", "")
    assert session(navigation=event_pb2.NAVIGATION_IDLE, first_referrer="https://www.bing.com/").source == ""


def test_an_own_referrer_without_first_touch_is_no_continuation() -> None:
    assert not session(referrer="https://example.org/a").continuation


def test_a_recent_session_id_needs_no_state_and_any_other_claims_one() -> None:
    assert drafted(**RECENT).claim is None
    stale = drafted(**RECENT | {"received_at_us": 1_777_000_000_000_000})
    assert stale.claim
    assert not stale.claim.keeps_id
    random_id = drafted(session_id=str(uuid.uuid4()))
    assert random_id.claim
    assert random_id.claim.keeps_id
    assert drafted(session_id="nonsense").claim is None


@pytest.mark.parametrize(
    ("amount", "micros"),
    [("12.50", 12_500_000), ("-0.000001", -1), ("8999999999999.999999", 8_999_999_999_999_999_999), ("0", 0)],
)
def test_revenue_is_exact(amount: str, micros: int) -> None:
    assert revenue_micros(amount, "EUR") == micros


@pytest.mark.parametrize("amount", ["", "1e9", "NaN", "0.0000001", "9000000000000", "1,5", "١"])
def test_what_is_no_amount_is_refused_by_name(amount: str) -> None:
    with pytest.raises(RefusedError, match="revenue_amount: "):
        revenue_micros(amount, "EUR")


def test_revenue_needs_a_currency() -> None:
    with pytest.raises(RefusedError, match="revenue_currency: "):
        normalized(revenue_amount="5")


@pytest.mark.parametrize(
    ("width", "name"), [(575, "xs"), (576, "sm"), (767, "sm"), (768, "md"), (992, "lg"), (1_200, "xl")]
)
def test_screens_have_the_grids_classes(width: int, name: str) -> None:
    assert screen_class(width) == name


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [
        ("de", "de"),
        ("DE_at", "de-AT"),
        ("en-US,en;q=0.9", "en-US"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("*", ""),
        ("x" * 50, ""),
        ("fil", "fil"),
        ("en-<script>", "en"),
    ],
)
def test_languages_have_one_form(accepted: str, tag: str) -> None:
    assert language_tag(accepted) == tag


def test_the_parts_of_an_event_share_no_field() -> None:
    """ClickHouse reads the bytes too, and takes a field that comes twice for an error or another row."""
    body = drafted(
        **RECENT,
        referrer="https://duckduckgo.com/",
        screen_width=500,
        language="de",
    ).body
    assert len(NormalizedEvent.FromString(body).SerializeToString()) == len(body)
