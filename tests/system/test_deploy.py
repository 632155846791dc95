"""What `deploy/` says can be what the services are told: no container runs here, so everything else is held."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bench.mesh import ROOT
from edge.settings import EdgeSettings
from gateway.settings import GatewaySettings
from mesh.settings import MeshSettings, load
from query.settings import QuerySettings
from realtime.settings import RealtimeSettings
from writer.settings import WriterSettings

SETTINGS: dict[str, type[MeshSettings]] = {
    "gateway": GatewaySettings,
    "edge": EdgeSettings,
    "writer": WriterSettings,
    "query": QuerySettings,
    "realtime": RealtimeSettings,
}
FILES = ("compose.yaml", "deploy/core-host.yaml", "deploy/edge-host.yaml")
HOSTS = {"CORE_HOST": "core.example.org", "EDGE_HOST": "edge.example.org"}
IMAGE = {"ANALYTICS_DATA_DIR": "/data"}  # what deploy/Dockerfile sets beside


def read(file: str) -> dict[str, Any]:
    return YAML(typ="safe").load(ROOT / file)


def services(file: str) -> dict[str, dict[str, Any]]:
    """Ours of a compose file, each with what it extends."""
    found: dict[str, dict[str, Any]] = {}
    for name, service in read(file)["services"].items():
        base = read("compose.yaml")["services"][name] if "extends" in service else {}
        environment = {**base.get("environment", {}), **service.get("environment", {})}
        secrets = [*base.get("secrets", []), *service.get("secrets", [])] if base else service.get("secrets", [])
        if name in SETTINGS:
            found[name] = {**base, **service, "environment": environment, "secrets": secrets}
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Secrets and certificates as the two commands make them."""
    folder = tmp_path_factory.mktemp("deploy")
    for command in ("make-secrets", "make-certificates"):
        shutil.copy(ROOT / "deploy" / command, folder)
    subprocess.run([folder / "make-secrets"], check=True)
    core, edge = HOSTS.values()
    names = (f"{core},writer,query,realtime,127.0.0.1", f"{edge},edge,127.0.0.1")
    subprocess.run([folder / "make-certificates", *names], check=True)
    return folder


@pytest.mark.parametrize("file", FILES)
def test_a_compose_file_is_what_the_specification_takes(file: str) -> None:
    command = ("-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / file)
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", FILES)
def test_each_service_starts_with_what_its_compose_file_tells_it(
    file: str, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = read(file)["secrets"]
    for name, service in services(file).items():
        with monkeypatch.context() as told:
            for variable in [each for each in os.environ if each.startswith("ANALYTICS_")]:
                told.delenv(variable)
            for variable, value in (IMAGE | service["environment"]).items():
                field = variable.removeprefix("ANALYTICS_").removesuffix("_FILE").lower()
                assert field in SETTINGS[name].model_fields or variable in IMAGE, f"{name} knows no {variable}"
                told.setenv(variable, _inside(str(value), made, service["secrets"], secrets))
            settings = load(SETTINGS[name])
            assert len(settings.mesh_token.get_secret_value()) >= 32
            assert (settings.tls_ca is not None) == file.startswith("deploy/")


def test_the_two_hosts_hold_one_authority_and_the_core_asks_for_its_certificates() -> None:
    core, edge = services("deploy/core-host.yaml"), services("deploy/edge-host.yaml")
    assert {*core, *edge} == {*SETTINGS}
    assert all("ANALYTICS_TLS_CLIENTS" not in service["environment"] for service in core.values())
    assert edge["edge"]["environment"]["ANALYTICS_TLS_CLIENTS"] == "any"
    assert all("ports" not in read("compose.yaml")["services"][name] for name in {*SETTINGS} - {"gateway"})


def test_secrets_that_are_there_are_kept_and_none_is_shared(made: Path) -> None:
    before = {file.name: file.read_text() for file in (made / "secrets").iterdir()}
    subprocess.run([made / "make-secrets"], check=True, capture_output=True)
    assert {file.name: file.read_text() for file in (made / "secrets").iterdir()} == before
    assert len(set(before.values())) == len(before)
    assert (made / "secrets").stat().st_mode & 0o777 == 0o700


def test_the_image_holds_every_package_that_a_service_needs_and_runs_as_nobody() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    copied = {line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line}
    assert {"gen", "mesh", "cli", *SETTINGS} <= copied
    assert "USER analytics" in lines
    assert any("ANALYTICS_REFLECTION=false" in line for line in lines)
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied <= kept


def _inside(value: str, made: Path, wanted: list[Any], secrets: dict[str, Any]) -> str:
    """A value with its secret's file on this machine. Fails for one that the container is not given."""
    for name, host in HOSTS.items():
        value = value.replace(f"${{{name}}}", host)
    if value.startswith("${"):
        default = value.rpartition(":")[2][1:-1] if ":-" in value else ""
        name = value[2:].partition(":")[0]
        return HOSTS.get(name, default)
    if not value.startswith("/run/secrets/"):
        return value
    secret = value.removeprefix("/run/secrets/")
    assert secret in wanted, f"the container is not given {secret}"
    file = secrets[secret]["file"]
    for name, host in HOSTS.items():
        file = file.replace(f"${{{name}}}", host)
        if f"${{{name}:?" in file:
            file = file.partition("${")[0] + host + file.partition("}")[2]
    found = made / file.removeprefix("deploy/")
    assert found.is_file(), found
    return str(found)
