"""The spool's file, looked at before each start of its server: a torn tail is cut off, damage is left and told."""

import mmap
import os
import re
import subprocess
import time
from pathlib import Path

from cli.errors import Refusal

_STILL_S = 1.0  # a server that a killed ./run has left behind may be in the middle of its last append
_MANIFEST = "appendonly.aof.manifest"
_DAMAGED = re.compile(r"AOF analyzed: filename=(\S+), size=(\d+), ok_up_to=(\d+),.* diff=[1-9]")
# The server's last words of a file that passes the check, and that it cannot load: e.g. a command's name was changed.
_UNREADABLE = re.compile(rb"[^#\n]*reading the append only file.*")
# Every append of events is a transaction, fsynced before it is answered: bytes that end none were never answered.
_END_OF_TRANSACTION = b"\r\nEXEC\r\n"


class SpoolFile:
    """The append-only file below `directory`; `checker` is the server's own program that reads it through, `log`
    what the server says.

    The server could cut a tail itself (aof-load-truncated), but takes a changed length in the middle for one as well,
    and would throw away everything behind it.
    """

    def __init__(self, directory: Path, checker: Path, log: Path) -> None:
        self._folder = directory / "appendonlydir"
        self._checker = checker
        self._log = log
        self._heard = _size(log)
        self._damage = ""
        self._seen: list[tuple[str, int, int]] = []

    def mend(self) -> str | None:
        """Cut off an append that a crash left half written, and say so; None where there is nothing to do.

        Raises Refusal, with the command that repairs it, if the file is damaged in any other way.
        """
        told = self._last_words()
        files = sorted(self._folder.glob("appendonly.aof.*"))
        state = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
        if not files:
            return None
        if not self._damage or state != self._seen:
            unchanged, self._seen, self._damage = state == self._seen, state, ""
            try:
                if told and unchanged:
                    raise Refusal(f"{told}; {self._last_resort()}")
                return self._look(files)
            except Refusal as refusal:
                self._damage = str(refusal)
                raise
        raise Refusal(self._damage)

    def _look(self, files: list[Path]) -> str | None:
        manifest = self._folder / _MANIFEST
        if manifest not in files:
            raise Refusal(f"{manifest} is missing beside the files that it lists; {self._last_resort()}")
        checked = subprocess.run((self._checker, manifest), capture_output=True, text=True, errors="replace")
        if checked.returncode == 0:
            return None
        found = _DAMAGED.search(checked.stdout)
        if not found or not (file := self._folder / found[1]).exists():
            lines = (checked.stdout + checked.stderr).strip().splitlines() or ["it cannot be read"]
            raise Refusal(f"{lines[-1]}; {self._last_resort()}")
        size, whole = int(found[2]), int(found[3])
        if _is_last(file, manifest) and not _ends_a_transaction(file, whole):
            time.sleep(_STILL_S)
            if file.stat().st_size != size:
                return self._look(files)
            _cut(file, whole)
            return (
                f"the last {size - whole:,} bytes of {file} were an append that a crash cut short;"
                " they are cut off, and nobody had been told that it was kept"
            )
        raise Refusal(
            f"{file} is damaged at byte {whole:,} of {size:,}; copy it, since a repair cuts it there, then run"
            f" {self._checker} --fix {file}"
        )

    def _last_words(self) -> str:
        """What the server has said since the last call of a file that it could not load; nothing, if it did."""
        start = self._heard if self._heard <= _size(self._log) else 0  # cut when it is full
        try:
            with self._log.open("rb") as log:
                log.seek(start)
                said = log.read()
        except FileNotFoundError:
            return ""
        self._heard = start + len(said)
        found = _UNREADABLE.findall(said)
        return found[-1].decode(errors="replace").strip()[:300] if found else ""

    def _last_resort(self) -> str:
        return f"bring back {self._folder} from a copy, or move it away to begin with an empty spool"


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _is_last(file: Path, manifest: Path) -> bool:
    """Is it the file that is being appended to? Those before it were complete before it was begun."""
    lines = manifest.read_text(errors="replace").split("\n")
    return [words[1] for words in map(str.split, lines) if len(words) > 1][-1:] == [file.name]


def _ends_a_transaction(file: Path, start: int) -> bool:
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(_END_OF_TRANSACTION, start) >= 0


def _cut(file: Path, size: int) -> None:
    with file.open("rb+") as stream:
        stream.truncate(size)
        os.fsync(stream.fileno())
