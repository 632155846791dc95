"""The process: it starts, stops by SIGTERM with exit code 0, and refuses a bad setting in one line."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
BASE = {
    **{name: value for name, value in os.environ.items() if not name.startswith("ANALYTICS_")},
    "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}",
    "ANALYTICS_MESH_TOKEN": "mesh-token-of-the-tests",
}


def run(**settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gateway"], cwd=ROOT, env={**BASE, **settings}, stderr=subprocess.PIPE, text=True
    )


def test_sigterm_ends_it_with_exit_code_0_while_everything_behind_it_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with run(ANALYTICS_GATEWAY_PORT=str(port), ANALYTICS_EDGE_ADDRESS="127.0.0.1:1") as process:
        assert process.stderr
        assert '"listening"' in process.stderr.readline()
        answer = httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ANALYTICS_GATEWAY_PORT", "many"),
        ("ANALYTICS_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("ANALYTICS_COUNTRY_HEADER", "not a header"),
        ("ANALYTICS_MESH_TOKEN", "short"),
    ],
)
def test_a_bad_setting_is_one_line_that_names_the_variable(variable: str, value: str) -> None:
    with run(**{variable: value}) as process:
        assert process.stderr
        lines = process.stderr.read().splitlines()
        assert process.wait(15) == 2
    assert len(lines) == 1
    assert lines[0].startswith(f"{variable}: ")


def test_a_taken_port_is_one_line_that_names_the_variable() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        run(ANALYTICS_GATEWAY_PORT=str(taken.getsockname()[1])) as process,
    ):
        assert process.stderr
        line = process.stderr.read()
        assert process.wait(15) != 0
    assert line.startswith("ANALYTICS_GATEWAY_PORT: ")
    assert len(line.splitlines()) == 1
