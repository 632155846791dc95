"""What holds for any envelope at all."""

from typing import Any

import pytest
from analytics.v1 import event_pb2, site_pb2
from analytics.v1.event_pb2 import NormalizedEvent, RawEventEnvelope
from google.protobuf.message import DecodeError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.writer.conftest import NOON, view
from writer.ingest import bots, device, page, parts, rules, source
from writer.ingest.identity import Keyring, SaltKey
from writer.ingest.normalize import Draft, draft, read, salts_needed
from writer.ingest.parts import RefusedError
from writer.ingest.place import Places
from writer.ingest.rules import SiteRules
from writer.wrap import Wrapper

TEXTS = [field.name for field in RawEventEnvelope.DESCRIPTOR.fields if field.type == field.TYPE_STRING]
_FIELD = type(RawEventEnvelope.DESCRIPTOR.fields[0])
BOUNDS = {
    _FIELD.TYPE_INT64: (-(2**63), 2**63 - 1),
    _FIELD.TYPE_UINT64: (0, 2**64 - 1),
    _FIELD.TYPE_UINT32: (0, 2**32 - 1),
    _FIELD.TYPE_ENUM: (-(2**31), 2**31 - 1),
}
NUMBERS = {f.name: BOUNDS[f.type] for f in RawEventEnvelope.DESCRIPTOR.fields if f.type in BOUNDS}
SITES = [
    SiteRules.of(site_pb2.Site(id="memory", number=1, domains=["example.org"])),
    SiteRules.of(
        site_pb2.Site(
            id="daily",
            number=2,
            identity=event_pb2.IDENTITY_MODE_DAILY,
            hash_routing=True,
            query_parameters=["id"],
            path_rules=["/user/*", "*b*"],
            excluded_paths=["/admin/*"],
            excluded_ips=["10.0.0.0/8", "2001:db8::/32"],
            excluded_countries=["DE"],
        )
    ),
]


class FixedSecrets:
    """The same salt for every day, as one writer would have it."""

    async def salts(self, wanted: list[Any]) -> list[Any]:
        return wanted

    async def destroy_salts(self, live_before_day: int, imports_before_us: int) -> int:
        return 0

    async def site_key(self, site_id: int) -> bytes | None:
        return Wrapper(b"w" * 32).wrap(b"k" * 32)

    async def any_site_key(self) -> bytes | None:
        return None


@pytest.fixture(scope="module")
async def keyring() -> Keyring:
    ring = Keyring(FixedSecrets(), Wrapper(b"w" * 32), lambda: NOON)
    today = NOON // 86_400_000_000
    await ring.ensure([SaltKey(site.number, day, "") for site in SITES for day in (today - 1, today)], [1, 2])
    return ring


def outcome(envelope: bytes, site: SiteRules, keyring: Keyring) -> Draft | str:
    """What becomes of bytes: a draft, the reason to ignore them, or what they are refused for."""
    try:
        event = read(envelope)
        salts_needed(event, site)
        return draft(event, site, keyring, Places(None))
    except (DecodeError, RefusedError) as error:
        return f"refused: {error}"


def forget() -> None:
    """Empty every cache of enrichment."""
    for module in (bots, device, page, parts, rules, source):
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


def envelopes() -> st.SearchStrategy[RawEventEnvelope]:
    text = st.text(max_size=60) | st.sampled_from(
        ["https://example.org/user/7?id=1#/x", "android-app://com.reddit/", "10.1.2.3", "2001:db8::1", "8.8.8.8", "\0"]
    )
    fields: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(TEXTS, text)
    fields |= {name: st.integers(*bounds) for name, bounds in NUMBERS.items()}
    fields["props"] = st.dictionaries(text, text, max_size=3)
    fields["interactive"] = st.booleans()
    # mostly what gets through, so that the rest of the way is walked too
    through = {
        "event_id": st.uuids().map(str) | text,
        "session_id": st.uuids().map(str) | text,
        "kind": st.sampled_from(event_pb2.EventKind.values()) | st.integers(*NUMBERS["kind"]),
        "received_at_us": st.just(NOON) | st.integers(*NUMBERS["received_at_us"]),
        "import_id": st.just("") | text,
        "revenue_amount": st.just("") | st.just("12.50") | text,
        "revenue_currency": st.just("") | st.just("EUR") | text,
    }
    return st.fixed_dictionaries({}, optional=fields | through).map(lambda given: view(**given))


