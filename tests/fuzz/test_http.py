"""Every operation of the gateway's OpenAPI document, by schemathesis: limits, wrong types, odd methods, random bodies,
and calls that follow from one another's answers, held against what the document promises.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from schemathesis.hooks import unregister

from bench.mesh import Mesh
from tests.fuzz.aftermath import complaints, growth, memory, unharmed

FULL = bool(os.environ.get("ANALYTICS_FULL"))
EXAMPLES = 150 if FULL else 2
SEED = 1
SPARED = "spared"

CHECKS = {
    # the document gives types, not meaning: which site, zone, filter or range there is, only the answer tells
    "positive_data_acceptance": {"enabled": False},
}
OPERATIONS = [
    # signing out what is signed in nowhere is no error
    {"include-name": "DELETE /api/v1/session", "checks": {"ignored_auth": {"enabled": False}}},
    # each line is judged alone: what is wrong with it is told in an answer that is 200
    {"include-name": "POST /api/v1/import", "checks": {"negative_data_rejection": {"enabled": False}}},
]
if not FULL:  # their body is that of /track/view
    TWINS = [{"include-name": f"POST /track/{kind}"} for kind in ("interaction", "event", "session")]
    OPERATIONS += [twin | {"phases": {"coverage": {"enabled": False}}} for twin in TWINS]


@dataclass(slots=True)
class Found:
    """Of a run: calls made, memory after so many of them, and each kind of failure with an example."""

    calls: int = 0
    samples: list[tuple[int, dict[str, float]]] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)


def run(address: str, token: str, spared: set[str], measure: Callable[[], dict[str, float]]) -> Found:
    """Feed a gateway with an owner's key. What has one of the ids `spared` is neither changed nor removed."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "continue-on-failure": True,
            "request-timeout": 20.0,
            "auth": {"openapi": {"bearer": {"bearer": token}}},
            "checks": CHECKS,
            "operations": OPERATIONS,
            "generation": {"max-examples": EXAMPLES, "no-shrink": True, "database": "none"},
        }
    )
    schema: Any = schemathesis.openapi.from_url(f"{address}/api/openapi.json", config=config)
    schema = schema.exclude(path="/api/v1/live")  # a WebSocket

    @schemathesis.hook
    def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
        if case.method != "GET" and case.path_parameters.get("id") in spared:
            case.path_parameters["id"] = SPARED

    @schemathesis.serializer("application/x-ndjson")
    def lines(_context: Any, value: Any) -> dict[str, Any]:
        return {"data": value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")}

    found = Found()
    try:
        for event in engine.from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                found.calls += len(event.recorder.interactions)
                found.samples.append((found.calls, measure()))
                found.failures |= dict(_failures(event))
            elif isinstance(event, events.NonFatalError):
                found.failures[f"{event.label} cannot be tried"] = repr(event.value)
            elif isinstance(event, events.FatalError):
                raise event.exception
    finally:
        unregister(before_call)
    return found


def _failures(event: events.ScenarioFinished) -> Iterator[tuple[str, str]]:
    for case, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info is None:
                continue
            answer = event.recorder.interactions[case].response
            body = answer.content[:300] if answer else b""
            said = f"{check.failure_info.failure.message}\n{check.failure_info.code_sample}\n{body!r}"
            yield f"{event.label} {check.name}", said


@pytest.fixture(scope="module")
async def found(mesh: Mesh) -> Found:
    """A run with a key of its own; what the mesh has from the start is spared."""
    made = await mesh.api("POST", "keys", {"name": "fuzz", "scope": "admin"})
    kept = {kind: (await mesh.api("GET", kind)).json()[kind] for kind in ("keys", "sites", "users")}
    spared = {one["id"] for many in kept.values() for one in many}
    address, token = mesh.ready["gateway"], made.json()["secret"]
    return await asyncio.to_thread(run, address, token, spared, lambda: memory(mesh))


@pytest.mark.timeout(7_200 if FULL else 180)
async def test_every_answer_is_one_that_the_document_promises(found: Found) -> None:
    assert found.calls > 3_000
    assert found.failures == {}


async def test_no_service_tells_of_what_nobody_foresaw(mesh: Mesh, found: Found) -> None:
    assert complaints(mesh) == []


async def test_memory_is_flat(found: Found) -> None:
    half = next(measured for calls, measured in found.samples if calls >= found.calls / 2)
    assert growth(half, found.samples[-1][1]) == {}


async def test_the_mesh_serves_and_counts_as_before(
    mesh: Mesh, found: Found, channels: dict[str, grpc.aio.Channel], eventually: Any
) -> None:
    await unharmed(mesh, channels, eventually)
