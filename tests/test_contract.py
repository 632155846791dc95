"""The contract holds together: lint, the fields the edge reads twice, a rule for each RPC."""

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

from analytics.v1 import event_pb2, track_pb2
from google.protobuf import descriptor_pool

from mesh.auth import RULES

ROOT = Path(__file__).parents[1]
BUF = Path(sys.executable).parent / "buf"
SERVICE = re.compile(r"^service (\w+)", re.MULTILINE)


def rpcs() -> set[str]:
    """Every RPC of the contract as `/package.Service/Method`."""
    found: set[str] = set()
    for proto in sorted((ROOT / "protos").rglob("*.proto")):
        for service in SERVICE.findall(proto.read_text()):
            __import__(f"analytics.v1.{proto.stem}_pb2")
            descriptor = descriptor_pool.Default().FindServiceByName(f"analytics.v1.{service}")
            found |= {f"/analytics.v1.{service}/{method.name}" for method in descriptor.methods}
    return found


def test_buf_finds_nothing_to_say() -> None:
    result = subprocess.run([BUF, "lint"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


def test_the_protos_are_formatted() -> None:
    result = subprocess.run([BUF, "format", "--diff"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


def test_an_envelope_reads_a_track_event_field_by_field() -> None:
    def shape(field: Any) -> tuple[str, int, bool, bool, str]:
        message = field.message_type.name if field.message_type else ""
        return field.name, field.type, field.is_repeated, field.has_presence, message

    sent = {field.number: shape(field) for field in track_pb2.TrackEvent.DESCRIPTOR.fields}
    read = {field.number: shape(field) for field in event_pb2.RawEventEnvelope.DESCRIPTOR.fields if field.number < 64}

    assert max(sent) < 64
    assert read == sent


def test_every_service_and_rpc_says_what_it_does() -> None:
    silent = [
        f"{proto.name}: {line.strip()}"
        for proto in sorted((ROOT / "protos").rglob("*.proto"))
        for before, line in pairwise(proto.read_text().splitlines())
        if line.lstrip().startswith(("rpc ", "service ")) and not before.lstrip().startswith("//")
    ]
    assert silent == []


def test_every_rpc_has_a_rule_and_every_rule_an_rpc() -> None:
    ours = {name for name in RULES if name.startswith("/analytics.v1.")}
    assert ours == rpcs()
