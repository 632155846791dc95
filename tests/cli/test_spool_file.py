"""The spool's file before a start, as a crash or a bad disk leaves it; written and read by the real server."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from bench.mesh import free_port
from cli import spool
from cli.data_directory import DataDirectory
from cli.errors import Refusal
from cli.ports import Ports
from cli.programs import Program

PASSWORD = "spool-password"
CHUNK = bytes(range(256)) * 4


class Server:
    """The spool's program, run without a supervisor."""

    def __init__(self, place: Path) -> None:
        data = DataDirectory(place)
        data.prepare()
        ports = Ports("127.0.0.1", {"redis": free_port()})
        self.program: Program = spool.program(data, ports, PASSWORD)
        ports.release()
        self.folder = place / "spool" / "appendonlydir"
        self.log = data.log("redis")
        self._url = spool.url(ports["redis"], PASSWORD)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "redis.Redis":
        self._process = subprocess.Popen(
            self.program.command,
            cwd=self.program.directory,
            env=dict(self.program.environment),
            stdout=subprocess.DEVNULL,
        )
        client = redis.Redis.from_url(self._url)
        deadline = time.monotonic() + 20
        while True:
            assert self._process.poll() is None and time.monotonic() < deadline, "it does not start"
            try:
                client.ping()
                return client
            except (redis.ConnectionError, redis.BusyLoadingError):
                time.sleep(0.02)

    def fail(self) -> None:
        """Start it as the supervisor does, and return when it has given up."""
        with self.log.open("ab") as log:
            done = subprocess.run(self.program.command, cwd=self.program.directory, stdout=log, timeout=60)
        assert done.returncode == 1

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def mend(self) -> str | None:
        return self.program.prepare()

    def chunks(self) -> int:
        """How many chunks it has after a start."""
        with self.start() as client:
            found = client.llen("spool:chunks")
        self.kill()
        return int(found)  # pyright: ignore[reportArgumentType]

    @property
    def last(self) -> Path:
        return max(self.folder.glob("*.incr.aof"))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Killed after ten appends."""
    one = Server(tmp_path)
    with one.start() as client:
        for number in range(10):
            append(client, number)
    one.kill()
    yield one
    one.kill()


def append(client: "redis.Redis", number: int) -> None:
    with client.pipeline(transaction=True) as pipeline:
        pipeline.rpush("spool:chunks", number.to_bytes() + CHUNK)
        pipeline.hincrby("spool:totals", "bytes", len(CHUNK) + 1)
        pipeline.execute()


def last_append(file: Path) -> bytes:
    whole = file.read_bytes()
    return whole[whole.rindex(b"*1\r\n$5\r\nMULTI\r\n") :]


def test_a_first_start_and_a_whole_file_need_nothing(tmp_path: Path, server: Server) -> None:
    assert Server(tmp_path / "new").mend() is None
    before = server.last.read_bytes()
    assert server.mend() is None
    assert server.last.read_bytes() == before


@pytest.mark.parametrize("cut", [1, 5, 30, 100, 1_000])
def test_f14_a_torn_append_is_cut_off_and_told_and_all_before_it_is_there(server: Server, cut: int) -> None:
    whole = server.last.stat().st_size
    torn = last_append(server.last)[:-cut]
    with server.last.open("ab") as file:
        file.write(torn)
    told = server.mend()
    assert told and f"the last {len(torn):,} bytes of {server.last} were an append that a crash cut short" in told
    assert server.last.stat().st_size == whole
    assert server.mend() is None
    assert server.chunks() == 10


def test_f14_a_tail_of_zeros_is_cut_off_too(server: Server) -> None:
    """What a file system leaves that had grown the file and not yet written it."""
    with server.last.open("ab") as file:
        file.write(bytes(4_096))
    assert "the last 4,096 bytes" in (server.mend() or "")
    assert server.chunks() == 10


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(b"$5\r\nRPUSH", b"\0\0\r\nRPUSH"), (b"$1025\r\n", b"$9999\r\n"), (b"*1\r\n$4\r\nEXEC", b"*1\r\n$4\r\nEX\0\0")],
    ids=["prefix", "length", "end"],
)
def test_f15_damage_in_the_middle_is_refused_with_the_command_that_repairs_it(
    server: Server, right: bytes, wrong: bytes
) -> None:
    """A changed length reaches past the end of the file, as a torn tail does: that alone tells nothing."""
    content = server.last.read_bytes()
    middle = content.index(right, content.index(b"\x05" + CHUNK))
    damaged = content[:middle] + wrong + content[middle + len(right) :]
    server.last.write_bytes(damaged)
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            server.mend()
        assert server.last.read_bytes() == damaged
    said, command = str(refused.value).split(", then run ")
    assert said.startswith(f"{server.last} is damaged at byte ") and "\n" not in str(refused.value)
    done = subprocess.run(command.split(), input=b"y\n", capture_output=True)
    assert done.returncode == 0, done.stdout
    assert server.mend() is None
    assert 5 <= server.chunks() <= 6


def test_f15_a_changed_byte_in_a_chunk_spoils_that_chunk_alone(server: Server) -> None:
    """Its seal tells, when it is drained."""
    with server.start() as client:
        client.bgrewriteaof()
        while client.info("persistence")["aof_rewrite_in_progress"]:  # pyright: ignore[reportIndexIssue]
            time.sleep(0.01)
    server.kill()
    (base,) = server.folder.glob("*.base.aof")
    content = base.read_bytes()
    at = content.index(b"\x05" + CHUNK) + 500
    base.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    assert server.mend() is None
    assert server.chunks() == 10


def test_f15_damage_in_the_base_is_no_torn_tail_and_its_command_repairs_it(server: Server) -> None:
    with server.start() as client:
        client.bgrewriteaof()
        while client.info("persistence")["aof_rewrite_in_progress"]:  # pyright: ignore[reportIndexIssue]
            time.sleep(0.01)
        append(client, 10)
    server.kill()
    (base,) = server.folder.glob("*.base.aof")
    os.truncate(base, base.stat().st_size - 100)
    with pytest.raises(Refusal, match="is damaged at byte") as refused:
        server.mend()
    done = subprocess.run(str(refused.value).split(", then run ")[1].split(), input=b"y\n", capture_output=True)
    assert done.returncode == 0, done.stdout
    assert server.mend() is None
    assert server.chunks() >= 1


def test_f15_a_file_that_passes_the_check_and_cannot_be_loaded_is_refused_with_the_last_resort(
    tmp_path: Path, server: Server
) -> None:
    content = server.last.read_bytes()
    middle = content.index(b"RPUSH", content.index(b"\x05" + CHUNK))
    damaged = content[:middle] + b"RPUSX" + content[middle + 5 :]
    server.last.write_bytes(damaged)
    assert server.mend() is None
    server.fail()
    for _ in range(2):
        with pytest.raises(Refusal, match=f"bring back {server.folder} from a copy, or move it away") as refused:
            server.mend()
        assert "reading the append only file" in str(refused.value) and "RPUSX" in str(refused.value)
        assert "\n" not in str(refused.value)
    assert server.last.read_bytes() == damaged
    server.last.write_bytes(content)
    assert server.mend() is None
    anew = Server(tmp_path)
    assert anew.mend() is None, "a log from before tells nothing of the file that is there now"
    assert anew.chunks() == 10


@pytest.mark.parametrize("lost", ["manifest", "incr.aof"])
def test_f15_a_file_that_is_gone_is_no_empty_start(server: Server, lost: str) -> None:
    (gone,) = server.folder.glob(f"*{lost}")
    gone.unlink()
    with pytest.raises(Refusal, match=f"bring back {server.folder} from a copy, or move it away"):
        server.mend()
