"""What the supervisor runs: one frozen description for each process."""

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

_CHILD = Path(__file__).with_name("child.py")


def nothing() -> None:
    """No preparation."""


@dataclass(frozen=True, slots=True)
class Program:
    """A process of the mesh."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path
    ready: Callable[[], Awaitable[bool]]  # may fail in any way while the process is not up yet
    place: str = ""  # where it listens, for people
    stop_signal: signal.Signals = signal.SIGTERM
    prepare: Callable[[], str | None] = nothing  # before each start; what it says is for people, Refusal puts it off
    without: str = ""  # what people are told of a mesh without it; a mesh needs a process that has nothing here


def dying_with_us(command: tuple[str, ...], number: signal.Signals) -> tuple[str, ...]:
    """A command that gets the signal when this process is gone, however it went (Linux)."""
    return (sys.executable, "-I", "-S", str(_CHILD), str(os.getpid()), str(int(number)), *command)
