"""A command that is missing is installed where that is possible, and nothing is done where it is not."""

import os
from pathlib import Path

import pytest

from cli.app import app
from cli.options import console
from cli.suite import install_package


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing but an apt-get, whose packages are a command each."""
    apt = tmp_path / "apt-get"
    apt.write_text(
        '#!/bin/sh\nfor name; do :; done\ntest "$1" = update && exit\n>"${0%/*}/$name"; /bin/chmod +x "${0%/*}/$name"\n'
    )
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path


def test_root_gets_the_package_of_a_missing_command_once(machine: Path) -> None:
    install_package("wrk", console)
    written = (machine / "wrk").stat().st_mtime_ns
    install_package("wrk", console)
    assert (machine / "wrk").stat().st_mtime_ns == written


def test_another_user_gets_nothing(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    install_package("wrk", console)
    assert not (machine / "wrk").exists()


@pytest.mark.parametrize(("bench", "installed"), [("ingest", True), ("smoke", False)])
def test_the_ingest_bench_gets_its_load_generator(
    machine: Path, monkeypatch: pytest.MonkeyPatch, bench: str, installed: bool
) -> None:
    ran: list[tuple[str, ...]] = []

    def run(_: str, words: tuple[str, ...]) -> None:
        ran.append(words)

    monkeypatch.setattr(os, "execv", run)
    monkeypatch.chdir(Path.cwd())
    app(["bench", bench, "--json", "x"], standalone_mode=False)
    assert ran[0][-3:] == (bench, "--json", "x")
    assert (machine / "wrk").exists() is installed
