"""The client for threads: batches, retries, back-pressure, the end."""

import os
import re
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import grpc
import pytest
from analytics.v1 import event_pb2, track_pb2
from analytics_mesh import Client, Money, Options, QueueFull, Visitor
from analytics_mesh import events as kinds

from tests.sdk_python.conftest import KEY, Code, Edge, fail, held_by

SOURCES = Path(__file__).parents[2] / "sdk" / "python" / "src"
SOON = Options(batch_wait_s=0)


def test_leaving_the_block_sends_what_waits_with_the_key_of_the_site(edge: Edge) -> None:
    with Client(edge.target, KEY) as client:
        first = client.track("signup", {"plan": "pro", "seats": 3, "trial": True, "none": None})
        second = client.view("https://shop.example/pricing", page_title="Pricing")
    assert list(edge.stored) == [first, second]
    assert uuid.UUID(first).version == 7
    assert edge.keys == {f"Bearer {KEY}"}
    assert len(edge.calls) == 1
    signup = edge.stored[first]
    assert (signup.kind, signup.name) == (event_pb2.EVENT_KIND_CUSTOM, "signup")
    assert dict(signup.props) == {"plan": "pro", "seats": "3", "trial": "true"}


def test_an_event_carries_all_that_it_was_given() -> None:
    headers = {
        "User-Agent": "Mozilla/5.0",
        "DNT": "1",
        "Sec-GPC": "1",
        "Accept-Language": "de-AT,de;q=0.9",
        "Sec-CH-UA-Platform": '"Linux"',
    }
    event = kinds.track(
        "purchase",
        {"sku": "a"},
        revenue=Money("12.50", "EUR"),
        interactive=False,
        visitor=Visitor.of(headers, "192.0.2.7"),
        user_id="u1",
        session_id="0190a0a0-7c3e-7d6b-9f3a-2b1c4d5e6f70",
        page_url="https://shop.example/cart",
        utm_source="news",
        event_id="0190a0a0-7c3e-7d6b-9f3a-2b1c4d5e6f71",
    )
    assert track_pb2.TrackEvent.FromString(event.SerializeToString()) == track_pb2.TrackEvent(
        event_id="0190a0a0-7c3e-7d6b-9f3a-2b1c4d5e6f71",
        kind=event_pb2.EVENT_KIND_CUSTOM,
        name="purchase",
        props={"sku": "a"},
        revenue_amount="12.50",
        revenue_currency="EUR",
        interactive=False,
        ip="192.0.2.7",
        user_agent="Mozilla/5.0",
        do_not_track=True,
        global_privacy_control=True,
        language="de-AT",
        ch_ua_platform='"Linux"',
        user_id="u1",
        session_id="0190a0a0-7c3e-7d6b-9f3a-2b1c4d5e6f70",
        page_url="https://shop.example/cart",
        utm_source="news",
    )


def test_interactions_and_exposures_become_their_kinds() -> None:
    click = kinds.interaction("download", element_id="pdf", href="/a.pdf", page_url="https://shop.example/")
    scroll = kinds.interaction("scroll", depth=75)
    other = kinds.interaction("video_play", element_id="intro")
    shown = kinds.exposure("headline", "b", user_id="u1")
    assert (click.kind, click.element_id, click.href, click.props["type"]) == (
        event_pb2.EVENT_KIND_CLICK,
        "pdf",
        "/a.pdf",
        "download",
    )
    assert (scroll.kind, scroll.scroll_depth) == (event_pb2.EVENT_KIND_SCROLL, 75)
    assert (other.kind, other.name, other.element_id) == (event_pb2.EVENT_KIND_CUSTOM, "video_play", "intro")
    assert (shown.kind, dict(shown.props)) == (
        event_pb2.EVENT_KIND_EXPOSURE,
        {"experiment": "headline", "variant": "b"},
    )


@pytest.mark.parametrize(
    ("amount", "currency", "error"),
    [
        (12.5, "EUR", TypeError),
        (True, "EUR", TypeError),
        ("12,50", "EUR", ValueError),
        ("NaN", "EUR", ValueError),
        ("0.0000001", "EUR", ValueError),
        ("1", "eur", ValueError),
    ],
)
def test_money_that_is_not_exact_is_refused_where_it_is_made(amount: object, currency: str, error: type) -> None:
    with pytest.raises(error, match=r"amount|currency"):
        Money(amount, currency)  # pyright: ignore[reportArgumentType]


