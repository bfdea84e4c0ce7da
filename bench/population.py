"""Containers to audit: a mix of careful and careless ones, all of them only sleeping."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tests.engine import Engine

# Every sixth container is of each kind. None needs a capability that a sandbox withholds, so that all of them start.
_KINDS: Final[tuple[tuple[str, ...], ...]] = (
    (),
    ("--memory", "64m", "--cpu-shares", "512", "--pids-limit", "50", "--read-only", "--user", "1000:1000"),
    ("--security-opt", "no-new-privileges", "--cap-drop", "ALL", "--restart", "on-failure:5"),
    ("--cap-add", "NET_ADMIN", "--pid", "host", "--env", "TOKEN=abc"),
    ("--volume", "/etc:/host-etc:ro", "--tmpfs", "/run", "--ipc", "host"),
    ("--label", "team=payments", "--health-cmd", "true", "--ulimit", "nofile=1024:2048"),
)
_STARTED_AT_ONCE: Final = 2


def grow(engine: Engine, size: int) -> None:
    """Starts containers until the engine has ``size`` of them. About a quarter of a second each."""
    present = len(engine.docker("ps", "-aq").split())
    with ThreadPoolExecutor(_STARTED_AT_ONCE) as pool:
        list(pool.map(lambda number: _start(engine, number), range(present, size)))


def _start(engine: Engine, number: int) -> None:
    engine.run(f"bench-{number}", *_KINDS[number % len(_KINDS)])
