"""The package as it is published, and the FastAPI example run from it, against a real mesh."""

import asyncio
import os
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.mesh import AGENT, ROOT, Mesh, free_port

UV = str(Path(sys.executable).parent / "uv")
EXAMPLE = ROOT / "examples" / "fastapi"
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built packages, as a publisher builds them."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run((UV, "build", "--quiet", "-o", folder), cwd=ROOT / "sdk" / "python", check=True)
    return folder


@pytest.fixture(scope="module")
async def mesh(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mesh]:
    started = Mesh(tmp_path_factory.mktemp("mesh"))
    try:
        await started.start()
        yield started
    finally:
        await started.stop()


def test_the_package_holds_its_modules_types_and_licence_and_nothing_else(dist: Path) -> None:
    sources = ROOT / "sdk" / "python" / "src"
    modules = {str(file.relative_to(sources)) for file in sources.rglob("*.py*") if file.suffix in (".py", ".pyi")}
    [wheel] = dist.glob("*.whl")
    names = [name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith("/")]
    about = "analytics_mesh_client-0.1.0.dist-info"
    extra = {f"{about}/{name}" for name in ("WHEEL", "METADATA", "RECORD", "licenses/LICENSE")}
    assert set(names) == modules | {"analytics_mesh/py.typed"} | extra
    [source] = dist.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        tops = {name.split("/")[1] for name in archive.getnames() if "/" in name}
    assert {"src", "README.md", "LICENSE", "pyproject.toml", "PKG-INFO"} <= tops
    assert "tests" not in tops


async def test_the_fastapi_example_ends_as_views_and_revenue_of_one_visit(mesh: Mesh, dist: Path) -> None:
    made = await mesh.api("POST", "sites", {"id": "shop", "identity": "daily", "domains": ["shop.example"]})
    assert made.status == 201
    key = (await mesh.api("POST", "keys", {"name": "backend", "site": "shop", "scope": "ingest"})).json()["secret"]
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = await asyncio.create_subprocess_exec(
        *(UV, "run", "--quiet", "--no-project", "--isolated", "--python", sys.executable, "--find-links", str(dist)),
        *("--with-requirements", "requirements.txt", "uvicorn", "app:app", "--port", str(port)),
        cwd=EXAMPLE,
        env=environment | {"ANALYTICS_EDGE": mesh.ready["edge"], "ANALYTICS_INGEST_KEY": key},
    )
    headers = {"user-agent": AGENT, "host": "shop.example", "referer": "https://news.example/"}
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as shop:
            await _answers(shop, process)
            assert "Pricing" in (await shop.get("/pricing", params={"utm_source": "news"})).text
            assert (await shop.post("/orders")).json() == {"status": "ordered"}
            await shop.get("/pricing", headers={"dnt": "1"})
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
    views = [["is", "event", ["pageview"]]]
    await _rows(mesh, ["pageviews"], [(["/pricing"], [1])], dimensions=["page"], filters=views)
    await _rows(
        mesh,
        ["events", "visitors"],
        [(["Purchase"], [1, 1]), (["pageview"], [1, 1])],
        dimensions=["event"],
        order_by=[["event", "asc"]],
    )
    await _rows(mesh, ["visits"], [(["news", "Chrome"], [1])], dimensions=["source", "browser"])


async def _answers(shop: httpx.AsyncClient, process: asyncio.subprocess.Process) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.returncode is None:
        try:
            await shop.get("/openapi.json")
            return
        except httpx.TransportError:
            await asyncio.sleep(0.1)
    raise AssertionError("the example does not answer")


async def _rows(mesh: Mesh, metrics: list[str], expected: list[Any], **question: Any) -> None:
    deadline = time.monotonic() + PATIENCE_S
    found: Any = None
    while found != expected and time.monotonic() < deadline:
        found = await mesh.query(metrics, site="shop", **question)
        await asyncio.sleep(0.1)
    assert found == expected