@given(envelope=envelopes(), site=st.sampled_from(SITES))
@settings(max_examples=300, deadline=None)
def test_the_same_envelope_makes_the_same_event_whatever_came_before(
    keyring: Keyring, envelope: RawEventEnvelope, site: SiteRules
) -> None:
    raw = envelope.SerializeToString()
    warm = outcome(raw, site, keyring)
    forget()
    assert outcome(raw, site, keyring) == outcome(raw, site, keyring) == warm


@given(envelope=envelopes(), site=st.sampled_from(SITES))
@settings(max_examples=300, deadline=None)
def test_an_event_holds_no_address_agent_or_user_id_and_keeps_to_the_limits(
    keyring: Keyring, envelope: RawEventEnvelope, site: SiteRules
) -> None:
    marks = {"user_agent": "Mozilla/5.0 Agent-mark-7c1e", "user_id": "User-mark-7c1e", "ip": "203.0.113.77"}
    for name, mark in marks.items():
        setattr(envelope, name, mark)
    made = outcome(envelope.SerializeToString(), site, keyring)
    if not isinstance(made, Draft):
        return
    event = NormalizedEvent.FromString(made.body)
    for mark in marks.values():
        assert mark.encode() not in made.body + made.first_touch
    assert len(event.SerializeToString()) == len(made.body), "a field came twice"
    assert len(event.page) <= 2_000 and len(event.hostname) <= 255 and len(event.name) <= 120
    assert event.occurred_at_us <= event.received_at_us
    assert event.scroll_depth <= 100


@given(raw=st.binary(max_size=300), site=st.sampled_from(SITES))
@example(raw=b"\xff" * 40, site=SITES[0])
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(keyring: Keyring, raw: bytes, site: SiteRules) -> None:
    outcome(raw, site, keyring)
    outcome(view().SerializeToString() + raw, site, keyring)


@given(name=st.sampled_from(TEXTS), raw=st.binary(max_size=80), site=st.sampled_from(SITES))
@settings(max_examples=400, deadline=None)
def test_no_bytes_in_a_text_raise(keyring: Keyring, name: str, raw: bytes, site: SiteRules) -> None:
    """Also what is no UTF-8: the wire can carry it, whoever wrote it."""
    number = RawEventEnvelope.DESCRIPTOR.fields_by_name[name].number
    outcome(view().SerializeToString() + _key(number) + bytes([len(raw)]) + raw, site, keyring)


def _key(number: int) -> bytes:
    tag = number << 3 | 2
    return bytes([tag]) if tag < 128 else bytes([tag & 127 | 128, tag >> 7])


PIECES = (
    *(
        "a",
        "(",
        ";",
        " ",
        ".",
        "/.",
        "/..",
        "%",
        "%C3",
        "é",
        "\U0001f600",
        "\0",
        "?a=",
        "&",
        "#",
        "@",
        ":",
        "[",
        "\\",
        "-",
    ),
    *(
        "Mozilla/5.0 (",
        "Chrome/1.",
        "Android ",
        "Version/1 Mobile ",
        "bot",
        "http://",
        '"a";v="1", ',
        "1,",
        "xn--",
        "*",
    ),
)


@pytest.mark.timeout(
    60
)  # a hang guard: linear work takes two seconds for all, work by the square many minutes for each
@pytest.mark.parametrize("piece", PIECES)
def test_a_text_of_100_kb_made_to_be_slow_goes_through(keyring: Keyring, piece: str) -> None:
    """`./run bench enrich` tells how fast."""
    crafted = piece * (100_000 // len(piece))
    for name in TEXTS:
        start = "https://example.org/" if name.endswith(("url", "referrer")) else ""
        event = view(**{name: start + crafted, "props": {crafted: crafted}})
        for site in SITES:
            made = outcome(event.SerializeToString(), site, keyring)
            assert not isinstance(made, Draft) or len(made.body) < 50_000
