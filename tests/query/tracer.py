"""Kills a process just before its Nth change of a file under a folder: `tracer.py N FOLDER COMMAND…`. N 0: never.

Every thread is stopped at every system call that changes files, so the count is exact and in the order in which the
changes happen. Says `changes M` at the end, on the last line of its errors; ends as the command ended.
"""

import ctypes
import os
import platform
import signal
import struct
import sys

# By call: its number on x86_64 and on aarch64 (0: there is none), and which argument names the file, how.
_CALLS = {
    "write": (1, 64, "fd", 0),
    "pwrite64": (18, 68, "fd", 0),
    "writev": (20, 66, "fd", 0),
    "pwritev": (296, 70, "fd", 0),
    "ftruncate": (77, 46, "fd", 0),
    "fallocate": (285, 47, "fd", 0),
    "fsync": (74, 82, "fd", 0),
    "fdatasync": (75, 83, "fd", 0),
    "open": (2, 0, "path", 0),
    "openat": (257, 56, "path", 1),
    "rename": (82, 0, "path", 0),
    "renameat": (264, 38, "path", 1),
    "renameat2": (316, 276, "path", 1),
    "unlink": (87, 0, "path", 0),
    "unlinkat": (263, 35, "path", 1),
    "mkdir": (83, 0, "path", 0),
    "mkdirat": (258, 34, "path", 1),
    "rmdir": (84, 0, "path", 0),
    "link": (86, 0, "path", 0),
    "linkat": (265, 37, "path", 1),
}
_MACHINE = ("x86_64", "aarch64").index(platform.machine())
_NUMBERS = {name: call[_MACHINE] for name, call in _CALLS.items() if call[_MACHINE]}
_NAMES = {number: name for name, number in _NUMBERS.items()}
_TO_CHANGE = os.O_WRONLY | os.O_RDWR | os.O_CREAT

_TRACEME, _CONT, _SETOPTIONS, _GET_SYSCALL_INFO = 0, 7, 0x4200, 0x420E
_OPTIONS = 0x2 | 0x4 | 0x8 | 0x10 | 0x80 | 0x100000  # fork, vfork, clone, exec, seccomp, kill at our end
_EVENT_SECCOMP, _WALL = 7, 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long
_libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]


def _ptrace(request: int, pid: int, address: int = 0, data: int = 0) -> None:
    if _libc.ptrace(request, pid, address, data) < 0:
        raise OSError(ctypes.get_errno(), f"ptrace {request:#x}")


def _install_filter() -> None:
    """Have the kernel stop at these calls alone, and at openings only where they may change something."""
    opening = [_NUMBERS[name] for name in ("openat", "open") if name in _NUMBERS]
    others = [number for name, number in _NUMBERS.items() if number not in opening]
    load, equal, any_bit, end = 0x20, 0x15, 0x45, 0x06
    program: list[tuple[int, int, int, int]] = [(load, 0, 0, 0)]
    for number in opening:
        flags = 32 if number == _NUMBERS["openat"] else 24  # where the third or the second argument lies
        program += [(equal, 0, 4, number), (load, 0, 0, flags), (any_bit, 0, 1, _TO_CHANGE)]
        program += [(end, 0, 0, 0x7FF00000), (end, 0, 0, 0x7FFF0000)]
    for number in others:
        program += [(equal, 0, 1, number), (end, 0, 0, 0x7FF00000)]
    program.append((end, 0, 0, 0x7FFF0000))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in program))
    whole = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code)))
    if _libc.prctl(38, 1, 0, 0, 0) or _libc.prctl(22, 2, ctypes.addressof(whole), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


def _file_of(pid: int) -> str:
    """The file that a stopped thread is about to change."""
    info = ctypes.create_string_buffer(88)
    _ptrace(_GET_SYSCALL_INFO, pid, len(info), ctypes.addressof(info))
    number, *arguments = struct.unpack_from("7Q", info.raw, 24)
    how, place = _CALLS[_NAMES[number]][2:]
    if how == "fd":
        return os.readlink(f"/proc/{pid}/fd/{arguments[place]}")
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        memory.seek(arguments[place])
        path = memory.read(4_096).partition(b"\0")[0].decode()
    return os.path.join(os.readlink(f"/proc/{pid}/cwd"), path)


def _traced(command: list[str]) -> int:
    pid = os.fork()
    if pid == 0:
        _ptrace(_TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        _install_filter()
        os.execvp(command[0], command)
    os.waitpid(pid, 0)
    _ptrace(_SETOPTIONS, pid, 0, _OPTIONS)
    _ptrace(_CONT, pid)
    return pid


def main(stop_at: int, folder: str, command: list[str]) -> int:
    first = _traced(command)
    changes, code, known = 0, 0, {first}
    while True:
        try:
            pid, status = os.waitpid(-1, _WALL)
        except ChildProcessError:
            break
        if not os.WIFSTOPPED(status):
            if pid == first:
                code = os.waitstatus_to_exitcode(status)
            continue
        event, number = status >> 16, os.WSTOPSIG(status)
        try:
            if event == _EVENT_SECCOMP and _file_of(pid).startswith(folder):
                changes += 1
                if changes == stop_at:
                    os.kill(first, signal.SIGKILL)
                    continue
            # a new thread begins with a stop of its own, which is none of the program's signals
            passed_on = 0 if event or (number == signal.SIGSTOP and pid not in known) else number
            known.add(pid)
            _ptrace(_CONT, pid, 0, passed_on)
        except (ProcessLookupError, FileNotFoundError):
            pass  # gone meanwhile
    print(f"changes {changes}", file=sys.stderr)
    return code


if __name__ == "__main__":
    ended = main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
    sys.exit(ended if ended >= 0 else 128 - ended)
