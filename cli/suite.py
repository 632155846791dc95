"""`./run test`: what tests need on this machine, then pytest; what `./run bench` needs is installed the same way."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from cli.services import PROJECT

_GRPCURL = "github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3"


def install_what_is_missing(console: Console) -> None:
    """Chromium and npm (Debian, as root), grpcurl (with Go). What cannot be installed is said; its tests say more."""
    install_package("chromium", console)
    install_package("npm", console)
    if not _grpcurl() and shutil.which("go"):
        console.print("installing grpcurl ...")
        subprocess.run(("go", "install", _GRPCURL), stdout=subprocess.DEVNULL)
    for name, found in (
        ("chromium", shutil.which("chromium")),
        ("npm", shutil.which("npm")),
        ("grpcurl", _grpcurl()),
    ):
        if not found:
            console.print(f"[yellow]{name} is missing and could not be installed: its tests will fail[/]")


def install_package(name: str, console: Console) -> None:
    """Install the Debian package of a command that is missing: as root, where there is apt-get; else do nothing."""
    if shutil.which(name) or not shutil.which("apt-get") or os.geteuid() != 0:
        return
    console.print(f"installing {name} ...")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (("update", "-q"), ("install", "-qy", "--no-install-recommends", name)):
        subprocess.run(("apt-get", *words), env=environment, stdout=subprocess.DEVNULL)


def run_tests(arguments: list[str], full: bool) -> int:
    """pytest's exit code. `full` takes long tests too and tells tests to run for their stated lengths."""
    environment = {**os.environ, "PATH": f"{_go_binaries()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    if full:
        environment["ANALYTICS_FULL"] = "1"
    choice = () if full else ("-m", "not full")
    # two files at a time: half of the suite is waiting; a module's mesh stays in one process
    together = ("-n", "2", "--dist", "loadfile")
    return subprocess.run(
        (sys.executable, "-m", "pytest", *together, *choice, *arguments), cwd=PROJECT, env=environment
    ).returncode


def _grpcurl() -> str | None:
    return shutil.which("grpcurl") or shutil.which("grpcurl", path=str(_go_binaries()))


def _go_binaries() -> Path:
    return Path(os.environ.get("GOBIN") or Path(os.environ.get("GOPATH") or Path.home() / "go") / "bin")
