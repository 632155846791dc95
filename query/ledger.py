"""Which commits the columnar copy holds, and which range was being applied: one small file, replaced as a whole.

A file and not a table: an insert into ClickHouse costs more than a small range of events does. It names the store it
speaks of by the id in that store's table `store`, so that a deleted or exchanged one is noticed and built anew.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class State:
    """`position` is the last commit applied in full. `applying` > 0: the range (position, applying] was begun.

    `repairing` are weeks (ISO dates of their Mondays) that were dropped and are being copied again.
    """

    store: str
    position: int = 0
    applying: int = 0
    repairing: tuple[str, ...] = ()


class Ledger:
    """The record, in memory and on disk. Each change is on disk (fsync) before it returns.

    `written_at` is when an earlier process last changed it, seconds since the epoch; None where none did.
    """

    def __init__(self, file: Path, store: str) -> None:
        self._file = file
        self.state = _read(file, store)
        self.written_at = file.stat().st_mtime if self.state.position else None

    def begin(self, to: int) -> None:
        self._write(replace(self.state, applying=to))

    def done(self, to: int) -> None:
        self._write(replace(self.state, position=to, applying=0))

    def forget(self) -> None:
        """The store holds nothing that counts."""
        self._write(State(self.state.store))

    def repair(self, weeks: tuple[str, ...]) -> None:
        """Weeks that are to be copied again; empty when that is done."""
        self._write(replace(self.state, repairing=weeks))

    def _write(self, state: State) -> None:
        draft = self._file.with_suffix(".draft")
        with open(draft, "w") as stream:
            json.dump(asdict(state), stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self._file)
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self.state = state


def _read(file: Path, store: str) -> State:
    """The recorded state; from the beginning where there is none, or where it speaks of another store."""
    try:
        found = json.loads(file.read_text())
        state = State(found["store"], found["position"], found["applying"], tuple(found["repairing"]))
    except (OSError, ValueError, KeyError, TypeError):
        return State(store)
    return state if state.store == store else State(store)
