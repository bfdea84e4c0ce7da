"""Runs the public command line on a terminal of its own."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.command import ROOT, command, environment


def on_a_terminal(words: Sequence[str | Path], env: Mapping[str, str] | None = None) -> bytes:
    """Everything that a person would see, both streams together."""
    master, slave = pty.openpty()
    seen = b""
    with subprocess.Popen(
        command(*words), env=environment(env), cwd=ROOT, stdin=slave, stdout=slave, stderr=slave, close_fds=True
    ):
        os.close(slave)
        while piece := _read(master):
            seen += piece
    os.close(master)
    return seen


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # EIO: the other side has closed
        return b""
