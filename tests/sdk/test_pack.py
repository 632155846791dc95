"""What npm would publish: only what belongs, for every way in which TypeScript and Node find it."""

import json
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.sdk.packed import project, tarball

__all__ = ["project", "tarball"]

DOCS = Path(__file__).parents[2] / "docs" / "sdk"
ENTRIES = ("", "/react", "/node", "/grpc", "/nestjs")
"""Those of Next.js need Next.js: the example has it."""
USE = """
import { AnalyticsClient } from '@analytics/client';
import { AnalyticsProvider, useAnalytics, usePageView, useExperiment, Track } from '@analytics/client/react';
import { ServerClient, visitorOf } from '@analytics/client/node';
import { grpcTransport } from '@analytics/client/grpc';
import { AnalyticsModule, AnalyticsService, NoTrack, Track as Tracked, TrackView } from '@analytics/client/nestjs';

export function begin(apiBaseUrl: string): void {
  const analytics = new AnalyticsClient({ apiBaseUrl, appName: 'shop', scrollTracking: { enabled: true } });
  analytics.trackView({ pageUrl: '/', pageTitle: 'Shop' });
  analytics.trackInteraction({ type: 'click', data: { elementId: 'buy', pageUrl: '/' } });
}

export const client: ServerClient = new ServerClient({ transport: grpcTransport({ target: 'edge:50051', key: 'k' }) });
export const taken: boolean = client.with({ visitor: visitorOf({}, '::1') }).track('order', { tea: 'Assam' });
export const used = [AnalyticsProvider, useAnalytics, usePageView, useExperiment, Track];
export const nest = [AnalyticsModule, AnalyticsService, NoTrack, Tracked, TrackView];
// @ts-expect-error: a property has a plain value
client.track('order', { tea: {} });
"""
WAYS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "bundler": ("typescript", "use.ts", {"module": "esnext", "moduleResolution": "bundler"}),
    "node16, ES module": ("typescript", "use.mts", {"module": "node16", "moduleResolution": "node16"}),
    "node16, CommonJS": ("typescript", "use.cts", {"module": "node16", "moduleResolution": "node16"}),
    # the compilers above check the declarations themselves, in a tenth of the time
    "node10": (
        "typescript-5.9",
        "use.ts",
        {"module": "commonjs", "moduleResolution": "node10", "skipLibCheck": True},
    ),
}


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def compiles(project: Path, compiler: str, files: list[str], options: dict[str, Any]) -> None:
    strict = {"strict": True, "noEmit": True, "target": "es2022", "lib": ["es2022", "dom"], "jsx": "react-jsx"}
    content = {"compilerOptions": {**strict, "types": ["node"], **options}, "files": files}
    (project / "tsconfig.json").write_text(json.dumps(content))
    run("node", f"node_modules/{compiler}/bin/tsc", "-p", ".", cwd=project)


def test_the_package_holds_only_what_belongs(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}
        manifest = json.load(archive.extractfile("package/package.json") or pytest.fail("no package.json"))
    other = {name for name in names if not re.fullmatch(r"dist/(esm|cjs)/[\w/-]+(\.d\.ts|\.js)", name)}
    assert other == {"package.json", "README.md", "LICENSE", "dist/esm/package.json", "dist/cjs/package.json"}
    assert tarball.stat().st_size < 100_000
    assert "dependencies" not in manifest
    assert set(manifest["peerDependencies"]) == set(manifest["peerDependenciesMeta"])
    assert all(meta == {"optional": True} for meta in manifest["peerDependenciesMeta"].values())
    named = {file[2:] for file in re.findall(r'"(\./dist/[^"]+)"', json.dumps(manifest))}
    assert named - names == set()


@pytest.mark.parametrize("way", WAYS)
def test_a_clean_strict_project_compiles_with(project: Path, way: str) -> None:
    compiler, file, options = WAYS[way]
    (project / file).write_text(USE)
    compiles(project, compiler, [file], options)


def test_every_entry_can_be_imported_and_required(project: Path) -> None:
    names = [f"@analytics/client{entry}" for entry in ENTRIES]
    (project / "run.mjs").write_text(
        "import 'reflect-metadata';\nimport { createRequire } from 'node:module';\n"
        "const require = createRequire(import.meta.url);\n"
        f"for (const name of {json.dumps(names)}) {{\n"
        "  const [esm, cjs] = [Object.keys(await import(name)), Object.keys(require(name))];\n"
        "  console.log(name, esm.length > 0 && esm.every((key) => cjs.includes(key)));\n}\n"
    )
    said = run("node", "--disable-warning=ExperimentalWarning", "run.mjs", cwd=project)
    assert said.split() == [word for name in names for word in (name, "true")]


def test_the_examples_of_the_docs_compile(project: Path) -> None:
    files: list[str] = []
    for page in ("react", "node", "nestjs"):
        blocks = re.findall(r"```(tsx?)\n(.*?)```", (DOCS / f"{page}.md").read_text(), re.DOTALL)
        for index, (ending, block) in enumerate(blocks):
            files.append(f"{page}-{index}.{ending}")
            (project / files[-1]).write_text(block)
    assert len(files) >= 6
    compiles(
        project,
        "typescript",
        files,
        {"module": "esnext", "moduleResolution": "bundler", "experimentalDecorators": True},
    )
