"""Fixtures: one mesh a module, its doubles emptied for each test."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from tests.gateway.doubles import Mesh, directory, running


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built dashboard: a page, a hashed script."""
    folder = tmp_path_factory.mktemp("dist")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text('<!doctype html><script src="/assets/index-abc123.js"></script>')
    (folder / "assets" / "index-abc123.js").write_text("console.log('dashboard')\n" * 100)
    return folder


@pytest.fixture(scope="module")
async def shared(dist: Path) -> AsyncGenerator[Mesh]:
    async with running(dist, trusted_proxies="10.0.0.0/8", country_header="CF-IPCountry") as mesh:
        yield mesh


@pytest.fixture
def mesh(shared: Mesh) -> Mesh:
    """The module's mesh, with doubles that remember nothing."""
    for double in (shared.edge, shared.writer, shared.query):
        double.__init__()
    shared.snapshot = directory()
    return shared


@pytest.fixture
async def http(mesh: Mesh) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=mesh.url, timeout=10, trust_env=False) as client:
        yield client
