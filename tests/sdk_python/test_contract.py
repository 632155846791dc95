"""The client's own copy of the contract."""

import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "sdk" / "python" / "src"
GENERATED = Path(__file__).parents[2] / "gen"
BOTH = """
import sys
first, second = sys.argv[1:]
modules = {"ours": "analytics.v1.track_pb2", "client": "analytics_mesh._contract.track_pb2"}
import importlib
loaded = {name: importlib.import_module(modules[name]) for name in (first, second)}
sent = loaded["client"].TrackEvent(name="a", props={"k": "v"}, interactive=False)
read = loaded["ours"].TrackEvent.FromString(sent.SerializeToString())
assert (read.name, read.props["k"], read.HasField("interactive")) == ("a", "v", True)
other = loaded["ours"].DESCRIPTOR.pool
assert other is not loaded["client"].DESCRIPTOR.pool
"""


@pytest.mark.parametrize("order", [("ours", "client"), ("client", "ours")])
def test_both_copies_live_in_one_process_in_either_order(order: tuple[str, str]) -> None:
    command = (sys.executable, "-W", "error", "-c", BOTH, *order)
    done = subprocess.run(
        command, env={"PYTHONPATH": f"{SOURCES}:{GENERATED}"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_client_imports_nothing_of_the_services() -> None:
    program = "import analytics_mesh, analytics_mesh.asgi, analytics_mesh.wsgi, sys; print(*sys.modules)"
    done = subprocess.run(
        (sys.executable, "-c", program), env={"PYTHONPATH": str(SOURCES)}, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"mesh", "edge", "writer", "query", "realtime", "gateway", "cli", "analytics"}
