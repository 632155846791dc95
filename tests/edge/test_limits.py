"""Every limit at its edge and one past it."""

from typing import Any

import pytest
from analytics.v1 import event_pb2, track_pb2

from edge.limits import LIMITS, UNLIMITED, Refusal, check

Event = event_pb2.RawEventEnvelope
UUID = "0190a0a0-7c3e-4d6b-9f3a-2b1c4d5e6f70"


def event(**fields: Any) -> Event:
    base: dict[str, Any] = {"site": "demo", "kind": event_pb2.EVENT_KIND_PAGEVIEW, "page_url": "https://demo.example/"}
    return Event(**base | fields)


def custom(**fields: Any) -> Event:
    return event(**{"kind": event_pb2.EVENT_KIND_CUSTOM, "name": "signup"} | fields)


def checked(one: Event) -> Event:
    check(one)
    return one


def test_every_field_of_a_client_has_a_limit() -> None:
    fields = {field.name for field in track_pb2.TrackEvent.DESCRIPTOR.fields}
    assert set(LIMITS) | UNLIMITED == fields
    assert not set(LIMITS) & UNLIMITED


def test_a_client_field_has_the_same_number_in_event_and_envelope() -> None:
    numbers = {field.name: field.number for field in Event.DESCRIPTOR.fields}
    assert all(numbers[field.name] == field.number for field in track_pb2.TrackEvent.DESCRIPTOR.fields)


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("site", 64),
        ("user_id", 200),
        *((f"utm_{name}", 200) for name in ("source", "medium", "campaign", "content", "term")),
        ("language", 35),
        ("ch_ua", 500),
        ("ch_ua_full_version_list", 500),
        ("ch_ua_mobile", 500),
        ("ch_ua_model", 500),
        ("ch_ua_platform", 500),
        ("ch_ua_platform_version", 500),
    ],
)
def test_text_passes_at_its_limit_and_is_refused_by_name_past_it(field: str, most: int) -> None:
    assert getattr(checked(event(**{field: "é" * most})), field) == "é" * most
    with pytest.raises(Refusal, match=f"{most + 1}") as refused:
        check(event(**{field: "é" * (most + 1)}))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("page_title", 500),
        ("element_id", 100),
        ("element_tag", 100),
        ("element_role", 100),
        ("element_text", 100),
        ("user_agent", 1_024),
    ],
)
def test_text_that_may_be_cut_is_cut_at_its_limit(field: str, most: int) -> None:
    assert getattr(checked(event(**{field: "x" * most})), field) == "x" * most
    assert getattr(checked(event(**{field: "x" * (most + 1)})), field) == "x" * most


@pytest.mark.parametrize("field", ["page_url", "first_url", "referrer", "first_referrer", "href"])
def test_a_url_of_2000_characters_passes_and_2001_are_refused(field: str) -> None:
    url = "https://a.example/"
    check(event(**{field: url + "x" * (2_000 - len(url))}))
    with pytest.raises(Refusal, match="at most 2,000 characters") as refused:
        check(event(**{field: url + "x" * (2_001 - len(url))}))
    assert refused.value.field == field


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "/path", "https://", "https:///x"]
)
def test_a_page_url_that_is_not_http_is_refused_with_what_came(url: str) -> None:
    with pytest.raises(Refusal) as refused:
        check(event(page_url=url))
    assert str(refused.value) == f'"{url}" is not an http(s) URL of at most 2,000 characters'


@pytest.mark.parametrize("field", ["referrer", "first_referrer"])
def test_a_referrer_of_another_scheme_is_dropped(field: str) -> None:
    assert getattr(checked(event(**{field: "javascript:alert(1)"})), field) == ""
    assert getattr(checked(event(**{field: "android-app://com.app"})), field) == "android-app://com.app"


@pytest.mark.parametrize("href", ["javascript:void(0)", "JavaScript:x", " data:text/html,x", "java\tscript:x"])
def test_a_script_or_data_target_is_refused(href: str) -> None:
    with pytest.raises(Refusal) as refused:
        check(event(kind=event_pb2.EVENT_KIND_CLICK, href=href))
    assert refused.value.field == "href"


@pytest.mark.parametrize(
    ("field", "most"),
    [("screen_width", 100_000), ("age_ms", 86_400_000), ("scroll_depth", 100), ("engaged_ms", 86_400_000)],
)
def test_a_number_passes_at_its_limit_and_is_refused_by_name_past_it(field: str, most: int) -> None:
    check(event(**{field: most}))
    with pytest.raises(Refusal, match=f"{most + 1} is not between 0 and {most:,}") as refused:
        check(event(**{field: most + 1}))
    assert refused.value.field == field


def test_a_negative_age_is_refused_by_name() -> None:
    with pytest.raises(Refusal, match="-1 is not between 0 and 86,400,000") as refused:
        check(event(age_ms=-1))
    assert refused.value.field == "age_ms"


