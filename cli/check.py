"""`./run check`: everything that is known without running the mesh."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from cli.generate import stale
from cli.services import PROJECT

_DASHBOARD = PROJECT / "gateway" / "dashboard"
_CLIENT = PROJECT / "sdk" / "client"


@dataclass(frozen=True, slots=True)
class Verdict:
    name: str
    said: str  # "" = it holds
    seconds: float


def check(console: Console) -> bool:
    """Run every check, two at a time, and print each; True if all hold."""
    checks: dict[str, Callable[[], str]] = {
        "types": lambda: _tool("basedpyright"),
        "format": lambda: _tool("ruff", "format", "--check", "--quiet"),
        "lint": lambda: _tool("ruff", "check", "--quiet"),
        "imports": lambda: _tool("lint-imports", "--no-logo"),
        "protos": lambda: _tool("buf", "lint") or _tool("buf", "format", "--diff", "--exit-code"),
        "contract": _contract_holds,
        "generated": lambda: "".join(f"{name} is stale: ./run gen\n" for name in stale()),
        "dashboard": _dashboard,
        "client": _client,
    }
    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(_judge, checks.keys(), checks.values()))
    for verdict in verdicts:
        mark = "[red]✘[/]" if verdict.said else "[green]✔[/]"
        console.print(f"  {mark} {verdict.name:<10} [dim]{verdict.seconds:5.1f} s[/]")
        if verdict.said:
            console.print(verdict.said.rstrip(), markup=False, highlight=False, soft_wrap=True)
    return not any(verdict.said for verdict in verdicts)


def _judge(name: str, run: Callable[[], str]) -> Verdict:
    began = time.monotonic()
    said = run()
    return Verdict(name, said, time.monotonic() - began)


def _tool(name: str, *arguments: str) -> str:
    """Run a tool of our own environment; what it says when it fails."""
    return _run((str(Path(sys.executable).parent / name), *arguments), PROJECT)


def _run(command: tuple[str, ...], directory: Path) -> str:
    own = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(command, cwd=directory, env={**os.environ, "PATH": own}, capture_output=True, text=True)
    return (done.stdout + done.stderr or f"{command[0]} exits {done.returncode}") if done.returncode else ""


def _contract_holds() -> str:
    """The protos against those of the last release; before the first there is nothing to break."""
    described = subprocess.run(
        ("git", "describe", "--tags", "--abbrev=0", "--match", "v*"), cwd=PROJECT, capture_output=True, text=True
    )
    tag = described.stdout.strip()
    return _tool("buf", "breaking", "--against", f".git#tag={tag}") if described.returncode == 0 and tag else ""


def _dashboard() -> str:
    if not (_DASHBOARD / "package.json").exists():
        return ""
    npm = shutil.which("npm")
    if npm is None:
        return "Node (npm) is needed to check the dashboard: install it"
    said = _installed(npm, _DASHBOARD)
    for script in ("check", "test"):
        said = said or _run((npm, "run", "--silent", script), _DASHBOARD)
    return said or _bundle_is_fresh(npm)


def _client() -> str:
    """The browser's package: types, style, and the served files are what its sources build."""
    npm = shutil.which("npm")
    if npm is None:
        return "Node (npm) is needed to check the client: install it"
    said = _installed(npm, _CLIENT) or _run((npm, "run", "--silent", "check"), _CLIENT)
    with tempfile.TemporaryDirectory() as built:
        said = said or _run((npm, "run", "--silent", "build:script", "--", built), _CLIENT)
        if said or _files(Path(built)) == _files(PROJECT / "gateway" / "script"):
            return said
    return "gateway/script is stale: npm run build:script in sdk/client"


def _installed(npm: str, folder: Path) -> str:
    """Packages as the lock file has them; what npm says when it fails."""
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return ""
    return _run((npm, "ci", "--no-audit", "--no-fund"), folder)


def _bundle_is_fresh(npm: str) -> str:
    """The committed bundle is what its sources build."""
    with tempfile.TemporaryDirectory() as built:
        said = _run((npm, "run", "--silent", "build", "--", "--outDir", built, "--emptyOutDir"), _DASHBOARD)
        if said or _files(Path(built)) == _files(_DASHBOARD / "dist"):
            return said
    return "gateway/dashboard/dist is stale: npm run build there"


def _files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
