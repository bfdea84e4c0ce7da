"""Runs the public command line as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
_PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "TMPDIR", "HOME", "XDG_CACHE_HOME")


def command(*words: str | Path) -> list[str]:
    """The argument list that runs dockmark with ``words``."""
    return [sys.executable, "-m", "benchmark", *map(str, words)]


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """A bare environment in which nothing but ``changes`` can steer dockmark or docker, and no run is recorded."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    fixed = {"DOCKER_CONFIG": "/nowhere/at/all", "PYTHONPATH": str(ROOT), "COLUMNS": "100", "DOCKMARK_NO_RECORD": "1"}
    return {**kept, **fixed, **(changes or {})}


def dockmark(
    *words: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """What dockmark prints, and its exit code."""
    return subprocess.run(
        command(*words),
        env=environment(env),
        cwd=cwd or ROOT,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )
