"""The package as npm publishes it, and a clean project that has installed it."""

import json
from pathlib import Path

import pytest

from tests.sdk.conftest import npm

# `--no-save`: lock files name everything but the package itself, which is no registry's
INSTALL = ("install", "--no-save", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts")
# the oldest versions that the package is for; in example applications are the newest
PROJECT = {
    "@grpc/grpc-js": "1.14.7",
    "@grpc/proto-loader": "0.8.1",
    "@nestjs/common": "11.2.10",
    "@nestjs/core": "11.2.10",
    "@types/node": "20.19.43",
    "@types/react": "18.3.27",
    "react": "18.3.1",
    "react-dom": "18.3.1",
    "reflect-metadata": "0.2.2",
    "rxjs": "7.8.2",
    "typescript": "7.0.2",
    "typescript-5.9": "npm:typescript@5.9.3",
}


@pytest.fixture(scope="session")
def tarball(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("package")
    npm("pack", "--ignore-scripts", "--silent", "--pack-destination", str(place), cwd=package)
    (packed,) = place.glob("*.tgz")
    return packed


@pytest.fixture(scope="session")
def project(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean project with the package and what its entries may need."""
    place = tmp_path_factory.mktemp("project")
    content = {"name": "clean", "private": True, "type": "module", "dependencies": PROJECT}
    (place / "package.json").write_text(json.dumps(content))
    npm(*INSTALL, str(tarball), cwd=place)
    return place
