"""Runs the command line in this process: quick enough for thousands of runs, through the same doors as a real one."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.cli.run import run_command_line
from tests.command import environment


@dataclass(frozen=True)
class Ran:
    """How a command line ended, and what it wrote."""

    words: tuple[str, ...]
    code: int
    out: bytes
    err: bytes


class _Stream(io.TextIOWrapper):
    def __init__(self, *, terminal: bool, encoding: str, errors: str) -> None:
        self.raw_bytes = io.BytesIO()
        super().__init__(self.raw_bytes, encoding=encoding, errors=errors, newline="")
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def written(self) -> bytes:
        self.flush()
        return self.raw_bytes.getvalue()


def run(
    *words: str | Path,
    terminal: bool = False,
    columns: int = 100,
    encoding: str = "utf-8",
    env: Mapping[str, str] | None = None,
) -> Ran:
    """``dockmark words`` with an environment of nothing but ``env``, on a terminal that many ``columns`` wide or on none."""
    before = dict(os.environ), sys.stdout, sys.stderr
    out = _Stream(terminal=terminal, encoding=encoding, errors="strict")
    err = _Stream(terminal=False, encoding=encoding, errors="backslashreplace")
    os.environ.clear()
    os.environ.update(environment({"COLUMNS": str(columns), **(env or {})}))
    sys.stdout, sys.stderr = out, err
    try:
        code = run_command_line([str(each) for each in words])
    finally:
        sys.stdout, sys.stderr = before[1], before[2]
        os.environ.clear()
        os.environ.update(before[0])
    return Ran(tuple(map(str, words)), int(code), out.written(), err.written())