@pytest.mark.parametrize("field", ["event_id", "session_id"])
def test_an_id_is_any_uuid_in_lower_case(field: str) -> None:
    assert getattr(checked(event(**{field: UUID.upper()})), field) == UUID
    for wrong in ("7", UUID + "0", UUID.replace("-", ""), "g" + UUID[1:], "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(Refusal, match="is not a UUID") as refused:
            check(event(**{field: wrong}))
        assert refused.value.field == field


@pytest.mark.parametrize("kind", [0, 9])
def test_an_unknown_kind_is_refused(kind: int) -> None:
    with pytest.raises(Refusal) as refused:
        check(event(kind=kind))
    assert refused.value.field == "kind"


def test_a_page_view_needs_a_page_url() -> None:
    with pytest.raises(Refusal, match="missing") as refused:
        check(event(page_url=""))
    assert refused.value.field == "page_url"
    check(event(page_url="", kind=event_pb2.EVENT_KIND_CLICK))


def test_a_custom_name_has_1_to_120_characters() -> None:
    assert checked(custom(name="n" * 120)).name == "n" * 120
    for wrong in ("", "n" * 121, "a\nb", "a\0b"):
        with pytest.raises(Refusal) as refused:
            check(custom(name=wrong))
        assert refused.value.field == "name"


def test_a_built_in_name_is_refused_for_a_custom_event_and_ignored_elsewhere() -> None:
    with pytest.raises(Refusal, match="built-in"):
        check(custom(name="pageview"))
    assert checked(event(name="x" * 10_000)).name == ""


def test_properties_have_up_to_30_keys_of_up_to_100_characters() -> None:
    check(event(props={f"{number}".ljust(100, "k"): "v" * 2_000 for number in range(30)}))
    for props, field in [
        ({str(number): "" for number in range(31)}, "props"),
        ({"k" * 101: ""}, "props"),
        ({"": "v"}, "props"),
        ({"plan": "v" * 2_001}, "props.plan"),
    ]:
        with pytest.raises(Refusal) as refused:
            check(event(props=props))
        assert refused.value.field == field


@pytest.mark.parametrize("amount", ["12.50", "-3", "0.000001", "8999999999999.999999", "-8999999999999.999999"])
def test_revenue_is_a_decimal_with_a_currency(amount: str) -> None:
    assert checked(custom(revenue_amount=amount, revenue_currency="EUR")).revenue_amount == amount


@pytest.mark.parametrize(
    ("amount", "currency", "field"),
    [
        ("12.5000001", "EUR", "revenue_amount"),
        ("9000000000000", "EUR", "revenue_amount"),
        ("-9000000000000", "EUR", "revenue_amount"),
        ("9" * 1_000, "EUR", "revenue_amount"),
        ("1e5", "EUR", "revenue_amount"),
        ("NaN", "EUR", "revenue_amount"),
        ("12.50", "", "revenue_currency"),
        ("12.50", "eur", "revenue_currency"),
        ("", "EUR", "revenue_amount"),
    ],
)
def test_revenue_out_of_its_form_is_refused_by_name(amount: str, currency: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        check(custom(revenue_amount=amount, revenue_currency=currency))
    assert refused.value.field == field


def test_control_characters_never_pass() -> None:
    clean = checked(
        event(
            page_title="a\0b\nc\x85d",
            page_url="https://demo.example/\0a\tb",
            utm_source="news\x1bletter",
            props={"plan": "pro\0\nplus"},
        )
    )
    assert clean.page_title == "ab c d"
    assert clean.page_url == "https://demo.example/ab"
    assert clean.utm_source == "newsletter"
    assert clean.props["plan"] == "pro plus"


@pytest.mark.parametrize("ip", ["203.0.113.9", "2001:db8::1", "::ffff:203.0.113.9"])
def test_an_address_passes(ip: str) -> None:
    check(event(ip=ip))


@pytest.mark.parametrize("ip", ["203.0.113", "203.0.113.256", "localhost", "203.0.113.9:80", "1\0"])
def test_what_is_no_address_is_refused_without_being_repeated(ip: str) -> None:
    with pytest.raises(Refusal) as refused:
        check(event(ip=ip))
    assert refused.value.field == "ip"
    assert ip not in str(refused.value)


def test_a_country_hint_is_two_letters_or_dropped() -> None:
    assert checked(event(country_hint="de")).country_hint == "DE"
    assert checked(event(country_hint="T1")).country_hint == ""


def test_the_edges_own_fields_are_cleared() -> None:
    clean = checked(
        event(site_id=99, received_at_us=1, import_id="i", occurred_at_us=5, keep_bots=True, channel="Paid")
    )
    assert all(field.number < 64 for field, _ in clean.ListFields())
