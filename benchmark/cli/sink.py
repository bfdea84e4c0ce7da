"""Where output goes: standard output or a file, under one interface."""

from __future__ import annotations

from typing import Protocol

from benchmark.cli.exit_code import Refusal
from benchmark.cli.output_file import OutputFile
from benchmark.cli.streams import StandardOutput
from benchmark.cli.values import STDOUT


class Sink(Protocol):
    """Somewhere to write to. Every method but ``discard`` raises OSError."""

    name: str

    def write(self, text: str) -> None:
        """Adds text."""

    def write_bytes(self, data: bytes) -> None:
        """Adds bytes as they stand."""

    def commit(self) -> None:
        """Hands over what was written."""

    def discard(self) -> None:
        """Takes back what was written, as far as that is possible, unless it was committed."""


def open_sink(path: str, *, as_utf8: bool) -> Sink:
    """Standard output for ``-``, else the file. Raises Refusal when it cannot be written."""
    if path == STDOUT:
        return StandardOutput(as_utf8=as_utf8)
    try:
        return OutputFile(path)
    except OSError as error:
        raise Refusal(f"cannot write {path}: {error.strerror or error}") from None
