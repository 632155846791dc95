"""Becomes another program that dies with its parent. A script of its own, so that the parent never forks Python code.

Usage: child.py PARENT_PID SIGNAL PROGRAM [ARGUMENT …]     SIGNAL is what the system sends when the parent is gone.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    parent, number, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            sys.exit(1)
    os.execv(program[0], program)
