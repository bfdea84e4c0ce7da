"""Wall time, CPU time and peak memory of one program run."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LAUNCHER: Final = Path(__file__).with_name("launcher.py")


class RunFailed(Exception):
    """The measured program ended with an exit code that makes its measurement worthless."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall and CPU time (user and system, children included) and peak resident memory in MiB."""

    wall: float
    cpu: float
    peak: float


def measure(argv: list[str], *, accept: Sequence[int] = (0,), environment: Mapping[str, str] | None = None) -> Cost:
    """The cost of one run of ``argv``, its output thrown away. Raises RunFailed unless it exits with one of ``accept``."""
    reading, writing = os.pipe()
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-S", str(_LAUNCHER), *argv],
        dict(os.environ if environment is None else environment),
        file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)],
    )
    os.close(writing)
    with os.fdopen(reading, encoding="ascii") as pipe:
        said = pipe.read().split()
    os.waitpid(pid, 0)
    if len(said) != 4 or int(said[3]) not in accept:
        raise RunFailed(f"exit code {said[3:]}: {' '.join(argv)}")
    return Cost(float(said[0]), float(said[1]), int(said[2]) / 1024)


def median_cost(run: Callable[[], Cost], times: int) -> Cost:
    """The median of each figure over ``times`` runs, after one that warms the caches and is not counted."""
    run()
    costs = [run() for _ in range(times)]
    return Cost(
        statistics.median(each.wall for each in costs),
        statistics.median(each.cpu for each in costs),
        statistics.median(each.peak for each in costs),
    )


def python() -> str:
    """The interpreter of this environment."""
    return sys.executable
