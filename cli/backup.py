"""`./run backup` and `./run restore`: the truth and the secrets it opens with, in one folder.

A dump is one snapshot of PostgreSQL, taken while everything runs. The columnar copy is not in it: query builds it anew.
Day salts are left out (what they hashed must not be computed again), and so is the spool, the edge's own disk.
"""

import asyncio
import json
import os
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from rich.console import Console

from cli import audit, postgres
from cli.credentials import load_or_make
from cli.data_directory import DataDirectory, write_private
from cli.errors import Refusal, reason
from cli.ports import Ports
from cli.programs import Program

_DUMP, _SECRETS, _LABEL = "database.dump", "secrets.json", "backup.json"
_START_LIMIT_S = 60.0


def backup(data: DataDirectory, folder: Path, console: Console) -> None:
    """Write a new folder. Raises Refusal if it exists, if no mesh runs, or if the dump fails; then nothing is left."""
    ready = data.read_ready()
    if folder.exists():
        raise Refusal(f"{folder} exists already; name a new folder for each backup")
    audit.record(data, ready, "cli.backup")
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700, parents=True)
        made_at = datetime.now(UTC)
        _postgres(
            ready["database"],
            "pg_dump",
            *(
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                "--exclude-table-data=salts",
                f"--file={draft / _DUMP}",
            ),
        )
        (draft / _DUMP).chmod(0o600)
        shutil.copyfile(data.secrets, draft / _SECRETS)
        (draft / _SECRETS).chmod(0o600)
        size = (draft / _DUMP).stat().st_size
        label = json.dumps({"made_at": made_at.isoformat(timespec="seconds"), "bytes": size}, indent=2)
        write_private(draft / _LABEL, f"{label}\n")
        draft.rename(folder)
    except OSError as error:
        raise Refusal(f"{folder} cannot be written: {reason(error)}") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    console.print(
        f"{folder}: {size / 1e6:,.1f} MB. It opens everything that it holds: keep it as you keep passwords.",
        highlight=False,
    )


def restore(data: DataDirectory, folder: Path, console: Console) -> None:
    """Make a data directory from a backup. Raises Refusal if there is a database already, or the backup is not whole;
    then no database is left."""
    label = _label(folder)
    data.prepare()
    lock = data.claim()
    home = data.root / "postgres"
    try:
        if home.exists() or data.secrets.exists():
            raise Refusal(f"{data.root} holds a mesh already; restore into a new directory (--data)")
        try:
            shutil.copyfile(folder / _SECRETS, data.secrets)
            _fill(data, folder / _DUMP)
            write_private(data.restored, f"{label['made_at']}\n")
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            data.secrets.unlink(missing_ok=True)
            raise
    finally:
        os.close(lock)
    console.print(
        f"restored to {data.root} as of {label['made_at']}. Start it: query builds its copy anew. What was erased "
        "after the backup is back until `./run erasures --replay FILE` is run.",
        highlight=False,
        soft_wrap=True,
    )


def _label(folder: Path) -> dict[str, Any]:
    try:
        label = json.loads((folder / _LABEL).read_text())
        size = (folder / _DUMP).stat().st_size
    except (OSError, ValueError) as error:
        raise Refusal(f"{folder} is no backup: {reason(error) if isinstance(error, OSError) else error}") from None
    if size != label["bytes"]:
        raise Refusal(f"{folder / _DUMP} has {size:,} bytes, not {label['bytes']:,}: it is not whole")
    return label


def _fill(data: DataDirectory, dump: Path) -> None:
    """A new cluster, its server for as long as it takes, and the dump in it."""
    secrets = load_or_make(data.secrets, stores_exist=True)
    ports = Ports("127.0.0.1", {})
    try:
        program = postgres.program(data, ports, secrets.postgres_password)
        database = postgres.url("127.0.0.1", ports["postgres"], secrets.postgres_password)
        with data.log("postgres").open("ab") as log:
            server = subprocess.Popen(
                program.command, env=program.environment, cwd=program.directory, stdout=log, stderr=log
            )
        try:
            asyncio.run(_await(server, program))
            _postgres(database, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", str(dump))
        finally:
            server.send_signal(program.stop_signal)
            server.wait()
    finally:
        ports.release()


async def _await(server: "subprocess.Popen[bytes]", program: Program) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while not await program.ready():
        if server.poll() is not None or time.monotonic() > deadline:
            raise Refusal(f"PostgreSQL did not start: look into {program.directory}/log/postgres.log")
        await asyncio.sleep(0.05)


def _postgres(database: str, name: str, *arguments: str) -> None:
    """One of PostgreSQL's own commands. Its password is handed over in the environment: `ps` shows arguments."""
    parts = urlsplit(database)
    plain = parts._replace(netloc=f"{parts.username}@{parts.hostname}:{parts.port}").geturl()
    command = (str(postgres.binaries() / name), f"--dbname={plain}", *arguments)
    done = subprocess.run(
        command,
        env={**postgres.environment(), "PGPASSWORD": unquote(parts.password or "")},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Refusal(f"{name} failed: {said[0] if said else f'exit code {done.returncode}'}")
