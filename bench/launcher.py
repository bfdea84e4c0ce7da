"""Runs one program and prints ``WALL CPU PEAK CODE``: seconds, seconds, KiB, exit code.

A process of its own, started without site packages: the kernel counts what a parent held when it started its child into
the child's peak, so the parent must be smaller than anything that is measured.
"""

import os
import sys
import time


def main() -> int:
    """Runs the command line's program with its streams thrown away."""
    nothing = os.open("/dev/null", os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, nothing, descriptor) for descriptor in (0, 1, 2)]
    began = time.perf_counter()
    pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
    _, status, used = os.wait4(pid, 0)
    wall = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    sys.stdout.write(f"{wall} {used.ru_utime + used.ru_stime} {used.ru_maxrss} {code}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
