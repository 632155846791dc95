"""mesh.settings: a bad value refuses to boot and names the variable in one line."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOOD = {"ANALYTICS_MESH_TOKEN": "0123456789abcdef"}


def boot(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    code = "from mesh.settings import MeshSettings, load; print(load(MeshSettings))"
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"} | environment
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ANALYTICS_MESH_TOKEN", "too short"),
        ("ANALYTICS_METRICS_PORT", "65536"),
        ("ANALYTICS_METRICS_PORT", "nine"),
        ("ANALYTICS_REFLECTION", "perhaps"),
        ("ANALYTICS_LOG_LEVEL", "loud"),
        ("ANALYTICS_STOP_GRACE_S", "0"),
        ("ANALYTICS_STOP_GRACE_S", "60.1"),
    ],
)
def test_a_bad_value_refuses_to_boot_and_names_the_variable(variable: str, value: str) -> None:
    result = boot(GOOD | {variable: value})
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(f"{variable}: ")


def test_a_missing_secret_is_said_not_defaulted() -> None:
    result = boot({})
    assert (result.returncode, result.stderr) == (2, "ANALYTICS_MESH_TOKEN: it is not set\n")


def test_a_secret_is_never_printed() -> None:
    assert GOOD["ANALYTICS_MESH_TOKEN"] not in boot(GOOD).stdout
    refused = boot({"ANALYTICS_MESH_TOKEN": "hunter2"})
    assert "hunter2" not in refused.stderr + refused.stdout


def test_values_at_their_limits_are_taken() -> None:
    result = boot(GOOD | {"ANALYTICS_METRICS_PORT": "65535", "ANALYTICS_STOP_GRACE_S": "60"})
    assert (result.returncode, result.stderr) == (0, "")
    assert "metrics_port=65535" in result.stdout