def test_a_full_batch_is_sent_without_waiting(edge: Edge) -> None:
    with Client(edge.target, KEY, Options(batch_events=3, batch_wait_s=60)) as client:
        for _ in range(7):
            client.track("a")
        while len(edge.stored) < 6:
            time.sleep(0.01)
        assert [len(call) for call in edge.calls] == [3, 3]
    assert [len(call) for call in edge.calls] == [3, 3, 1]


def test_what_fails_for_now_is_sent_again_with_the_same_id_and_its_true_age(edge: Edge) -> None:
    edge.faults = [fail(grpc.StatusCode.UNAVAILABLE), fail(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_s=0.3)]
    with Client(edge.target, KEY, SOON) as client:
        event_id = client.track("a")
        assert client.flush(20)
        assert client.stats.accepted == 1
    assert [[event.event_id for event in call] for call in edge.calls] == [[event_id]] * 3
    ages = [call[0].age_ms for call in edge.calls]
    assert ages[0] < ages[1]
    assert ages[2] - ages[1] >= 300


def test_a_lost_reply_leaves_one_event(edge: Edge) -> None:
    edge.after = [fail(grpc.StatusCode.UNAVAILABLE)]
    with Client(edge.target, KEY, SOON) as client:
        client.track("a")
        assert client.flush(20)
        assert (client.stats.accepted, client.stats.duplicates) == (0, 1)
    assert (len(edge.calls), len(edge.stored)) == (2, 1)


def test_an_event_that_is_not_durable_is_sent_again_alone(edge: Edge) -> None:
    tries: list[str] = []

    def decide(event: track_pb2.TrackEvent) -> track_pb2.TrackResult | None:
        if event.name != "second" or tries.count(event.event_id):
            return None
        tries.append(event.event_id)
        return track_pb2.TrackResult(code=Code.CODE_UNAVAILABLE)

    edge.decide = decide
    with Client(edge.target, KEY) as client:
        client.track("first")
        client.track("second")
    assert [[event.name for event in call] for call in edge.calls] == [["first", "second"], ["second"]]


def test_an_edge_that_comes_back_gets_everything_in_order(edge: Edge) -> None:
    edge.stop()
    with Client(edge.target, KEY, SOON) as client:
        ids = [client.track(f"event {number}") for number in range(5)]
        time.sleep(0.3)
        edge.start()
    assert list(edge.stored) == ids
    assert [event.sequence for event in edge.stored.values()] == [0, 1, 2, 3, 4]


def test_a_refusal_is_logged_and_counted_and_stops_nothing(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    def decide(event: track_pb2.TrackEvent) -> track_pb2.TrackResult | None:
        code = {"bad": Code.CODE_INVALID, "bot": Code.CODE_IGNORED}.get(event.name)
        return track_pb2.TrackResult(code=code, field="name", reason="it is bad") if code else None

    edge.decide = decide
    with Client(edge.target, KEY) as client:
        for name in ("bad", "bot", "good"):
            client.track(name)
        client.track(name="a", user_id=7)  # pyright: ignore[reportArgumentType]
        client.track("far too long", {"text": "x" * 2_000_000})
    stats = client.stats
    assert (stats.accepted, stats.ignored, stats.refused) == (1, 1, 3)
    assert "name: it is bad" in caplog.text


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": 7}, "name"),
    ({"name": "a", "props": [("plan", "pro")]}, "props"),
    ({"name": "a", "props": {"plan": ["pro"]}}, r"props\['plan'\]"),
    ({"name": "a", "props": {7: "pro"}}, r"props\[7\]"),
    ({"name": "a", "props": {"plan": "\ud83c"}}, r"props\['plan'\]"),
    ({"name": "a", "revenue": 12}, "revenue.*Money"),
    ({"name": "a", "visitor": {"ip": "192.0.2.7"}}, r"visitor.*Visitor\.of"),
    ({"name": "a", "visitor": Visitor(ip=None)}, r"visitor\.ip"),  # pyright: ignore[reportArgumentType]
    ({"name": "a", "visitor": Visitor(hints={"sec-ch-ua": "x"})}, r"visitor\.hints"),
    ({"name": "a", "userid": "u1"}, "userid.*user_id"),
    ({"name": "a", "screen_width": -1}, "screen_width"),
]


