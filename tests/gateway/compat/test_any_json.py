"""Whatever JSON comes is answered, in the tracker's shape, and never as a fault of the gateway."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gateway.doubles import DEMO_READ, INGEST, Mesh

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
ANYTHING = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
EVENT = {"n": "pageview", "u": "https://demo.example/", "d": "demo.example"}
MESSAGE = {"type": "track", "event": "a", "writeKey": INGEST}
QUESTION = {"site_id": "demo", "metrics": ["visitors"], "date_range": "7d"}
CASES: dict[str, tuple[str, dict[str, Any], list[str], str]] = {
    "plausible": ("/api/event", EVENT, ["n", "u", "d", "r", "p", "m", "$", "i", "sd", "e"], "errors"),
    "segment": (
        "/v1/track",
        MESSAGE,
        ["event", "messageId", "userId", "timestamp", "sentAt", "context", "properties", "writeKey"],
        "message",
    ),
    "segment batch": ("/v1/batch", {"batch": [MESSAGE], "writeKey": INGEST}, ["batch", "context", "sentAt"], "message"),
    "stats": (
        "/api/v2/query",
        QUESTION,
        ["site_id", "metrics", "dimensions", "filters", "date_range", "order_by", "include", "pagination"],
        "error",
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_any_value_in_any_field_is_answered_in_their_shape(mesh: Mesh, case: str) -> None:
    path, right, fields, error = CASES[case]
    loop = asyncio.get_running_loop()
    headers = {"content-type": "application/json", "authorization": f"Bearer {DEMO_READ}"}
    async with httpx.AsyncClient(base_url=mesh.url, trust_env=False, headers=headers) as http:

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(st.sampled_from(fields), ANYTHING, st.booleans())
        def attempt(field: str, value: Any, listed: bool) -> None:
            body = json.dumps({**right, field: [value] if listed else value})
            answer = asyncio.run_coroutine_threadsafe(http.post(path, content=body), loop).result(20)
            assert answer.status_code in (200, 202, 400, 401), answer.text
            if answer.status_code >= 400:
                assert error in answer.json()

        await asyncio.to_thread(attempt)


async def test_a_filter_nested_without_end_is_refused_in_their_shape(mesh: Mesh, http: httpx.AsyncClient) -> None:
    nested: Any = ["is", "event:page", ["/"]]
    for _ in range(900):
        nested = ["not", nested]
    headers = {"authorization": f"Bearer {DEMO_READ}"}
    answer = await http.post("/api/v2/query", json={**QUESTION, "filters": [nested]}, headers=headers)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
