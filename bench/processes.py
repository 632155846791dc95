"""What processes cost, read from /proc (Linux)."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third on; empty for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def family(pid: int) -> list[int]:
    """A process and its living descendants."""
    parents = {int(entry.name): _stat(int(entry.name)) for entry in Path("/proc").glob("[0-9]*")}
    members = [pid]
    for member in members:
        members += [child for child, stat in parents.items() if stat and int(stat[1]) == member]
    return members


def cpu_s(pid: int) -> float:
    """CPU time of a process and its living descendants since their start, seconds."""
    stats = [stat for member in family(pid) if (stat := _stat(member))]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / _TICKS


def pss_bytes(pid: int) -> int:
    """Memory of a process and its descendants, a page shared by n processes counted 1/n (PSS)."""
    total = 0
    for member in family(pid):
        try:
            lines = Path(f"/proc/{member}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total
