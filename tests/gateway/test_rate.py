"""gateway.rate: an address and a site send so many events a second; a forged header gives nobody more."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.problems import Problem
from gateway.rate import Buckets, Rates
from tests.gateway.doubles import running
from tests.gateway.test_track import VIEW, post


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_then_the_rate_and_the_wait_is_told() -> None:
    clock = Clock()
    buckets = Buckets(10, 50, now=clock)
    assert buckets.take("a", 50) == 0
    assert buckets.take("a", 5) == pytest.approx(0.5)
    clock.now += 0.5
    assert buckets.take("a", 5) == 0
    assert buckets.take("b", 50) == 0, "a key takes nothing from another"
    clock.now += 1_000
    assert buckets.take("a", 50) == 0
    assert buckets.take("a", 1) > 0, "a bucket holds one burst, however long it was quiet"
    clock.now += 5
    assert buckets.take("a", 1_000) == 0, "a batch above the burst takes a full bucket, not for ever to wait"


def test_memory_is_bounded_and_the_busy_are_remembered() -> None:
    buckets = Buckets(1, 2, most=100, now=Clock())
    assert buckets.take("busy", 2) == 0
    for number in range(1_000):
        assert buckets.take(f"once {number}", 1) == 0
        assert buckets.take("busy", 1) > 0
    assert len(buckets) == 100


def test_one_subscriber_of_ipv6_has_one_bucket_and_loopback_none() -> None:
    rates = Rates(1, 0, 1)
    rates.check("2001:db8:1:2::1", "demo", 1)
    with pytest.raises(Problem) as refused:
        rates.check("2001:db8:1:2:ffff::9", "demo", 1)
    assert (refused.value.status, refused.value.reason) == (429, "RATE")
    assert refused.value.retry_after_s == pytest.approx(1, abs=0.1)
    rates.check("2001:db8:1:3::1", "demo", 1)
    for _ in range(10):
        rates.check("127.0.0.1", "demo", 1)
        rates.check("::1", "demo", 1)


def test_a_site_has_a_limit_over_all_addresses() -> None:
    rates = Rates(0, 10, 1)
    for number in range(10):
        rates.check(f"203.0.113.{number}", "demo", 1)
    with pytest.raises(Problem, match="this site sends too many events"):
        rates.check("203.0.113.99", "demo", 1)
    rates.check("203.0.113.99", "other", 1)


async def test_a15_forged_addresses_evade_no_limit(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # time stands still: a slow machine gets no more than its burst
    monkeypatch.setattr("gateway.app.Rates", lambda *limits: Rates(*limits, now=Clock()))
    told: dict[str, Any] = {
        "trusted_proxies": "127.0.0.1",
        "rate_per_address": 1,
        "rate_burst_s": 2,
        "rate_per_site": 5,
    }
    async with running(dist, **told) as mesh, httpx.AsyncClient(base_url=mesh.url, trust_env=False) as http:

        async def send(hops: str, path: str = "/track/view", body: object = VIEW) -> httpx.Response:
            return await post(http, path, body, x_forwarded_for=hops)

        found = [await send(f"203.0.113.{number}, 198.51.100.7") for number in range(4)]
        assert [reply.status_code for reply in found] == [202, 202, 429, 429]
        refusal = found[-1]
        assert int(refusal.headers["retry-after"]) >= 1
        assert refusal.headers["access-control-allow-origin"] == "*"
        assert (refusal.json()["reason"], "slow down" in refusal.json()["detail"]) == ("RATE", True)
        plausible = {"name": "pageview", "url": VIEW["pageUrl"], "domain": "demo"}
        assert (await send("198.51.100.7", "/api/event", plausible)).status_code == 429
        batch = {"appName": "demo", "events": [{"kind": "view", "pageUrl": VIEW["pageUrl"]}] * 3}
        assert (await send("198.51.100.8", "/track/batch", batch)).status_code == 202
        # five of the site's ten are left, whoever sends
        spread = [(await send(f"198.51.100.{20 + number}")).status_code for number in range(7)]
        assert spread == [202] * 5 + [429] * 2
        assert len(mesh.edge.events) == 10
