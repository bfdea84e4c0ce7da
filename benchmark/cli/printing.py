"""Prints a whole text on standard output."""

from __future__ import annotations

from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.streams import StandardOutput


def print_text(text: str, *, as_utf8: bool = False) -> None:
    """Prints ``text`` and hands it over. Raises Refusal when it cannot be written; a reader that left is no error."""
    output = StandardOutput(as_utf8=as_utf8)
    try:
        output.write(text)
        output.commit()
    except OSError as error:
        raise Refusal(f"cannot write {output.name}: {error.strerror or error}", ExitCode.UNREACHABLE) from None
