"""Reads what a user names: a file, or standard input for ``-``."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmark.cli.values import STDOUT


def read_input(path: str, most: int) -> bytes:
    """At most one byte more than ``most``, so that an endless input is refused and not swallowed. Raises OSError."""
    if path == STDOUT:
        if sys.stdin is None:
            raise OSError("it is closed")
        return sys.stdin.buffer.read(most + 1)
    with Path(path).open("rb") as file:
        return file.read(most + 1)


def input_name(path: str) -> str:
    """What errors call it."""
    return "standard input" if path == STDOUT else path
