"""Standard output and standard error: data on the one, words for people on the other.

Imports nothing but ``os`` and ``sys``, so that ``--version`` stays quick.
"""

from __future__ import annotations

import os
import sys

_OURS = ("dockmark: ", "this is a bug in dockmark ")  # how a message begins


class StandardOutput:
    """A sink on standard output.

    A reader that has gone away is no error: what follows is dropped, and the run goes on for the other outputs. Any other
    failure raises OSError. ``as_utf8`` is for documents whose format prescribes UTF-8; other text is written in the
    stream's own encoding, with escapes for what that cannot show.
    """

    name = "standard output"

    def __init__(self, *, as_utf8: bool = False) -> None:
        self._as_utf8 = as_utf8
        self._reader_gone = False

    def write(self, text: str) -> None:
        """Writes ``text``. Raises OSError."""
        self.write_bytes(text.encode(self._encoding(), "backslashreplace"))

    def write_bytes(self, data: bytes) -> None:
        """Writes ``data`` as it stands. Raises OSError."""
        if sys.stdout is None:
            raise OSError("it is closed")
        if self._reader_gone:
            return
        try:
            sys.stdout.buffer.write(data)
        except OSError as error:
            self._forsake(error)

    def commit(self) -> None:
        """Hands everything to the reader. Raises OSError."""
        if sys.stdout is None:
            return
        try:
            sys.stdout.flush()
        except OSError as error:
            self._forsake(error)

    def discard(self) -> None:
        """What was written cannot be taken back."""

    def _forsake(self, error: OSError) -> None:
        """Points standard output at /dev/null, so that the interpreter's own flush at exit has nothing to complain about."""
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        except (OSError, ValueError):  # a stream without a descriptor needs no mercy
            pass
        if not isinstance(error, BrokenPipeError):
            raise error
        self._reader_gone = True

    def _encoding(self) -> str:
        return "utf-8" if self._as_utf8 or sys.stdout is None else sys.stdout.encoding


def say(message: str, *more: str) -> None:
    """One message for people on standard error, a line; ``more`` are further lines of it.

    Control characters become visible, line breaks among them: who chose a part of a message could write one of ours. For the
    same reason a further line that begins as a message does is moved to the right: it may be the name of a file.
    """
    if sys.stderr is None:
        return
    lines = [
        line if line.isascii() and line.isprintable() else _visible(line) for line in (message, *map(_further, more))
    ]
    try:
        sys.stderr.write("\n".join(lines) + "\n")  # its error handler is backslashreplace
        sys.stderr.flush()
    except OSError:  # nobody reads it
        return


def _further(line: str) -> str:
    return f"  {line}" if line.lstrip().startswith(_OURS) else line


def stdout_is_terminal() -> bool:
    """True when a person reads standard output."""
    return sys.stdout is not None and sys.stdout.isatty()


def stdout_shows_unicode() -> bool:
    """True when standard output is written in UTF-8."""
    return sys.stdout is not None and sys.stdout.encoding.lower().replace("-", "") == "utf8"


def _visible(line: str) -> str:
    from benchmark.render.terminal_text import visible  # noqa: PLC0415  (start-up: few messages need it)

    return visible(line)