@pytest.mark.parametrize(("given", "named"), WRONG, ids=[named for _, named in WRONG])
def test_a_value_that_no_event_can_carry_is_named_where_it_is_made_and_logged_where_it_is_tracked(
    given: dict[str, Any], named: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises((TypeError, ValueError), match=named):
        kinds.track(**given)
    client = Client("localhost:1", KEY)
    assert client.track(**given) == ""
    assert (client.stats.refused, client.stats.waiting) == (1, 0)
    assert re.search(f"event refused: .*{named}", caplog.text)


def test_what_is_no_event_or_cannot_be_read_is_refused_and_not_raised() -> None:
    class Unread(str):
        __slots__ = ()

        def __str__(self) -> str:
            raise RuntimeError("the application's own fault")

    client = Client("localhost:1", KEY)
    client.track("a", {"lazy": Unread()})
    assert not client.offer({"name": "a"})  # pyright: ignore[reportArgumentType]
    assert client.stats.refused == 2


def test_a_wrong_key_is_said_and_not_tried_again(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    edge.faults = [fail(grpc.StatusCode.UNAUTHENTICATED)]
    with Client(edge.target, KEY) as client:
        client.track("a")
    assert (len(edge.calls), client.stats.refused) == (1, 1)
    assert "UNAUTHENTICATED" in caplog.text


def test_a_full_queue_drops_the_newest_or_raises_or_waits_as_asked(edge: Edge) -> None:
    gate = threading.Event()
    edge.faults = [held_by(gate)]
    with Client(edge.target, KEY, Options(queue_events=2, batch_wait_s=0)) as client:
        for name in ("a", "b", "c"):
            client.track(name)
        assert (client.stats.dropped, client.stats.waiting) == (1, 2)
        gate.set()
    assert [event.name for event in edge.stored.values()] == ["a", "b"]

    gate.clear()
    edge.faults = [held_by(gate)]
    with Client(edge.target, KEY, Options(queue_events=1, batch_wait_s=0, when_full="raise")) as client:
        client.track("a")
        with pytest.raises(QueueFull, match="1 events wait"):
            client.track("b")
        gate.set()

    gate.clear()
    edge.faults = [held_by(gate)]
    with Client(edge.target, KEY, Options(queue_events=1, batch_wait_s=0, when_full="wait")) as client:
        client.track("first")
        threading.Timer(0.2, gate.set).start()
        client.track("second")
        assert gate.is_set()
    assert client.stats.accepted == 2


def test_memory_is_bounded_by_bytes_too(edge: Edge) -> None:
    edge.stop()
    with Client(edge.target, KEY, Options(queue_bytes=10_000, close_s=0)) as client:
        for _ in range(100):
            client.track("a", {"text": "x" * 1_000})
        assert client.stats.waiting < 10
        assert client.stats.dropped > 90


def test_close_gives_up_in_time_and_says_what_is_lost(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    gate = threading.Event()
    edge.faults = [held_by(gate)]
    client = Client(edge.target, KEY, Options(batch_wait_s=0, close_s=0.2))
    client.track("a")
    assert not client.flush(0.1)
    began = time.monotonic()
    client.close()
    client.close()
    assert time.monotonic() - began < 5
    gate.set()
    assert (client.stats.lost, client.stats.waiting) == (1, 0)
    assert not client.flush(1)
    assert "1 events could not be sent" in caplog.text
    client.track("too late")
    assert client.stats.dropped == 1


def test_threads_share_a_client_and_each_event_is_stored_once(edge: Edge) -> None:
    edge.faults = [fail(grpc.StatusCode.UNAVAILABLE)] * 2
    with Client(edge.target, KEY, Options(batch_events=50, batch_wait_s=0.01)) as client:
        threads = [
            threading.Thread(target=lambda: [client.track("a") for _ in range(100)])  # pyright: ignore[reportUnknownLambdaType]
            for _ in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(edge.stored) == client.stats.accepted == 500


def test_a_program_that_forks_or_ends_without_closing_sends_everything(edge: Edge) -> None:
    program = """
        import os, sys
        from analytics_mesh import Client
        client = Client(sys.argv[1], "am_ingest_key")
        child = os.fork()
        client.track("child" if child == 0 else "parent")
        if child:
            os.waitpid(child, 0)
    """
    command = (sys.executable, "-c", textwrap.dedent(program), edge.target)
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(SOURCES)}, check=True, timeout=60)
    assert sorted(event.name for event in edge.stored.values()) == ["child", "parent"]


@pytest.mark.parametrize(
    ("options", "named"),
    [({"batch_events": 501}, "batch_events"), ({"when_full": "block"}, "when_full"), ({"timeout_s": 0}, "timeout_s")],
)
def test_an_option_that_cannot_be_meant_is_named(options: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Options(**options)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(("target", "key", "named"), [("http://edge:1", KEY, "target"), ("edge:1", "a\nb", "key")])
def test_a_target_or_key_that_cannot_be_meant_is_named(target: str, key: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Client(target, key)
