"""A forked child that tries one mutant, bounded in time and memory, and what became of it."""

from __future__ import annotations

import ctypes
import os
import resource
import select
import shutil
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

SURVIVED: Final = "survived"
KILLED: Final = "killed"
TIMED_OUT: Final = "timed out"
BROKEN: Final = "broken"  # the harness itself failed: never a kill

_MEMORY: Final = 3 << 30
_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG
_CODES: Final = {10: SURVIVED, 11: KILLED}


def run_child(work: Callable[[], bool], seconds: float, room: Path) -> str:
    """Runs ``work`` in a fork: True means that a test failed. ``seconds`` bound the clock on the wall.

    ``room`` is a directory for the child alone, gone afterwards.
    """
    room.mkdir(parents=True)
    child = os.fork()
    if child == 0:
        _become(work)
    try:
        return _outcome(child, seconds)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def bound_cpu(seconds: float) -> None:
    """From now on, ``seconds`` of processor time; then the process dies. A second call starts anew."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _become(work: Callable[[], bool]) -> None:
    code = 12
    try:
        os.setpgid(0, 0)
        _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        code = 11 if work() else 10
    except MemoryError:
        code = 11
    except BaseException:  # noqa: BLE001  (told, and never taken for a kill)
        with Path(os.environ.get("MUTATION_LOG", os.devnull)).open("a", encoding="utf-8") as log:
            traceback.print_exc(file=log)
    finally:
        os._exit(code)


def _outcome(child: int, seconds: float) -> str:
    descriptor = os.pidfd_open(child)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        if not poll.poll(seconds * 1000):
            os.killpg(child, signal.SIGKILL)
    finally:
        os.close(descriptor)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return TIMED_OUT if os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGKILL) else KILLED
    return _CODES.get(os.WEXITSTATUS(status), BROKEN)
