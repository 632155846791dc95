"""The package as npm has it: what is in it, whether every resolver finds it, whether its code is the committed one."""

import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sdk.conftest import CLIENT, ROOT, npm

SERVED = ROOT / "gateway" / "script"
OWNER = """
import { AnalyticsClient } from '@analytics/client';
import type { AnalyticsOptions, Props } from '@analytics/client';

const options: AnalyticsOptions = {
  apiBaseUrl: 'https://stats.example.org',
  appName: 'demo',
  scrollTracking: { enabled: true },
};
const analytics = new AnalyticsClient(options);
const props: Props = { plan: 'pro', seats: 3 };

analytics.trackView({ pageUrl: 'https://site.example/', pageTitle: 'Home' });
analytics.trackInteraction({ type: 'click', data: { elementId: 'buy', pageUrl: 'https://site.example/' } });
analytics.track('Signup', props, { revenue: { amount: '12.50', currency: 'EUR' }, interactive: false });
analytics.identify('anna');
analytics.reset();
analytics.exposure('hero', analytics.variant('hero'));
export const done: Promise<unknown>[] = [Promise.resolve(analytics.flush()), Promise.resolve(analytics.shutdown())];
"""


def run(*command: str, cwd: Path = CLIENT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def packed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive that would be published."""
    folder = tmp_path_factory.mktemp("packed")
    [made] = json.loads(npm("pack", "--json", "--ignore-scripts", "--pack-destination", str(folder), cwd=package))
    return folder / made["filename"]


@pytest.fixture(scope="module")
def project(packed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clean project in which the package is installed, and nothing else but compilers."""
    folder = tmp_path_factory.mktemp("project")
    modules = folder / "node_modules" / "@analytics"
    modules.mkdir(parents=True)
    with tarfile.open(packed) as archive:
        # as `filter="data"`, which Python 3.11 knows from its fourth release on
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(modules)
    (modules / "package").rename(modules / "client")
    yield folder


def test_the_archive_holds_what_is_run_and_its_types_and_nothing_else(packed: Path) -> None:
    with tarfile.open(packed) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}
    assert {"package.json", "README.md", "LICENSE", "dist/esm/index.js", "dist/cjs/index.d.ts"} <= names
    strange = [n for n in names if not re.fullmatch(r"dist/(esm|cjs)/(.+(\.js|\.d\.ts)|package\.json|.*grpc/.+)", n)]
    assert set(strange) <= {"package.json", "README.md", "LICENSE"}
    assert not any("script" in name or "test" in name for name in names)
    manifest: dict[str, Any] = json.loads((CLIENT / "package.json").read_text())
    assert "dependencies" not in manifest and manifest["sideEffects"] is False


def test_every_resolver_finds_code_and_types(package: Path, packed: Path) -> None:
    tools = package / "node_modules" / ".bin"
    run(str(tools / "publint"), "--strict", str(packed))
    run(str(tools / "attw"), str(packed), "--no-emoji", "--format", "ascii")


@pytest.mark.parametrize(
    ("module", "resolution", "kind"),
    [("ESNext", "bundler", "module"), ("Node16", "node16", "module"), ("Node16", "node16", "commonjs")],
)
def test_the_owners_example_compiles_and_runs_in_a_clean_project(
    package: Path, project: Path, module: str, resolution: str, kind: str
) -> None:
    name = f"{resolution}-{kind}"
    folder = project / name
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps({"type": kind}))
    (folder / "app.ts").write_text(OWNER)
    options = {"strict": True, "exactOptionalPropertyTypes": True, "module": module, "moduleResolution": resolution}
    options |= {"target": "ES2022", "lib": ["ES2022", "DOM"], "types": []}
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["app.ts"]}))
    run(str(package / "node_modules" / ".bin" / "tsc"), "-p", ".", cwd=folder)
    run(shutil.which("node") or "node", "app.js", cwd=folder)


def test_what_is_told_of_functions_alone_holds(package: Path, project: Path) -> None:
    tests = project / "core.test.mjs"
    tests.write_text((Path(__file__).parent / "unit" / "core.test.mjs").read_text())
    said = run(shutil.which("node") or "node", "--test", str(tests), cwd=project)
    assert re.search(r"^# fail 0$", said, re.MULTILINE), said


def test_the_served_files_are_what_the_sources_build_and_their_packed_forms_the_same(
    package: Path, tmp_path: Path
) -> None:
    npm("run", "--silent", "build:script", "--", str(tmp_path), cwd=package)
    assert {file.name: file.read_bytes() for file in tmp_path.glob("*.*js")} == {
        file.name: file.read_bytes() for file in SERVED.glob("*.*js")
    }, "gateway/script is stale: npm run build:script in sdk/client"
    unpack = "process.stdout.write(require('zlib').brotliDecompressSync(require('fs').readFileSync(process.argv[1])))"
    for file in SERVED.glob("*.*js"):
        assert run(shutil.which("node") or "node", "-e", unpack, f"{file}.br") == file.read_text()


def test_sources_are_strict_without_any_and_without_default_exports(package: Path) -> None:
    ours = [f"src/{entry.name}" for entry in (package / "src").glob("*.ts")]
    run(str(package / "node_modules" / ".bin" / "biome"), "check", "--error-on-warnings", *ours, "src/capture")
